"""The tables as the code sees them today; how they came to be stands in `migrations`. Their names are safe beside others' in one database."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time in UTC: SQLite would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - as the library calls it
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone is not kept.")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = MetaData()

replies = Table(
    "coach_replies",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("reply", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("used", Moment, nullable=False),
    Index("coach_replies_used", "used"),
)

corrections = Table(
    "coach_corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("state", String(20), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("criterion", String(100)),
    Column("rule", String(100), nullable=False),
    Column("note", String(64), nullable=False),
    Column("conversation", Text, nullable=False),
    Column("review", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("prompts", Text),
    Column("playbook", Text, nullable=False),
    Column("version", Text, nullable=False),
    Index("coach_corrections_at", "at"),
    Index("coach_corrections_note", "note"),
    sqlite_autoincrement=True,  # a number that was forgotten is not given again
)

runs = Table(
    "coach_runs",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("suite", String(200), nullable=False),
    Column("model", Text, nullable=False),
    Column("prompts", Text),
    Column("cases", Integer, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("summary", Text, nullable=False),
)
