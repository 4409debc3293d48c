"""`coach eval run`, `compare` and `accept`. In: words. Out: runs in folders, a comparison on standard output, files in evals/.

Holds no rule: what is run stands in `chosen` and `versus`, what is written in `accepting`.
"""

import sys
from pathlib import Path
from typing import Any

import click

from coach.errors import InputError
from coach.evaluation.told import FOLDER, agreed, limited, limits_of, progress, told


@click.command("run")
@click.option("--model", help="Ask this model live. Default: the offline analyst.")
@click.option("--suite", help="Replay the recordings of this name in evals/recordings instead.")
@click.option("--prompts", help="Prompt set, a folder in prompts/.")
@click.option("--playbook", default="default", show_default=True, help="What is held against. Criteria that the gold does not know are not counted.")
@click.option("--split", type=click.Choice(["dev", "holdout"]), help="Only this split.")
@click.option("--case", "only", multiple=True, help="Only this case; may be given several times.")
@click.option("--tag", multiple=True, help="Only cases with this tag; may be given several times.")
@click.option("--workers", default=None, type=click.IntRange(1, 64), help="Cases at once. Default: one for each core; 4 for a live model.")
@limited
@click.option("--yes", is_flag=True, help="Do not ask before a live run.")
@click.option("--out", type=FOLDER, help="Folder of the run. Default: a new one in runs/.")
@click.option("--resume", type=FOLDER, help="Go on with the run in this folder.")
def run_command(**options: Any) -> None:
    """Run one suite and write it down. Judges nothing: that is `gate`."""
    from coach.evaluation.bench import set_up
    from coach.evaluation.chosen import new_folder, planned, suite_of, write_chosen
    from coach.evaluation.gate import unanswered
    from coach.evaluation.remembered import remember
    from coach.render.inert import folded
    from coach.settings import load

    with told():
        bench = set_up(load())
        want = _chosen(options)
        folder = options["resume"] or options["out"] or new_folder(bench.settings, suite_of(bench, want.setup).name)
        plan = planned(bench, want, folder, workers=options["workers"])
        if not _agreed_to(bench, [want], options["yes"]):
            return
        if options["resume"] is None and not (folder / "head.json").is_file():
            write_chosen(folder, want)
        done = ran(bench, plan, folder, options["resume"] is not None)
        click.echo(f"{folder} holds the run. Judge it: coach eval gate {folder}")
        if why_not := remember(bench.settings, done, folder):
            click.echo(folded(why_not), err=True)
        for one in unanswered(done):
            click.echo(folded(f"{one.text} Ask those again: coach eval run --resume {folder}"), err=True)
            sys.exit(4 if one.fails else 0)


def _chosen(options: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from coach.answering import OFFLINE
    from coach.evaluation.chosen import Chosen
    from coach.setups import Setup

    if options["suite"] and options["model"]:
        raise InputError("Say either --model or --suite: recordings answer instead of a model.")
    model = OFFLINE if options["model"] in (None, "offline") else options["model"]
    try:
        setup = Setup(model=model, prompts=options["prompts"], playbook=options["playbook"], recordings=options["suite"])
    except ValidationError:
        raise InputError("--prompts and --suite take the plain name of a folder.") from None
    return Chosen(setup=setup, split=options["split"], only=options["only"], tags=options["tag"], limits=limits_of(options))


def _agreed_to(bench: Any, wanted: list[Any], yes: bool) -> bool:
    """Says what live runs would send where, and asks where somebody can answer."""
    from coach.evaluation.estimate import estimate

    live = [want for want in wanted if want.setup.is_live]
    for want in live:
        click.echo(f"{want.setup.title}: {estimate(bench, want).told} {bench.settings.leaves_machine(want.setup.model)}", err=True)
    return not live or agreed("Go on?", yes)


def ran(bench: Any, plan: Any, folder: Path, resume: bool = False, again: str = "") -> Any:
    """Runs a plan with progress, and complains if the run ended early."""
    from coach.evaluation.bench import run_suite

    try:
        return run_suite(bench, plan, folder, progress(f"{folder.name}, {plan.suite.name}"), resume)
    except KeyboardInterrupt:
        raise InputError(f"Stopped. What is done is kept. Go on with: {again or f'coach eval run --resume {folder}'}") from None


@click.command()
@click.argument("a", required=False)
@click.argument("b", required=False)
@click.option("--split", type=click.Choice(["dev", "holdout"]), help="Only this split.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@limited
@click.option("--yes", is_flag=True, help="Do not ask before a live run.")
@click.option("--anew", is_flag=True, help="Take over no finished run of the same live set-up.")
@click.option("--resume", type=FOLDER, help="Go on with the comparison in this folder.")
def compare(**options: Any) -> None:
    """Say how B differs from A, and which cases flipped.

    A and B are folders of finished runs, or two set-ups, which are run first: model=NAME,prompts=SET,playbook=ID or
    recordings=SUITE. What is left out is as it is now; model=offline is the offline analyst.
    """
    from coach.evaluation.compare import compare as compared
    from coach.evaluation.results import read_run
    from coach.evaluation.saying import as_json, lines

    with told():
        a, b = options["a"], options["b"]
        if not options["resume"] and (a is None or b is None):
            raise InputError("Name A and B: two folders of runs, or two set-ups such as model=offline model=NAME,prompts=SET.")
        if options["resume"] or not any(Path(name).exists() for name in (a, b)):
            found, a, b = _run_both(options)
        elif not all(Path(name).exists() for name in (a, b)):
            lacks = next(name for name in (a, b) if not Path(name).exists())
            raise InputError(f"{lacks} is no folder. Give two folders of runs, or two set-ups: a finished run of a live one is taken over.")
        else:
            found = compared(read_run(Path(a)), read_run(Path(b)), options["split"])
        for line in [as_json(found, a, b)] if options["form"] == "json" else lines(found):
            click.echo(line)


def _run_both(options: dict[str, Any]) -> tuple[Any, str, str]:
    from coach.evaluation.bench import set_up
    from coach.evaluation.chosen import new_folder, write_chosen
    from coach.evaluation.versus import Versus, begun, legs, outcome, read_versus
    from coach.settings import load
    from coach.setups import parsed

    settings = load()
    bench = set_up(settings)
    if options["resume"]:
        folder = options["resume"]
        asked = {name: value for name, value in limits_of(options).model_dump().items() if value is not None}
        kept = read_versus(folder)
        versus = kept.model_copy(update={"limits": kept.limits.model_copy(update=asked)})
    else:
        folder = new_folder(settings, "compare")
        versus = Versus(a=parsed(options["a"], settings), b=parsed(options["b"], settings), split=options["split"], limits=limits_of(options))
        versus = begun(bench, versus, folder, options["anew"])
    for letter, name in versus.taken.items():
        click.echo(f"{letter.upper()}: taken over from the finished run {name}. --anew runs it again.", err=True)
    todo = legs(bench, versus, folder)
    if not _agreed_to(bench, [leg.want for leg in todo], options["yes"]):
        raise InputError("Nothing was sent.")
    for leg in todo:
        write_chosen(leg.folder, leg.want)
        ran(bench, leg.plan, leg.folder, (leg.folder / "head.json").is_file(), f"coach eval compare --resume {folder}")
    click.echo(f"{folder} holds both runs. To keep B: coach eval accept {folder / 'b'}", err=True)
    done = outcome(settings, folder)
    return done.found, versus.a.title, versus.b.title


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--write", is_flag=True, help="Write the files. Without it they are only listed.")
def accept(folder: Path, write: bool) -> None:
    """Make the run in FOLDER the baseline of its suite, and a live run's replies its recordings. Lists the files first; never in CI."""
    from coach.evaluation.accepting import accept as accepted
    from coach.evaluation.accepting import proposal
    from coach.evaluation.bench import set_up
    from coach.render.inert import folded
    from coach.settings import load

    with told():
        bench = set_up(load())
        made = proposal(bench, folder)
        for change in made.changes:
            click.echo(folded(f"{change.what:8} +{change.plus} -{change.minus}  {bench.folder / change.path}"))
        click.echo(f"{made.stat}.")
        if not write:
            click.echo(f"Nothing was written. Write it: coach eval accept {folder} --write", err=True)
            return
        accepted(made)
        click.echo(f"Written. Look at it: {made.look}")
