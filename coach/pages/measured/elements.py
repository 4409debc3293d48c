"""Markup that cannot be broken out of. In: names, classes and words. Out: HTML in which only the names and classes are ours.

Words are escaped by being words: a piece of markup is an `El`, and nothing else is taken for one. There is no way to set an
address or a handler, and the only style is a place on a scale, made of numbers. Streamlit takes drawings (SVG) out of `st.html`,
so that pictures are made of these.
"""

from html import escape
from typing import NamedTuple

ATTRIBUTES = frozenset("class scope title role aria-label aria-hidden".split())
NAMES = frozenset("div p span b ul li h2 h3 table caption thead tbody tr th td dl dt dd".split())


class El(NamedTuple):
    """A finished piece of markup."""

    html: str


Kid = El | str | None


def el(name: str, *kids: Kid, **attributes: str) -> El:
    """An element. `cls` is its class; an underscore in an attribute's name stands for a hyphen. Words are escaped."""
    if name not in NAMES:
        raise ValueError(f"no element {name} is drawn here")
    named = {("class" if key == "cls" else key.replace("_", "-")): value for key, value in attributes.items()}
    if unknown := set(named) - ATTRIBUTES:
        raise ValueError(f"{', '.join(sorted(unknown))} is never set")
    opened = "".join(f' {key}="{escape(value)}"' for key, value in named.items())
    inside = "".join(kid.html if isinstance(kid, El) else escape(kid) for kid in kids if kid is not None)
    return El(f"<{name}{opened}>{inside}</{name}>")


def mark(cls: str, left: float, width: float = 0.0) -> El:
    """A mark on a scale that is as wide as the element around it; places are shares of it, 0 to 1."""
    left, right = min(max(left, 0.0), 1.0), min(max(left + width, 0.0), 1.0)
    return El(f'<span class="{escape(cls)}" style="left: {left:.2%}; width: {right - left:.2%}"></span>')


def table(head: list[Kid], rows: list[list[Kid]], cls: str = "", caption: str = "") -> El:
    """A table whose first column names the rows; it scrolls in its own box where it is too wide."""
    top = el("thead", el("tr", *(el("th", cell, scope="col") for cell in head)))
    body = el("tbody", *(el("tr", el("th", row[0], scope="row"), *(el("td", cell) for cell in row[1:])) for row in rows))
    return el("div", el("table", el("caption", caption) if caption else None, top, body, cls=cls), cls="wide", role="region", aria_label=caption or "table")
