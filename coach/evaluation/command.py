"""`coach eval`. In: words. Out: figures on standard output, progress on standard error, files in a run's folder, an exit code.

Exit codes: 0 passed, 1 the gate failed, 2 usage or a bad case, 3 recordings that do not fit, 4 no answers or the budget is
used up. Holds no rule: each command calls `bench` or one function beside it.
"""

import sys
from pathlib import Path
from typing import Any

import click

from coach.errors import InputError
from coach.evaluation.running import accept, compare, ran, run_command
from coach.evaluation.told import FOLDER, limited, limits_of, progress, told


@click.group(invoke_without_command=True)
@click.pass_context
def evals(context: click.Context) -> None:
    """Measure the verdicts. Without a further word: run everything offline, report, and gate against the baselines."""
    if context.invoked_subcommand is None:
        with told():
            sys.exit(_everything(None))


def _known(cases: tuple[str, ...], bench: Any) -> None:
    """Raises InputError if a case was asked for that there is not."""
    if unknown := sorted(set(cases) - {case.id for case in bench.cases}):
        raise InputError(f"No case is called {unknown[0]}. `ls {bench.folder / 'cases'}` lists them.")


@evals.command("all")
@click.option("--out", type=FOLDER, help="Folder for the runs and reports. Default: a new one in runs/.")
def all_command(out: Path | None) -> None:
    """What `coach eval` does without a word: run everything offline, report, gate."""
    with told():
        sys.exit(_everything(out))


def _everything(out: Path | None) -> int:
    from coach.evaluation.bench import CORES, chosen, judged, set_up, worst_code, write_reports
    from coach.evaluation.lint import lint
    from coach.evaluation.runner import Plan
    from coach.settings import load

    bench = set_up(load())
    if found := lint(bench.cases, bench.playbook):
        raise InputError(f"{len(found)} things are wrong with the cases, first {found[0].case}: {found[0].text}. `coach eval lint` lists them.")
    folder = out or bench.settings.runs / f"{bench.settings.now():%Y%m%d-%H%M%S}"
    dossiers = []
    for suite in bench.suites():
        plan = Plan(suite, chosen(bench, suite), bench.playbook_of(suite), bench.thresholds.prices, CORES)
        dossiers.append(judged(bench, ran(bench, plan, folder / suite.name)))
    write_reports(dossiers, folder)
    _said(dossiers, folder, bench)
    return worst_code(dossiers)


def _said(dossiers: list[Any], folder: Path, bench: Any) -> None:
    """The report on standard output, annotations and the job summary where CI wants them."""
    click.echo((folder / "report.md").read_text(encoding="utf-8"))
    click.echo(f"{folder}: report.html, report.md, junit.xml, flips.csv, and run.json for each suite", err=True)
    if bench.settings.github:
        from coach.evaluation.report import annotations

        for line in annotations(dossiers, bench.folder / "cases"):
            click.echo(line)
        if bench.settings.summary:
            with bench.settings.summary.open("a", encoding="utf-8") as file:
                file.write((folder / "report.md").read_text(encoding="utf-8"))


@evals.command()
@click.argument("folder", type=FOLDER)
def gate(folder: Path) -> None:
    """Judge the run in FOLDER against thresholds and baseline, and write its report there."""
    from coach.evaluation.bench import judged, set_up, worst_code, write_reports
    from coach.evaluation.results import read_run
    from coach.render.inert import folded
    from coach.settings import load

    with told():
        bench = set_up(load())
        dossiers = [judged(bench, read_run(folder))]
        write_reports(dossiers, folder)
        for one in dossiers[0].findings:
            click.echo(f"{'FAILS' if one.fails else 'note '}  {folded(one.text)}")
        code = worst_code(dossiers)
        click.echo("passed" if not code else f"failed, exit code {code}")
        sys.exit(code)


@evals.command()
@click.argument("folder", type=FOLDER)
def bless(folder: Path) -> None:
    """Make the whole run in FOLDER the baseline of its suite. Look at its flips first. Never do this in CI."""
    from coach.evaluation.bench import bless_run, set_up
    from coach.settings import load

    with told():
        bench = set_up(load())
        if bench.settings.ci:
            raise InputError("CI does not bless. Do it on your machine and commit the baseline.")
        click.echo(f"{bless_run(bench, folder)} is the baseline now. Commit it with the change that it belongs to.")


@evals.command("lint")
def lint_command() -> None:
    """Check the cases: form, gold quotes, types, twins, private data; and that every baseline and floor is of a suite that there is."""
    from coach.evaluation.bench import set_up, strays
    from coach.evaluation.lint import lint
    from coach.render.inert import folded
    from coach.settings import load

    with told():
        bench = set_up(load())
        found = [*lint(bench.cases, bench.playbook), *strays(bench)]
        known = {case.id for case in bench.cases}
        for one in found:
            click.echo(folded(f"{bench.folder / 'cases' / one.case}.yaml: {one.text}" if one.case in known else f"{one.case}: {one.text}"))
        click.echo(f"{len(bench.cases)} cases, {len(found)} findings")
        sys.exit(2 if found else 0)


@evals.command()
def metrics() -> None:
    """List what is measured, by the names that thresholds use."""
    from coach.evaluation.metrics import METRICS

    for metric in METRICS:
        click.echo(f"{metric.id:20} {metric.group:10} {'higher' if metric.high else 'lower':6} is better  {metric.title}")


@evals.command("mutate")
def mutate_command() -> None:
    """Break the gold answers on purpose: every defect has to be noticed by its scorer."""
    from coach.evaluation.bench import CORES, set_up
    from coach.evaluation.mutants import mutated
    from coach.settings import load

    with told():
        bench = set_up(load())
        outcomes = mutated(bench.cases, bench.playbook, CORES)
        for one in outcomes:
            bad = "" if one.tried and not one.escaped else f"   ESCAPED in {', '.join(one.escaped[:5]) or 'no case at all: nothing to try it on'}"
            click.echo(f"{one.tried - len(one.escaped):5} of {one.tried:<5} {one.mutant.metric:20} {one.mutant.id}{bad}")
        tried, lost = sum(one.tried for one in outcomes), sum(len(one.escaped) for one in outcomes)
        score = 1000 * (tried - lost) // max(tried, 1) / 10  # rounded down: all but one is not all
        click.echo(f"mutation score {score}%: {tried - lost} of {tried} defects noticed, {len(outcomes)} kinds")
        sys.exit(0 if not lost and all(one.tried for one in outcomes) else 1)


@evals.command()
@click.option("--model", help="Record this model live.")
@click.option("--authored", is_flag=True, help="Record the gold answers instead: proves the machinery, says nothing of a model.")
@click.option("--suite", help="Folder in evals/recordings. Default: the model's name.")
@click.option("--prompts", help="Prompt set, a folder in prompts/.")
@click.option("--missing", "which", flag_value="missing", default="missing", help="Cases without recordings (default).")
@click.option("--stale", "which", flag_value="stale", help="Cases whose recordings no longer fit.")
@click.option("--case", "only", multiple=True, help="Only this case; may be given several times.")
@click.option("--most", type=click.IntRange(1), help="At most this many cases, spread over types.")
@limited
@click.option("--yes", is_flag=True, help="Do not ask before the first call.")
def record(**options: Any) -> None:
    """Record a model's replies to the cases, so that they can be replayed without it."""
    with told():
        _record(options)


def _record(options: dict[str, Any]) -> None:
    from importlib.metadata import version

    from coach.answering import CHECKED
    from coach.evaluation.bench import name_of, set_up
    from coach.evaluation.chosen import purse_of
    from coach.evaluation.manifest import write_manifest
    from coach.evaluation.oracle import Dictated
    from coach.evaluation.recording import Job, folder_of, spread, to_record
    from coach.evaluation.recording import record as recorded
    from coach.evaluation.results import write_whole
    from coach.evaluation.suites import SETUP, Suite, setup_text
    from coach.llm.budget import NOTHING
    from coach.llm.recordings import Made
    from coach.settings import load
    from coach.setups import Setup

    settings = load()
    if options["prompts"]:
        settings = settings.model_copy(update={"prompt_set": settings.known_set(options["prompts"])})
    if bool(options["model"]) == options["authored"]:
        raise InputError("Say either --model NAME or --authored.")
    bench = set_up(settings)
    name = options["suite"] or ("authored" if options["authored"] else name_of(options["model"]))
    folder = folder_of(settings, name)
    suite = Suite(
        name=name,
        model="gold" if options["authored"] else options["model"],
        source="authored" if options["authored"] else "recorded live",
        recordings=folder,
        prompt_set=options["prompts"],
    )
    made = Made(kind="authored" if options["authored"] else "live", on=settings.today().isoformat(), tool=version("call-note-coach"))
    job = Job(suite, settings, bench.playbook, made)
    _known(options["only"], bench)
    wanted = [case for case in bench.cases if not options["only"] or case.id in options["only"]]
    cases = spread(list(to_record(job, wanted, options["which"] == "stale")), options["most"])
    if not cases:
        click.echo(f"Nothing is {options['which']} in {folder}.")
        return
    if options["model"]:
        words = sum(case.words for case in cases)
        click.echo(f"{len(cases)} cases, {words:,} words, three to eight calls each, to {options['model']}. {settings.leaves_machine(options['model'])}")
        if not options["yes"] and not click.confirm("Go on?"):
            return
    purse = purse_of(settings, limits_of(options), NOTHING)
    tell, done = progress(name), 0
    try:
        for done in recorded(job, cases, Dictated if options["authored"] else lambda _case: settings.chat(options["model"], purse), purse):
            tell(done, len(cases))
    finally:
        write_manifest(folder, [case.id for case in cases[:done]])
        if done and (options["prompts"] or suite.model.endswith(CHECKED)):
            write_whole(folder / SETUP, setup_text(Setup(model=suite.model, prompts=options["prompts"])))
    click.echo(f"{folder}: {len(cases)} cases recorded. Run them: coach eval run --suite {name}")


@evals.command("new-case")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stage", type=click.Choice(["1", "2", "undetermined"]), required=True, help="The stage that is right.")
@click.option("--why", required=True, help="Why, in one sentence.")
@click.option("--status", multiple=True, metavar="CRITERION=STATUS", help="A status that is right where the review is wrong.")
@click.option("--id", "name", help="Id of the case. Default: from the file's name.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the note. Default: today.")
@click.option("--by", default="reader-1", show_default=True, help="Who says so.")
def new_case_command(**options: Any) -> None:
    """Make an eval case of a note and its correction, with the review's quotes as a start. Complete it by hand."""
    with told():
        _new_case(options)


def _new_case(options: dict[str, Any]) -> None:
    from pydantic import ValidationError

    from coach.answering import OFFLINE
    from coach.evaluation.bench import set_up
    from coach.evaluation.corrections import Correction, id_from, new_case
    from coach.evaluation.writing import save_case
    from coach.readers import read
    from coach.review import review
    from coach.settings import load

    settings = load()
    bench = set_up(settings)
    conversation = read(options["note"].read_bytes(), options["note"].name)
    today = options["as_of"].date() if options["as_of"] else settings.today()
    name = options["name"] or id_from(options["note"].stem)
    stage = options["stage"] if options["stage"] == "undetermined" else int(options["stage"])
    if bad := [pair for pair in options["status"] if "=" not in pair]:
        raise InputError(f"--status {bad[0]}: write CRITERION=STATUS, such as budget=at_risk.")
    statuses = dict(pair.split("=", 1) for pair in options["status"])
    if unknown := [id for id in statuses if bench.playbook.criterion(id) is None]:
        raise InputError(f"--status {unknown[0]}: no such criterion. There are: {', '.join(c.id for c in bench.playbook.criteria)}.")
    said = {"id": name, "note": conversation.source, "as_of": today, "stage": stage, "why": options["why"], "author": options["by"], "statuses": statuses}
    correction = Correction.model_validate(said)
    path = bench.folder / "cases" / f"{name}.yaml"
    if path.exists():
        raise InputError(f"{path.name} is there already. Give another --id.")
    try:
        made = new_case(correction, review(conversation, bench.playbook, settings.ask(OFFLINE), today))
    except ValidationError as error:
        raise InputError(f"That makes no case: {error.errors(include_url=False)[0]['msg']}. Check --status and --id.") from None
    save_case(made, path.parent)
    click.echo(f"{path}: split {made.split}. Read its gold, strike out what is wrong, add what is missing, then: coach eval lint")


@evals.command()
@click.argument("tool", type=click.Choice(["promptfoo"]))
@click.option("--out", type=FOLDER, required=True, help="Folder to write to.")
@click.option("--model", default="gpt-5-mini", show_default=True, help="Model named in the configuration.")
@click.option("--split", type=click.Choice(["dev", "holdout"]), default="dev", show_default=True)
def export(tool: str, out: Path, model: str, split: str) -> None:
    """Write the cases for another eval tool."""
    from coach.evaluation.bench import set_up
    from coach.evaluation.exporting import promptfoo, would_run
    from coach.prompting import PromptSet
    from coach.settings import load

    with told():
        settings = load()
        bench = set_up(settings)
        chosen = [case for case in bench.cases if case.split == split]
        cases = [case for case in chosen if not would_run(case)]
        for name, text in promptfoo(cases, PromptSet(settings.prompt_folder(settings.prompt_set)), bench.playbook, model).items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        click.echo(f"{out}: {len(cases)} cases for {tool}")
        if left := [case.id for case in chosen if would_run(case)]:
            click.echo(f"Left out, because {tool} would run words of theirs as a template or a script: {', '.join(left)}", err=True)


for command in (run_command, compare, accept):
    evals.add_command(command)


@evals.command()
def schema() -> None:
    """Print the JSON Schema of a case, for editors."""
    import json

    from coach.evaluation.cases import EvalCase

    click.echo(json.dumps(EvalCase.model_json_schema(), indent=2))
