"""Is the stage right? In: a Seen. Out: scores with the false yes counted apart from every other error.

What an answer costs depends on prices that are a product decision: `metrics.Prices`.
"""

from collections.abc import Iterator

from coach.evaluation.scorers.seen import Score, Seen, counted, mishap
from coach.evaluation.truth import ENOUGH, overlap
from coach.grounding import Quote


def scores(seen: Seen) -> Iterator[Score]:
    """The stage, its price, the quote that decided it, and what the model thought beside the rules."""
    gold, label, verdict = seen.case.gold, seen.label, seen.review.verdict
    wrong = f"said {label} ({verdict.rule}), gold {gold.stage}: {gold.why}"
    yield counted("stage", [None if label in gold.accept else wrong])
    yield counted("sales", [None if seen.review.sales == gold.sales else f"sales: said {seen.review.sales}, gold {gold.sales}"])
    if gold.no_real_yes:
        yield mishap("false_yes", verdict.stage == 2, wrong)
    if gold.stage == 2:
        yield mishap("missed_yes", label not in gold.accept, wrong)
    yield mishap("abstained", label == "undetermined", verdict.rule)
    if label in gold.accept and gold.decided_by and gold.sales:
        yield counted("deciding_quote", [None if _hit(seen) else f"none of the verdict's quotes is “{gold.decided_by[0]}”"])
    if seen.judged is not None and seen.review.sales:
        thought = {"stage_1": 1, "stage_2": 2, "cannot_tell": "undetermined"}[seen.judged.opinion]
        yield counted("model_agrees", [None if thought == label else f"the answerer thought {thought}, the rules said {label}"])
    if "two_deals" in seen.case.tags:
        yield counted("deals_told_apart", [None if len(seen.review.source.deals) > 1 else "two deals read as one"])


def _hit(seen: Seen) -> bool:
    verdict, note = seen.review.verdict, seen.case.note
    shown: list[Quote] = [quote for quote in (verdict.commitment.quote, verdict.for_, verdict.against) if quote is not None]
    gold = [(note.index(text), note.index(text) + len(text)) for text in seen.case.gold.decided_by]
    return any(overlap((quote.start, quote.end), span, note)[0] >= ENOUGH for quote in shown for span in gold)
