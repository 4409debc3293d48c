"""`coach store` and `coach corrections`. In: words. Out: what is kept, on standard output; messages on standard error; an exit code.

Exit codes: 0 done, 2 usage, or a database or correction that cannot be used. Heavy packages are imported by the command that
needs them. Holds no rule: each command calls one function of the parts below.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from coach.errors import InputError
from coach.evaluation.told import told

if TYPE_CHECKING:
    from coach.corrected import Kept
    from coach.store import CorrectionRow, Held

WHAT = ("replies", "corrections", "runs")
ID = click.IntRange(1, 2**31 - 1)  # what a column of whole numbers holds
STATES = ("new", "done", "not_right")


@click.group()
def store() -> None:
    """What is kept from one day to the next: replies of models, corrections of reps, eval runs."""


@store.command()
def status() -> None:
    """Say where the database is and how much is in it."""
    from coach.settings import load

    with told():
        settings = load()
        kept = settings.store()
        click.echo(f"{kept.where}, schema {kept.version()}")
        for name, held in zip(WHAT, (kept.replies.held(), kept.corrections.held(), kept.runs.held()), strict=True):
            click.echo(f"{name:12} {_amount(held)}")
        if not settings.keeps_replies:
            click.echo("COACH_CACHE_REPLIES is off: replies are neither kept nor looked up.")


@store.command()
def migrate() -> None:
    """Bring the schema up to date. Every command does so by itself; this one only does that."""
    from coach.settings import load

    with told():
        kept = load().store()
        click.echo(f"{kept.where}: schema {kept.version()}")


@store.command()
@click.option("--suite", help="Only runs of this suite.")
def runs(suite: str | None) -> None:
    """List the eval runs that `coach eval run` came to the end of, newest first."""
    import json

    from coach.render.inert import folded
    from coach.settings import load

    with told():
        for row in load().store().runs.newest(suite):
            false_yes = json.loads(row.summary).get("false_yes", 0)
            click.echo(folded(f"{row.at:%Y-%m-%d %H:%M}  {row.name:36} {row.passed:>4} of {row.cases} passed  {false_yes} false yes  {row.model}"))


@store.command()
@click.option("--replies", is_flag=True, help="Delete replies of models.")
@click.option("--corrections", is_flag=True, help="Delete corrections.")
@click.option("--runs", is_flag=True, help="Delete the short records of eval runs.")
@click.option("--older-than", "days", type=click.IntRange(0, 36_500), help="Only what was kept more than this many days ago.")
@click.option("--all", "everything", is_flag=True, help="Whatever its age.")
def forget(replies: bool, corrections: bool, runs: bool, days: int | None, everything: bool) -> None:
    """Delete what is kept: say what, and how old or all of it."""
    from coach.settings import load

    with told():
        if not (replies or corrections or runs):
            raise InputError("Say what to forget: --replies, --corrections or --runs.")
        if (days is None) == (not everything):
            raise InputError("Say how much: --older-than DAYS, or --all.")
        settings = load()
        kept = settings.store()
        before = None if days is None else settings.now() - timedelta(days=days)
        for name, wanted, place in (("replies", replies, kept.replies), ("corrections", corrections, kept.corrections), ("runs", runs, kept.runs)):
            if wanted:
                click.echo(f"{place.forget(before)} {name} forgotten")


@click.group()
def corrections() -> None:
    """What reps said of reviews. All of it is under pseudonyms."""


@corrections.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those.")
@click.option("--kind", help="Only those: wrong_stage, not_evidence, missed, useless_question or good.")
@click.option("--criterion", help="Only those on this criterion.")
def list_(state: str | None, kind: str | None, criterion: str | None) -> None:
    """List corrections, newest first."""
    from coach.settings import load

    with told():
        rows = load().store().corrections.newest(kind, criterion, state)
        for row in rows:
            click.echo(f"{row.id:>5}  {row.at:%Y-%m-%d}  {row.state:9}  {row.kind:16}  {row.criterion or '-':18}  {row.rule}")
        if not rows:
            click.echo("No corrections.", err=True)


@corrections.command()
@click.argument("id", type=ID)
def show(id: int) -> None:
    """Print a correction: what was said, the verdict, and the note under pseudonyms."""
    from coach.corrected import in_words
    from coach.render.inert import folded
    from coach.settings import load

    with told():
        kept = _opened(load().store().corrections.get(id), id)
        made, said = kept.review, kept.said
        click.echo(f"{kept.id}, {kept.at:%Y-%m-%d %H:%M} UTC, {kept.state.replace('_', ' ')}")
        for line in (in_words(said), said.quote and f"“{said.quote.text}”", said.question and f"“{said.question}”", said.why and f"Why: {said.why}"):
            if line:
                click.echo(folded(line))
        click.echo(
            folded(f"The verdict was: {made.verdict.headline} Rule “{made.verdict.rule}”. {made.provenance.model}, playbook {made.provenance.playbook}.")
        )
        click.echo("")
        for line in kept.conversation.source.splitlines():
            click.echo(folded(line))


@corrections.command("to-case")
@click.argument("id", type=ID)
@click.option("--id", "name", default="", help="Id of the case. Default: from the note's digest.")
@click.option("--why", default="", help="Why the gold is what it is, in a sentence. Default: what the rep said.")
@click.option("--by", default="reader-1", show_default=True, help="Who says so.")
def to_case(id: int, name: str, why: str, by: str) -> None:
    """Write an eval case from a correction and all others on its note."""
    from coach.evaluation.bench import set_up
    from coach.evaluation.corrections import drafted, to_fill
    from coach.evaluation.writing import save_case
    from coach.settings import load

    with told():
        settings = load()
        bench, kept = set_up(settings), settings.store().corrections
        first = _opened(kept.get(id), id)
        same = [first, *(_opened(row, row.id) for row in kept.newest(note=first.review.source.digest) if row.id != id)]
        case = drafted(same, bench.playbook, name, why, by)
        path = save_case(case, bench.folder / "cases")
        for one in same:
            kept.mark(one.id, "done")
        click.echo(f"{path}: split {case.split}, from {len(same)} correction{'s' if len(same) > 1 else ''}. Read its gold, and:")
        for line in to_fill(case, bench.cases, bench.playbook):
            click.echo(f"- {line}")


@corrections.command()
def export() -> None:
    """Print all corrections, one a line of JSON."""
    from coach.settings import load

    with told():
        for row in load().store().corrections.newest():
            click.echo(_opened(row, row.id).model_dump_json(by_alias=True))


def _opened(row: "CorrectionRow | None", id: int) -> "Kept":
    from coach.corrected import opened

    if row is None:
        raise InputError(f"There is no correction {id}. `coach corrections list` names those there are.")
    return opened(row)


def _amount(held: "Held") -> str:
    since = f", since {held.oldest:%Y-%m-%d}" if held.oldest else ""
    return f"{held.count:,}, {held.bytes / 1e6:,.1f} MB{since}"
