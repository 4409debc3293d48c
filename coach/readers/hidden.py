"""What nobody sees -> spans. In: a text, and stretches that its file hides. Out: hidden spans, and turns without their words.

Unseen characters (Unicode tags, zero-width and direction marks) stay where they are: models never get them and matching
skips them. Words that are hidden (HTML comments, white text, text of no size) belong to no turn, so they never count as
said. Nothing is taken out of the source.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from coach.conversation import Hidden, Turn

UNSEEN = re.compile(
    "(?P<tags>[\U000e0000-\U000e007f\U000e0100-\U000e01ef]+)|(?P<turns>[\u202a-\u202e\u2066-\u2069]+)|(?P<none>[\u200b\u2060-\u2064\u180e\ufeff]+|[\u200c\u200d]{2,})"
)
WHY = {"tags": "characters made for tagging, which no font shows", "turns": "marks that turn the direction of text round", "none": "characters without width"}
COMMENT = "an HTML comment"


def hidden_spans(source: str, known: Iterable[Hidden] = ()) -> tuple[Hidden, ...]:
    """Every hidden stretch of the source in order; `known` are those that its file says are hidden."""
    words = sorted([*known, *_comments(source)], key=lambda h: (h.start, -h.end))
    found: list[Hidden] = []
    for span in words:
        if span.start < span.end and (not found or span.start >= found[-1].end):
            found.append(span)
    starts = [span.start for span in found]
    for mark in UNSEEN.finditer(source):
        at = bisect_right(starts, mark.start()) - 1
        if at < 0 or found[at].end < mark.end():
            found.append(Hidden(start=mark.start(), end=mark.end(), why=WHY[str(mark.lastgroup)]))
    return tuple(sorted(found, key=lambda h: h.start))


def _comments(source: str) -> Iterator[Hidden]:
    start = source.find("<!--")
    while start >= 0:
        end = source.find("-->", start + 4)
        if end < 0:
            return
        yield Hidden(start=start, end=end + 3, why=COMMENT)
        start = source.find("<!--", end + 3)


def without_hidden(source: str, turns: Iterable[Turn], hidden: Iterable[Hidden]) -> tuple[Turn, ...]:
    """The turns, cut where they hold hidden words."""
    walls = [span for span in hidden if span.why not in WHY.values()]
    kept: list[Turn] = []
    ends = [wall.end for wall in walls]
    for turn in turns:
        start = turn.start
        for wall in walls[bisect_right(ends, turn.start) :]:
            if wall.start >= turn.end:
                break
            kept += _part(source, turn, start, wall.start)
            start = wall.end
        kept += _part(source, turn, start, turn.end) if walls else [turn]
    return tuple(turn if turn.index == at else turn.model_copy(update={"index": at}) for at, turn in enumerate(kept))


def _part(source: str, turn: Turn, start: int, end: int) -> list[Turn]:
    text = source[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
    return [turn.model_copy(update={"start": start, "end": end})] if start < end else []
