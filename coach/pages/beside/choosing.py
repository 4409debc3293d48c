"""The choice of A and B, the same on every page that holds them side by side. In: settings. Out: two set-ups.

What was chosen on one page is there on the next. A model's name may be typed: what is not served says so when it is asked.
"""

import streamlit as st

from coach.answering import OFFLINE
from coach.evaluation.found import prompt_sets
from coach.settings import Settings
from coach.setups import Setup

RECORDED = "recordings of "


def pair(settings: Settings, recorded: tuple[str, ...] = ()) -> tuple[Setup, Setup]:
    """Draws both choices side by side. `recorded` are suites that can answer instead of a model."""
    first, other = defaults(settings)
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True, key="setup-a"):
        a = _one("A", "as it is now", first, settings, recorded)
    with right, st.container(border=True, key="setup-b"):
        b = _one("B", "the change", other, settings, recorded)
    return a, b


def defaults(settings: Settings) -> tuple[Setup, Setup]:
    """What is in use, and the change that is nearest at hand: another prompt set, else no model, else another playbook."""
    model, sets, playbooks = settings.models()[0], prompt_sets(settings), settings.playbooks()
    now = Setup(model=model, prompts=sets[0])
    if model == OFFLINE:
        return now, now.model_copy(update={"playbook": playbooks[1] if len(playbooks) > 1 else playbooks[0]})
    return now, now.model_copy(update={"prompts": sets[1]} if len(sets) > 1 else {"model": OFFLINE})


def _one(letter: str, role: str, usual: Setup, settings: Settings, recorded: tuple[str, ...]) -> Setup:
    key = f"setup_{letter}"
    live = settings.key is not None or settings.base_url is not None
    readers = [*settings.models(), *(RECORDED + name for name in recorded)]
    chosen = {"read": usual.model, "prompts": usual.prompts, "held": usual.playbook}
    for name, value in chosen.items():
        st.session_state.setdefault(f"{key}_{name}", value)
    if not live and st.session_state[f"{key}_read"] not in readers:
        st.session_state[f"{key}_read"] = usual.model
    read = st.selectbox(f"{letter}, {role}: read by", readers, key=f"{key}_read", persist_state="session", accept_new_options=live) or usual.model
    replayed = read.removeprefix(RECORDED) if read.startswith(RECORDED) else None
    prompts = None
    sets = prompt_sets(settings)
    if read != OFFLINE and replayed is None:
        if st.session_state[f"{key}_prompts"] not in sets:
            st.session_state[f"{key}_prompts"] = sets[0]
        prompts = st.selectbox(f"{letter}: prompts", sets, key=f"{key}_prompts", persist_state="session")
    held = st.selectbox(f"{letter}: held against", settings.playbooks(), key=f"{key}_held", persist_state="session") or "default"
    return Setup(model=OFFLINE if replayed else read, prompts=prompts, playbook=held, recordings=replayed)
