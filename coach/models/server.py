"""The server of a built-in model, seen from the process that uses it. In: an entry and its weights. Out: an address and a key.

One server for each model and process, shared by all threads. It is started when it is first needed, ends with this process,
and is started anew if it was ended. Requests take turns: the model reads one at a time, and what they begin with in common
stays read.
"""

import atexit
import contextlib
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from pydantic import ValidationError

from coach.conversation import Value
from coach.errors import AskError, SettingsError
from coach.models.known import Known, size
from coach.models.serve import Wanted
from coach.models.store import MISSING

LOADS = 300_000_000  # bytes of weights a second, on two idle cores
START = 300.0  # seconds after which a start has failed: on a busy machine it takes minutes
ENDS = 2.0  # seconds from a broken connection to the end of a process that was ended
PROMPT_CACHE_MB = 512  # of what was read for other notes, so that notes that are reviewed side by side do not make each other read anew


class Lent(NamedTuple):
    """Where the model answers, and the key it wants."""

    base_url: str
    key: str


class Way(NamedTuple):
    """How a server is run."""

    model: Known
    weights: Path
    threads: int
    sleep_seconds: int
    environment: Mapping[str, str]


class _Address(Value):
    address: str


class Server:
    """A model's server. Threads may share it; `turn` is held while a request is under way."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._starting = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._lent: Lent | None = None
        self.turn = threading.Lock()

    @property
    def model(self) -> Known:
        return self._way.model

    @property
    def runs(self) -> bool:
        """Whether its process is there."""
        return self._program is not None and self._program.poll() is None

    def ends(self) -> bool:
        """Whether its process is gone, or is in a moment: its connections break before it is."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._program is not None:
                self._program.wait(ENDS)
        return not self.runs

    def lend(self, tell: Callable[[str], None] = lambda _: None) -> Lent:
        """Address and key; starts the server if it does not run, and says so. Raises AskError or SettingsError."""
        with self._starting:
            if self._lent is None or not self.runs:
                tell(f"Starting the built-in model, about {max(2, round(self.model.bytes / LOADS))} s, longer on a busy machine")
                self._lent = self._start()
            return self._lent

    def stop(self) -> None:
        """Ends the process, if it runs."""
        program, self._program, self._lent = self._program, None, None
        if program is None:
            return
        _close(program.stdin)
        try:
            program.wait(3)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        _close(program.stdout)  # not before: whoever waits for its first line holds this pipe until it ends

    def _start(self) -> Lent:
        self.stop()
        _check_memory(self.model, free_memory())
        way, key = self._way, secrets.token_urlsafe(24)
        wanted = Wanted(
            path=str(way.weights),
            name=way.model.name,
            context=way.model.context,
            threads=way.threads,
            prompt_cache_mb=PROMPT_CACHE_MB,
            sleep_seconds=way.sleep_seconds,
            key=key,
        )
        command = [sys.executable, "-m", "coach.models.serve"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._program = program = subprocess.Popen(command, env=dict(way.environment), start_new_session=True, **pipes)  # type: ignore[call-overload]  # noqa: S603 - our own words
        try:
            assert program.stdin is not None
            program.stdin.write(wanted.model_dump_json().encode() + b"\n")
            program.stdin.flush()
            line = _first_line(program, START)
            return Lent(_Address.model_validate_json(line).address + "/v1", key)
        except (OSError, ValidationError, queue.Empty):
            why = self._why_not()
            self.stop()
            raise AskError(why) from None
        except BaseException:
            self.stop()
            raise

    def _why_not(self) -> str:
        ended = self._program.poll() if self._program else None
        if ended is not None and ended != -9:
            return f"The built-in model could not be started. Its file may be damaged. `coach model pull {self.model.id}` checks it. Or use the offline review."
        if ended == -9:
            why = f"was ended while it started, perhaps for want of memory: it takes about {size(needs(self.model))}"
        else:
            why = f"did not start within {START / 60:.0f} minutes"
        return f"The built-in model {why}. Close other programs and try again, or use the offline review."


def _close(pipe: "IO[bytes] | None") -> None:
    with contextlib.suppress(OSError):
        if pipe is not None:
            pipe.close()


def _first_line(program: "subprocess.Popen[bytes]", patience: float) -> bytes:
    """The first line that a program says; empty if it ends without. Raises queue.Empty after `patience` seconds."""
    said: queue.Queue[bytes] = queue.Queue()
    out = program.stdout
    assert out is not None

    def read() -> None:
        try:
            said.put(out.readline())
        except (OSError, ValueError):
            said.put(b"")

    threading.Thread(target=read, daemon=True).start()
    line = said.get(timeout=patience)
    if not line:
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(5)
    return line


def needs(model: Known) -> int:
    """Bytes of memory that a model's server takes when it is full: the model, and what it keeps of other notes."""
    return model.memory + (PROMPT_CACHE_MB << 20)


def _check_memory(model: Known, free: int | None) -> None:
    """Raises AskError if the machine has too little memory left. Where it cannot be told, the start is tried."""
    if free is not None and free < needs(model):
        raise AskError(
            f"The built-in model takes about {size(needs(model))} of memory, and {size(free)} are free. Close other programs, or use the offline review."
        )


def free_memory(group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes of memory that a new process could have, of this machine or of the container that we are in.

    What a container holds of files that nobody reads any more is given back when it is wanted, so it counts as free.
    """
    try:
        import psutil
    except ImportError:
        return None
    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):  # no container, or none with a limit
        held = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = int((group / "memory.current").read_text()) - int(held.get("inactive_file", 0))
        free = min(free, int((group / "memory.max").read_text()) - used)
    return free


_running: dict[Path, Server] = {}
_looking = threading.Lock()


def shared(way: Way) -> Server:
    """The one server of this process for these weights. Starts nothing. Raises SettingsError if it could not run here."""
    from importlib.util import find_spec

    if find_spec("xllamacpp") is None:
        raise SettingsError(MISSING)
    with _looking:
        return _running.setdefault(way.weights, Server(way))


@atexit.register
def _stop_all() -> None:
    for server in _running.values():
        server.stop()
