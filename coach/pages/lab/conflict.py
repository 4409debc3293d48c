"""Two people, one file. In: a save that came second. Out: both texts side by side as a difference, and the choice of the person.

Neither text is lost, whatever is chosen: the other one is put into the folder `.kept`.
"""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from coach.errors import CoachError
from coach.lab.difference import differences
from coach.lab.saving import Conflict, keep, save, stamp
from coach.pages.lab import drawing
from coach.pages.lab.editor import Edit, Sheet

HEADING = "Somebody else saved this file while you were changing it."
NOTHING_LOST = "Nothing is lost and nothing was written yet. Below is what differs: minus is theirs, as it is saved now; plus is yours."
EITHER_WAY = "Whichever you take, the other one is kept in the folder .kept beside it."


class Clash(NamedTuple):
    """A save that was refused."""

    id: str
    folder: Path
    file: str
    mine: str
    theirs: str


def try_save(sheet: Sheet, folder: Path, file: str, edit: Edit) -> bool:
    """Saves what was typed. If somebody else saved before, the page will show both."""
    try:
        save(folder, file, edit.text, edit.base)
    except Conflict as other:
        st.session_state["clash"] = Clash(sheet.id, folder, file, edit.text, other.theirs)
        return True
    except CoachError as error:
        st.error("This was not saved.", icon="")
        st.text(str(error))
        return False
    st.session_state["was"] = edit.base
    return True


def clash(id: str) -> Clash | None:
    """The save of this sheet that was refused, if there is one."""
    held = st.session_state.get("clash")
    return held if isinstance(held, Clash) and held.id == id else None


def ask(held: Clash) -> None:
    """Shows both and asks."""
    with st.container(key="trouble"):
        st.error(HEADING, icon="")
        st.text(NOTHING_LOST)
        if drawn := drawing.difference(differences({held.file: held.theirs}, {held.file: held.mine})):
            st.html(drawn.html)
        with st.container(horizontal=True, key="either"):
            st.button("Save mine over theirs", key="mine", on_click=_mine, args=(held,))
            st.button("Take theirs", key="theirs", on_click=_theirs, args=(held,))
            st.button("Go on editing mine", key="neither", on_click=_forget)
        st.text(EITHER_WAY)


def _mine(held: Clash) -> None:
    _forget()
    try:
        keep(held.folder, held.file, held.theirs)
        save(held.folder, held.file, held.mine, stamp(held.theirs))
        st.session_state.pop("opened", None)
    except Conflict as other:  # and again, in the meantime
        st.session_state["clash"] = held._replace(theirs=other.theirs)
    except CoachError as error:
        st.session_state["shelf-said"] = ("This was not saved.", str(error))


def _theirs(held: Clash) -> None:
    _forget()
    try:
        keep(held.folder, held.file, held.mine)
    except CoachError as error:
        st.session_state["shelf-said"] = ("Yours could not be put aside, so it stays in the editor.", str(error))
        return
    st.session_state["drop"] = held.mine
    st.session_state.pop("opened", None)


def _forget() -> None:
    st.session_state.pop("clash", None)
