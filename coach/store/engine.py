"""A database by its URL. In: a URL. Out: transactions, and a StoreError with a sentence for whatever goes wrong in one.

SQLite: a file that only its owner may read, write-ahead log, a wait for locks, foreign keys. Postgres: psycopg, with a short
wait for the connection. Never shows a password, a statement or what was to be written.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from coach.errors import StoreError

WAIT_MS = 10_000  # for a lock
CONNECT_S = 5
SAYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("password authentication failed", "no password supplied"), "refuses the name or the password. Check COACH_DATABASE"),
    (("role ", "does not exist"), "knows no such user. Check the name in COACH_DATABASE"),
    (("database ", "does not exist"), "has no such database. Create it, or check the name at the end of COACH_DATABASE"),
    (("permission denied",), "gives this user no right to do that. Grant it rights on its own schema, or use another user"),
    (("not a database", "malformed", "disk image"), "is damaged or no database of the coach. Move the file away: a new one is made on the next run"),
    (("readonly", "read-only"), "can only be read. Make the file and its folder writable, or set COACH_DATABASE to another place"),
    (("unable to open",), "cannot be opened. Check that the folder is there and may be written to, or set COACH_DATABASE to another place"),
    (("disk is full", "no space left"), "is on a full disk. Make room, or forget old replies: coach store forget --replies"),
    (("database is locked", "lock timeout"), "is being written to by another process for too long. Try again"),
)
"""What a server or a file says, and what that means. Of a row whose first word ends in a blank all words have to be there, else any."""


def located(text: str) -> URL:
    """The URL of a database. `postgres://` is what hosts hand out; a plain path is a file. Raises StoreError."""
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1) if text.startswith("postgres://") else text)
    except (ArgumentError, ValueError):  # the second for a port that is no number
        raise StoreError("COACH_DATABASE is no URL of a database. Write sqlite:////folder/file.db or postgresql://user:password@host/name.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("COACH_DATABASE names a database that is not supported. Use sqlite or postgresql.")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("COACH_DATABASE names no file. Write sqlite:////folder/file.db, with four strokes before a whole path.")
    return url


def shown(url: URL) -> str:
    """The place of a database without its password: the file, or the URL."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").absolute())
    return url.set(query={})._replace(password=None).render_as_string()


class Database:
    """Connections to one database. `where` says which, without its password."""

    def __init__(self, text: str) -> None:
        url = located(text)
        self.is_file = url.get_backend_name() == "sqlite"
        self.where = shown(url)
        self._path = Path(url.database or "")
        try:
            with told(self.where):
                options: dict[str, Any] = {"timeout": WAIT_MS / 1000} if self.is_file else {"connect_timeout": CONNECT_S}
                self._engine = create_engine(url, connect_args=options, pool_pre_ping=not self.is_file, hide_parameters=True)
        except ImportError:
            raise StoreError("For Postgres the package psycopg is needed. Install it: pip install 'call-note-coach[postgres]'.") from None
        if self.is_file:
            event.listen(self._engine, "connect", _prepared)
            event.listen(self._engine, "begin", _begun)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from. Raises StoreError."""
        with told(self.where), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing. Raises StoreError."""
        with told(self.where):
            if self.is_file:
                _private(self._path)
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection

    def close(self) -> None:
        """Gives all connections back."""
        self._engine.dispose()


@contextlib.contextmanager
def told(where: str) -> Iterator[None]:
    """Turns what goes wrong with a database into a sentence. The library's own words are left out: they may hold the password or the note."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(_sentence(error, where)) from None


def _sentence(error: Exception, where: str) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).casefold()
    for words, means in SAYS:
        if (all if words[0].endswith(" ") else any)(word in said for word in words):
            return f"The database {where} {means}."
    if isinstance(error, OSError):
        return f"The database {where} cannot be opened ({error.strerror}). Check that the folder may be written to, or set COACH_DATABASE to another place."
    if isinstance(error, PoolTimeout) or "connect" in said or "timeout" in said or "resolve" in said:
        return f"The database {where} cannot be reached. Check that it runs, and COACH_DATABASE."
    return f"The database {where} does not do what it should ({type(error).__name__}). Run: coach store status."


def _private(path: Path) -> None:
    """Makes the file, for its owner's eyes only; its log gets the same rights from SQLite."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepared(connection: Any, _record: object) -> None:
    """First on each connection to a file. The driver's own way of beginning transactions is turned off: it begins too late."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    for left in range(50, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")  # the one thing that does not wait for another process
            break
        except connection.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=NORMAL")


def _begun(connection: Connection) -> None:
    """A transaction that will write takes its place in the queue at once: later it could be refused without a wait."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
