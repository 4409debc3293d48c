"""Two sides, ready to be looked at. In: a side, another or none, and a cut. Out: values to draw: stages, criteria, key figures.

What a side did not keep is None here and never made up. Pure: reads no file, decides nothing, and escapes nothing.
"""

from typing import NamedTuple

from coach.errors import CaseError
from coach.evaluation.cases import LABELS, SPLITS, Label
from coach.evaluation.compare import Comparison, compare
from coach.evaluation.metrics import BY_ID, figure, matrix
from coach.evaluation.sides import Cut, Side
from coach.evaluation.statistics import upper
from coach.verdict import Status

KEY = (
    *("stage", "false_yes", "missed_yes", "abstained", "cost", "status", "overclaim", "missed_status"),
    *("evidence_recall", "evidence_precision", "holds", "twin_equal"),
)
"""The metrics that are drawn. Those that a comparison is decided on are among them."""


class Mishap(NamedTuple):
    """How often something happened that should not. Rates are 0 to 1; `bound` is the exact 95% upper one."""

    hits: int
    of: int
    low: float
    high: float
    bound: float


class Stages(NamedTuple):
    """The stage matrix, gold down and answer across, in the order of `LABELS`, and the two errors apart."""

    rows: tuple[tuple[Label, tuple[int, ...]], ...]
    false_yes: Mishap
    missed_yes: Mishap


def stages(side: Side) -> Stages:
    """The stages of a side over its base cases."""
    counts = matrix(side.run.results)
    rows = tuple((gold, tuple(counts[gold][label] for label in LABELS)) for gold in LABELS)
    return Stages(rows, _mishap(side, "false_yes"), _mishap(side, "missed_yes"))


def _mishap(side: Side, metric: str) -> Mishap:
    found = figure(BY_ID[metric], side.run.results)
    return Mishap(round(found.hits), round(found.of), *found.interval, upper(found.hits, found.of))


class Count(NamedTuple):
    """Hits of a whole."""

    hits: float
    of: float


class Criterion(NamedTuple):
    """One criterion on one side: statuses that are right, called met that are not, and met that were called missing."""

    right: Count
    overclaimed: Count
    missed: Count


class CriterionRow(NamedTuple):
    """One criterion on both sides; None where a side did not keep it."""

    id: str
    a: Criterion | None
    b: Criterion | None


ALL_CRITERIA = "all criteria"


def criteria(a: Side | None, b: Side, cut: Cut) -> list[CriterionRow]:
    """A row for each criterion that the gold knows, and one for all."""
    names = dict.fromkeys(id for result in b.run.results for id in result.about.statuses)
    rows = [CriterionRow(id, _criterion(a, id) if a and not a.is_baseline else None, _criterion(b, id)) for id in names]
    if rows:
        rows.append(CriterionRow(ALL_CRITERIA, _all_criteria(a, cut) if a else None, _all_criteria(b, cut)))
    return rows


def _criterion(side: Side, id: str) -> Criterion:
    said: list[tuple[Status, tuple[Status, ...]]] = [
        (result.answer.statuses[id], result.about.statuses[id])
        for result in side.run.results
        if result.about.family == "base" and result.answer and id in result.answer.statuses and id in result.about.statuses
    ]
    not_met = [status for status, accepted in said if "met" not in accepted]
    met = [status for status, accepted in said if accepted[0] == "met" and "missing" not in accepted]
    right = sum(status in accepted for status, accepted in said)
    return Criterion(Count(right, len(said)), Count(not_met.count("met"), len(not_met)), Count(met.count("missing"), len(met)))


def _all_criteria(side: Side, cut: Cut) -> Criterion | None:
    counts = [total(side, metric, cut) for metric in ("status", "overclaim", "missed_status")]
    known = [count for count in counts if count is not None]
    return Criterion(*known) if len(known) == len(counts) else None


def total(side: Side, metric: str, cut: Cut) -> Count | None:
    """A metric's counts on a side; for a baseline its totals, None where the cut is not about the same cases."""
    found = figure(BY_ID[metric], side.run.results)
    if found.of or side.totals is None:
        return Count(found.hits, found.of) if found.of else None
    if not cut.whole_splits:
        return None
    splits = [cut.split] if cut.split else list(SPLITS)
    kept = [Count(*side.totals[split][metric]) for split in splits if metric in side.totals.get(split, {})]
    return Count(sum(one.hits for one in kept), sum(one.of for one in kept)) if kept else None


class Dot(NamedTuple):
    """A figure with its 95% interval; None without one, because totals have none. A rate is 0 to 1, a price is not."""

    value: float
    low: float | None
    high: float | None
    hits: float
    of: float


class KeyFigure(NamedTuple):
    """One figure on both sides, and the word for the difference where one can be given. `decides`: the comparison rests on it."""

    id: str
    title: str
    higher_is_better: bool
    is_price: bool
    a: Dot | None
    b: Dot | None
    words: str
    decides: bool


NO_WORD = "the baseline kept totals only"
THE_SAME = "the same in every deal"


def key_figures(a: Side | None, b: Side, cut: Cut) -> list[KeyFigure]:
    """The figures that are drawn, over two sides that were made to share their cases."""
    rows = _compared(a, b).rows if a else ()
    words = {row.metric.id: (THE_SAME if row.a.counts == row.b.counts else row.words, row.primary) for row in rows}
    found = []
    for id in KEY:
        metric = BY_ID[id]
        before, now = _dot(a, id, cut) if a else None, _dot(b, id, cut)
        word, decides = words.get(id, (NO_WORD if a and a.is_baseline and before else "", False))
        if before or now:
            found.append(KeyFigure(id, metric.title, metric.high, metric.per == "price", before, now, word, decides))
    return found


def _compared(a: Side, b: Side) -> Comparison:
    try:
        return compare(a.run, b.run, metrics=[BY_ID[id] for id in KEY])
    except CaseError:
        return Comparison((), (), 0)


def _dot(side: Side, id: str, cut: Cut) -> Dot | None:
    found = figure(BY_ID[id], side.run.results)
    if found.rate is not None:
        return Dot(found.rate, *found.interval, found.hits, found.of)
    kept = total(side, id, cut)
    return Dot(kept.hits / kept.of, None, None, kept.hits, kept.of) if kept and kept.of else None
