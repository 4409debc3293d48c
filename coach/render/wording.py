"""Plain words for what a review holds. In: a Review or a piece of one. Out: short sentences and labels, not yet escaped.

Shared by all exports. Never holds markup and never decides anything.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from coach.advice import UNKNOWN, Advice, Dropped, NoAdvice, Ruthless
from coach.conversation import Conversation, Kind
from coach.grounding import Quote
from coach.review import Provenance, Review, Source

STATUS_WORDS = {"met": "met", "at_risk": "at risk", "missing": "not talked about"}
SIDES = {"us": "us", "theirs": "their side", "both": "both sides"}
FOR_LABELS = {"taken back": "The yes", "refused": "For it", "only hope": "Your words"}
AGAINST_LABELS = {"taken back": "Taken back by", "refused": "Decided by"}
LINE_ENDS = (("\n", 1), ("\r", 1), ("\r\n", -1), ("\u2028", 1), ("\u2029", 1))  # counted, not matched: a note may be a megabyte long


def label(id: str) -> str:
    """`decision_process` as "Decision process"."""
    words = id.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def day(due: date | None) -> str:
    """A date as "Fri 12 December 2025", or that it is not known."""
    return f"{due:%a} {due.day} {due:%B} {due.year}" if due else UNKNOWN


def line_of(quote: Quote, conversation: Conversation) -> int:
    """The line of the note, from 1, on which a quote begins."""
    return 1 + sum(sign * conversation.source.count(end, 0, quote.start) for end, sign in LINE_ENDS)


def whose(quote: Quote, conversation: Conversation, by: str | None = None) -> str:
    """Who said a quote, with the role if the note gives one; in notes, that it is the rep who wrote it down."""
    turn = conversation.turns[quote.turn]
    noted = turn.kind is Kind.NOTES
    name = turn.speaker or by
    if not name:
        return "your note" if noted else ""
    person = conversation.person(name)
    role = person.role if person and person.role and person.role.casefold() not in name.casefold() else None
    return name + (f", {role}" if role else "") + (", by your note" if noted else "")


def kicker(review: Review) -> str:
    """Which stage the verdict is for, or that it is for none."""
    if not review.sales:
        return "No deal to judge."
    if review.verdict.undetermined:
        return "Can’t tell yet. Coached as stage 1."
    return "Stage 2: after the yes." if review.verdict.stage == 2 else "Stage 1: before the yes."


def overruled(review: Review) -> str:
    """That the coaching is for another stage than the verdict's, if it is."""
    coached = 2 if isinstance(review.advice, Ruthless) else 1
    if isinstance(review.advice, NoAdvice) or coached == review.verdict.stage:
        return ""
    return f"You overruled the verdict. This is the coaching for stage {coached}; the verdict still says stage {review.verdict.stage}."


def deals(review: Review) -> str:
    """Which deals the verdict is not about, if the note is about more than one."""
    names, shown = review.source.deals, review.verdict.commitment.quote
    if len(names) < 2 or not review.sales:
        return ""
    mine = next((c.deal for c in review.commitments if c.deal and c.quote == shown), None)
    if mine is None:
        return f"This note is about {len(names)} deals: {', '.join(names)}. The verdict is on the one with the strongest claim."
    return f"This verdict is on {mine}. The note is also about {', '.join(name for name in names if name != mine)}."


def dropped(advice: Advice) -> tuple[Dropped, ...]:
    """The pieces of advice that failed a check."""
    return () if isinstance(advice, NoAdvice) else advice.dropped


def thrown_out(review: Review) -> list[str]:
    """What was thrown out, counted by reason; one line if that is nothing."""
    quotes = [item.reason for item in review.rejected]
    pieces = [item.reason.partition(":")[0] for item in dropped(review.advice)]
    counted = [_counted("quote", quotes), _counted("piece of advice", pieces)]
    return [line for line in counted if line] or ["Nothing."]


def _counted(what: str, reasons: list[str]) -> str:
    if not reasons:
        return ""
    parts = ", ".join(f"{reason} ({count})" for reason, count in Counter(reasons).most_common())
    return f"{len(reasons)} {what if len(reasons) == 1 else _plural(what)}: {parts}."


def _plural(what: str) -> str:
    noun, _, rest = what.partition(" ")
    return f"{noun}s {rest}".rstrip()


def provenance(review: Review) -> str:
    """Where the review comes from, on one line."""
    source, made = review.source, review.provenance
    parts = (
        f"{source.name}: {read(source)}",
        made.model,
        f"prompts {made.prompts}" if made.prompts else "no prompts",
        f"playbook {made.playbook}",
        *spent(made),
        *told(made),
        f"{made.usage.seconds:.2f} s",
        f"taken as said on {day(made.today)}",
        *([source.hidden] if source.hidden else []),
    )
    return " · ".join(parts)


FORMATS = {"json_schema": "held to the form by the server", "json_object": "held to JSON by the server", "plain": "held to no form by the server"}


def spent(made: Provenance) -> list[str]:
    """The tokens of a model, what of them its server knew already, and how it was held to the form of its replies."""
    used = made.usage
    known = f" ({used.tokens_cached:,} of them known to the server)" if used.tokens_cached else ""
    tokens = [f"{count:,} tokens {way}" for count, way in ((used.tokens_in, f"in{known}"), (used.tokens_out, "out")) if count is not None]
    return [*tokens, *([FORMATS[made.format]] if made.format else [])]


def told(made: Provenance) -> list[str]:
    """What else is worth knowing of how it was made: replies kept from an earlier time, and what the model was not shown."""
    used = made.usage
    kept = f"{used.from_cache} of {used.calls + used.from_cache} replies from the cache" if used.calls else "all replies from the cache"
    hidden = f"the model was shown placeholders for {made.redacted}" if made.redacted else "nothing found to take out before the model"
    return [*([kept] if used.from_cache else []), *([hidden] if made.redacted is not None else [])]


def read(source: Source) -> str:
    """How much of the text was looked at; if not all of it, why not."""
    parts = f" in {source.parts} parts" if source.parts > 1 else ""
    why = f" ({source.unread.rstrip('.')})" if source.unread else ""
    return f"read {source.read:.0%} of {source.characters:,} characters{parts}{why}"


def listed(parts: Iterable[str]) -> str:
    """The parts that are not empty, with commas."""
    return ", ".join(part for part in parts if part)
