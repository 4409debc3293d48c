"""One case, opened. In: a bench, a case and the sides it was answered on. Out: the gold, why it does not pass, and the review with its note."""

import streamlit as st

from coach.errors import CoachError
from coach.evaluation.bench import Bench
from coach.evaluation.flips import faults
from coach.evaluation.opened import Opened, opened
from coach.evaluation.sides import Side
from coach.pages.measured.lists import gold
from coach.pages.session import Done
from coach.pages.shown import show


def leave(key: str) -> None:
    """Goes back to the list."""
    st.session_state.pop(key, None)


def case_page(bench: Bench, id: str, sides: dict[str, Side], key: str = "evals_case") -> None:
    """Draws the case. `sides` by the letter under which they are shown; `key` is where the page keeps which case is open."""
    st.button("Back to all cases", key="back", on_click=leave, args=(key,))
    case = next((case for case in bench.cases if case.id == id), None)
    if case is None:
        st.title("This case is gone.", anchor=False)
        st.text("The run answered it, and there is no such case in the folder any more. Bring it back to open it.")
        return
    letters = [letter for letter, side in sides.items() if id in side.run.by_case] or list(sides)
    letter = st.radio("Which side", letters, index=len(letters) - 1, key="side", horizontal=True) if len(letters) > 1 else letters[0]
    side = sides[letter or letters[-1]]
    result = side.run.by_case.get(id)
    st.html(gold(case, result, faults(result) if result and not side.is_baseline else [], side.passed.get(id)).html)
    try:
        with st.spinner("Opening the review"):
            found = opened(bench, case, result, side.folder, side.run.playbook)
    except CoachError as error:
        st.text(str(error))
        return
    st.text(f"{side.name}. {found.whence}")
    show(_done(found))


def _done(found: Opened) -> Done:
    return Done(found.review, found.conversation, found.playbook, found.review.provenance.model)
