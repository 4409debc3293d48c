"""Two sides of a comparison, ready to be looked at. In: a run, another run or a baseline, and a cut. Out: values to draw.

A side may be a blessed baseline: of each case it kept the stage and whether it passed, of everything else only totals. What
it did not keep is None here and never made up. Both sides are reduced to the cases that both answered in the same state.
Pure: reads no file, decides nothing, and escapes nothing.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from coach.errors import CaseError
from coach.evaluation.cases import LABELS, SPLITS, Kind, Label, Split
from coach.evaluation.compare import Comparison, compare
from coach.evaluation.gate import Baseline
from coach.evaluation.metrics import BY_ID, Prices, crossed, figure, matrix
from coach.evaluation.results import About, Answered, Result, Run
from coach.evaluation.scorers import Score
from coach.evaluation.statistics import upper
from coach.verdict import Status

KEY = (
    *("stage", "false_yes", "missed_yes", "abstained", "cost", "status", "overclaim", "missed_status"),
    *("evidence_recall", "evidence_precision", "holds", "twin_equal"),
)
"""The metrics that are drawn. Those that a comparison is decided on are among them."""
NEEDS_STATUSES = ("twin_equal",)
"""What stages alone would flatter: a baseline gives its totals for these."""
Totals = Mapping[Split, Mapping[str, tuple[float, float]]]


class Cut(NamedTuple):
    """Which cases are looked at; None is all."""

    split: Split | None = None
    tag: str | None = None
    lang: str | None = None
    kind: Kind | None = None

    def holds(self, about: About) -> bool:
        """Whether a case is among them."""
        wanted = ((self.split, about.split), (self.lang, about.lang), (self.kind, about.kind))
        return all(want in (None, has) for want, has in wanted) and (self.tag is None or self.tag in about.tags)

    @property
    def whole_splits(self) -> bool:
        """Whether it cuts by nothing but the split, so that a baseline's totals are about the same cases."""
        return (self.tag, self.lang, self.kind) == (None, None, None)


class Side(NamedTuple):
    """One of the two. `folder` is a run's; `totals` is what a baseline kept of the rest, None for a run, which kept everything."""

    name: str
    run: Run
    passed: Mapping[str, bool]
    folder: Path | None = None
    totals: Totals | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether it is a baseline and not a run."""
        return self.totals is not None


def of_run(name: str, run: Run, folder: Path | None = None) -> Side:
    """A run as a side."""
    return Side(name, run, {result.about.id: result.passed for result in run.results}, folder)


def of_baseline(baseline: Baseline, abouts: Iterable[About], prices: Prices) -> Side:
    """A baseline as a side: the stages of those cases that are still in the state in which they were blessed."""
    kept = [(about, blessed) for about in abouts if (blessed := baseline.cases.get(about.id)) and blessed.digest == about.digest]
    results = crossed((_stage_only(about, blessed.label) for about, blessed in kept), prices)
    run = Run(
        suite=baseline.suite,
        source="offline",
        model=baseline.model,
        prompts=baseline.prompts,
        playbook="",
        weights=baseline.weights,
        started="",
        seconds=0.0,
        results=tuple(result.model_copy(update={"scores": tuple(s for s in result.scores if s.metric not in NEEDS_STATUSES)}) for result in results),
    )
    return Side(f"Baseline of {baseline.suite}", run, {about.id: blessed.passed for about, blessed in kept}, totals=baseline.figures)


def _stage_only(about: About, label: Label | None) -> Result:
    """What follows from the stage alone, counted as `scorers.stage` counts it."""
    if label is None:
        return Result(about=about, answer=None, scores=(), error="no answer when it was blessed")
    answer = Answered(label=label, rule="", headline="", quote=None, against=None, statuses={}, calls=0, tokens_in=None, tokens_out=None)
    scores = [Score(metric="stage", hits=label in about.accept, of=1), Score(metric="abstained", hits=label == "undetermined", of=1)]
    if 2 not in about.accept:
        scores.append(Score(metric="false_yes", hits=label == 2, of=1))
    if about.gold == 2:
        scores.append(Score(metric="missed_yes", hits=label not in about.accept, of=1))
    return Result(about=about, answer=answer, scores=tuple(scores))


def within(side: Side, cut: Cut) -> Side:
    """A side with only the cases of a cut."""
    return side._replace(run=_only(side.run, {result.about.id for result in side.run.results if cut.holds(result.about)}))


def shared(a: Side, b: Side) -> tuple[Side, Side, int]:
    """Both sides with the cases that both answered in the same state, and how many cases are left out for that."""
    mine, theirs = a.run.by_case, b.run.by_case
    both = {id for id in mine if id in theirs and mine[id].about.digest == theirs[id].about.digest and mine[id].answer and theirs[id].answer}
    return a._replace(run=_only(a.run, both)), b._replace(run=_only(b.run, both)), len({*mine, *theirs} - both)


def _only(run: Run, ids: set[str]) -> Run:
    fields = {name: getattr(run, name) for name in Run.model_fields}  # no copy: that would keep what the run has cached
    return Run.model_construct(**{**fields, "results": tuple(result for result in run.results if result.about.id in ids)})


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
