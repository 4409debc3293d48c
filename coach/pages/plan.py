"""Coaching after the yes -> what the sheet draws: win-win, steps, the line of dates, a reason for each day. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from coach.advice import UNKNOWN, Contact, Point, Ruthless, Step
from coach.pages.marks import Json, Marks
from coach.render.wording import SIDES

UNKNOWN_WORD = UNKNOWN.partition(":")[0]


def plan(advice: Ruthless, today: date, marks: Marks) -> Json:
    """The whole plan. Days are written out here; the browser does no sums with dates."""
    win = advice.win_win
    numbers = {step.id: at for at, step in enumerate(advice.plan, 1)}
    return {
        "kind": "ruthless",
        "win": [
            {"label": "They get", "points": _points(win.they_get, marks)},
            {"label": "You get", "points": _points(win.we_get, marks)},
            {"label": "Leave on the table", "points": _points(win.leave_on_table, marks)},
        ],
        "close_by": _day(advice.close_by) if advice.close_by else "",
        "steps": [_step(step, numbers, marks) for step in advice.plan],
        "timeline": _timeline(advice, today),
        "weeks": _weeks(advice.contacts, today),
    }


def _points(points: Iterable[Point], marks: Marks) -> list[Json]:
    return [{"text": point.text, "quote": marks.quote(point.quote)} for point in points]


def _step(step: Step, numbers: dict[str, int], marks: Marks) -> Json:
    return {
        "n": numbers[step.id],
        "what": step.what,
        "side": SIDES[step.side],
        "owner": step.owner,
        "unknown": step.owner.startswith(UNKNOWN_WORD),
        "signer": step.signer or "",
        "due": _day(step.due) if step.due else "",
        "after": ", ".join(str(numbers[id]) for id in step.after if id in numbers),
        "quote": marks.quote(step.quote),
    }


def _timeline(advice: Ruthless, today: date) -> Json | None:
    """Dated steps up to the close date, each at its share of the way; those after it are only named. None if there is no way to draw."""
    dated = sorted((step.due, at, step) for at, step in enumerate(advice.plan, 1) if step.due)
    last = advice.close_by or max((due for due, _, _ in dated), default=today)
    days = (last - today).days
    if not dated or days <= 0:
        return None
    return {
        "start": _day(today),
        "end": _day(last),
        "signs": advice.close_by is not None,
        "points": [
            {"n": at, "at": max((due - today).days, 0) / days, "day": _day(due), "side": step.side, "what": step.what} for due, at, step in dated if due <= last
        ],
        "later": [f"{at}: {_day(due)}" for due, at, _ in dated if due > last],
    }


def _weeks(contacts: Iterable[Contact], today: date) -> list[Json]:
    """Reasons for contact by calendar week."""
    days = sorted(contacts, key=lambda contact: contact.day)
    return [
        {"name": _week(monday, today), "days": [_contact(contact) for contact in group]}
        for monday, group in groupby(days, lambda contact: _monday(contact.day))
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(monday: date, today: date) -> str:
    ahead = (monday - _monday(today)).days // 7
    return {0: "This week", 1: "Next week"}.get(ahead, f"Week of {monday.day} {monday:%B}")


def _contact(contact: Contact) -> Json:
    return {"day": f"{contact.day:%a}", "date": f"{contact.day.day} {contact.day:%b}", "reason": contact.reason, "whom": contact.whom}


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
