"""Replies of models by the key of their request. In: a key and a reply as text. Out: the reply, if it is kept.

Holds keys and replies and nothing of a request. Over `room` bytes those that were used longest ago go first.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from coach.store.engine import Database
from coach.store.rows import Held
from coach.store.tables import replies

ROOM = 50_000_000  # bytes
FRESH = timedelta(hours=1)  # a reply used again within it is not marked again


class Replies:
    """The replies of one store."""

    def __init__(self, database: Database, room: int = ROOM) -> None:
        self._database = database
        self._room = room
        self._insert = sqlite.insert if database.is_file else postgresql.insert

    def get(self, key: str, now: datetime) -> str | None:
        """The reply under a key; None if there is none. Raises StoreError."""
        with self._database.reading() as connection:
            row = connection.execute(select(replies.c.reply, replies.c.used).where(replies.c.key == key)).one_or_none()
        if row is None:
            return None
        if now - row.used > FRESH:
            with self._database.writing() as connection:
                connection.execute(update(replies).where(replies.c.key == key).values(used=now))
        return str(row.reply)

    def put(self, key: str, reply: str, now: datetime) -> None:
        """Keeps a reply, in place of an earlier one, and makes room for it. Raises StoreError."""
        size = len(reply.encode("utf-8", "replace"))
        if size > self._room:
            return
        values = {"key": key, "reply": reply, "size": size, "at": now, "used": now}
        with self._database.writing() as connection:
            connection.execute(self._insert(replies).values(values).on_conflict_do_update(index_elements=["key"], set_=values))
            over = int(connection.execute(select(func.coalesce(func.sum(replies.c.size), 0))).scalar_one()) - self._room
            gone: list[str] = []
            for row in connection.execute(select(replies.c.key, replies.c.size).order_by(replies.c.used, replies.c.key)) if over > 0 else ():
                if over <= 0:
                    break
                if row.key != key:
                    gone.append(row.key)
                    over -= row.size
            if gone:
                connection.execute(delete(replies).where(replies.c.key.in_(gone)))

    def held(self) -> Held:
        """How much is kept. Raises StoreError."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.coalesce(func.sum(replies.c.size), 0), func.min(replies.c.at))).one()
        return Held(count=row[0], bytes=int(row[1]), oldest=row[2])

    def forget(self, before: datetime | None = None) -> int:
        """Deletes replies kept before a time, or all; how many. Raises StoreError."""
        with self._database.writing() as connection:
            return connection.execute(delete(replies) if before is None else delete(replies).where(replies.c.at < before)).rowcount
