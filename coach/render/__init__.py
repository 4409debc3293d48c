"""What a rep takes away. In: a finished Review. Out: Markdown, JSON, CSV, an e-mail draft, a calendar, as text or bytes.

Words of the note and of the model come out as words only: no link, image, markup, formula or header is ever made of them.
Decides nothing, asks no model, reads no file and no clock, sends nothing.
"""

from coach.render.diary import calendar
from coach.render.document import markdown
from coach.render.inert import plain_json
from coach.render.letter import email
from coach.render.rows import csv_rows
from coach.review import Review

__all__ = ["calendar", "csv_rows", "email", "markdown", "plain_json", "to_json"]


def to_json(review: Review) -> str:
    """The review as indented JSON, by the names of its schema."""
    return plain_json(review.model_dump_json(by_alias=True, indent=2))
