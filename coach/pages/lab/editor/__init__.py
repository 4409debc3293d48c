"""A text editor with numbered lines. In: a text, its stamp, findings and words to put in. Out: the text as it is typed, and what is to be saved.

The browser keeps a text that is not saved yet, with the stamp of the version it was changed from, so that it survives a
reload; it is never sent anywhere but here. The script writes data as text only.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import streamlit as st

from coach.lab.finding import Finding, summed

HERE = Path(__file__).parent
KEY = "editor"  # one for all sheets: the box stays when another file is picked
LONGEST = 1_000_000  # characters that are taken from a browser


class Edit(NamedTuple):
    """A text as it stands in the editor, and the stamp of the version that it was changed from."""

    text: str
    base: str


class Sheet(NamedTuple):
    """What is edited. `id` names it in the browser's memory; `was` is the stamp that our last save went over, `drop` a text given up for this one."""

    id: str
    label: str
    text: str
    base: str
    sort: Literal["jinja", "yaml"]
    fixed: bool = False
    was: str = ""
    drop: str = ""


class Word(NamedTuple):
    """A word that can be put in: its name, what it stands for, and what a press writes."""

    name: str
    says: str
    put: str


class Drawn(NamedTuple):
    """The text being edited, if it is another than the one given, and what was asked to be saved just now."""

    edit: Edit | None
    save: Edit | None


def last(sheet: Sheet) -> Edit | None:
    """The text that the editor held when it last told."""
    state = st.session_state.get(KEY)
    return _edit(sheet, getattr(state, "edit", None) if state is not None else None)


def draw(sheet: Sheet, findings: tuple[Finding, ...], words: list[Word]) -> Drawn:
    """Draws the editor."""
    data = {
        **sheet._asdict(),
        "findings": [one.model_dump(include={"line", "kind", "says"}) for one in findings],
        "sum": summed(findings),
        "words": [word._asdict() for word in words],
    }
    state = _component()(key=KEY, data=data, on_edit_change=lambda: None, on_save_change=lambda: None)
    return Drawn(_edit(sheet, state.edit), _edit(sheet, state.save))


def _edit(sheet: Sheet, said: Any) -> Edit | None:
    """What the browser says, if it is about this sheet."""
    match said:
        case {"id": sheet.id, "text": str(text), "base": str(base)} if len(text) <= LONGEST:
            return Edit(text, base)
    return None


@cache
def _component() -> Any:
    """The component, registered once for the process: script and style hold no data of any session."""
    css, js = (HERE.joinpath(name).read_text(encoding="utf-8") for name in ("editor.css", "editor.js"))
    return st.components.v2.component("coach_editor", html='<div class="editor"></div>', css=css, js=js)
