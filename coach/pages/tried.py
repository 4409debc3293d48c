"""The Try page. In: one note and two set-ups. Out: both reviews side by side: verdicts, evidence matched by place, advice, what each took.

Layout only. Words of the note and of models are drawn escaped. Nothing is written down; what was tried lives in the session.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

import streamlit as st

from coach.errors import CoachError, InputError
from coach.pages.beside import drawing
from coach.pages.beside.choosing import pair
from coach.pages.measured.elements import El
from coach.settings import Settings, load
from coach.setups import Setup
from coach.sidebyside import Both, both

TITLE = "One note, two readings"
WHAT_IT_DOES = "Read the same note with two models, two prompt sets or two playbooks, and see what differs. For many notes at once there is Compare."
PLACEHOLDER = "Notes, an e-mail or a transcript, as it is. Or take one of the examples."
LOOKS = 0.2  # seconds between two looks at the steps


def page() -> None:
    """Draws the page."""
    here = Path(__file__).parent
    for sheet in (here / "page.css", here / "measured" / "evals.css", here / "beside" / "beside.css"):
        st.html(sheet)
    st.title(TITLE, anchor=False)
    st.text(WHAT_IT_DOES)
    try:
        settings = load()
        _page(settings)
    except CoachError as error:
        st.error("This cannot be tried.", icon="")
        st.text(str(error))


def _page(settings: Settings) -> None:
    a, b = pair(settings)
    with st.container(horizontal=True, vertical_alignment="center", key="examples"):
        st.text("Try one:")
        for at, (title, text) in enumerate(settings.examples()):
            st.button(re.sub(r"[^\w\s,.'’-]", "", title), key=f"example-{at}", on_click=_put, args=(text,))
    with st.form("try", border=False):
        note = st.text_area("The note or transcript", key="try_note", height=220, placeholder=PLACEHOLDER, persist_state="session")
        with st.container(horizontal=True, vertical_alignment="center", key="go"):
            pressed = st.form_submit_button("Try both", type="primary", key="try")
            st.text(leaving(settings, (a, b)))
    place = st.empty()
    if pressed:
        st.session_state.pop("tried", None)
        with place.container():
            st.session_state["tried"] = _asked(settings, note or "", (a, b))
    place.empty()
    held = st.session_state.get("tried")
    if isinstance(held, Both):
        _shown(held)


def leaving(settings: Settings, sides: tuple[Setup, ...]) -> str:
    """What leaves the machine, for all sides."""
    return " ".join(dict.fromkeys(settings.leaves_machine(side.model) for side in sides if side.is_live)) or settings.leaves_machine(sides[0].model)


def _put(text: str) -> None:
    st.session_state["try_note"] = text
    st.session_state.pop("tried", None)


def _asked(settings: Settings, note: str, sides: tuple[Setup, Setup]) -> Both:
    """Asks both sides, and shows the steps of each as they come. They are asked from threads of their own, which draw nothing."""
    from coach.readers import read

    if sides[0] == sides[1]:
        raise InputError("A and B are the same set-up. Change one of them.")
    conversation = read(note)
    steps: SimpleQueue[tuple[str, str]] = SimpleQueue()
    left, right = st.columns(2, gap="large")
    with left:
        boxes = {"A": st.status("A", expanded=True)}
    with right:
        boxes["B"] = st.status("B", expanded=True)
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(both, settings, conversation, sides, settings.today(), lambda letter, step: steps.put((letter, step)))
    while not (asked.done() and steps.empty()):
        try:
            letter, step = steps.get(timeout=LOOKS)
        except Empty:
            continue
        boxes[letter].text(step)
        boxes[letter].update(label=f"{letter}: {step}", state={"Done": "complete", "Failed": "error"}.get(step, "running"), expanded=True)  # type: ignore[arg-type]
    pool.shutdown(wait=False)
    return asked.result()


def _shown(tried: Both) -> None:
    matches = tried.matches
    st.header("Verdict", anchor=False)
    _draw(drawing.alike(tried))
    _draw(drawing.verdicts(tried))
    st.header("Evidence, by place in the note", anchor=False)
    if matches:
        _draw(drawing.strips(tried, matches))
        apart = tuple(match for match in matches if match.which != "same")
        all_of_it = st.toggle("Show also what both found", key="try_all", value=not apart)
        listed = matches if all_of_it else apart
        if listed:
            _draw(drawing.evidence(tried, listed))
        else:
            st.text("Both found the same words and took them the same way.")
    else:
        st.text("Neither found anything.")
    if statuses := drawing.criteria(tried):
        st.header("Criteria", anchor=False)
        _draw(statuses)
    st.header("Advice", anchor=False)
    _draw(drawing.advice(tried))


def _draw(drawn: El) -> None:
    st.html(drawn.html)


if __name__ == "__main__":
    page()
