"""Many files -> an outcome each. In: names of files and folders, and a Job. Out: outcomes in the order of the names.

The offline analyst works in processes, a live model is asked from threads. A file that cannot be read is an outcome
like any other: its sentence, and the rest go on. Never writes: see `coach.journal` for a run that can be taken up again.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from typing import NamedTuple

from coach.answering import OFFLINE
from coach.ask import Ask
from coach.conversation import Conversation, Value
from coach.errors import AskError, CoachError, InputError
from coach.playbook import Playbook
from coach.readers import read_all
from coach.readers.limits import LARGEST_FILE, check_size
from coach.review import UNWATCHED, Review, Watch, review
from coach.settings import Settings

WORTH_PROCESSES = 200_000  # bytes of text in all: a second's work, which is what starting the processes takes


class Job(NamedTuple):
    """What each file is reviewed with."""

    playbook: Playbook
    settings: Settings
    model: str
    today: date
    explain: bool = False


class File(NamedTuple):
    """One file to review, under the name that it has in outcomes. Without a path it is standard input, whose bytes are `data`.

    `folder` is the one that it was found in: what lies elsewhere was not brought, whatever a link says.
    """

    name: str
    path: Path | None
    data: bytes = b""
    folder: Path | None = None

    def read(self) -> bytes:
        """The bytes. Raises InputError."""
        if self.path is None:
            check_size(len(self.data), self.name)
            return self.data
        if self.folder and not self.path.resolve().is_relative_to(self.folder.resolve()):
            raise InputError(f"{self.name} is a link to a file outside the folder. Name that file itself if you mean it.")
        try:
            check_size(self.path.stat().st_size, self.name)
            with self.path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)  # a device has no size and no end
        except FileNotFoundError:
            raise InputError(f"{self.name} is not there. Check the path.") from None
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror}. Check that you may read it.") from None
        check_size(len(data), self.name)
        return data


class Outcome(Value):
    """What became of one file. `lines` are its reviews as JSON, one a conversation; `told` is what `explain` says beside them.

    `code`: 0 reviewed, 2 the file cannot be read, 3 the model failed; then `error` is the sentence.
    """

    name: str
    code: int = 0
    error: str = ""
    lines: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def files_in(names: tuple[str, ...], written: Sequence[os.stat_result] = ()) -> list[File]:
    """Each file, every file of each folder in order of its path, - for standard input. Raises InputError for a folder without any.

    In folders, names that begin with a dot are left alone, so is all that lies in a folder of such a name, and so are the
    files that this run itself writes.
    """
    found: list[File] = []
    for name in names:
        path = Path(name)
        if name == "-":
            found.append(File("standard input", None, sys.stdin.buffer.read(LARGEST_FILE + 1)))
        elif os.path.isdir(path):  # noqa: PTH112 - unlike is_dir() never an error: what cannot be looked at is said when its turn comes
            inside = [p.relative_to(path) for p in sorted(path.rglob("*")) if p.is_file()]
            inside = [p for p in inside if not any(part.startswith(".") for part in p.parts)]
            inside = [p for p in inside if not any(os.path.samestat((path / p).stat(), own) for own in written)]
            if not inside:
                raise InputError(f"{name} holds no files. Name a file or another folder.")
            found.extend(File(printable(p.as_posix()), path / p, folder=path) for p in inside)
        else:  # also one that is not there: said when its turn comes, so that the others go on
            found.append(File(printable(path.name), path))
    return found


def printable(name: str) -> str:
    """A file's name without characters that do something to a terminal or are not seen."""
    return "".join(char if char.isprintable() else "?" for char in name)


def reviews_of(file: File, job: Job, ask: Ask, watch: Watch) -> Iterator[tuple[Conversation, Review]]:
    """Each conversation of a file with its review. Raises a CoachError."""
    for conversation in read_all(file.read(), file.name):
        yield conversation, review(conversation, job.playbook, ask, job.today, watch)


def failure(file: File, error: CoachError) -> Outcome:
    """The outcome of a file on which something expected went wrong."""
    said = str(error) if str(error).startswith(file.name) else f"{file.name}: {error}"
    if isinstance(error, AskError):
        return Outcome(name=file.name, code=3, error=f"{said} Or review it offline: --model offline.")
    return Outcome(name=file.name, code=2, error=said)


def outcome_of(file: File, job: Job, ask: Ask) -> Outcome:
    """The outcome of one file."""
    told: list[str] = []
    try:
        done = list(reviews_of(file, job, ask, Watch(told.append) if job.explain else UNWATCHED))
    except CoachError as error:
        return failure(file, error)
    for _, made in done if job.explain else ():
        told.extend(explained(made))
    lines = tuple(made.model_dump_json(by_alias=True) for _, made in done)
    return Outcome(name=file.name, lines=lines, told=tuple(f"{file.name}: {line}" for line in told))


def explained(done: Review) -> Iterator[str]:
    """How a verdict came about: the rule, each commitment, each quote thrown out."""
    yield f"rule “{done.verdict.rule}”: {done.verdict.reason}"
    for item in done.commitments:
        yield f"commitment {item.level} to {item.to}, can decide: {item.can_decide}, {item.basis}: “{item.quote.text}”"
    for out in done.rejected:
        yield f"thrown out ({out.reason}): “{out.quote}”"


def run(files: list[File], job: Job, workers: int, on_done: Callable[[File, Outcome], None]) -> Iterator[Outcome]:
    """Outcomes in the order of the files; `on_done` is told of each as soon as there is one, in whatever order."""
    sizes = [file.path.stat().st_size if file.path and os.path.isfile(file.path) else len(file.data) for file in files]  # noqa: PTH113
    workers = min(workers, len(files))
    if workers < 2 or (job.model == OFFLINE and sum(sizes) < WORTH_PROCESSES):
        ask = job.settings.ask(job.model)
        for file in files:
            outcome = outcome_of(file, job, ask)
            on_done(file, outcome)
            yield outcome
        return
    order = range(len(files))
    if job.model == OFFLINE:  # the longest first, so that none of them is begun when all else is done
        order = sorted(order, key=lambda at: -sizes[at])  # type: ignore[assignment]
    ready: dict[int, Outcome] = {}
    told = 0
    pool = _pool(job, workers)
    try:
        futures = {pool.submit(_work, files[at]): at for at in order}
        for future in as_completed(futures):
            at = futures.pop(future)
            ready[at] = future.result()
            on_done(files[at], ready[at])
            while told in ready:
                yield ready.pop(told)
                told += 1
    except BrokenProcessPool:
        raise InputError("A process of this run was ended from outside, perhaps for want of memory. Try again with --jobs 1.") from None
    finally:
        pool.shutdown(cancel_futures=True)


_held: tuple[Job, Ask] | None = None


def _pool(job: Job, workers: int) -> Executor:
    if job.model != OFFLINE:
        _hold(job)
        return ThreadPoolExecutor(workers)
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,))


def _begin(job: Job) -> None:
    """First in each process: it ends with the one that started it, however that ends."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait
    from threading import Thread

    parent = parent_process()
    if parent is not None:
        Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
    _hold(job)


def _hold(job: Job) -> None:
    global _held  # noqa: PLW0603 - one job a process
    _held = job, job.settings.ask(job.model)


def _work(file: File) -> Outcome:
    assert _held is not None
    return outcome_of(file, *_held)
