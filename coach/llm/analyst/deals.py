"""Several deals in one note. In: a Reading. Out: the deals, [] if it is about one only.

A deal is told by a heading line of its own ("Deal 2 - Northwind", "## Acme renewal", "HALLAM COURT (96 doors)") with text below or
behind it, where at least two such headings stand. Never splits a transcript.
"""

import re

from coach.conversation import Kind
from coach.evidence import ClaimedDeal
from coach.llm.analyst.reading import Reading

HEADING = re.compile(
    r"^\W*(?:(?:deal|account|client|customer|opportunity|opp|call|visit|stop)\s*(?:#?\d+|[a-c])\s*[:.)–—-]\s*(?P<named>[^:\n,(]{2,40})|\d[.)]\s+(?P<listed>[A-ZÀ-Þ][^:\n,(]{2,40})(?=\s[-–—(,:])|#{1,4}\s+(?P<marked>[A-ZÀ-Þ][^:\n]{2,40})|(?-i:(?P<loud>[A-ZÀ-Þ][A-ZÀ-Þ&'’.-]{2,}(?: [A-ZÀ-Þ&'’.-]{2,}){1,4}))(?= \())",
    re.IGNORECASE,
)
TWO_THINGS = re.compile(r"\b(?P<a>renewal|add-?on|upgrade|expansion|new module|extra seats|upsell|maintenance contract|service contract)\b", re.IGNORECASE)


def deals_of(reading: Reading) -> list[ClaimedDeal]:
    """Each deal in order; [] if the text is about one only."""
    conversation = reading.conversation
    found: dict[str, int] = {}
    if conversation.kind is Kind.NOTES:
        for turn in conversation.turns:
            if turn.kind is not Kind.PLAN and (match := HEADING.match(conversation.text(turn))):
                name = next(group for group in match.groups() if group).strip()
                found.setdefault(name, turn.index)
    if len(found) > 1:
        return [ClaimedDeal(name=name, line=line, apart=True) for name, line in found.items()]
    things: dict[str, int] = {}
    for unit in reading.units:
        for match in TWO_THINGS.finditer(unit.text):
            things.setdefault(match["a"].casefold(), unit.turn.index)
    if "renewal" not in things or len(things) < 2:
        return []
    return [ClaimedDeal(name=name, line=line, apart=False) for name, line in things.items()]


def deal_in(text: str) -> str | None:
    """The one of two things sold that a sentence names."""
    match = TWO_THINGS.search(text)
    return match["a"].casefold() if match else None
