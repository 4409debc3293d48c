"""What is kept from one day to the next: replies of models, corrections of reps, runs of the evals. In: values. Out: values.

A database behind three small repositories: SQLite in a file of the user's, or Postgres by its URL. The schema comes with the
package and is brought up to date on first use. Only `coach.settings` opens one. Nothing of the database's library is
seen outside this package, and it is imported on first use. Every failure is a StoreError with a sentence.
"""

from functools import cache
from typing import TYPE_CHECKING

from coach.store.rows import CorrectionRow, Held, RunRow

if TYPE_CHECKING:
    from coach.store.engine import Database

__all__ = ["CorrectionRow", "Held", "RunRow", "Store", "named", "open_store"]


class Store:
    """An open database. Safe to use from several threads; several processes may have one open at once."""

    def __init__(self, database: "Database") -> None:
        from coach.store.corrections import Corrections
        from coach.store.replies import Replies
        from coach.store.runs import Runs

        self._database = database
        self.where = database.where
        self.replies = Replies(database)
        self.corrections = Corrections(database)
        self.runs = Runs(database)

    def version(self) -> str:
        """The state of the schema."""
        from coach.store.schema import version_of

        return version_of(self._database) or "none"

    def close(self) -> None:
        """Gives the connections back."""
        self._database.close()


def named(url: str) -> str:
    """Where the database at a URL is, in words fit to be shown. Raises StoreError if it is no URL of one."""
    from coach.store.engine import located, shown

    return shown(located(url))


@cache
def open_store(url: str) -> Store:
    """The store at a URL, with its schema up to date; opened once in a process. Raises StoreError."""
    return Store(migrated(url))


def migrated(url: str) -> "Database":
    """The database at a URL, with its schema up to date. Raises StoreError."""
    from coach.store.engine import Database
    from coach.store.schema import bring_up

    database = Database(url)
    try:
        bring_up(database)
    except BaseException:
        database.close()
        raise
    return database
