"""Two readings of one text. In: the evidence of two reviews of the same conversation. Out: pairs by place: both, only left, only right.

Two pieces of evidence are the same words if they overlap in the text. Each is paired once: with the one for the same criterion
before another, with the one that it shares most of its words with before one that only touches it. Pure: text in, pairs out,
in the order of the text.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

from coach.grounding import LONGEST, Evidence

Which = Literal["same", "differs", "left", "right"]


class Match(NamedTuple):
    """Words that one side or both took for evidence. At least one is there."""

    left: Evidence | None
    right: Evidence | None

    @property
    def which(self) -> Which:
        """Who has it: both and alike, both and read differently, or one alone."""
        if self.left is None:
            return "right"
        if self.right is None:
            return "left"
        return "differs" if self.differs else "same"

    @property
    def differs(self) -> tuple[str, ...]:
        """What both took differently from the same words."""
        if self.left is None or self.right is None:
            return ()
        names = ("criterion", "polarity", "basis", "side")
        return tuple(name for name in names if getattr(self.left, name) != getattr(self.right, name))

    @property
    def place(self) -> tuple[int, int]:
        """Sorts by the text: where the first of both begins."""
        return min(one.quote.place for one in (self.left, self.right) if one is not None)


def matched(left: Sequence[Evidence], right: Sequence[Evidence]) -> tuple[Match, ...]:
    """The evidence of two readings, matched up. In the order of the text; no piece is left out or used twice."""
    by_place = sorted(range(len(right)), key=lambda at: right[at].quote.start)
    starts = [right[at].quote.start for at in by_place]
    near: list[tuple[tuple[float, ...], int, int]] = []
    for mine, one in enumerate(left):
        for theirs in by_place[bisect_left(starts, one.quote.start - LONGEST) :]:
            other = right[theirs]
            if other.quote.start >= one.quote.end:
                break
            if (shared := min(one.quote.end, other.quote.end) - max(one.quote.start, other.quote.start)) > 0:
                longer = max(one.quote.end - one.quote.start, other.quote.end - other.quote.start)
                rank = (one.criterion != other.criterion, one.polarity != other.polarity, -shared / longer, one.quote.start, other.quote.start)
                near.append((rank, mine, theirs))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, mine, theirs in sorted(near):
        if mine not in pairs and theirs not in taken:
            pairs[mine] = theirs
            taken.add(theirs)
    found = [Match(one, right[pairs[mine]] if mine in pairs else None) for mine, one in enumerate(left)]
    found += [Match(None, other) for theirs, other in enumerate(right) if theirs not in taken]
    return tuple(sorted(found, key=lambda match: match.place))
