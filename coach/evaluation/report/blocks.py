"""The pieces of a report, whatever it is laid out as. Values only; text in them is plain and not yet escaped."""

from typing import NamedTuple


class Heading(NamedTuple):
    """A heading; level 1 is the report's own."""

    level: int
    text: str


class Line(NamedTuple):
    """A paragraph. `tone`: good, bad or plain."""

    text: str
    tone: str = "plain"


class Items(NamedTuple):
    """A list of lines."""

    lines: tuple[str, ...]


class Grid(NamedTuple):
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Bar(NamedTuple):
    """A rate with its interval, 0 to 1, and the floor it is held to."""

    name: str
    rate: float
    low: float
    high: float
    limit: float | None
    good: bool


class Bars(NamedTuple):
    """Rates to look at. Where pictures are not to be had they are a table."""

    bars: tuple[Bar, ...]


Block = Heading | Line | Items | Grid | Bars
