"""What all eval commands share: failures as sentences with exit codes, progress, and the options that limit spending. Loads nothing heavy."""

import math
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import click

from coach import exits
from coach.errors import AskError, CoachError, ReplayError

FOLDER = click.Path(path_type=Path)
EVALS = exits.Ends(codes=((ReplayError, 3), (AskError, 4), (CoachError, 2)), stop_code=2)
Command = TypeVar("Command", bound=Callable[..., Any])
LIMITS = ("max_calls", "max_tokens", "max_usd")


def told() -> AbstractContextManager[None]:
    """An expected failure of an eval command as a sentence and its exit code."""
    return exits.told(EVALS)


class Dollars(click.FloatRange):
    """Dollars above nothing. Neither `nan` nor `inf` is a limit: no sum is ever above it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Fails in click's way."""
        amount = float(super().convert(value, param, ctx))
        return amount if math.isfinite(amount) else self.fail(f"{value} is no amount of dollars. Write one like 0.50.", param, ctx)


def limited(command: Command) -> Command:
    """The options that limit what a model may be asked, on a command that takes `LIMITS`."""
    usd = "Send no request that could cross this many dollars in all. Needs the model's price, see COACH_PRICES."
    command = click.option("--max-usd", type=Dollars(0, min_open=True), help=usd)(command)
    command = click.option("--max-tokens", type=click.IntRange(1), help="Send no request that could cross this many tokens in all, read and written.")(command)
    return click.option("--max-calls", type=click.IntRange(1), help="Send no more requests than this in all.")(command)


def limits_of(options: dict[str, Any]) -> Any:
    """The limits among a command's options."""
    from coach.llm.budget import Limits

    return Limits(calls=options["max_calls"], tokens=options["max_tokens"], usd=options["max_usd"])


def progress(name: str) -> Callable[[int, int], bool]:
    """A line a second on standard error, with the time that is left by the pace so far."""
    begun = last = time.monotonic()
    at_first: int | None = None

    def told_of(done: int, of: int) -> bool:
        nonlocal last, at_first
        now = time.monotonic()
        at_first = done - 1 if at_first is None else at_first
        if now - last > 1 or done == of:
            last = now
            click.echo(f"{name}: {done} of {of}{_left((now - begun) / max(1, done - at_first) * (of - done))}", err=True)
        return True

    return told_of


def _left(seconds: float) -> str:
    return f", {in_time(seconds)} left" if seconds >= 1 else ""


def in_time(seconds: float) -> str:
    """A span of time as people say it."""
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


def agreed(question: str, yes: bool) -> bool:
    """Asks where somebody sits at a terminal; elsewhere the command itself was the agreement."""
    return yes or not sys.stdin.isatty() or click.confirm(question, err=True)
