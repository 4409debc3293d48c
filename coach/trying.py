"""`coach try`. In: a file and two set-ups. Out: both reviews side by side, as Markdown or JSON; steps on standard error.

Exit codes are those of `coach review`; 3 if one side failed, and the other is printed all the same. Holds no rule.
"""

import sys
from pathlib import Path
from typing import Any

import click

from coach.errors import CoachError, InputError
from coach.evaluation.told import LIMITS, limited


@click.command("try")
@click.argument("file", type=click.Path(exists=False, allow_dash=True))
@click.option("--a", "a", default="", help="Set-up A: model=NAME,prompts=SET,playbook=ID. What is left out is as it is now.")
@click.option("--b", "b", required=True, help="Set-up B, likewise. model=offline is the offline analyst.")
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the note was written, YYYY-MM-DD. Default: today.")
@limited
def try_command(**options: Any) -> None:
    """Read one FILE, or - for standard input, with two set-ups, and show what differs."""
    from coach.render.inert import folded
    from coach.sidebyside import as_json, both, markdown

    try:
        settings, conversation, sides, today = _made(options)
        tried = both(settings, conversation, sides, today, lambda letter, step: click.echo(f"{letter}: {step}", err=True))
    except CoachError as error:
        click.echo(folded(str(error)), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    click.echo(as_json(tried) if options["form"] == "json" else markdown(tried))
    failed = [(letter, side) for letter, side in (("A", tried.a), ("B", tried.b)) if side.error]
    for letter, side in failed:
        click.echo(folded(f"{letter}, {side.setup.title}: {side.error}"), err=True)
    sys.exit(3 if failed else 0)


def _made(options: dict[str, Any]) -> Any:
    from coach.batch import files_in
    from coach.readers import read_all
    from coach.settings import load
    from coach.setups import parsed

    settings = spending(load(), options)
    sides = parsed(options["a"], settings), parsed(options["b"], settings)
    if sides[0] == sides[1]:
        raise InputError("A and B are the same set-up. Change one of them.")
    if Path(options["file"]).is_dir():
        raise InputError(f"{options['file']} is a folder. Name one file; for many cases there is `coach eval compare`.")
    (file,) = files_in((options["file"],))
    found = read_all(file.read(), file.name)
    if len(found) > 1:
        raise InputError(f"{file.name} holds {len(found)} conversations. Give a file with one.")
    return settings, found[0], sides, options["today"].date() if options["today"] else settings.today()


def spending(settings: Any, options: dict[str, Any]) -> Any:
    """The settings with the limits that were given on the command line."""
    return settings.model_copy(update={name: options[name] for name in LIMITS if options[name] is not None})
