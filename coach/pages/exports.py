"""What can be taken away. In: a Done. Out: downloads by name, each made when it is pressed. Nothing is sent anywhere."""

from collections.abc import Callable
from typing import NamedTuple

from coach.advice import Ruthless
from coach.pages.session import Done


class Export(NamedTuple):
    """One download. `make` is called off the page's thread, so it takes no Streamlit call."""

    label: str
    file: str
    mime: str
    make: Callable[[Done], str | bytes]
    dated_only: bool = False


def _markdown(done: Done) -> str:
    from coach.render import markdown

    return markdown(done.shown, done.conversation)


def _json(done: Done) -> str:
    from coach.render import to_json

    return to_json(done.shown)


def _csv(done: Done) -> str:
    from coach.render import csv_rows

    return csv_rows(done.shown, done.conversation)


def _email(done: Done) -> bytes:
    from coach.render import email

    return email(done.shown)


def _calendar(done: Done) -> bytes:
    from coach.render import calendar

    return calendar(done.shown)


EXPORTS = (
    Export("Markdown", "review.md", "text/markdown", _markdown),
    Export("JSON", "review.json", "application/json", _json),
    Export("CSV for a spreadsheet", "review.csv", "text/csv", _csv),
    Export("E-mail draft", "review.eml", "message/rfc822", _email),
    Export("Calendar", "close-plan.ics", "text/calendar", _calendar, dated_only=True),
)


def exports(done: Done) -> list[Export]:
    """What there is to take away of this review; a calendar only if a step has a date."""
    advice = done.shown.advice
    dated = isinstance(advice, Ruthless) and any(step.due for step in advice.plan)
    return [export for export in EXPORTS if dated or not export.dated_only]


def copied(done: Done) -> str:
    """The text for the clipboard."""
    return _markdown(done)
