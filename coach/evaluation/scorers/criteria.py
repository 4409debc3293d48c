"""Does each criterion stand where it should? In: a Seen. Out: scores over the playbook's criteria that the gold knows.

Overclaiming, a criterion called met that is not, is counted apart from every other error.
"""

from collections.abc import Iterator

from coach.evaluation.cases import GoldCriterion
from coach.evaluation.scorers.seen import Score, Seen, counted
from coach.grounding import Evidence
from coach.verdict import Standing


def scores(seen: Seen) -> Iterator[Score]:
    """Right statuses, overclaims, things missed, and statuses that nothing stands behind."""
    rows = [(row, seen.case.gold.criteria[row.id]) for row in seen.review.criteria if row.id in seen.case.gold.criteria]
    yield counted("status", (None if row.status in gold.accepted else _said(row, gold) for row, gold in rows))
    for row, gold in rows:
        yield Score(metric=f"status:{row.id}", hits=row.status in gold.accepted, of=1)
    yield _mishaps("overclaim", [(row, gold) for row, gold in rows if "met" not in gold.accepted], "met")
    yield _mishaps("missed_status", [(row, gold) for row, gold in rows if gold.status == "met" and "missing" not in gold.accepted], "missing")
    yield counted("backed_status", (_unbacked(row, seen) for row in seen.review.criteria if row.status != "missing"))
    yield counted("hope_never_met", (_on_hope(row, seen) for row in seen.review.criteria if row.status == "met"))


def _said(row: Standing, gold: GoldCriterion) -> str:
    return f"{row.id}: said {row.status}, gold {gold.status}"


def _mishaps(metric: str, rows: list[tuple[Standing, GoldCriterion]], status: str) -> Score:
    bad = [_said(row, gold) for row, gold in rows if row.status == status]
    return Score(metric=metric, hits=len(bad), of=len(rows), why=tuple(bad))


def _behind(row: Standing, seen: Seen) -> list[Evidence]:
    """The evidence that a status says it stands on; positions that point at nothing give nothing."""
    return [seen.review.evidence[at] for at in row.evidence if 0 <= at < len(seen.review.evidence)]


def _unbacked(row: Standing, seen: Seen) -> str | None:
    return None if any(e.criterion == row.id for e in _behind(row, seen)) else f"{row.id} is {row.status} with no quote"


def _on_hope(row: Standing, seen: Seen) -> str | None:
    solid = [e for e in _behind(row, seen) if e.basis != "hope" and e.polarity == "supports"]
    return None if solid else f"{row.id} is met on hope alone"
