"""Two runs side by side. In: run A and run B. Out: for each metric a word with what it rests on, and the cases that flipped.

Only cases that both runs answered in the same state count. The primary metrics are corrected for being four (Holm); the
others are exploratory, and say so. "No detectable difference" comes with what could have been missed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from coach.errors import CaseError
from coach.evaluation.cases import Split
from coach.evaluation.metrics import METRICS, PRIMARY, Figure, Metric, figure
from coach.evaluation.results import Result, Run
from coach.evaluation.statistics import Difference, difference, holm, named


class Row(NamedTuple):
    """One metric in both runs."""

    metric: Metric
    a: Figure
    b: Figure
    difference: Difference

    @property
    def primary(self) -> bool:
        """Whether the comparison is decided on it."""
        return self.metric.id in PRIMARY

    def unit(self, size: float) -> str:
        """A difference of this metric in its unit; no difference is written as nought that is not."""
        if self.metric.per == "price":
            return f"{size:.2f}" if size >= 0.005 else f"{size:.1g}"
        return f"{100 * size:.0f} points" if size >= 0.01 else f"{100 * size:.1g} points"

    @property
    def words(self) -> str:
        """The word, with what could have been missed where nothing was detected."""
        found = self.difference
        if found.word == "no detectable difference":
            return f"{found.word} (could have missed up to {self.unit(found.could_miss)})"
        return f"{found.word} ({found.clusters} clusters)" if found.word == "not enough data" else found.word


class Flip(NamedTuple):
    """A case that passes in one run and not in the other, or gets another stage."""

    a: Result
    b: Result

    @property
    def way(self) -> str:
        """`mended`, `broken`, or `moved` where neither answer passes or both do."""
        return "mended" if self.b.passed > self.a.passed else "broken" if self.a.passed > self.b.passed else "moved"

    @property
    def false_yes(self) -> bool:
        """Whether B says yes where there is none, and A does not."""
        scores = [result.by_metric.get("false_yes") for result in (self.a, self.b)]
        return bool(scores[1] and scores[1].hits and not (scores[0] and scores[0].hits))


class Comparison(NamedTuple):
    """B against A."""

    rows: tuple[Row, ...]
    flips: tuple[Flip, ...]
    cases: int

    @property
    def word(self) -> str:
        """All primary metrics in a word: better, worse, or mixed where some are and some are not; else that nothing was detected, or could be."""
        words = [row.difference.word for row in self.rows if row.primary]
        if {"worse", "better"} <= set(words):
            return "mixed"
        for word in ("worse", "better", "no detectable difference"):
            if word in words:
                return word
        return "not enough data"

    @property
    def verdict(self) -> str:
        """One line on the primary metrics."""
        words = [f"{row.metric.title}: {row.words}" for row in self.rows if row.primary]
        return ". ".join(words) + "."


def comparable(a: Run, b: Run, split: Split | None = None) -> list[str]:
    """The cases of a split that both runs answered in the same state."""
    return [
        id
        for id, mine in a.by_case.items()
        if split in (None, mine.about.split) and mine.answer and (other := b.by_case.get(id)) and other.answer and other.about.digest == mine.about.digest
    ]


def compare(a: Run, b: Run, split: Split | None = None, metrics: Sequence[Metric] = METRICS) -> Comparison:
    """B against A over the cases of a split, or of both, on all metrics or some. Raises CaseError if they share no case."""
    both = comparable(a, b, split)
    if not both:
        raise CaseError("The two runs share no case. Run both on the same cases.")
    mine, theirs = [a.by_case[id] for id in both], [b.by_case[id] for id in both]
    pairs = [(metric, figure(metric, mine), figure(metric, theirs)) for metric in metrics]
    rows = [Row(m, x, y, difference(x.counts, y.counts, m.per, len(PRIMARY) if m.id in PRIMARY else 1)) for m, x, y in pairs if x.of and y.of]
    corrected = dict(zip(PRIMARY, holm([next((r.difference.p for r in rows if r.metric.id == id), 1.0) for id in PRIMARY]), strict=True))
    rows = [row._replace(difference=named(row.difference, row.metric.high, corrected.get(row.metric.id, row.difference.p))) for row in rows]
    flips = [Flip(x, y) for x, y in zip(mine, theirs, strict=True) if x.passed != y.passed or _label(x) != _label(y)]
    flips.sort(key=lambda flip: (not flip.false_yes, ("broken", "moved", "mended").index(flip.way), flip.a.about.id))
    return Comparison(tuple(rows), tuple(flips), len(both))


def _label(result: Result) -> object:
    return result.answer.label if result.answer else None
