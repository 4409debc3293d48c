"""How far a run is. In: a total, and a word for each file that is done. Out: lines on standard error. Never touches standard output."""

import sys
import time

import click

SOON = 1.0  # seconds after which progress is told, and between two tellings on a terminal
SELDOM = 10.0  # seconds between two where it is no terminal


class Progress:
    """Tells on standard error how far a run is, once it has taken a second: on a terminal in one line that is written over."""

    def __init__(self, total: int, known: int) -> None:
        self._total, self._done, self._known = total, known, known
        self._begun = time.monotonic()
        self._next = self._begun + SOON
        self._live = sys.stderr.isatty()
        self._shown = False

    def step(self) -> None:
        """One more file is done."""
        self._done += 1
        now = time.monotonic()
        if now < self._next or self._total < 2:
            return
        self._next = now + (SOON if self._live else SELDOM)
        kept = f", {self._known:,} of them before" if self._known else ""
        click.echo(f"{self._done:,} of {self._total:,} files{kept}, {now - self._begun:.0f} s", err=True, nl=not self._live)
        if self._live:
            click.echo("\r", err=True, nl=False)
        self._shown = True

    def end(self) -> None:
        """Wipes the line of progress off a terminal."""
        if self._shown and self._live:
            click.echo("\x1b[2K\r", err=True, nl=False)
            self._shown = False
