"""Every quote on the sheet and where it stands in the note. In: a Conversation and quotes. Out: highlights, and the note in segments.

The note is cut here and not in the browser, because offsets count characters and JavaScript counts UTF-16 units. All the
segments joined give the note back, but for characters that nobody sees: those become a label that says so.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from coach.conversation import Conversation, Kind
from coach.grounding import Quote
from coach.render.wording import whose

Json = dict[str, Any]

KINDS = ("hope", "undermines", "supports", "plain")
"""What a highlight looks like where several things are true of it: the first that is."""
DIMMED = {Kind.PLAN: "planned, not said", Kind.SUMMARY: "heading or summary: never counts for a yes"}
BREAKS = "\r\n\u2028\u2029"
LINE = re.compile(r"[^\r\n\u2028\u2029]*(?:\r\n|[\r\n\u2028\u2029]|\Z)")
HIDDEN = re.compile(r"[\U000e0000-\U000e007f\u200b\u2060\u202a-\u202e\u2066-\u2069]+")
LONGEST_LABEL = 120  # characters of "[00:12] Name (role):" before an utterance


class _Cover(NamedTuple):
    """A range of the note and what is true of it."""

    start: int
    end: int
    what: str
    value: Any


class Marks:
    """Highlights of one note, collected while the sheet is drawn. A place that is quoted twice is one highlight."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.all: list[Json] = []
        self._places: dict[tuple[int, int], int] = {}
        self._lines = [m.start() for m in LINE.finditer(conversation.source) if m.group() or not m.start()]

    def add(self, quote: Quote, kind: str = "plain", says: str = "", card: str = "") -> int:
        """The number of the highlight at the quote's place. `card` is the criterion that a press on it shows."""
        at = self._places.setdefault((quote.start, quote.end), len(self.all))
        if at == len(self.all):
            self.all.append({"start": quote.start, "end": quote.end, "kind": kind, "says": [], "cards": []})
        mark = self.all[at]
        mark["kind"] = min(mark["kind"], kind, key=KINDS.index)
        for words, held in ((says, mark["says"]), (card, mark["cards"])):
            if words and words not in held:
                held.append(words)
        return at

    def quote(self, quote: Quote | None, by: str | None = None, says: str = "") -> Json | None:
        """A quote as it is shown: its words, whose they are, on which line, and which highlight it is."""
        if quote is None:
            return None
        return {"text": quote.text, "who": whose(quote, self.conversation, by), "line": self.line(quote.start), "mark": self.add(quote, says=says)}

    def line(self, offset: int) -> int:
        """The line of the note, from 1, on which a character stands."""
        return bisect_right(self._lines, offset)

    def start(self, line: int) -> int:
        """Where a line of the note begins; the last one where there is no such line."""
        return self._lines[min(max(line, 1), len(self._lines)) - 1]

    def lines(self) -> Iterator[Json]:
        """The note line by line, each cut into segments that are wholly in or out of every highlight."""
        source, starts = self.conversation.source, set(self._lines)
        opens: dict[int, list[_Cover]] = {}
        cuts = {len(source), *starts}
        for cover in self._covers():
            opens.setdefault(cover.start, []).append(cover)
            cuts |= {cover.start, cover.end}
        active: list[_Cover] = []
        rows: list[list[Json]] = []
        for a, b in pairwise(sorted(cuts)):
            active = [cover for cover in (*active, *opens.get(a, [])) if cover.end > a]
            if a in starts:
                rows.append([])
            rows[-1].extend(_segments(source[a:b].rstrip(BREAKS), active))
        for number, row in enumerate(rows, 1):
            yield {"n": number, "segments": row, "label": "; ".join(dict.fromkeys(s["dim"] for s in row if "dim" in s))}

    def _covers(self) -> Iterator[_Cover]:
        source = self.conversation.source
        for at, mark in enumerate(self.all):
            yield _Cover(mark["start"], mark["end"], "marks", at)
        for span in self.conversation.planted:
            yield _Cover(span.start, span.end, "planted", True)
        for span in self.conversation.hidden:
            if source[span.start : span.end].isprintable():
                yield _Cover(span.start, span.end, "dim", f"hidden, not counted as said: {span.why}")
        for turn in self.conversation.turns:
            if turn.kind in DIMMED:
                yield _Cover(turn.start, turn.end, "dim", DIMMED[turn.kind])
            if turn.speaker:
                yield _Cover(max(source.rfind("\n", 0, turn.start) + 1, turn.start - LONGEST_LABEL), turn.start, "speaker", True)


def _segments(text: str, active: list[_Cover]) -> Iterator[Json]:
    """One stretch of a line, with what is true of it."""
    true: Json = {cover.what: cover.value for cover in active if cover.what != "marks"}
    if marks := [cover.value for cover in active if cover.what == "marks"]:
        true["marks"] = marks
    at = 0
    for unseen in HIDDEN.finditer(text):
        if unseen.start() > at:
            yield {"text": text[at : unseen.start()], **true}
        yield {"text": _told(unseen.group()), "hidden": True, **true}
        at = unseen.end()
    if text[at:]:
        yield {"text": text[at:], **true}


def _told(unseen: str) -> str:
    letters = "".join(chr(ord(char) - 0xE0000) for char in unseen if 0xE0020 <= ord(char) < 0xE007F)
    return f"hidden: {letters}" if letters else f"{len(unseen)} hidden"
