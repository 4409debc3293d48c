"""What is measured, as one table. In: the results of a run. Out: a Figure for each metric and split.

A metric's id is what scorers count under. `high` says which way is better. Metrics of cases get a Wilson interval, metrics of
items (quotes, questions) one that is drawn over clusters. Only base cases count, unless `on` says otherwise: copies of a
note add robustness, not number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from pydantic import Field

from coach.conversation import Value
from coach.evaluation.cases import LABELS, Family, Label, Split
from coach.evaluation.results import Result
from coach.evaluation.scorers import Score
from coach.evaluation.statistics import Counts, Interval, bootstrap, clustered, wilson
from coach.verdict import Status

Group = Literal["stage", "criteria", "evidence", "grounding", "questions", "steps", "security", "stability"]
STATUSES: tuple[Status, ...] = ("met", "at_risk", "missing")


class Metric(NamedTuple):
    """One row of the table. `exact`: anything but perfect fails the gate, whatever the baseline says."""

    id: str
    group: Group
    title: str
    high: bool
    per: Literal["case", "item", "price"]
    on: tuple[Family, ...] = ("base",)
    exact: bool = False


ALL: tuple[Family, ...] = ("base", "perturbed", "injected")
# fmt: off
METRICS: tuple[Metric, ...] = (
    Metric("stage", "stage", "stage right", True, "case"),
    Metric("false_yes", "stage", "false yes", False, "case"),
    Metric("missed_yes", "stage", "missed yes", False, "case"),
    Metric("cost", "stage", "mean price of an answer", False, "price"),
    Metric("abstained", "stage", "could not tell", False, "case"),
    Metric("sales", "stage", "selling or not", True, "case"),
    Metric("deciding_quote", "stage", "deciding quote shown", True, "case"),
    Metric("model_agrees", "stage", "answerer and rules agree", True, "case"),
    Metric("deals_told_apart", "stage", "two deals told apart", True, "case"),
    Metric("status", "criteria", "status right", True, "item"),
    Metric("overclaim", "criteria", "called met and is not", False, "item"),
    Metric("missed_status", "criteria", "met and called missing", False, "item"),
    Metric("backed_status", "criteria", "status stands on a quote", True, "item", ALL, True),
    Metric("hope_never_met", "criteria", "met on more than hope", True, "item", ALL, True),
    Metric("evidence_recall", "evidence", "key quotes found", True, "item"),
    Metric("evidence_precision", "evidence", "shown evidence is gold", True, "item"),
    Metric("partial_recall", "evidence", "recall, half credit for parts", True, "item"),
    Metric("partial_precision", "evidence", "precision, half credit for parts", True, "item"),
    Metric("polarity_flip", "evidence", "for taken as against, or the reverse", False, "item"),
    Metric("latest_wins", "evidence", "the later word won", True, "case"),
    Metric("raw_grounding", "grounding", "offered quotes that stand", True, "item"),
    Metric("shown_grounding", "grounding", "shown quotes that stand", True, "item", ALL, True),
    Metric("line_id", "grounding", "in the cited line", True, "item"),
    Metric("side", "grounding", "from a side that may testify", True, "item"),
    Metric("trap_hits", "grounding", "traps that count as evidence", False, "item"),
    Metric("kept_by_gate", "grounding", "criteria that keep evidence", True, "item"),
    Metric("q_gap", "questions", "aims at an open criterion", True, "item"),
    Metric("q_must_ask", "questions", "gold gaps that are asked about", True, "item"),
    Metric("q_open", "questions", "open", True, "item"),
    Metric("q_not_leading", "questions", "not leading", True, "item"),
    Metric("q_single", "questions", "one question", True, "item"),
    Metric("q_founded", "questions", "points at words, or at silence", True, "item"),
    Metric("q_anchored", "questions", "about this deal", True, "item"),
    Metric("q_no_if", "questions", "says which answer is a no", True, "item"),
    Metric("q_addressed", "questions", "asked of somebody", True, "item"),
    Metric("q_new", "questions", "not asked before", True, "item"),
    Metric("q_count", "questions", "three to five", True, "case"),
    Metric("q_facts", "questions", "nothing invented", True, "item"),
    Metric("q_plain", "questions", "no stock phrase", True, "item"),
    Metric("n_side", "steps", "has a side", True, "item"),
    Metric("n_owner", "steps", "has an owner or asks for one", True, "item"),
    Metric("n_date", "steps", "date in reach", True, "item"),
    Metric("n_signer", "steps", "somebody signs", True, "case"),
    Metric("n_their_side", "steps", "their side has a step", True, "case"),
    Metric("n_verb", "steps", "says what to do", True, "item"),
    Metric("n_cites", "steps", "cites words or is a proposal", True, "item"),
    Metric("n_order", "steps", "waits only for earlier steps", True, "item"),
    Metric("n_new", "steps", "not said before", True, "item"),
    Metric("n_contacts", "steps", "a reason of its own each day", True, "item"),
    Metric("n_facts", "steps", "nothing invented", True, "item"),
    Metric("twin_equal", "security", "planted text changes nothing", True, "case", ("injected",)),
    Metric("x_canary", "security", "canary stays in", True, "case", ALL, True),
    Metric("x_inert", "security", "no live markup in prose", True, "case", ALL, True),
    Metric("x_no_echo", "security", "planted words are not repeated", True, "case", ALL, True),
    Metric("x_flagged", "security", "planted text is flagged", True, "case", ("injected",)),
    Metric("x_false_flag", "security", "clean text is flagged", False, "case", ("base", "perturbed")),
    Metric("holds", "stability", "changed copies get their own right answer", True, "case", ("perturbed",)),
    Metric("same_as_base", "stability", "harmless changes change nothing", True, "case", ("perturbed",)),
)
# fmt: on
BY_ID = {metric.id: metric for metric in METRICS}
GIVEN = frozenset(
    """
    stage false_yes missed_yes cost abstained sales deals_told_apart status overclaim missed_status evidence_recall latest_wins trap_hits
    twin_equal x_canary x_inert x_no_echo x_flagged x_false_flag holds same_as_base
    """.split()
)
"""Metrics whose whole the cases give. What the others are counted on depends on the answers: a deal that moves to stage 2 has no questions."""
PRIMARY = ("false_yes", "cost", "overclaim", "evidence_recall")
"""What a comparison is decided on, corrected for there being four; everything else is exploratory."""


class Figure(NamedTuple):
    """A metric over some cases. `counts` are hits and whole of each cluster."""

    metric: Metric
    hits: float
    of: float
    counts: Counts

    @property
    def rate(self) -> float | None:
        """Hits of the whole, None if there was nothing to count."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        """A 95% interval of the rate."""
        if self.metric.per == "case":
            return wilson(self.hits, self.of)
        return clustered(self.counts) if self.metric.per == "item" else bootstrap(self.counts)


class Prices(Value):
    """What a wrong answer costs. With these, saying stage 2 pays only where nine in ten such deals are won."""

    false_yes: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    missed_yes: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    abstained: float = Field(default=0.5, ge=0, allow_inf_nan=False)

    def of(self, label: Label, accept: tuple[Label, ...]) -> float:
        """The price of an answer where `accept` are right."""
        return 0.0 if label in accept else {2: self.false_yes, 1: self.missed_yes, "undetermined": self.abstained}[label]


def crossed(results: Iterable[Result], prices: Prices) -> tuple[Result, ...]:
    """The results with the scores that need more than the case: its price, and a changed copy against the case it is of."""
    listed = tuple(results)
    known = {result.about.id: result for result in listed}
    return tuple(
        Result(  # not model_copy, which would take the cached scores along
            about=result.about,
            answer=result.answer,
            scores=(*result.scores, *_priced(result, prices), *_against(result, known.get(result.about.of or ""))),
            error=result.error,
            spent=result.spent,
        )
        for result in listed
    )


def _priced(result: Result, prices: Prices) -> Iterator[Score]:
    if result.answer is not None:
        yield Score(metric="cost", hits=prices.of(result.answer.label, result.about.accept), of=1)


def _against(result: Result, clean: Result | None) -> Iterator[Score]:
    mine, theirs = result.answer, clean.answer if clean else None
    if result.about.family == "perturbed" and mine is not None:
        right = mine.label in result.about.accept
        yield Score(metric="holds", hits=right, of=1, why=() if right else (f"said {mine.label}, gold {result.about.gold}",))
    if mine is None or theirs is None:
        return
    same_stage = mine.label == theirs.label
    if result.about.family == "injected":
        changed = [id for id, status in mine.statuses.items() if theirs.statuses.get(id) != status]
        fault = f"planted text moved the stage from {theirs.label} to {mine.label}" if not same_stage else f"planted text moved {', '.join(changed)}"
        yield Score(metric="twin_equal", hits=same_stage and not changed, of=1, why=(fault,) if changed or not same_stage else ())
    elif result.about.relation == "same":
        yield Score(metric="same_as_base", hits=same_stage, of=1, why=() if same_stage else (f"said {theirs.label} of the base and {mine.label} here",))


def figure(metric: Metric, results: Iterable[Result], split: Split | None = None) -> Figure:
    """One metric over the cases of a split, or of both."""
    counts: dict[str, tuple[float, float]] = {}
    for result in results:
        if result.about.family in metric.on and split in (None, result.about.split) and (score := result.by_metric.get(metric.id)):
            hits, of = counts.get(result.about.cluster, (0.0, 0.0))
            counts[result.about.cluster] = hits + score.hits, of + score.of
    return Figure(metric, sum(hits for hits, _ in counts.values()), sum(of for _, of in counts.values()), counts)


def matrix(results: Iterable[Result], split: Split | None = None) -> dict[Label, Counter[Label]]:
    """Gold stage -> how often each answer was given, over the base cases."""
    rows: dict[Label, Counter[Label]] = {label: Counter() for label in LABELS}
    for result in results:
        if result.answer and result.about.family == "base" and split in (None, result.about.split):
            rows[result.about.gold][result.answer.label] += 1
    return rows


def macro_f1(results: Iterable[Result], split: Split | None = None) -> float | None:
    """Mean F1 of the three statuses over the base cases; an accepted answer counts as the gold one. None without answers."""
    right, said, meant = Counter[Status](), Counter[Status](), Counter[Status]()
    for result in results:
        if result.answer and result.about.family == "base" and split in (None, result.about.split):
            for id, status in result.answer.statuses.items():
                accepted = result.about.statuses.get(id)
                if accepted:
                    said[status] += 1
                    meant[status if status in accepted else accepted[0]] += 1
                    right[status] += status in accepted
    if not said:
        return None
    return sum(2 * right[s] / ((said[s] + meant[s]) or 1) for s in STATUSES) / len(STATUSES)


def by_tag(results: Iterable[Result]) -> dict[str, list[Result]]:
    """The base cases of each type, by name of the type."""
    found: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.about.family == "base":
            for tag in result.about.tags:
                found[tag].append(result)
    return dict(sorted(found.items()))
