"""The table of verdicts. In: rows of plain texts. Out: the place of the row that was picked, or None.

Like the sheet, the script writes data as text only; it has no way to make a link, a picture or markup out of it.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


def draw(rows: list[dict[str, object]]) -> int | None:
    """Draws the rows; says which was picked just now."""
    picked = _component()(key="table", data={"rows": rows}, on_picked_change=lambda: None).picked
    return picked if isinstance(picked, int) else None


@cache
def _component() -> Any:
    """The component, registered once for the process: script and style hold no data of any session."""
    css, js = (HERE.joinpath(name).read_text(encoding="utf-8") for name in ("table.css", "table.js"))
    return st.components.v2.component("coach_table", html='<div class="rows"></div>', css=css, js=js)
