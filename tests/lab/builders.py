"""A lab in one line. In: changes to the shipped files. Out: settings with a folder of one's own, findings, zips."""

import io
import zipfile
from functools import cache
from pathlib import Path

from coach.lab.checked import look
from coach.lab.finding import Finding
from coach.lab.playbooks import Book
from coach.lab.playbooks import lint as lint_playbook
from coach.lab.prompts import lint
from coach.prompting import PromptSet
from coach.settings import Settings
from tests.core.builders import ROOT

DEFAULT = PromptSet(ROOT / "prompts" / "default").files


def here(folder: Path) -> Settings:
    """Settings with the shipped prompts and a folder of one's own."""
    return Settings(prompts=ROOT / "prompts", sets=folder / "sets")


@cache
def shipped() -> Settings:
    """Settings without anything of one's own."""
    return Settings(prompts=ROOT / "prompts", sets=ROOT / "nowhere")


def found(changes: dict[str, str | None], window: int = 30_000) -> tuple[Finding, ...]:
    """Findings on the default set with some files changed; None takes a file out."""
    files = {name: text for name, text in {**DEFAULT, **changes}.items() if text is not None}
    return lint(look(shipped().model_copy(update={"window": window}), files))


def told(findings: tuple[Finding, ...]) -> list[str]:
    """Findings as lines."""
    return [one.text for one in findings]


def book(text: str, folder: Path = ROOT / "prompts" / "playbooks", name: str = "ours.yaml") -> tuple[Finding, ...]:
    """Findings on a playbook's text."""
    return lint_playbook(Book(folder / name, text, shipped()))


def zipped(files: dict[str, bytes | str]) -> bytes:
    """A zip of these files, by an honest tool."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
