"""Prompt sets and playbooks as zips. In: texts, or the bytes of a zip that somebody sent. Out: bytes, or texts by file name.

A zip is data of a stranger: every name, size and kind is checked before a byte is unpacked, nothing is unpacked to the
disk, and of no file more is read than it says it has. Templates are compiled in the sandbox
that also renders them, so that one which reaches for more than words is refused here.
"""

import io
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping

from coach.errors import CaseError, InputError
from coach.evaluation.located import located
from coach.lab.finding import Finding
from coach.lab.owned import LARGEST_PLAYBOOK, What
from coach.prompting import LARGEST_TEMPLATE, PromptSet
from coach.render.inert import folded

LARGEST_PACK = 2_000_000  # bytes
MEMBERS = 100
LARGEST_TEXT = 4 * LARGEST_TEMPLATE  # bytes of one file; a playbook's may be LARGEST_PLAYBOOK
UNPACKED = 4_000_000  # bytes of all
DEEPEST = 4  # folders and the file
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")
KINDS = (".j2", ".md", ".txt", ".yaml")
LITTER = re.compile(r"^__MACOSX/|(?:^|/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NEVER = (1980, 1, 1, 0, 0, 0)
DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError, IndexError, KeyError)


def pack(name: str, files: Mapping[str, str]) -> bytes:
    """A zip with one folder. The same texts give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(files.items()):
            member = zipfile.ZipInfo(f"{name}/{path}", NEVER)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, text.encode("utf-8"))
    return out.getvalue()


def unpack(data: bytes, what: What) -> dict[str, str]:
    """The texts in a zip, without a folder around all of them; a playbook may also come as it is. Raises InputError that says what is wrong with it."""
    if what == "playbook" and not data.startswith(b"PK"):
        return _only_playbook({"brought.yaml": _text(data, "This file", LARGEST_PLAYBOOK)})
    if len(data) > LARGEST_PACK:
        raise InputError(f"This zip has {len(data):,} bytes; a pack has {LARGEST_PACK:,} at most. Take out what is no prompt.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir() and not LITTER.search(member.filename)]
            for fault in _faults(members):
                raise InputError(fault)
            texts = _read(archive, members)
    except DAMAGED:
        raise InputError("This is no zip that can be read. Make it anew with `coach prompts pack` or your computer’s own tool.") from None
    files = _without_folder(texts)
    if what == "prompt set":
        _check_set(files)
    else:
        files = _only_playbook(files)
    return files


def _faults(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if not members:
        yield "This zip is empty. Pack the folder of the set, with its files."
    if len(members) > MEMBERS:
        yield f"This zip holds {len(members):,} files; a pack has {MEMBERS} at most. Take out what is no prompt."
    seen: set[str] = set()
    for member in members:
        name, shown = member.filename, _shown(member.filename)
        parts = name.split("/")
        if "\\" in member.orig_filename or len(parts) > DEEPEST or not all(PART.fullmatch(part) for part in parts):
            yield f"{shown}: a file of a pack has a plain name of letters, digits, - and _, in at most {DEEPEST - 1} folders. Rename it."
        if not name.endswith(KINDS):
            yield f"{shown}: a pack holds only {', '.join(KINDS)}. Take the file out."
        if member.flag_bits & 0x1:
            yield f"{shown} is locked with a password. Pack it without one."
        mode = member.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or member.compress_type not in METHODS:
            yield f"{shown} is a link or a file of an unusual kind. Put the file itself there."
        if name.casefold() in seen:
            yield f"{shown} stands twice in this zip. Keep one."
        seen.add(name.casefold())
        if member.file_size > _most(name):
            yield f"{shown} has {member.file_size:,} bytes; {_most(name):,} is the most. Shorten it."
    for name in seen:
        if any(other.startswith(f"{name}/") for other in seen):
            yield f"{_shown(name)} is a file and a folder in this zip. Rename one."
    if sum(member.file_size for member in members) > UNPACKED:
        yield f"This zip would unpack to more than {UNPACKED:,} bytes. Take out what is no prompt."


def _most(name: str) -> int:
    return LARGEST_PLAYBOOK if name.endswith(".yaml") else LARGEST_TEXT


def _read(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, str]:
    """The members' texts. Of none is more read than its size, which was checked: one that lies about it fails its checksum."""
    texts: dict[str, str] = {}
    for member in members:
        texts[member.filename] = _text(archive.read(member), _shown(member.filename), _most(member.filename))
    return texts


def _text(data: bytes, shown: str, most: int) -> str:
    if len(data) > most:
        raise InputError(f"{shown} has {len(data):,} bytes; {most:,} is the most. Shorten it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{shown} is not UTF-8 text. Save it as UTF-8.") from None
    if "\0" in text:
        raise InputError(f"{shown} is not text: it holds NUL. Save it as plain text.")
    return text.replace("\r\n", "\n")


def _without_folder(texts: dict[str, str]) -> dict[str, str]:
    tops = {name.partition("/")[0] for name in texts}
    if len(tops) == 1 and all("/" in name for name in texts) and tops != {"shared"}:
        return {name.partition("/")[2]: text for name, text in texts.items()}
    return texts


def _check_set(files: dict[str, str]) -> None:
    if "system.j2" not in files:
        raise InputError("This zip holds no prompt set: system.j2 is missing. Pack a folder like prompts/default.")
    templates = {name: text for name, text in files.items() if name.endswith(".j2")}
    if long := [name for name, text in templates.items() if len(text) > LARGEST_TEMPLATE]:
        raise InputError(f"{long[0]} is longer than {LARGEST_TEMPLATE:,} characters. Shorten the template.")
    for finding in refused(templates):
        raise InputError(f"{finding.file}, line {finding.line}: {finding.says}")


def refused(templates: Mapping[str, str]) -> Iterator[Finding]:
    """What the sandbox does not take, template by template."""
    from pathlib import Path

    prompts = PromptSet(Path("pack"), templates)
    for name in templates:
        for line, says in prompts.faults(name):
            yield Finding(file=name, line=line, kind="error", says=says)


def _only_playbook(files: dict[str, str]) -> dict[str, str]:
    found = {name: text for name, text in files.items() if name.endswith(".yaml")}
    if len(found) != 1:
        raise InputError(f"This zip holds {len(found)} files that end in .yaml. Pack one playbook at a time.")
    for name, text in found.items():
        try:
            data = located(text.encode(), folded(name)).data
        except CaseError as error:
            raise InputError(f"{error}") from None
        if not isinstance(data, dict):
            raise InputError(f"{folded(name)} is not a playbook. prompts/README.md shows the form.")
    return found


def _shown(name: str) -> str:
    """A stranger's name, fit to be shown."""
    return folded(name)[:80] or "a file without a name"
