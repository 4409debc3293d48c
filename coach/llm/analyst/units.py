"""Conversation -> units of one clause or short sentence each. In: turns. Out: units with what was said just before them.

Dictated notes run on without stops; long sentences are cut where people would breathe. Plans, summaries and planted
text give no units.
"""

import re
from typing import NamedTuple

from coach.conversation import Conversation, Kind, Side, Turn
from coach.sentences import sentences
from coach.textmodel.encoder import Said

LONG = 24  # words; a longer sentence is cut into clauses
LONGEST_NAME = 60  # characters of a name and role
SHORT = 5  # words; a shorter clause stays with its neighbour
BREATH = re.compile(
    r"(?:[,;:–—]|\s[-/]|\))\s+|\s+(?=(?:and|but|so|because|cos|cause|then|which|though|although|also|anyway|except|plus|he|she|they|we|i)\s+(?:\S+\s+){2})",
    re.IGNORECASE,
)


class Unit(NamedTuple):
    """A stretch of one turn. `before` is the end of what was said before it, by whomever."""

    turn: Turn
    start: int
    end: int
    text: str
    before: str
    rep: bool


def units_of(conversation: Conversation) -> list[Unit]:
    """Units in order. Those of the rep in a transcript are kept for context, marked `rep`."""
    units: list[Unit] = []
    source = conversation.source
    before = ""
    for turn in conversation.turns:
        if turn.kind in (Kind.PLAN, Kind.SUMMARY):
            continue
        rep = turn.side is Side.REP and turn.kind is not Kind.NOTES
        for start, end in sentences(source, turn.start, turn.end):
            for a, b in _clauses(source, start, end):
                if conversation.is_planted(a, b):
                    continue
                text = source[a:b]
                units.append(Unit(turn, a, b, text, before, rep))
                before = text
    return units


def said(conversation: Conversation, units: list[Unit]) -> list[Said]:
    """The units as the encoder reads them: the first of a turn says who speaks, and in which role."""
    passages: list[Said] = []
    turn = -1
    for unit in units:
        who = _named(conversation, unit.turn) if unit.turn.index != turn else ""
        passages.append(Said(unit.text, "rep" if unit.rep else unit.turn.kind.value, who))
        turn = unit.turn.index
    return passages


def _named(conversation: Conversation, turn: Turn) -> str:
    if not turn.speaker:
        return ""
    person = conversation.person(turn.speaker)
    return " ".join([turn.speaker.split()[0], *([person.role] if person and person.role else [])])[:LONGEST_NAME]


def _clauses(source: str, start: int, end: int) -> list[tuple[int, int]]:
    if source.count(" ", start, end) < LONG:
        return [(start, end)]
    cuts = [start]
    for breath in BREATH.finditer(source, start, end):
        if source.count(" ", cuts[-1], breath.start()) >= SHORT and source.count(" ", breath.end(), end) >= SHORT - 1:
            cuts.append(breath.end())
    spans = []
    for a, b in zip(cuts, [*cuts[1:], end], strict=True):
        while b > a and (source[b - 1].isspace() or source[b - 1] in ",;:–—-/"):
            b -= 1
        if a < b:
            spans.append((a, b))
    return spans
