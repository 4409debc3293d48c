"""Two answerers that any good one has to beat, and the two human readers. In: cases. Out: runs like any other, and agreement.

"Always stage 1" never says a false yes; "keywords" takes any usual word of a yes for one. A set of scorers that lets either do
well is broken.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from coach.evaluation.cases import EvalCase, Label, Split
from coach.evaluation.metrics import Prices, crossed
from coach.evaluation.results import Answered, Result, Run, about
from coach.evaluation.scorers import Score
from coach.evaluation.statistics import kappa

KEYWORDS = re.compile(r"\b(?:yes|let's do it|deal|approved|signed|go ahead|send (?:me |us )?the contract|purchase order)\b", re.IGNORECASE)
DUMB: dict[str, Callable[[str], Label]] = {
    "always stage 1": lambda _note: 1,
    "keywords": lambda note: 2 if KEYWORDS.search(note) else 1,
}


class Agreement(NamedTuple):
    """How far two readers agree who did not see each other's answers. No machine is to be held to more."""

    cases: int
    stage: float
    status: float
    same_stage: int
    same_status: int
    statuses: int


def dumb_run(name: str, cases: list[EvalCase], prices: Prices) -> Run:
    """The run of a dumb answerer: stages only."""
    results = []
    for case in cases:
        label = DUMB[name](case.note)
        answer = Answered(label=label, rule=name, headline=name, quote=None, against=None, statuses={}, calls=0, tokens_in=None, tokens_out=None)
        results.append(Result(about=about(case), answer=answer, scores=_scores(case, label)))
    return Run(suite=name, source="offline", model=name, prompts=None, playbook="", weights="", started="", seconds=0.0, results=crossed(results, prices))


def _scores(case: EvalCase, label: Label) -> tuple[Score, ...]:
    gold = case.gold
    found = [Score(metric="stage", hits=label in gold.accept, of=1)]
    if gold.no_real_yes:
        found.append(Score(metric="false_yes", hits=label == 2, of=1))
    if gold.stage == 2:
        found.append(Score(metric="missed_yes", hits=label not in gold.accept, of=1))
    return tuple(found)


def agreement(cases: list[EvalCase], split: Split | None = None) -> Agreement:
    """Kappa of the first two labellings of each case that has two."""
    stages: list[tuple[object, object]] = []
    statuses: list[tuple[object, object]] = []
    for case in cases:
        if len(case.labels) >= 2 and split in (None, case.split):
            one, two = case.labels[:2]
            stages.append((one.stage, two.stage))
            statuses += [(status, two.criteria.get(id)) for id, status in one.criteria.items() if id in two.criteria]
    return Agreement(len(stages), kappa(stages), kappa(statuses), sum(a == b for a, b in stages), sum(a == b for a, b in statuses), len(statuses))
