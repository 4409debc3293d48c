"""What was brought back from a call. In: decoded text, already cut into turns by a reader. Out: frozen values.

Offsets count characters of `Conversation.source`, which is kept exactly as it was decoded.
Never reads files, never guesses who said what: a side that the text does not give is `unknown`.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Side(StrEnum):
    """Who somebody works for, seen from the deal."""

    PROSPECT = "prospect"
    REP = "rep"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a stretch of text is worth as testimony."""

    TRANSCRIPT = "transcript"  # said
    NOTES = "notes"  # the rep's report
    EMAIL = "email"  # written by the named sender
    PLAN = "plan"  # written before the call: nothing in it was said
    SUMMARY = "summary"  # headers, outcomes, notes under a transcript: may warn, never supports


class Span(Value):
    """Half-open range of characters of the source: `source[start:end]`."""

    start: int
    end: int


class Hidden(Span):
    """A stretch that a reader of the original does not see. `why` says in plain words what hides it."""

    why: str


class Person(Value):
    """Somebody named in the text. `because` says in plain words where the side comes from."""

    name: str
    side: Side = Side.UNKNOWN
    role: str | None = None
    company: str | None = None
    because: str = ""


class Turn(Value):
    """One utterance, or one line or sentence of notes. `time` and `until` are in seconds from the start of the call."""

    index: int
    start: int
    end: int
    speaker: str | None = None
    side: Side = Side.UNKNOWN
    kind: Kind = Kind.NOTES
    time: float | None = None
    until: float | None = None


class Conversation(Value):
    """The text as turns in the order in which things were said.

    `planted` are stretches that address software, `hidden` those that nobody who looks at the original sees. Neither counts.
    """

    source: str
    name: str = "note"
    kind: Kind = Kind.NOTES
    turns: tuple[Turn, ...] = ()
    people: tuple[Person, ...] = ()
    planted: tuple[Span, ...] = ()
    hidden: tuple[Hidden, ...] = ()

    def text(self, turn: Turn) -> str:
        """The characters of a turn."""
        return self.source[turn.start : turn.end]

    @cached_property
    def read(self) -> float:
        """Share of the non-blank lines' characters whose line holds a turn, or stands right above one as its label, 0 to 1."""
        starts = sorted(turn.start for turn in self.turns)
        ends = sorted(turn.end for turn in self.turns)
        total = covered = label = at = 0
        for line in self.source.splitlines(keepends=True):
            size, stop = len(line.strip()), at + len(line)
            total += size
            if bisect_left(starts, stop) > bisect_right(ends, at):  # some turn begins before the end, ends after the start
                covered += size + label
                label = 0
            elif size:
                label = size
            at = stop
        return covered / total if total else 1.0

    @cached_property
    def told_hidden(self) -> str:
        """What a person is told about hidden text, "" if there is none."""
        counts = Counter[str]()
        for span in self.hidden:
            counts[span.why] += span.end - span.start
        why = "; ".join(f"{reason}: {count:,}" for reason, count in counts.most_common())
        return f"hidden text: {counts.total():,} characters, not counted as said ({why})" if why else ""

    @cached_property
    def by_name(self) -> dict[str, Person]:
        """People by folded full name and by first name where that is unambiguous."""
        names: dict[str, Person] = {}
        firsts: dict[str, list[Person]] = {}
        for person in self.people:
            names[person.name.casefold()] = person
            firsts.setdefault(person.name.split()[0].casefold(), []).append(person)
        for first, owners in firsts.items():
            if len(owners) == 1:
                names.setdefault(first, owners[0])
        return names

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the source, folded."""
        return frozenset(re.findall(r"\w+", self.source.casefold()))

    def person(self, name: str | None) -> Person | None:
        """The person of that name, by full or unambiguous first name. Two surnames that differ are two people."""
        if not name or not name.strip():
            return None
        folded = name.strip().casefold()
        first, *rest = folded.split()
        found = self.by_name.get(folded) or self.by_name.get(first)
        known = found.name.casefold().split()[1:] if found else []
        return None if rest and known and not set(rest) & set(known) else found

    def is_planted(self, start: int, end: int) -> bool:
        """Whether the range touches text that addresses software instead of people."""
        return any(start < span.end and end > span.start for span in self.planted)
