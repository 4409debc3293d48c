"""A run that goes on by itself. In: a bench, a plan and a folder. Out: how far it is, and results in the folder as from the command line.

The thread belongs to the process and not to whoever started it, so a page that is closed or loaded again loses nothing. One
errand at a time: two would fight for the same cores. Cancelling, a crash and the end of the process all leave a folder that
can be gone on with. Draws nothing and judges nothing.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from coach.conversation import Value
from coach.errors import CaseError, CoachError, InputError
from coach.evaluation.bench import CORES, OFFLINE_SUITE, Bench, chosen, name_of, run_suite
from coach.evaluation.cases import EvalCase, Split
from coach.evaluation.results import PLAIN_NAME, Head, RunFolder, runs_in
from coach.evaluation.runner import Plan
from coach.evaluation.suites import Suite
from coach.settings import OFFLINE, Settings

AT_ONCE_LIVE = 4
CHOSEN = "chosen.json"
JUST_NOW = 10  # seconds since the last case in which a run may still be going in another process


class Chosen(Value):
    """What somebody chose to run. `model` is the offline analyst's name, a live model's, or None for recordings of `suite`."""

    model: str | None = OFFLINE
    suite: str | None = None
    prompt_set: str | None = Field(default=None, pattern=PLAIN_NAME)
    split: Split | None = None
    most_calls: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether notes would be sent to a model."""
        return self.suite is None and self.model not in (None, OFFLINE)


def cases_of(bench: Bench, want: Chosen) -> list[EvalCase]:
    """The cases that would be run. Raises ReplayError."""
    return [case for case in chosen(bench, _suite(bench, want)) if want.split in (None, case.split)]


def planned(bench: Bench, want: Chosen) -> Plan:
    """The plan of a run. Raises CoachError if there is nothing to run or nobody to answer."""
    suite = _suite(bench, want)
    return Plan(suite, cases_of(bench, want), bench.playbook, bench.thresholds.prices, AT_ONCE_LIVE if suite.source == "live" else CORES, want.most_calls)


def _suite(bench: Bench, want: Chosen) -> Suite:
    if want.suite is not None:
        found = next((suite for suite in bench.suites() if suite.name == want.suite), None)
        if found is None:
            raise InputError(f"No recordings of {want.suite}. Record them first: coach eval record.")
        return found
    if want.model is None or want.model == OFFLINE:
        return OFFLINE_SUITE
    return Suite(name=name_of(want.model), model=want.model, source="live", prompt_set=want.prompt_set)


def new_folder(settings: Settings, suite: str) -> Path:
    """Where a new run goes: named after the time, as on the command line."""
    return settings.runs / f"{settings.now():%Y%m%d-%H%M%S}-{suite}"


class CutOff(NamedTuple):
    """A run that did not come to its end. `busy`: something was written a moment ago, so another process may be at it."""

    folder: Path
    head: Head
    done: int
    busy: bool
    chosen: Chosen


def cut_off(settings: Settings) -> list[CutOff]:
    """The runs that can be gone on with, newest first. A folder that holds no readable run is left out."""
    found = []
    for folder in runs_in(settings.runs):
        at = RunFolder(folder)
        if at.whole:
            continue
        try:
            head = at.head()
        except CaseError:
            continue
        lines = folder / "results.jsonl"
        done = _lines(folder)
        busy = lines.is_file() and settings.now().timestamp() - lines.stat().st_mtime < JUST_NOW
        found.append(CutOff(folder, head, done, busy, _chosen(folder, head)))
    return found


def _chosen(folder: Path, head: Head) -> Chosen:
    """What was chosen when a run began; for one from the command line, what its head says, over all cases."""
    try:
        return Chosen.model_validate_json((folder / CHOSEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        if head.source == "offline":
            return Chosen()
        return Chosen(model=head.model) if head.source == "live" else Chosen(model=None, suite=head.suite)


class State(NamedTuple):
    """How far an errand is. `error` is a sentence for people; a stopped errand is neither going nor whole."""

    name: str
    folder: Path
    done: int
    of: int
    going: bool
    whole: bool
    error: str | None
    stopping: bool = False


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
        with self._lock:
            if self._state and self._state.going:
                raise InputError(f"{self._state.name} is running. Wait for it, or stop it first.")
            plan = planned(bench, want)
            if not plan.cases:
                raise CaseError("No case is left to run. Choose another split.")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / CHOSEN).write_text(json.dumps(want.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
            self._stop = threading.Event()
            self._state = State(folder.name, folder, _lines(folder), len(plan.cases), True, False, None)
            thread = threading.Thread(target=self._go, args=(bench, plan, folder, self._stop), name="eval run", daemon=True)
            thread.start()
            return thread

    def stop(self) -> None:
        """Asks the errand to end after the cases that are being reviewed. What is done is kept."""
        self._stop.set()
        if self._state and self._state.going:
            self._tell(stopping=True)

    def forget(self) -> None:
        """Forgets an errand that is over."""
        with self._lock:
            if self._state and not self._state.going:
                self._state = None

    def _go(self, bench: Bench, plan: Plan, folder: Path, stop: threading.Event) -> None:
        try:
            begun = (folder / "head.json").is_file()
            whole = run_suite(bench, plan, folder, self._progress(stop), resume=begun) is not None
            self._end(whole, None)
        except CoachError as error:
            self._end(False, str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it: what is not said here is said nowhere
            self._end(False, f"The run broke off ({type(error).__name__}). What is done is kept: go on with it.")

    def _progress(self, stop: threading.Event) -> Callable[[int, int], bool]:
        def told(done: int, of: int) -> bool:
            self._tell(done=done, of=of)
            return not stop.is_set() or done == of

        return told

    def _end(self, whole: bool, error: str | None) -> None:
        self._tell(going=False, stopping=False, whole=whole, error=error)

    def _tell(self, **changes: Any) -> None:
        with self._lock:
            if self._state:
                self._state = self._state._replace(**changes)


def _lines(folder: Path) -> int:
    path = folder / "results.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0
