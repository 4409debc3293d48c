"""Starting a comparison, and going on with one. In: a bench. Out: widgets; the runs themselves belong to the process.

Before a live run stands an estimate, what goes where, and limits for both sides together. Nothing is sent without a tick.
"""

import streamlit as st

from coach.answering import OFFLINE
from coach.errors import CoachError
from coach.evaluation.bench import Bench
from coach.evaluation.chosen import cases_of, new_folder
from coach.evaluation.errand import done_in, is_busy
from coach.evaluation.manifest import NAME
from coach.evaluation.versus import LETTERS, Comparing, Versus, begun, comparisons, folder_of
from coach.llm.budget import Limits
from coach.pages.beside.choosing import pair
from coach.pages.measured.going import CALLS_A_CASE, SPLITS, errands, told_of

PICKED = "versus_folder"
BEGUN = "versus_begun"  # is shown as soon as it is done
MOST_SHOWN = 3  # comparisons that were cut off


def offer(bench: Bench) -> None:
    """The choice of both sides, and the button that runs them."""
    recorded = sorted(path.parent.name for path in (bench.folder / "recordings").glob(f"*/{NAME}"))  # named, not read: they may be many
    a, b = pair(bench.settings, tuple(recorded))
    split = st.selectbox("On", list(SPLITS), key="versus_on", persist_state="session") or "all cases"
    versus = Versus(a=a, b=b, split=SPLITS[split])
    live = [letter for letter in LETTERS if versus.setup(letter).is_live]
    try:
        counts = [len(cases_of(bench, versus.chosen(letter))) for letter in LETTERS]
        agreed = True
        if live:
            versus = versus.model_copy(update={"limits": _limits(max(counts) * len(live))})
            agreed = _warned(bench, versus)
        else:
            st.text(f"{max(counts)} cases. Nothing leaves this machine.")
    except CoachError as error:
        st.text(str(error))
        return
    busy = (state := errands().state) is not None and state.going
    if st.button("Run both", type="primary", key="run-both", disabled=busy or not agreed or not all(counts)):
        _begin(bench, versus, anew=bool(st.session_state.get("versus_anew")))


def _limits(cases: int) -> Limits:
    """What both sides may take together. An empty field is no limit."""
    with st.container(horizontal=True, key="limits"):
        calls = st.number_input("Stop before more calls than", min_value=1, value=CALLS_A_CASE * cases, key="limit_calls")
        most = st.number_input("Stop before more tokens than", min_value=1, value=None, step=10_000, placeholder="no limit", key="limit_tokens")
        usd = st.number_input("Stop before more dollars than", min_value=0.01, value=None, step=0.5, placeholder="no limit", key="limit_usd")
    return Limits(calls=int(calls) if calls else None, tokens=int(most) if most else None, usd=usd or None)


def _warned(bench: Bench, versus: Versus) -> bool:
    """Says what would be sent where and what it takes, and asks."""
    st.error("This sends notes off.", icon="")
    told: dict[str, list[str]] = {}
    for letter in LETTERS:
        want = versus.chosen(letter)
        if want.setup.is_live:
            told.setdefault(f"{told_of(bench, want)} {bench.settings.leaves_machine(want.setup.model)}", []).append(letter.upper())
    for words, letters in told.items():
        st.text(f"{' and '.join(letters)}{', each' if len(letters) > 1 else ''}: {words}")
    st.toggle("Run again what a finished run of the same set-up has answered", key="versus_anew")
    return st.checkbox("Send them", key=f"agreed-{versus.model_dump_json()}")  # another choice has to be agreed to anew


def _begin(bench: Bench, versus: Versus, anew: bool) -> None:
    folder = new_folder(bench.settings, "compare")
    try:
        errands().compare(bench, begun(bench, versus, folder, anew), folder)
    except CoachError as error:
        st.text(str(error))
    else:
        st.session_state[BEGUN] = folder.name
        st.rerun()


def resume(bench: Bench) -> None:
    """The comparisons that did not come to their end, newest first."""
    state = errands().state
    going = state.folder if state is not None and state.going else None
    left = [one for one in comparisons(bench.settings) if not one.whole and one.folder != going]
    for at, one in enumerate(left[:MOST_SHOWN]):
        with st.container(border=True, key=f"left-{at}"):
            _resume(bench, one, at, going is not None)
    if len(left) > MOST_SHOWN:
        st.caption(f"{len(left) - MOST_SHOWN} older ones are not shown. In a terminal: coach eval compare --resume FOLDER.")


def _resume(bench: Bench, one: Comparing, at: int, busy: bool) -> None:
    versus = one.versus
    folders = [folder_of(bench.settings, versus, one.folder, letter) for letter in LETTERS]
    done = " and ".join(f"{done_in(folder)} cases of {letter.upper()}" for folder, letter in zip(folders, LETTERS, strict=True))
    st.text(f"{one.folder.name} was cut off after {done}. A: {versus.a.title}. B: {versus.b.title}.")
    if any(is_busy(bench.settings, folder) for folder in folders):
        st.text("Something was written there a moment ago. If it is going on in a terminal, leave it.")
    agreed = True
    models = [setup.model for setup in (versus.a, versus.b) if setup.is_live and setup.model != OFFLINE]
    if models:
        st.text(" ".join(dict.fromkeys(map(bench.settings.leaves_machine, models))))
        limits = versus.limits
        calls = st.number_input("Stop before more calls than, in all", min_value=1, value=limits.calls, placeholder="no limit", key=f"calls-{at}")
        most = st.number_input("Stop before more tokens than, in all", min_value=1, value=limits.tokens, placeholder="no limit", key=f"tokens-{at}")
        usd = st.number_input("Stop before more dollars than, in all", min_value=0.0001, value=limits.usd, placeholder="no limit", key=f"usd-{at}")
        versus = versus.model_copy(update={"limits": Limits(calls=calls, tokens=most, usd=usd)})
        agreed = st.checkbox("Send the rest", key=f"agreed-{one.folder}")
    if st.button("Go on", key=f"go-on-{at}", disabled=busy or not agreed):
        try:
            errands().compare(bench, versus, one.folder)
        except CoachError as error:
            st.text(str(error))
        else:
            st.session_state[BEGUN] = one.folder.name
            st.rerun()
