"""Where weights lie. In: the user's cache folder. Out: paths, what is there, and a lock while one is fetched.

A file under its final name is whole: it was checked before it was moved there. Half of one lies in a folder beside it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from coach.errors import PullError, SettingsError
from coach.models.known import Known


class Store(NamedTuple):
    """The folder of weights."""

    folder: Path

    def path(self, model: Known) -> Path:
        """Where the weights of a model lie, or would."""
        return self.folder / model.file

    def has(self, model: Known) -> bool:
        """Whether the weights are there, by their size: the hash was checked when they came."""
        path = self.path(model)
        return path.is_file() and path.stat().st_size == model.bytes

    def work(self, model: Known) -> Path:
        """Where what is fetched of a model lies until it is whole."""
        return self.folder / f"{model.file}.parts"

    def begun(self, model: Known) -> int:
        """Bytes that an earlier try has left to go on from."""
        return taken(self.work(model))

    def free(self) -> int:
        """Bytes left on the disk that the folder is on, or would be."""
        there = next(path for path in (self.folder, *self.folder.parents) if path.exists())
        return shutil.disk_usage(there).free

    def remove(self, model: Known) -> bool:
        """Deletes the weights and what is left of a try. False if there was nothing."""
        with self.locked(model):
            there = self.path(model).exists() or self.work(model).exists()
            self.path(model).unlink(missing_ok=True)
            shutil.rmtree(self.work(model), ignore_errors=True)
        return there

    @contextmanager
    def locked(self, model: Known) -> Iterator[None]:
        """Keeps others off a model's files. Raises PullError if somebody is at them; a lock never outlives its process."""
        try:
            from filelock import FileLock, Timeout
        except ImportError:
            raise SettingsError(MISSING) from None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f"{model.file}.lock", timeout=0)
            lock.acquire()
        except Timeout:
            raise PullError(f"Something else on this machine is fetching or removing {model.title}. Wait for it, then try again.") from None
        except OSError as error:
            raise PullError(f"{self.folder} cannot be written: {error.strerror}. Set COACH_CACHE to a folder that can.") from None
        try:
            yield
        finally:
            lock.release()


MISSING = "The packages for a built-in model are not installed. In a checkout run `./run model pull`; elsewhere: pip install 'call-note-coach[builtin]'."


def taken(folder: Path) -> int:
    """Bytes of all files in a folder; 0 if it is not there. Others may move and delete in it meanwhile: what is gone is not counted."""
    total = 0
    for inside, _, names in os.walk(folder):  # a folder that goes while we look ends `Path.rglob` with an error, not this
        for name in names:
            with suppress(OSError):
                total += (Path(inside) / name).lstat().st_size
    return total
