"""How a command ends when something expected fails. In: an error or Ctrl+C. Out: a sentence on standard error, and an exit code.

Words of a file or a model that are in the sentence do nothing to a terminal. Never hides an error that nobody expected.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from coach.errors import CoachError


class Ends(NamedTuple):
    """Exit codes by kind of error, the first that fits; what Ctrl+C is answered with."""

    codes: tuple[tuple[type[CoachError], int], ...] = ((CoachError, 2),)
    stopped: str = "Stopped."
    stop_code: int = 130


USUAL = Ends()


def say(text: str) -> None:
    """Says a sentence on standard error."""
    import click

    from coach.render.inert import folded

    click.echo(folded(text), err=True)


@contextmanager
def told(ends: Ends = USUAL) -> Iterator[None]:
    """An expected failure as a sentence and its exit code; a file that cannot be read or written is one."""
    try:
        yield
    except CoachError as error:
        say(str(error))
        sys.exit(next(code for kind, code in ends.codes if isinstance(error, kind)))
    except OSError as error:
        say(f"{error.filename or 'A file'}: {error.strerror}.")
        sys.exit(2)
    except KeyboardInterrupt:
        say(ends.stopped)
        sys.exit(ends.stop_code)
