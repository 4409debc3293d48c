"""A run that goes on by itself. In: a bench, a plan and a folder. Out: how far it is, and results in the folder as from the command line.

The thread belongs to the process and not to whoever started it, so a page that is closed or loaded again loses nothing. One
errand at a time: two would fight for the same cores. Cancelling, a crash and the end of the process all leave a folder that
can be gone on with. Draws nothing and judges nothing.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from coach.errors import CaseError, CoachError, InputError
from coach.evaluation.bench import Bench, run_suite
from coach.evaluation.chosen import Chosen, chosen_in, planned, write_chosen
from coach.evaluation.results import VERSUS, Head, RunFolder, runs_in
from coach.evaluation.versus import Leg, Versus, legs
from coach.llm.budget import Spent
from coach.settings import Settings

JUST_NOW = 10  # seconds since the last case in which a run may still be going in another process


class CutOff(NamedTuple):
    """A run that did not come to its end. `busy`: something was written a moment ago, so another process may be at it."""

    folder: Path
    head: Head
    done: int
    busy: bool
    chosen: Chosen


def cut_off(settings: Settings) -> list[CutOff]:
    """The runs that can be gone on with, newest first. Those of a comparison go on with it; a folder without a readable run is left out."""
    found = []
    for folder in runs_in(settings.runs):
        at = RunFolder(folder)
        if at.whole or (folder.parent / VERSUS).is_file():
            continue
        try:
            head = at.head()
        except CaseError:
            continue
        found.append(CutOff(folder, head, done_in(folder), is_busy(settings, folder), chosen_in(folder, head)))
    return found


def is_busy(settings: Settings, folder: Path) -> bool:
    """Whether a case was written there a moment ago."""
    lines = folder / "results.jsonl"
    return lines.is_file() and settings.now().timestamp() - lines.stat().st_mtime < JUST_NOW


class State(NamedTuple):
    """How far an errand is. `error` is a sentence for people; a stopped errand is neither going nor whole.

    `leg` is the run of several that goes on, "" if there is but one. `left` is in seconds, by the pace of the leg so far.
    """

    name: str
    folder: Path
    done: int
    of: int
    going: bool
    whole: bool
    error: str | None
    stopping: bool = False
    leg: str = ""
    left: float | None = None
    spent: Spent = Spent()
    usd: float | None = None


class Errands:
    """Holds the one run that goes on in this process. Safe to ask from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._state: State | None = None

    @property
    def state(self) -> State | None:
        """The errand that is going on, or the last one; None if there was none."""
        return self._state

    def begin(self, bench: Bench, want: Chosen, folder: Path) -> threading.Thread:
        """Starts a run, or goes on with the one in the folder. Raises CoachError if one is going or nothing can be run."""
        return self._begin(bench, folder, lambda: [Leg("", want, planned(bench, want, folder), folder)])

    def compare(self, bench: Bench, versus: Versus, folder: Path) -> threading.Thread:
        """Starts what is left to do of a comparison. Raises CoachError as `begin` does."""
        return self._begin(bench, folder, lambda: legs(bench, versus, folder))

    def _begin(self, bench: Bench, folder: Path, make: Callable[[], list[Leg]]) -> threading.Thread:
        with self._lock:
            if self._state and self._state.going:
                raise InputError(f"{self._state.name} is running. Wait for it, or stop it first.")
            todo = make()
            for leg in todo:
                write_chosen(leg.folder, leg.want)
            self._stop = threading.Event()
            done, of = sum(done_in(leg.folder) for leg in todo), sum(len(leg.plan.cases) for leg in todo)
            self._state = State(folder.name, folder, done, of, True, False, None)
            thread = threading.Thread(target=self._go, args=(bench, todo, self._stop), name="eval run", daemon=True)
            thread.start()
            return thread

    def stop(self) -> None:
        """Asks the errand to end after the cases in hand. They and what is done are kept."""
        self._stop.set()
        if self._state and self._state.going:
            self._tell(stopping=True)

    def forget(self) -> None:
        """Forgets an errand that is over."""
        with self._lock:
            if self._state and not self._state.going:
                self._state = None

    def _go(self, bench: Bench, todo: list[Leg], stop: threading.Event) -> None:
        try:
            before = 0
            for leg in todo:
                if stop.is_set():
                    self._end(False, None)
                    return
                resume = (leg.folder / "head.json").is_file()
                if run_suite(bench, leg.plan, leg.folder, self._progress(leg, before, todo, stop), resume=resume) is None:
                    self._end(False, None)
                    return
                before += len(leg.plan.cases)
            self._end(True, None)
        except CoachError as error:
            self._end(False, str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it: what is not said here is said nowhere
            self._end(False, f"The run broke off ({type(error).__name__}). What is done is kept: go on with it.")

    def _progress(self, leg: Leg, before: int, todo: list[Leg], stop: threading.Event) -> Callable[[int, int], bool]:
        at_first, begun = done_in(leg.folder), time.monotonic()
        others = sum(done_in(one.folder) for one in todo[todo.index(leg) + 1 :])
        live = leg.plan.live
        self._tell(leg=leg.name, left=None)

        def told(done: int, of: int) -> bool:
            left = (time.monotonic() - begun) / max(1, done - at_first) * (of - done)
            spent, usd = (live.purse.spent, live.purse.usd) if live else (Spent(), None)
            self._tell(done=before + done + others, left=left, spent=spent, usd=usd)
            return not stop.is_set() or done == of

        return told

    def _end(self, whole: bool, error: str | None) -> None:
        self._tell(going=False, stopping=False, whole=whole, error=error)

    def _tell(self, **changes: Any) -> None:
        with self._lock:
            if self._state:
                self._state = self._state._replace(**changes)


def done_in(folder: Path) -> int:
    """How many cases a run wrote down."""
    path = folder / "results.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0
