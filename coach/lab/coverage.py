"""Which criteria the eval cases say anything on. In: a playbook and labelled cases. Out: how many cases there are for each.

A criterion is covered by cases that label its id, or its topic: the cases are labelled by the default playbook, whose ids are
the topics. Only dev cases are counted; holdout cases are never looked at here.
"""

from collections import Counter
from collections.abc import Iterable

from coach.conversation import Value
from coach.evaluation.cases import EvalCase
from coach.playbook import Playbook


class Covered(Value):
    """A criterion and how many cases label it as what. `by` is the label that was counted."""

    id: str
    by: str
    met: int = 0
    at_risk: int = 0
    missing: int = 0

    @property
    def cases(self) -> int:
        """Cases that have words on it."""
        return self.met + self.at_risk

    @property
    def says(self) -> str:
        """In words, on one line."""
        if not self.cases:
            return f"{self.id}: no case. What a review says of it is not measured."
        label = "" if self.by == self.id else f", labelled as {self.by}"
        return f"{self.id}: {self.met} cases met, {self.at_risk} at risk, {self.missing} missing{label}"


def coverage(playbook: Playbook, cases: Iterable[EvalCase]) -> tuple[Covered, ...]:
    """A row for each criterion, in the playbook's order."""
    counts: Counter[tuple[str, str]] = Counter()
    for case in cases:
        if case.split == "dev":
            counts.update((id, gold.status) for id, gold in case.gold.criteria.items())
    labels = {id for id, _ in counts}
    rows = []
    for criterion in playbook.criteria:
        by = criterion.id if criterion.id in labels else criterion.topic or criterion.id
        rows.append(Covered(id=criterion.id, by=by, met=counts[by, "met"], at_risk=counts[by, "at_risk"], missing=counts[by, "missing"]))
    return tuple(rows)
