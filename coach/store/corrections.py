"""Corrections of reps, numbered as they come. In: rows. Out: rows, newest first, and counts. What a row says is not looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from coach.store.engine import Database
from coach.store.rows import CorrectionRow, Held
from coach.store.tables import corrections as table

SIZE = func.length(table.c.conversation) + func.length(table.c.review) + func.length(table.c.said)


class Corrections:
    """The corrections of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: CorrectionRow) -> int:
        """Keeps a correction; its number. Raises StoreError."""
        with self._database.writing() as connection:
            made = connection.execute(insert(table).values(row.model_dump(exclude={"id"})).returning(table.c.id))
            return int(made.scalar_one())

    def get(self, id: int) -> CorrectionRow | None:
        """The correction of that number; None if there is none. Raises StoreError."""
        found = self._rows([table.c.id == id])
        return found[0] if found else None

    def newest(self, kind: str | None = None, criterion: str | None = None, state: str | None = None, note: str | None = None) -> list[CorrectionRow]:
        """Corrections that fit, newest first. Raises StoreError."""
        wanted = ((table.c.kind, kind), (table.c.criterion, criterion), (table.c.state, state), (table.c.note, note))
        return self._rows([column == value for column, value in wanted if value is not None])

    def mark(self, id: int, state: str) -> bool:
        """Sets the state of a correction; False if it is gone. Raises StoreError."""
        with self._database.writing() as connection:
            return connection.execute(update(table).where(table.c.id == id).values(state=state)).rowcount > 0

    def counts(self, by: str) -> list[tuple[str, int]]:
        """How many there are by `kind`, `criterion`, `rule` or `state`, the most first; those without any are left out. Raises StoreError."""
        column = table.c[by]
        with self._database.reading() as connection:
            rows = connection.execute(select(column, func.count()).where(column.is_not(None)).group_by(column).order_by(func.count().desc(), column))
            return [(str(name), int(count)) for name, count in rows]

    def held(self) -> Held:
        """How much is kept. Raises StoreError."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.coalesce(func.sum(SIZE), 0), func.min(table.c.at))).one()
        return Held(count=row[0], bytes=int(row[1]), oldest=row[2])

    def forget(self, before: datetime | None = None) -> int:
        """Deletes corrections kept before a time, or all; how many. Raises StoreError."""
        with self._database.writing() as connection:
            return connection.execute(delete(table) if before is None else delete(table).where(table.c.at < before)).rowcount

    def _rows(self, wanted: Sequence[ColumnElement[bool]]) -> list[CorrectionRow]:
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(*wanted).order_by(table.c.at.desc(), table.c.id.desc())).mappings()
            return [CorrectionRow.model_validate(dict(row)) for row in rows]
