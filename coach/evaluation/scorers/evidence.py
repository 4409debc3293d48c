"""Is the evidence found, and is what is shown evidence? In: a Seen. Out: scores against the gold quotes."""

from collections.abc import Iterator

from coach.evaluation.scorers.seen import Score, Seen, counted


def scores(seen: Seen) -> Iterator[Score]:
    """Recall over required quotes, precision, the partial-credit pair, flipped polarity, and whether the later word won."""
    found = seen.match
    agreeing, flipped = found.agreeing, found.flipped
    hit = {pair.gold for pair in agreeing}
    pieces = [*(pair.gold for pair in found.pairs), *found.missed]
    note = seen.case.note
    yield counted(
        "evidence_recall",
        (None if piece in hit else f"{piece.criterion}: missed “{note[piece.start : piece.end]}”" for piece in pieces if piece.required),
    )
    yield counted("evidence_precision", [*(None for _ in agreeing), *(f"{e.criterion} {e.polarity}: “{e.quote.text}”" for e in found.spurious), *_flips(seen)])
    credit = sum(1.0 if pair.exact else 0.5 for pair in agreeing)
    optional = sum(not piece.required for piece in found.missed)
    yield Score(metric="partial_precision", hits=credit, of=len(found.pairs) + len(found.spurious))
    yield Score(metric="partial_recall", hits=credit, of=len(pieces) - optional)
    yield Score(metric="polarity_flip", hits=len(flipped), of=len(found.pairs), why=tuple(_flips(seen)))
    if {"retracted", "budget_given_then_negated", "bought_yes_then_no"} & set(seen.case.tags):
        yield counted("latest_wins", [_outlived(seen)])


def _flips(seen: Seen) -> Iterator[str]:
    for pair in seen.match.flipped:
        yield f"{pair.gold.criterion}: “{pair.found.quote.text}” {pair.found.polarity}, gold {pair.gold.polarity}"


def _outlived(seen: Seen) -> str | None:
    """Why an earlier word outlived a later one, or None."""
    if seen.review.verdict.stage == 2 and seen.case.gold.no_real_yes:
        return "an earlier yes outlived the later word"
    for row in seen.review.criteria:
        gold = seen.case.gold.criteria.get(row.id)
        if gold and row.status == "met" and "met" not in gold.accepted and any(quote.polarity == "undermines" for quote in gold.quotes):
            return f"{row.id} is met although something later speaks against it"
    return None
