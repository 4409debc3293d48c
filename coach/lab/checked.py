"""The parts of the lab put together. In: Settings and a name or texts. Out: findings, or what a model would get.

The only module here that knows where files lie and who answers in a model's place.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from coach.answering import OFFLINE
from coach.ask import Request
from coach.conversation import Conversation
from coach.lab.finding import Finding
from coach.lab.owned import folder_of, place, read_text, texts
from coach.lab.playbooks import Book
from coach.lab.playbooks import lint as lint_playbook
from coach.lab.prompts import Look
from coach.lab.prompts import lint as lint_prompts
from coach.lab.sample import everything, requests_on
from coach.lab.shown import Showing, showing
from coach.prompting import PromptSet
from coach.settings import Settings


def look(settings: Settings, files: Mapping[str, str]) -> Look:
    """Templates, and all that they are held against."""
    default = PromptSet(settings.prompts / "default").files
    return Look(files, default, _everything(settings.prompts), settings.window)


def prompt_set(settings: Settings, name: str) -> tuple[Finding, ...]:
    """Findings on a prompt set, each with the way to its file from here. Raises PromptError if it cannot be read."""
    files = texts(settings, "prompt set", name)
    return _from_here(lint_prompts(look(settings, files)), folder_of(settings, "prompt set", name))


def playbook(settings: Settings, name: str) -> tuple[Finding, ...]:
    """Findings on a playbook, with the way to its file from here. Raises PlaybookError if it cannot be read."""
    path = place(settings, "playbook", name)
    texts(settings, "playbook", name)
    return _from_here(lint_playbook(Book(path, read_text(path), settings)), path.parent)


def on_note(settings: Settings, name: str, conversation: Conversation, book: str = "default") -> Showing:
    """What a model would get of a saved prompt set on a note. Raises a CoachError."""
    prompts = PromptSet(settings.prompt_folder(name), texts(settings, "prompt set", name))
    return showing(prompts, requests_on(conversation, settings.playbook(book), settings.ask(OFFLINE), settings.today(), settings.window))


@cache
def _everything(prompts: Path) -> list[Request[Any]]:
    """Made once a process: the offline analyst reads the made-up call."""
    settings = Settings(prompts=prompts)
    return everything(settings.playbook("default"), settings.ask(OFFLINE))


def _from_here(findings: tuple[Finding, ...], folder: Path) -> tuple[Finding, ...]:
    here = Path.cwd()
    shown = folder.resolve().relative_to(here) if folder.resolve().is_relative_to(here) else folder
    return tuple(one.model_copy(update={"file": (shown / one.file).as_posix()}) for one in findings)
