"""Writing without losing anything. In: a folder, texts, and the version each was changed from. Out: files, or a Conflict.

A text is written beside the file, brought to the disk, and put in its place in one step: after a crash there is the old
file or the new one, whole. Whoever saves says which version they began with; if another is there by now, nothing is
written and both are shown. What is written over on purpose is kept in `.kept/`. Never follows a link out of the folder.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from coach.errors import SettingsError

KEPT = ".kept"
_turn = threading.Lock()


class Conflict(Exception):
    """The file is not the one that the change began with. `theirs` is its text now, "" if it is gone."""

    def __init__(self, theirs: str) -> None:
        super().__init__("somebody else saved this file")
        self.theirs = theirs


def stamp(text: str) -> str:
    """Twelve hex characters that name a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def save(folder: Path, name: str, text: str, began: str) -> str:
    """Saves a text over the version `began`, a stamp. Returns the new stamp. Raises Conflict, or SettingsError if it cannot be written."""
    path = _inside(folder, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    with _alone(folder):
        now = _text(path)
        if stamp(now) != began and now != text:
            raise Conflict(now)
        _put(path, text)
    return stamp(text)


def keep(folder: Path, name: str, text: str) -> Path:
    """Puts a text aside that is about to be written over or given up, and says where."""
    path = folder / KEPT / f"{name.replace('/', '-')}.{stamp(text)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = path.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    _put(path, text)
    return path


def put_new(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files that are not there yet, all or none. Raises SettingsError."""
    paths = {_inside(folder, name): text for name, text in files.items()}
    with _alone(folder):
        if there := [path for path in paths if path.exists()]:
            raise SettingsError(f"{there[0].name} is there already, in {folder}. Take another name.")
        done: list[Path] = []
        try:
            for path, text in sorted(paths.items(), key=lambda pair: pair[0].name == "system.j2"):  # last: without it no folder is a set
                done.append(path)
                _put(path, text)
        except SettingsError:
            for path in done:
                path.unlink(missing_ok=True)
            raise


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or path.is_symlink():
        raise SettingsError(f"{name} leads out of {folder.name}. Put the file itself there.")
    return path


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}. Nothing was written.") from None


def _put(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _fsync(path.parent)
    except (OSError, UnicodeEncodeError) as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        why = error.strerror if isinstance(error, OSError) else "it holds half a character"
        raise SettingsError(f"{path.name} could not be saved: {why}. Your text is still on the page.") from None


def _fsync(folder: Path) -> None:
    """The folder's entry, too, is on the disk. Where folders cannot be opened, such as Windows, the system does it."""
    with contextlib.suppress(OSError):
        at = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(at)
        finally:
            os.close(at)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One saver at a time: of this process, and of others where files can be locked."""
    with _turn:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / ".lock").open("wb")
        except OSError as error:
            raise SettingsError(f"Nothing can be written to {folder}: {error.strerror}. Set COACH_SETS to a folder of yours.") from None
        with lock:
            with contextlib.suppress(ImportError, OSError):
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
