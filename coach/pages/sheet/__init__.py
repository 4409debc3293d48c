"""The sheet that draws a review. In: the dict that `coach.pages.picture` makes. Out: the drawing, in the browser.

The script writes data as text only; it has no way to make a link, a picture or markup out of it.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


def draw(picture: dict[str, Any]) -> None:
    """Draws a review on the page."""
    _component()(key="sheet", data=picture)


@cache
def _component() -> Any:
    """The component, registered once for the process: script and style hold no data of any session."""
    css, js = (HERE.joinpath(name).read_text(encoding="utf-8") for name in ("sheet.css", "sheet.js"))
    return st.components.v2.component("coach_sheet", html='<div class="sheet"></div>', css=css, js=js)
