"""`coach prompts` and `coach playbook`. In: words. Out: lists, findings, texts and packs; an exit code.

Exit codes: 0 fine, 1 findings, 2 usage or what cannot be read. A finding is one line, `file:line: what is wrong`; notes
alone do not fail. Under GitHub Actions findings are also written as annotations. Holds no rule: each command calls one
function beside it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coach.errors import CoachError, InputError

if TYPE_CHECKING:
    from coach.lab.finding import Finding
    from coach.lab.owned import What

ZIP = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def told() -> Iterator[None]:
    """An expected failure as a sentence on standard error, and exit code 2."""
    from coach.render.inert import folded

    try:
        yield
    except CoachError as error:
        click.echo(folded(str(error)), err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(folded(f"{error.filename or 'A file'}: {error.strerror}."), err=True)
        sys.exit(2)


@click.group()
def prompts() -> None:
    """Prompt sets: what a language model is told. A set is a name or a folder."""


@click.group()
def playbook() -> None:
    """Playbooks: what a deal is held against. A playbook is a name or a .yaml file."""


def _settings() -> Any:
    from coach.settings import load

    return load()


def _report(findings: "tuple[Finding, ...]", what: str) -> int:
    """Prints findings. Returns the exit code."""
    from coach.lab.finding import annotations, summed

    for one in findings:
        click.echo(one.text)
    if _settings().github:
        for line in annotations(findings):
            click.echo(line)
    click.echo(f"{what}: {summed(findings)}", err=True)
    return 1 if any(one.kind != "note" for one in findings) else 0


def _list(what: "What") -> None:
    from coach.lab.owned import is_own, names, place

    with told():
        settings = _settings()
        for name in names(settings, what):
            title = "" if what == "prompt set" else _title(settings, name)
            click.echo(f"{name:20} {'own' if is_own(settings, what, name) else 'shipped':8} {title or place(settings, what, name)}")


def _title(settings: Any, name: str) -> str:
    from coach.render.inert import folded

    try:
        return folded(settings.playbook(name).title)
    except CoachError:
        return "cannot be used: coach playbook lint says why"


def _new(what: "What", name: str, source: str) -> None:
    from coach.lab.owned import copy

    with told():
        click.echo(copy(_settings(), what, source, name))


def _diff(what: "What", a: str, b: str) -> None:
    from coach.lab.difference import differences
    from coach.lab.owned import texts
    from coach.render.inert import ACTS

    with told():
        settings = _settings()
        before, now = (texts(settings, what, name) for name in (a, b))
        if what == "playbook":  # one file each, under two names
            before, now = ({b: next(iter(held.values()))} for held in (before, now))
        for row in differences(before, now):
            click.echo(ACTS.sub("?", row.line.replace("\t", "    ")))


def _pack(what: "What", name: str, out: Path | None) -> None:
    from coach.lab.owned import place, texts
    from coach.lab.packing import pack

    with told():
        settings = _settings()
        files = texts(settings, what, name)
        stem = place(settings, what, name).resolve().stem
        out = out or Path(f"{stem}.zip")
        out.write_bytes(pack(stem, files))
        click.echo(out)


def _unpack(what: "What", archive: Path, name: str | None) -> None:
    from coach.lab.owned import add, renamed
    from coach.lab.packing import LARGEST_PACK, unpack

    with told():
        if archive.stat().st_size > LARGEST_PACK:
            raise InputError(f"{archive.name} has more than {LARGEST_PACK:,} bytes. That is no pack.")
        files = unpack(archive.read_bytes(), what)
        name = name or archive.stem
        if what == "playbook":
            files = {f"{name}.yaml": renamed(next(iter(files.values())), name)}
        click.echo(add(_settings(), what, name, files))


def _beginnings(group: click.Group, what: "What") -> None:
    """The commands that both have."""
    noun = "SET" if what == "prompt set" else "PLAYBOOK"

    @group.command("list", help=f"List the {what}s: shipped ones, and your own in COACH_SETS.")
    def list_() -> None:
        _list(what)

    @group.command(help=f"Make a {what} of your own, NAME, as a copy of another.")
    @click.argument("name")
    @click.option("--from", "source", default="default", show_default=True, help=f"The {what} to copy.")
    def new(name: str, source: str) -> None:
        _new(what, name, source)

    @group.command(help=f"Show what differs from {what} A to {what} B.")
    @click.argument("a")
    @click.argument("b")
    def diff(a: str, b: str) -> None:
        _diff(what, a, b)

    @group.command(help=f"Write {noun} into a zip.")
    @click.argument("name", metavar=noun)
    @click.argument("out", type=ZIP, required=False)
    def pack(name: str, out: Path | None) -> None:
        _pack(what, name, out)

    @group.command(help=f"Make a {what} of your own of a zip that somebody sent. It is checked first, and never written over another.")
    @click.argument("archive", metavar="ZIP", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--name", help="Its name here. Default: that of the zip.")
    def unpack(archive: Path, name: str | None) -> None:
        _unpack(what, archive, name)


_beginnings(prompts, "prompt set")
_beginnings(playbook, "playbook")


@prompts.command("lint")
@click.argument("sets", nargs=-1, metavar="[SET]...")
def lint_prompts(sets: tuple[str, ...]) -> None:
    """Say what is wrong with SETs, file and line. Default: all there are."""
    from coach.lab.checked import prompt_set
    from coach.lab.finding import Finding

    with told():
        settings = _settings()
        found: list[Finding] = []
        chosen = sets or settings.prompt_sets()
        for name in chosen:
            found += prompt_set(settings, name)
        sys.exit(_report(tuple(found), ", ".join(chosen)))


@prompts.command()
@click.argument("name", metavar="[SET]", default="default")
@click.option("--note", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A note or transcript. Default: the first example.")
@click.option("--playbook", "book", default="default", show_default=True)
@click.option("--task", help="Print the messages of this task only, such as extract. Default: a table of all, with tokens.")
def render(name: str, note: Path | None, book: str, task: str | None) -> None:
    """Show what a model would get of SET on a note: tokens by part, what the requests share, and with --task the words."""
    from coach.lab.checked import on_note
    from coach.readers import read
    from coach.render.inert import ACTS

    with told():
        settings = _settings()
        conversation = read(note.read_bytes(), note.name) if note else read(settings.examples()[0][1])
        showing = on_note(settings, name, conversation, book)
        chosen = [one for one in showing.requests if task in (None, one.task)]
        if not chosen:
            raise InputError(f"No task {task} on this note. There are: {', '.join(dict.fromkeys(one.task for one in showing.requests))}.")
        if task is None:
            for one in showing.requests:
                click.echo(f"{one.name:24} about {one.total:7,} tokens: {', '.join(f'{part} {count:,}' for part, count in one.parts)}")
            click.echo(f"The first {showing.shared:.1%} of the bytes are the same in all of them.")
            return
        for one in chosen:
            for role, text in (("system", one.system), ("user", one.user)):
                lines = [ACTS.sub("?", line) for line in text.split("\n")]
                click.echo("\n".join((f"--- {one.name}: {role}", *lines)))


@playbook.command("lint")
@click.argument("playbooks", nargs=-1, metavar="[PLAYBOOK]...")
def lint_playbooks(playbooks: tuple[str, ...]) -> None:
    """Say what is wrong with PLAYBOOKs, file and line. Default: all there are."""
    from coach.lab.checked import playbook as checked
    from coach.lab.finding import Finding

    with told():
        settings = _settings()
        found: list[Finding] = []
        chosen = playbooks or settings.playbooks()
        for name in chosen:
            found += checked(settings, name)
        sys.exit(_report(tuple(found), ", ".join(chosen)))


@playbook.command("schema")
def schema() -> None:
    """Print the JSON Schema of a playbook's file, for editors."""
    import json

    from coach.lab.playbooks import schema as form

    click.echo(json.dumps(form(), indent=2))


@playbook.command()
@click.argument("name", metavar="[PLAYBOOK]", default="default")
def coverage(name: str) -> None:
    """Say how many eval cases there are on each criterion. 1 if there is a criterion without any."""
    from coach.evaluation.cases import load_cases
    from coach.lab.coverage import coverage as covered

    with told():
        settings = _settings()
        rows = covered(settings.playbook(name), load_cases(settings.evals / "cases"))
        for row in rows:
            click.echo(row.says)
        sys.exit(0 if all(row.cases for row in rows) else 1)
