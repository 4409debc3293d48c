"""A review to paste into a document or a CRM. In: a Review and its Conversation. Out: Markdown in which only our own words are live.

The skeleton (headings, lists, tables) is written here; every word of the note or the model goes through `escaped`. Never
leaves out a quote's place and never shows what was thrown out, only how much and why.
"""

from collections.abc import Iterable, Iterator

from coach.advice import Advice, Point, Question, Ruthless, Skeptical, Step
from coach.conversation import Conversation
from coach.grounding import Quote
from coach.render import wording
from coach.render.inert import escaped
from coach.render.wording import STATUS_WORDS, day, listed
from coach.review import Review
from coach.verdict import Standing

NOTHING_FOR = "Nothing they said."
NOTHING_AGAINST = "Nothing found. That is not the same as nothing there."


def markdown(review: Review, conversation: Conversation) -> str:
    """The review as Markdown."""
    blocks = (
        f"# {escaped(review.verdict.headline)}",
        *_verdict(review, conversation),
        *_section("Do this first" if review.sales else "Bring this", escaped(review.advice.first)),
        *_section("Where it stands", _criteria(review, conversation) if review.sales else ""),
        *_coaching(review.advice, conversation),
        *_section("Thrown out", _bullets(escaped(line) for line in wording.thrown_out(review))),
        escaped(wording.provenance(review)),
    )
    return "\n\n".join(block for block in blocks if block) + "\n"


def _verdict(review: Review, conversation: Conversation) -> Iterator[str]:
    verdict, shown = review.verdict, review.verdict.commitment
    yield escaped(f"{wording.kicker(review)} {verdict.reason}")
    yield escaped(verdict.differs or "")
    if review.sales:
        by = shown.by if shown.quote == verdict.for_ else None
        rows = (
            (
                wording.FOR_LABELS.get(verdict.rule, "Decided by" if shown.quote and shown.quote == verdict.for_ and not verdict.undetermined else "For it"),
                _said(verdict.for_, conversation, by) or NOTHING_FOR,
            ),
            (wording.AGAINST_LABELS.get(verdict.rule, "Against"), _said(verdict.against, conversation) or NOTHING_AGAINST),
            ("Would change it", escaped(verdict.would_change)),
        )
        yield _bullets(f"**{name}:** {text}" for name, text in rows)
    yield escaped(wording.deals(review))
    yield escaped(wording.overruled(review))


def _criteria(review: Review, conversation: Conversation) -> str:
    return _table(("Criterion", "Status", "Words"), (_criterion(standing, review, conversation) for standing in review.criteria))


def _criterion(standing: Standing, review: Review, conversation: Conversation) -> tuple[str, ...]:
    """One row, with the words that tell most: those against it unless it is met, the latest first, hope last."""
    wanted = "supports" if standing.status == "met" else "undermines"
    mine = sorted((review.evidence[i] for i in standing.evidence), key=lambda e: (e.basis == "hope", e.polarity != wanted, -e.quote.turn, -e.quote.start))
    words = _said(mine[0].quote, conversation) + (" Hope: counts for nothing." if mine[0].basis == "hope" else "") if mine else "-"
    return escaped(wording.label(standing.id)) + (" (must have)" if standing.must_have else ""), STATUS_WORDS[standing.status], words


def _coaching(advice: Advice, conversation: Conversation) -> Iterator[str]:
    match advice:
        case Skeptical():
            yield from _skeptical(advice, conversation)
        case Ruthless():
            yield from _ruthless(advice, conversation)


def _skeptical(advice: Skeptical, conversation: Conversation) -> Iterator[str]:
    the_no = advice.the_no
    yield from _section("The no", f"{escaped(the_no.text)} {_said(the_no.quote, conversation)}".strip())
    questions = _table(("Ask", "Whom", "Why", "It is a no if", "Help to give"), (_question(q, conversation) for q in advice.questions))
    yield from _section("Questions, worst first", questions)


def _question(question: Question, conversation: Conversation) -> tuple[str, ...]:
    why = f"{escaped(wording.label(question.criterion))}: {_said(question.why, conversation) or STATUS_WORDS['missing']}"
    return f"“{escaped(question.ask)}”", escaped(question.whom), why, escaped(question.no_if), escaped(question.help)


def _ruthless(advice: Ruthless, conversation: Conversation) -> Iterator[str]:
    win = advice.win_win
    points = (("They get", win.they_get), ("You get", win.we_get), ("Leave on the table", win.leave_on_table))
    numbers = {step.id: str(at) for at, step in enumerate(advice.plan, 1)}
    plan = _table(("#", "Step", "Side", "Who", "By", "After", "From"), (_step(step, numbers, conversation) for step in advice.plan))
    yield from _section("Win-win", _bullets(f"**{name}:** {_point(point, conversation)}" for name, group in points for point in group))
    yield from _section("The way to the signature", plan)
    yield f"Sign by {day(advice.close_by)}." if advice.close_by else "No date to sign by was named: ask for one."
    yield from _section("A reason for each day", _bullets(f"{day(c.day)}: {escaped(c.reason)} (for {escaped(c.whom)})" for c in advice.contacts))


def _point(point: Point, conversation: Conversation) -> str:
    return f"{escaped(point.text)} {_said(point.quote, conversation)}".strip()


def _step(step: Step, numbers: dict[str, str], conversation: Conversation) -> tuple[str, ...]:
    who = escaped(step.owner) + (f"; signs: {escaped(step.signer)}" if step.signer else "")
    after = listed(numbers.get(id, "") for id in step.after) or "-"
    return numbers[step.id], escaped(step.what), wording.SIDES[step.side], who, day(step.due), after, _said(step.quote, conversation) or "proposed"


def _said(quote: Quote | None, conversation: Conversation, by: str | None = None) -> str:
    """A quote with who said it and where; empty if there is none."""
    if quote is None:
        return ""
    return f"“{escaped(quote.text)}” ({listed((escaped(wording.whose(quote, conversation, by)), f'line {wording.line_of(quote, conversation)}'))})"


def _section(title: str, body: str) -> Iterator[str]:
    """A heading and what stands under it; neither if that is nothing."""
    if body:
        yield f"## {title}"
        yield body


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table, or nothing if it has no rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body)) if body else ""
