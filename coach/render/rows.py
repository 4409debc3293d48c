"""A review as one flat table. In: a Review, and its Conversation if lines are wanted. Out: CSV that no spreadsheet runs.

One row for the verdict, the first thing to do, each criterion, evidence, question, step and contact. Cells hold words,
whole numbers and ISO dates. Never holds a formula.
"""

import csv
import io
from collections.abc import Iterator

from coach.advice import Advice, Ruthless, Skeptical
from coach.conversation import Conversation
from coach.grounding import Quote
from coach.render.inert import cell
from coach.render.wording import STATUS_WORDS, label, line_of, listed
from coach.review import Review

COLUMNS = ("kind", "criterion", "status", "text", "who", "due", "quote", "turn", "line", "side", "no_if", "help", "note")
Row = dict[str, str]


def csv_rows(review: Review, conversation: Conversation | None = None) -> str:
    """The table. `turn` counts utterances from 1; `line` stays empty without the conversation, which alone knows lines."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for quote, row in _rows(review):
        writer.writerow({name: cell(text) for name, text in (row | _place(quote, conversation)).items()})
    return out.getvalue()


def _place(quote: Quote | None, conversation: Conversation | None) -> Row:
    if quote is None:
        return {}
    return {"quote": quote.text, "turn": str(quote.turn + 1)} | ({"line": str(line_of(quote, conversation))} if conversation else {})


def _rows(review: Review) -> Iterator[tuple[Quote | None, Row]]:
    verdict, shown = review.verdict, review.verdict.commitment
    status = "cannot tell" if verdict.undetermined else f"stage {verdict.stage}"
    yield verdict.for_, {"kind": "verdict", "status": status, "text": verdict.headline, "who": shown.by or "", "note": verdict.reason}
    yield None, {"kind": "first", "text": review.advice.first}
    for standing in review.criteria:
        row = {"kind": "criterion", "criterion": label(standing.id), "status": STATUS_WORDS[standing.status]}
        yield None, row | {"note": "must have" if standing.must_have else ""}
    for item in review.evidence:
        row = {"kind": "evidence", "criterion": label(item.criterion), "status": item.polarity, "who": item.speaker or ""}
        yield item.quote, row | {"side": item.side.value, "note": item.basis}
    yield from _advised(review.advice)


def _advised(advice: Advice) -> Iterator[tuple[Quote | None, Row]]:
    if isinstance(advice, Skeptical):
        for question in advice.questions:
            row = {"kind": "question", "criterion": label(question.criterion), "text": question.ask, "who": question.whom}
            yield question.why, row | {"no_if": question.no_if, "help": question.help}
    if isinstance(advice, Ruthless):
        for step in advice.plan:
            row = {"kind": "step", "text": step.what, "who": step.owner, "due": step.due.isoformat() if step.due else "", "side": step.side}
            yield step.quote, row | {"note": listed((f"signs: {step.signer}" if step.signer else "", f"after: {', '.join(step.after)}" if step.after else ""))}
        for contact in advice.contacts:
            yield None, {"kind": "contact", "text": contact.reason, "who": contact.whom, "due": contact.day.isoformat(), "side": "us", "note": contact.play}
