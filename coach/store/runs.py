"""Eval runs in short, by name. In: rows. Out: rows, newest first. The runs themselves stay files in `runs/`."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from coach.store.engine import Database
from coach.store.rows import Held, RunRow
from coach.store.tables import runs as table


class Runs:
    """The runs of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_file else postgresql.insert

    def keep(self, row: RunRow) -> None:
        """Keeps a run, in place of an earlier one of its name. Raises StoreError."""
        values = row.model_dump()
        with self._database.writing() as connection:
            connection.execute(self._insert(table).values(values).on_conflict_do_update(index_elements=["name"], set_=values))

    def newest(self, suite: str | None = None) -> list[RunRow]:
        """All runs, or those of a suite, newest first. Raises StoreError."""
        wanted = [] if suite is None else [table.c.suite == suite]
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(*wanted).order_by(table.c.at.desc(), table.c.name)).mappings()
            return [RunRow.model_validate(dict(row)) for row in rows]

    def held(self) -> Held:
        """How much is kept. Raises StoreError."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.coalesce(func.sum(func.length(table.c.summary)), 0), func.min(table.c.at))).one()
        return Held(count=row[0], bytes=int(row[1]), oldest=row[2])

    def forget(self, before: datetime | None = None) -> int:
        """Deletes runs kept before a time, or all; how many. Raises StoreError."""
        with self._database.writing() as connection:
            return connection.execute(delete(table) if before is None else delete(table).where(table.c.at < before)).rowcount
