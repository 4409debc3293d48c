"""What is held against what. In: a run, or a blessed baseline. Out: a Side, cut to some cases, or to those that two sides share.

A baseline kept of each case its stage and whether it passed, and of everything else only totals: its Side is a run that holds
no more than that. Nothing that was not kept is made up. Pure: reads no file.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from coach.evaluation.cases import Kind, Label, Split
from coach.evaluation.gate import Baseline
from coach.evaluation.metrics import Prices, crossed
from coach.evaluation.results import About, Answered, Result, Run
from coach.evaluation.scorers import Score

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
    def is_narrow(self) -> bool:
        """Whether it may leave so few cases that a figure tells which case it is about."""
        return (self.tag, self.lang) != (None, None)

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
