"""Every scorer. In: a case, seen reviewed. Out: its Scores, each with the reason for what failed.

A scorer is a function from `Seen` to scores; `SCORERS` names them. What a metric means, and which way is better, stands in
`coach.evaluation.metrics`. Pure: no model, no clock, no files.
"""

from collections.abc import Callable, Iterator

from coach.evaluation.scorers import criteria, evidence, grounding, questions, security, stage, steps
from coach.evaluation.scorers.seen import Score, Seen

SCORERS: dict[str, Callable[[Seen], Iterator[Score]]] = {
    "stage": stage.scores,
    "criteria": criteria.scores,
    "evidence": evidence.scores,
    "grounding": grounding.scores,
    "questions": questions.scores,
    "steps": steps.scores,
    "security": security.scores,
}
"""By the group of the metrics that they count for."""


def score(seen: Seen, *groups: str) -> list[Score]:
    """All scores of one case, or those of some groups; a scorer that has nothing to count there gives none."""
    return [made for group in groups or SCORERS for made in SCORERS[group](seen) if made.of]


__all__ = ["SCORERS", "Score", "Seen", "score"]
