"""What `coach prompts` and `coach playbook` have in common: list, new, diff, pack and unpack. In: words. Out: lists, texts and files.

Holds no rule: each command calls one function beside it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coach.errors import CoachError, InputError
from coach.exits import told

if TYPE_CHECKING:
    from coach.lab.owned import What

ZIP = click.Path(path_type=Path, dir_okay=False)


def settings_now() -> Any:
    """What the environment says. Raises SettingsError."""
    from coach.settings import load

    return load()


def _list(what: "What") -> None:
    from coach.lab.owned import is_own, names, place

    with told():
        settings = settings_now()
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
        click.echo(copy(settings_now(), what, source, name))


def _diff(what: "What", a: str, b: str) -> None:
    from coach.lab.difference import differences
    from coach.lab.owned import texts
    from coach.render.inert import ACTS

    with told():
        settings = settings_now()
        before, now = (texts(settings, what, name) for name in (a, b))
        if what == "playbook":  # one file each, under two names
            before, now = ({b: next(iter(held.values()))} for held in (before, now))
        for row in differences(before, now):
            click.echo(ACTS.sub("?", row.line.replace("\t", "    ")))


def _pack(what: "What", name: str, out: Path | None) -> None:
    from coach.lab.owned import place, texts
    from coach.lab.packing import pack

    with told():
        settings = settings_now()
        files = texts(settings, what, name)
        stem = place(settings, what, name).resolve().stem
        out = out or Path(f"{stem}.zip")
        try:
            with out.open("xb") as file:
                file.write(pack(stem, files))
        except FileExistsError:
            raise InputError(f"{out} is there already. Name another file, or move that one away.") from None
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
        click.echo(add(settings_now(), what, name, files))


def beginnings(group: click.Group, what: "What") -> None:
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
