"""`coach prompts` and `coach playbook`. In: words. Out: lists, findings, texts and packs; an exit code.

Exit codes: 0 fine, 1 findings, 2 usage or what cannot be read. A finding is one line, `file:line: what is wrong`; notes
alone do not fail. Under GitHub Actions findings are also written as annotations. Holds no rule: each command calls one
function beside it.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import InputError
from coach.exits import told
from coach.lab.shelving import beginnings, settings_now

if TYPE_CHECKING:
    from coach.lab.finding import Finding


@click.group()
def prompts() -> None:
    """Prompt sets: what a language model is told. A set is a name or a folder."""


@click.group()
def playbook() -> None:
    """Playbooks: what a deal is held against. A playbook is a name or a .yaml file."""


def _report(findings: "tuple[Finding, ...]", what: str) -> int:
    """Prints findings. Returns the exit code."""
    from coach.lab.finding import annotations, summed

    for one in findings:
        click.echo(one.text)
    if settings_now().github:
        for line in annotations(findings):
            click.echo(line)
    click.echo(f"{what}: {summed(findings)}", err=True)
    return 1 if any(one.kind != "note" for one in findings) else 0


beginnings(prompts, "prompt set")
beginnings(playbook, "playbook")


@prompts.command("lint")
@click.argument("sets", nargs=-1, metavar="[SET]...")
def lint_prompts(sets: tuple[str, ...]) -> None:
    """Say what is wrong with SETs, file and line. Default: all there are."""
    from coach.lab.checked import prompt_set
    from coach.lab.finding import Finding

    with told():
        settings = settings_now()
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
        settings = settings_now()
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
        settings = settings_now()
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
        settings = settings_now()
        rows = covered(settings.playbook(name), load_cases(settings.evals / "cases"))
        for row in rows:
            click.echo(row.says)
        sys.exit(0 if all(row.cases for row in rows) else 1)
