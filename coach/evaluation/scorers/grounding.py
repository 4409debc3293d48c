"""Are the quotes real, from where they were said to be, and from the right side? In: a Seen. Out: scores.

`raw_grounding` is about what the model offered, `shown_grounding` about what got through: code cuts every quote from the
note, so anything below all of them is a bug of ours.
"""

from collections.abc import Iterator

from coach.evaluation.cases import Trap
from coach.evaluation.scorers.seen import Score, Seen, counted
from coach.evaluation.truth import ENOUGH, overlap
from coach.grounding import Evidence, Folded, Quote

RIGHT_PLACE_WRONG_WITNESS = ("the rep's own words", "was planned", "addresses the software", "a heading or summary")
"""How grounding begins its reasons for words that stand in the note and are no testimony."""


def scores(seen: Seen) -> Iterator[Score]:
    """Raw and shown grounding, line ids, sides, traps, and criteria that lost their only evidence."""
    yield counted("raw_grounding", [*(None for _ in _kept(seen)), *(_ungrounded(item.reason, item.quote) for item in seen.review.rejected)])
    yield counted("side", [*(None for _ in _kept(seen)), *(_wrong_side(item.reason, item.quote) for item in seen.review.rejected)])
    yield counted("shown_grounding", (_doctored(quote, seen) for quote in seen.shown.quotes))
    if seen.extracted is not None:
        yield counted("line_id", (_misplaced(claim.line, claim.quote, seen) for claim in seen.extracted.claims if _stands(claim.quote, seen)))
    hits = [why for trap in seen.case.traps if (why := _caught(trap, seen))]
    yield Score(metric="trap_hits", hits=len(hits), of=len(seen.case.traps), why=tuple(hits))
    lost = {item.what for item in seen.review.rejected} - {e.criterion for e in seen.review.evidence}
    yield counted("kept_by_gate", [f"all evidence on {c.id} was thrown out" if c.id in lost else None for c in seen.playbook.criteria])


def _kept(seen: Seen) -> tuple[object, ...]:
    return (*seen.review.evidence, *seen.review.commitments)


def _ungrounded(reason: str, quote: str) -> str | None:
    return None if reason.startswith(RIGHT_PLACE_WRONG_WITNESS) else f"{reason}: “{quote}”"


def _wrong_side(reason: str, quote: str) -> str | None:
    return f"{reason}: “{quote}”" if reason.startswith(RIGHT_PLACE_WRONG_WITNESS) else None


def _doctored(quote: Quote, seen: Seen) -> str | None:
    return None if seen.conversation.source[quote.start : quote.end] == quote.text else f"not the note's words at that place: “{quote.text}”"


def _stands(words: str, seen: Seen) -> bool:
    return next(seen.folded.find(Folded(words).text.strip()), None) is not None if words.strip() else False


def _misplaced(line: int, words: str, seen: Seen) -> str | None:
    turns = seen.conversation.turns
    if 0 <= line < len(turns) and next(Folded(seen.conversation.text(turns[line])).find(Folded(words).text.strip()), None) is not None:
        return None
    return f"not in line {line}: “{words}”"


def _caught(trap: Trap, seen: Seen) -> str | None:
    """Which evidence a trap counts as, if any."""
    solid = (e for e in seen.review.evidence if e.polarity == "supports" and e.basis != "hope")
    return next((f"“{e.quote.text}” counts for {e.criterion}: {trap.why}" for e in solid if _is_trap(trap, e, seen)), None)


def _is_trap(trap: Trap, evidence: Evidence, seen: Seen) -> bool:
    start = seen.case.note.index(trap.text)
    gold = [quote.text for quote in seen.case.gold.criteria[evidence.criterion].quotes] if evidence.criterion in seen.case.gold.criteria else []
    if any(text in trap.text or trap.text in text for text in gold):
        return False  # the same words are fair evidence on this criterion
    return overlap((evidence.quote.start, evidence.quote.end), (start, start + len(trap.text)), seen.case.note)[0] >= ENOUGH
