"""Hashes of everything that is recorded. In: a folder of recordings. Out: MANIFEST.sha256 in it, in the form of sha256sum.

`sha256sum -c MANIFEST.sha256` checks the same without us. A file that differs, is missing or is not listed is an error.
"""

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path

from coach.errors import ReplayError

NAME = "MANIFEST.sha256"
HALF = ".part"  # of the name of a folder whose recording was cut off
UNASKED = "unasked.txt"
UNASKED_TEXT = "Nobody was asked on this case: there was nothing to ask.\n"
"""In the folder of a case that was recorded and led to no request, as where a model only checks and nothing was found."""


def recorded_cases(folder: Path) -> list[str]:
    """Names of the cases that a folder holds recordings of."""
    return sorted(path.name for path in folder.glob("*/") if not path.name.endswith(HALF) and any(_files(path)))


def write_manifest(folder: Path, cases: Collection[str]) -> None:
    """Lists the recordings of some cases as they are now; the others stay listed as they were, so that a change of theirs is still seen."""
    if not folder.is_dir():
        return
    kept = {name: digest for name, digest in _listed(folder).items() if name.split("/")[0] not in cases}
    fresh = {name: digest for name, digest in _found(folder).items() if name.split("/")[0] in cases}
    half = folder / (NAME + HALF)
    half.write_text(manifest_text({**kept, **fresh}), encoding="utf-8")
    half.replace(folder / NAME)


def manifest_text(digests: Mapping[str, str]) -> str:
    """A manifest: digests by name, in the order of the names."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def check_manifest(folder: Path) -> None:
    """Raises ReplayError that names the first file that is not as it was listed."""
    found = _found(folder)
    if not (folder / NAME).is_file():
        if found:
            raise ReplayError(f"{folder.name} has recordings and no {NAME}. Record them again, or bring the manifest back.")
        return
    listed = _listed(folder)
    for name in sorted({*listed, *found}):
        if listed.get(name) != found.get(name):
            what = "is missing" if name not in found else "is not listed" if name not in listed else "was changed"
            again = f"delete {folder.name}/{name.split('/')[0]} and run coach eval record"
            raise ReplayError(f"{folder.name}/{NAME}: {name} {what} since it was recorded. Bring it back, or record it again: {again}.")


def _listed(folder: Path) -> dict[str, str]:
    path = folder / NAME
    pairs = (line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines() if "  " in line) if path.is_file() else ()
    return {name: digest for digest, name in pairs}


def _found(folder: Path) -> dict[str, str]:
    paths = [path for case in recorded_cases(folder) for path in _files(folder / case)]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _files(case: Path) -> list[Path]:
    return [*sorted(case.glob("*.json")), *case.glob(UNASKED)]
