"""The close plan in a calendar. In: a Review. Out: an iCalendar file with an all-day event for each dated step and daily reason.

The same note gives the same identifiers, so that a second import moves events instead of doubling them. Without dates the
calendar is empty. Never takes an hour of the day, never invites anybody, never reads the clock.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from icalendar import Calendar, Event
from icalendar.enums import TRANSP

from coach.advice import Contact, Ruthless, Step
from coach.render.inert import unlinked
from coach.render.wording import SIDES
from coach.review import Review

MAKER = "-//call-note-coach//close plan//EN"


def calendar(review: Review) -> bytes:
    """The calendar, UTF-8."""
    book = Calendar.new(prodid=MAKER, uid=_uid(review, "calendar", ""))
    for event in _events(review):
        book.add_component(event)
    return bytes(book.to_ical())


def _events(review: Review) -> Iterator[Event]:
    advice = review.advice
    if not isinstance(advice, Ruthless):
        return
    names = {step.id: step.what for step in advice.plan}
    for step in advice.plan:
        if step.due:
            yield _event(review, step.due, _uid(review, "step", step.id), (f"{step.what} ({step.owner})", _about(step, names)))
    for contact in advice.contacts:
        yield _event(review, contact.day, _uid(review, "contact", contact.day.isoformat()), (contact.reason, _why(contact)))


def _event(review: Review, day: date, uid: str, words: tuple[str, str]) -> Event:
    today = review.provenance.today
    summary, description = words
    return Event.new(
        summary=unlinked(summary),
        description=description,
        start=day,
        uid=uid,
        stamp=datetime(today.year, today.month, today.day, tzinfo=UTC),
        transparency=TRANSP.TRANSPARENT,
    )


def _about(step: Step, names: dict[str, str]) -> str:
    lines = (
        f"Side: {SIDES[step.side]}",
        f"Who: {step.owner}",
        f"Signs: {step.signer}" if step.signer else "",
        *(f"After: {names[id]}" for id in step.after if id in names),
        f"They said: “{step.quote.text}”" if step.quote else "Proposed, not asked for by them.",
    )
    return "\n".join(unlinked(line) for line in lines if line)


def _why(contact: Contact) -> str:
    return unlinked(f"For {contact.whom}. Today’s reason to be in touch.")


def _uid(review: Review, kind: str, which: str) -> str:
    """The same for the same note and item, whatever moved in between."""
    shown = review.verdict.commitment.quote
    note = (review.source.name, review.source.characters, shown.start if shown else -1, shown.text if shown else "")
    return hashlib.sha256(json.dumps([note, kind, which]).encode()).hexdigest()[:32] + "@call-note-coach"
