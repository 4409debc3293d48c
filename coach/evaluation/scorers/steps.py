"""Does the close plan hold? In: a Seen. Out: scores over the steps and contacts of stage 2 coaching."""

from collections.abc import Iterator
from datetime import date
from typing import get_args

from coach.advice import UNKNOWN, Contact, PlaySide, Ruthless, Step
from coach.evaluation.scorers import wording
from coach.evaluation.scorers.seen import Score, Seen, counted


def scores(seen: Seen) -> Iterator[Score]:
    """Whether every step has a side, an owner, a date in reach and a place in the order, and every contact a reason of its own."""
    advice = seen.review.advice
    if not isinstance(advice, Ruthless):
        return
    plan = advice.plan
    yield counted("n_side", (None if step.side in get_args(PlaySide) else f"no side: {step.what}" for step in plan))
    yield counted("n_owner", (_unowned(step, seen) for step in plan))
    yield counted("n_date", (_undated(step, advice.close_by, seen.case.as_of) for step in plan))
    yield counted("n_signer", [None if any(step.signer for step in plan) else "nobody signs"])
    yield counted("n_their_side", [None if any(step.side != "us" for step in plan) else "nothing for their side to do"])
    yield counted("n_verb", (_vague(step.what) for step in plan))
    yield counted("n_cites", (None if step.quote is None or _stands(step, seen) else f"cites nothing: {step.what}" for step in plan))
    yield counted("n_order", (_out_of_order(at, plan) for at in range(len(plan))))
    yield counted("n_new", (_said_before(at, plan) for at in range(len(plan))))
    contacts = advice.contacts
    yield counted("n_contacts", (_nothing_new(at, contacts) for at in range(len(contacts))))
    points = (*advice.win_win.they_get, *advice.win_win.we_get, *advice.win_win.leave_on_table)
    lines = [*(step.what for step in plan), *(c.reason for c in contacts), *(point.text for point in points), advice.first]
    yield counted("n_facts", (wording.invented(line, seen) for line in lines))


def _unowned(step: Step, seen: Seen) -> str | None:
    owner = step.owner.strip()
    known = seen.case.note.casefold()
    named = owner.casefold() in ("you", "us", "we", "rep") or any(word.casefold() in known for word in owner.split() if len(word) > 2)
    return None if owner and (UNKNOWN in owner or owner.startswith("unknown") or named) else f"nobody owns it: {step.what}"


def _undated(step: Step, close_by: date | None, today: date) -> str | None:
    if step.due is None:
        return None
    if step.due < today:
        return f"{step.due} has passed: {step.what}"
    return f"{step.due} is after the close date: {step.what}" if close_by and step.signer and step.due > close_by else None


def _vague(what: str) -> str | None:
    return f"too little said: {what}" if len(what.split()) < 2 else wording.stock(what)


def _stands(step: Step, seen: Seen) -> bool:
    quote = step.quote
    return quote is not None and seen.conversation.source[quote.start : quote.end] == quote.text


def _out_of_order(at: int, plan: tuple[Step, ...]) -> str | None:
    known = {step.id for step in plan[:at]}
    return None if set(plan[at].after) <= known else f"waits for a step that is not before it: {plan[at].what}"


def _said_before(at: int, plan: tuple[Step, ...]) -> str | None:
    return f"said before: {plan[at].what}" if any(wording.alike(other.what, plan[at].what) for other in plan[:at]) else None


def _nothing_new(at: int, contacts: tuple[Contact, ...]) -> str | None:
    mine = contacts[at]
    same = any(other.reason == mine.reason or other.day == mine.day for other in contacts[:at])
    return f"the same reason or day twice: {mine.reason}" if same else None
