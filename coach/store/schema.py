"""The schema of a database, brought up to date. In: a Database. Out: nothing, or a StoreError.

Migrations are Alembic's and come with the package. They run in one transaction under a lock, so that of two processes that
start at once one migrates and the other waits. Alembic is imported only if there is something to do.
"""

from pathlib import Path
from typing import cast

from sqlalchemy import Connection, inspect, text

from coach.errors import StoreError
from coach.store.engine import Database

VERSIONS = ("0001",)
"""All states of the schema that this code knows, the last is the one it works with."""
TABLE = "coach_schema"
LOCK = 7_226_034  # any number that is ours alone


def version_of(database: Database) -> str | None:
    """The state of a database's schema; None if it has none yet."""
    with database.reading() as connection:
        return _version(connection)


def bring_up(database: Database) -> None:
    """Brings the schema up to date. Raises StoreError, also if it is newer than this code."""
    found = version_of(database) if not database.is_file or Path(database.where).exists() else None
    if found == VERSIONS[-1]:
        return
    _check(found, database)
    with database.writing() as connection:
        if not database.is_file:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        found = _version(connection)  # another process may have been first
        _check(found, database)
        if found != VERSIONS[-1]:
            _migrate(connection)


def _check(found: str | None, database: Database) -> None:
    if found is not None and found not in VERSIONS:
        raise StoreError(f"{database.where} was written by a newer coach. Bring this one up to date, or set COACH_DATABASE to another place.")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(TABLE):
        return None
    return cast(str | None, connection.execute(text(f"SELECT version_num FROM {TABLE}")).scalar())  # noqa: S608 - a name of ours


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
