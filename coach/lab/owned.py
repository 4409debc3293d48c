"""Prompt sets and playbooks, and whose they are. In: Settings. Out: names, folders, texts by file name; new ones as copies.

The shipped ones lie in `settings.prompts` and are only read. One's own lie in `settings.sets`, in the same form: a folder for
each prompt set, and `playbooks/NAME.yaml`. They are plain files, so any editor and git can have them too. A name that is
shipped is refused for an own one: a review says which set it used by name.
"""

import hashlib
import re
from pathlib import Path
from typing import Literal

from coach.errors import PlaybookError, PromptError, SettingsError
from coach.lab.saving import put_new
from coach.prompting import PromptSet
from coach.settings import Settings

What = Literal["prompt set", "playbook"]
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
TAKEN = frozenset({"playbooks", "examples", "shared", "con", "prn", "aux", "nul"})  # folders of another kind, and names that Windows keeps
LARGEST_PLAYBOOK = 1_000_000  # bytes; a full one has 60,000


def checked(name: str, what: What, settings: Settings) -> str:
    """A name for a new set or playbook. Raises SettingsError if it cannot be one, or is taken."""
    if not NAME.fullmatch(name) or name in TAKEN:
        raise SettingsError(f"“{name[:60]}” cannot be a name. Use small letters, digits, - and _, up to 40, beginning with a letter.")
    if name in names(settings, what):
        raise SettingsError(f"There is a {what} called {name} already. Take another name.")
    return name


def names(settings: Settings, what: What) -> tuple[str, ...]:
    """All names, the default first."""
    return settings.prompt_sets() if what == "prompt set" else settings.playbooks()


def is_own(settings: Settings, what: What, name: str) -> bool:
    """Whether it is one's own and may be changed."""
    inside = settings.sets.resolve()
    return place(settings, what, name).resolve().is_relative_to(inside) and not inside.is_relative_to(settings.prompts.resolve())


def place(settings: Settings, what: What, name: str) -> Path:
    """The folder of a prompt set, or the file of a playbook. A name with a slash or an ending is a path itself."""
    return settings.prompt_folder(name) if what == "prompt set" else settings.playbook_file(name)


def folder_of(settings: Settings, what: What, name: str) -> Path:
    """The folder that the files of `texts` are counted from."""
    where = place(settings, what, name)
    return where if what == "prompt set" else where.parent


def texts(settings: Settings, what: What, name: str) -> dict[str, str]:
    """The text of each file by its name. Raises PromptError or PlaybookError if there is none, or it is no text."""
    where = place(settings, what, name)
    if what == "prompt set":
        if not where.is_dir():
            raise PromptError(f"No prompt set {name}. `coach prompts list` lists those there are.")
        return PromptSet(where).files
    if not where.is_file():
        raise PlaybookError(f"No playbook {where.stem}. `coach playbook list` lists those there are.")
    return {where.name: read_text(where)}


def read_text(path: Path) -> str:
    """The text of a playbook's file. Raises PlaybookError."""
    try:
        if path.stat().st_size > LARGEST_PLAYBOOK:
            raise PlaybookError(f"{path.name} has more than {LARGEST_PLAYBOOK:,} bytes. That is no playbook.")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise PlaybookError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise PlaybookError(f"{path.name} cannot be read: {error.strerror}. Check the file.") from None


def version(files: dict[str, str]) -> str:
    """Twelve hex characters that change with any file's name or text."""
    return hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in sorted(files.items())).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def copy(settings: Settings, what: What, source: str, name: str) -> Path:
    """Makes a set or playbook of one's own that is a copy of another. Returns its folder or file."""
    files = texts(settings, what, source)
    if what == "playbook":
        files = {f"{name}.yaml": renamed(next(iter(files.values())), name)}
    return add(settings, what, name, files)


def add(settings: Settings, what: What, name: str, files: dict[str, str]) -> Path:
    """Makes a set or playbook of one's own from texts. Returns its folder or file. Raises SettingsError if the name is taken."""
    checked(name, what, settings)
    if what == "prompt set":
        put_new(settings.sets / name, files)
        return settings.sets / name
    put_new(settings.sets / "playbooks", files)
    return settings.sets / "playbooks" / f"{name}.yaml"


def renamed(text: str, id: str) -> str:
    """A playbook's text with another id; everything else stays, comments too."""
    line = re.compile(r"^id:.*$", re.MULTILINE)
    return line.sub(f"id: {id}", text, count=1) if line.search(text) else f"id: {id}\n{text}"
