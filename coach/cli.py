"""The command line. In: words and files. Out: reviews on standard output, messages on standard error, an exit code.

Exit codes: 0 reviewed, 2 usage or unreadable input, 3 the model failed, 130 stopped with Ctrl+C. Heavy packages are imported
by the command that needs them. Holds no rule and builds no prompt.
"""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.errors import AskError, CoachError
from coach.evaluation.command import evals
from coach.evaluation.told import limited
from coach.keeping import corrections, store
from coach.lab.command import playbook as playbook_group
from coach.lab.command import prompts as prompts_group
from coach.model_command import models
from coach.trying import spending, try_command

if TYPE_CHECKING:
    from coach.batch import File, Job, Outcome
    from coach.conversation import Conversation
    from coach.journal import Journal
    from coach.review import Review

FORMATS = ("md", "json", "jsonl", "csv", "ics", "email")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="call-note-coach")
def main() -> None:
    """Paste what you bring back from a call; the coach says, with quotes, whether the deal has a real yes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=False, allow_dash=True))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: md for one file, jsonl for several (as is json).")
@click.option("--playbook", "playbook", default="default", show_default=True, help="Id or YAML file of a playbook.")
@click.option("--model", help="Who answers. Default: COACH_MODEL if set, else the offline analyst (`--model offline`).")
@click.option("--base-url", help="Endpoint of the model, such as http://127.0.0.1:11434/v1. Default: OPENAI_BASE_URL.")
@click.option("--prompts", help="Prompt set, by name or folder, for a model. Default: COACH_PROMPT_SET if set.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the note was written, YYYY-MM-DD. Default: today, or that of the run resumed.")
@click.option("--explain", is_flag=True, help="Say on standard error how each verdict came about.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Files reviewed at once. Default: as many as there are cores.")
@click.option("--redact", is_flag=True, help="Show a model placeholders instead of names, addresses and numbers of people. Also COACH_REDACT=on.")
@click.option("--no-cache", is_flag=True, help="Ask the model again, whatever it replied before. Also COACH_CACHE_REPLIES=off.")
@click.option("--resume", type=click.Path(path_type=Path), help="Keep each outcome in this file, and go on from those that are in it.")
@limited
def review(
    files: tuple[str, ...],
    form: str | None,
    playbook: str,
    model: str | None,
    base_url: str | None,
    prompts: str | None,
    today: datetime | None,
    explain: bool,
    jobs: int | None,
    redact: bool,
    no_cache: bool,
    resume: Path | None,
    **limits: float | None,
) -> None:
    """Review FILES, folders, or - for standard input. A folder is searched for every file that is not hidden."""
    from coach.answering import OFFLINE
    from coach.batch import Job, files_in
    from coach.journal import Journal
    from coach.settings import cores, load

    if today and not 2000 <= today.year < 2200:
        _complain(f"--today {today.year:04}-... is not a day on which notes are written. Give one from 2000 to 2199.")
        sys.exit(2)
    try:
        settings = spending(load(), limits).told(redact=redact, keeps_replies=not no_cache)
        settings = settings.at(base_url, settings.model, settings.key) if base_url else settings
        if prompts:
            settings = settings.model_copy(update={"prompt_set": settings.known_set(prompts)})
        found = files_in(files or ("-",), _written(resume))
        journal = Journal(resume) if resume else None
        day = today.date() if today else (journal and journal.today) or settings.today()
        name = OFFLINE if model in ("offline", OFFLINE) else model or settings.models()[0]
        job = Job(settings.playbook(playbook), settings, name, day, explain)
        settings.ask(name)
        if journal:
            journal.begin(job)
        several = len(found) > 1 or journal is not None or any(os.path.isdir(name) for name in files)  # noqa: PTH112 - as in files_in
        if several and form not in (None, "json", "jsonl"):
            _complain(f"Several files can only be written as jsonl, not {form}. Leave --format out, or review one file.")
            sys.exit(2)
        settings.ready(name, _complain)
        sys.exit(_many(found, job, jobs or cores(), journal) if several else _one(found[0], form, job))
    except CoachError as error:
        _complain(str(error))
        sys.exit(3 if isinstance(error, AskError) else 2)
    except KeyboardInterrupt:
        _complain("Stopped." + (f" The same command goes on where it stopped: {resume} keeps what is done." if resume else ""))
        sys.exit(130)


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=False, allow_dash=True))
@click.option("--format", "form", type=click.Choice(("text", "jsonl")), default="text", show_default=True, help="jsonl: one turn a line.")
def turns(files: tuple[str, ...], form: str) -> None:
    """Print what is read in FILES, folders, or - for standard input: each turn with speaker, side, kind and time."""
    from coach.batch import files_in
    from coach.readers import read_all
    from coach.render.turns import turns_jsonl, turns_text

    worst = 0
    try:
        listed = files_in(files or ("-",))
    except CoachError as error:
        _complain(str(error))
        sys.exit(2)
    for file in listed:
        try:
            found = read_all(file.read(), file.name)
        except CoachError as error:
            _complain(f"{file.name}: {error}" if not str(error).startswith(file.name) else str(error))
            worst = 2
            continue
        for conversation in found:
            if conversation.told_hidden and form == "jsonl":
                _complain(f"{conversation.name}: {conversation.told_hidden}")
        for line in turns_jsonl(found, file.name) if form == "jsonl" else (line for one in found for line in (*turns_text(one), "")):
            click.echo(line)
    sys.exit(worst)


@main.command()
def schema() -> None:
    """Print the JSON Schema of a review."""
    import json

    from coach.review import Review

    click.echo(json.dumps(Review.model_json_schema(by_alias=True, mode="serialization"), indent=2))


@main.command()
@click.option("--port", default=8501, show_default=True)
def app(port: int) -> None:
    """Open the page on this machine."""
    import subprocess

    page = next((p for p in (Path(__file__).parent.parent / "app.py", Path(__file__).parent / "app.py") if p.is_file()), None)
    if page is None:
        _complain("app.py is not installed here. Run ./run in a checkout.")
        sys.exit(2)
    safe = ("--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--client.showErrorDetails=type")
    sys.exit(subprocess.call([sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}", *safe]))


def _written(resume: Path | None) -> list[os.stat_result]:
    """What this run itself writes: a folder may hold it."""
    out = [os.fstat(sys.stdout.fileno())] if not sys.stdout.isatty() else []
    return [*out, *([resume.stat()] if resume and os.path.exists(resume) else [])]  # noqa: PTH110 - as in Journal


def _many(files: "list[File]", job: "Job", jobs: int, journal: "Journal | None") -> int:
    """Reviews files and writes a line for each conversation, in order. Returns the highest exit code."""
    from coach.batch import run
    from coach.progress import Progress
    from coach.render import plain_json

    known = {at: outcome for at, file in enumerate(files) if journal and (outcome := journal.known(file))}
    progress = Progress(len(files), len(known))

    def on_done(file: "File", outcome: "Outcome") -> None:
        if journal:
            journal.keep(file, outcome)
        progress.step()

    fresh = run([file for at, file in enumerate(files) if at not in known], job, jobs, on_done)
    worst = 0
    for at in range(len(files)):
        outcome = known.get(at) or next(fresh)
        for line in (*outcome.told, *([outcome.error] if outcome.error else [])):
            progress.end()
            _complain(line)
        for line in outcome.lines:
            _out(plain_json(line).encode())
        worst = max(worst, outcome.code)
    progress.end()
    return worst


def _one(file: "File", form: str | None, job: "Job") -> int:
    """Reviews one file and writes it. Returns its exit code."""
    from coach.batch import explained, failure, reviews_of
    from coach.review import UNWATCHED, Watch

    try:
        watch = Watch(lambda step: _complain(f"{file.name}: {step}")) if job.explain else UNWATCHED
        done = list(reviews_of(file, job, job.settings.ask(job.model), watch))
    except CoachError as error:
        outcome = failure(file, error)
        _complain(outcome.error)
        return outcome.code
    if len(done) > 1 and form not in (None, "json", "jsonl"):
        _complain(f"{file.name} holds {len(done)} conversations, which can only be written as jsonl, not {form}. Leave --format out.")
        return 2
    for conversation, made in done:
        _write(made, conversation, "jsonl" if len(done) > 1 else form or "md")
        for line in explained(made) if job.explain else ():
            _complain(f"{file.name}: {line}")
    return 0


def _write(done: "Review", conversation: "Conversation", form: str) -> None:
    from coach import render

    makers: dict[str, Callable[[], bytes]] = {
        "md": lambda: render.markdown(done, conversation).encode(),
        "json": lambda: render.to_json(done).encode(),
        "jsonl": lambda: render.plain_json(done.model_dump_json(by_alias=True)).encode(),
        "csv": lambda: render.csv_rows(done, conversation).encode(),
        "ics": lambda: render.calendar(done),
        "email": lambda: render.email(done),
    }
    _out(makers[form]())


def _out(data: bytes) -> None:
    sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stdout.buffer.flush()


def _complain(text: str) -> None:
    """Says it on standard error; words of a file that are in it do nothing to a terminal."""
    from coach.render.inert import folded

    click.echo(folded(text), err=True)


main.add_command(evals, "eval")
main.add_command(models, "model")
main.add_command(store)
main.add_command(corrections)
main.add_command(try_command)
main.add_command(prompts_group)
main.add_command(playbook_group)


if __name__ == "__main__":
    main()
