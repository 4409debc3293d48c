"""The sheet that draws a review. In: the dict that `coach.pages.picture` makes. Out: the drawing, in the browser.

The script writes data as text only; it has no way to make a link, a picture or markup out of it.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

HERE = Path(__file__).parent


class Selected(NamedTuple):
    """Words of the note that the rep selected: on which line they begin, from 1, and after how many characters of it at least."""

    words: str
    line: int
    skip: int


def draw(picture: dict[str, Any]) -> Selected | None:
    """Draws a review on the page; gives the words that the rep said just now were missed."""
    missed = _component()(key="sheet", data=picture, on_missed_change=lambda: None).missed
    match missed:
        case {"words": str(words), "line": int(line), "skip": int(skip)} if words.strip():
            return Selected(words, line, max(skip, 0))
    return None


@cache
def _component() -> Any:
    """The component, registered once for the process: script and style hold no data of any session."""
    css, js = (HERE.joinpath(name).read_text(encoding="utf-8") for name in ("sheet.css", "sheet.js"))
    return st.components.v2.component("coach_sheet", html='<div class="sheet"></div>', css=css, js=js)
