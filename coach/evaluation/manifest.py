"""Hashes of everything that is recorded. In: a folder of recordings. Out: MANIFEST.sha256 in it, in the form of sha256sum.

`sha256sum -c MANIFEST.sha256` checks the same without us. A file that differs, is missing or is not listed is an error.
"""

import hashlib
from pathlib import Path

from coach.errors import ReplayError

NAME = "MANIFEST.sha256"


def write_manifest(folder: Path) -> None:
    """Lists what is there now."""
    lines = [f"{digest}  {name}\n" for name, digest in _found(folder).items()]
    (folder / NAME).write_text("".join(lines), encoding="utf-8")


def check_manifest(folder: Path) -> None:
    """Raises ReplayError that names the first file that is not as it was listed."""
    path = folder / NAME
    found = _found(folder)
    if not path.is_file():
        if found:
            raise ReplayError(f"{folder.name} has recordings and no {NAME}. Record them again, or bring the manifest back.")
        return
    pairs = (line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines() if "  " in line)
    listed = {name: digest for digest, name in pairs}
    for name in sorted({*listed, *found}):
        if listed.get(name) != found.get(name):
            what = "is missing" if name not in found else "is not listed" if name not in listed else "was changed"
            raise ReplayError(f"{folder.name}/{NAME}: {name} {what} since it was recorded. Record it again: coach eval record.")


def _found(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.glob("*/*.json"))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
