"""The command line. In: words and files. Out: reviews on standard output, messages on standard error, an exit code.

Exit codes: 0 reviewed, 2 usage or unreadable input, 3 the model failed. Heavy packages are imported by the command that
needs them. Holds no rule and builds no prompt.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from coach.errors import AskError, CoachError, InputError

if TYPE_CHECKING:
    from coach.ask import Ask
    from coach.conversation import Conversation
    from coach.playbook import Playbook
    from coach.review import Review

FORMATS = ("md", "json", "jsonl", "csv", "ics", "email")
TEXT_FILES = (".txt", ".md", ".vtt", ".srt", ".json", ".jsonl", ".csv", ".tsv", ".docx", ".pdf", ".eml", ".log", ".text", ".markdown", "")


class Job(NamedTuple):
    """What each file is reviewed with."""

    playbook: "Playbook"
    ask: "Ask"
    today: date
    explain: bool


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
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the note was written, YYYY-MM-DD. Default: today.")
@click.option("--explain", is_flag=True, help="Say on standard error how each verdict came about.")
def review(files: tuple[str, ...], form: str | None, playbook: str, model: str | None, today: datetime | None, explain: bool) -> None:
    """Review FILES, folders, or - for standard input."""
    from coach.settings import OFFLINE, load

    if today and not 2000 <= today.year < 2200:
        _complain(f"--today {today.year:04}-... is not a day on which notes are written. Give one from 2000 to 2199.")
        sys.exit(2)
    try:
        settings = load()
        paths = list(_paths(files or ("-",)))
        several = len(paths) > 1 or any(Path(name).is_dir() for name in files)
        name = OFFLINE if model in ("offline", OFFLINE) else model or settings.models()[0]
        job = Job(settings.playbook(playbook), settings.ask(name), today.date() if today else settings.today(), explain)
    except CoachError as error:
        _complain(str(error))
        sys.exit(2)
    if several and form in (None, "json"):
        form = "jsonl"
    form = form or "md"
    if several and form != "jsonl":
        _complain(f"Several files can only be written as jsonl, not {form}. Leave --format out, or review one file.")
        sys.exit(2)
    worst = 0
    for path in paths:
        worst = max(worst, _one(path, form, job))
    sys.exit(worst)


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=False, allow_dash=True))
@click.option("--format", "form", type=click.Choice(("text", "jsonl")), default="text", show_default=True, help="jsonl: one turn a line.")
def turns(files: tuple[str, ...], form: str) -> None:
    """Print what is read in FILES, folders, or - for standard input: each turn with speaker, side, kind and time."""
    from coach.readers import read_all
    from coach.render.turns import turns_jsonl, turns_text

    worst = 0
    try:
        paths = list(_paths(files or ("-",)))
    except CoachError as error:
        _complain(str(error))
        sys.exit(2)
    for path in paths:
        name = path.name if path else "standard input"
        try:
            found = read_all(_bytes(path, name), name)
        except CoachError as error:
            _complain(f"{name}: {error}" if not str(error).startswith(name) else str(error))
            worst = 2
            continue
        for conversation in found:
            if conversation.told_hidden and form == "jsonl":
                _complain(f"{conversation.name}: {conversation.told_hidden}")
        for line in turns_jsonl(found, name) if form == "jsonl" else (line for one in found for line in (*turns_text(one), "")):
            click.echo(line)
    sys.exit(worst)


@main.command()
def schema() -> None:
    """Print the JSON Schema of a review."""
    import json

    from coach.review import Review

    click.echo(json.dumps(Review.model_json_schema(by_alias=True, mode="serialization"), indent=2))


@main.command()
def playbooks() -> None:
    """List the playbooks."""
    from coach.settings import load

    try:
        settings = load()
        for id in settings.playbooks():
            click.echo(f"{id:12} {settings.playbook(id).title}")
    except CoachError as error:
        _complain(str(error))
        sys.exit(2)


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


def _paths(files: tuple[str, ...]) -> Iterator[Path | None]:
    """Each file, the readable files of each folder in order, None for standard input."""
    for name in files:
        path = Path(name)
        if name == "-":
            yield None
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.casefold() in TEXT_FILES and not p.name.startswith("."))
            if not inside:
                raise InputError(f"{name} holds no text files ({', '.join(s for s in TEXT_FILES if s)}). Name a file or another folder.")
            yield from inside
        elif path.is_file():
            yield path
        else:
            yield path  # said when its turn comes, so that the others go on


def _one(path: Path | None, form: str, job: Job) -> int:
    """Reviews one file and writes it. Returns its exit code."""
    from coach.readers import read
    from coach.review import review

    name = path.name if path else "standard input"
    try:
        conversation = read(_bytes(path, name), name)
        done = review(conversation, job.playbook, job.ask, job.today, lambda step: _complain(f"{name}: {step}") if job.explain else None)
    except AskError as error:
        _complain(f"{name}: {error} Or review it offline: --model offline.")
        return 3
    except CoachError as error:
        _complain(f"{name}: {error}" if not str(error).startswith(name) else str(error))
        return 2
    _write(done, conversation, form)
    if job.explain:
        _explain(name, done)
    return 0


def _bytes(path: Path | None, name: str) -> bytes:
    if path is None:
        return sys.stdin.buffer.read()
    from coach.readers.limits import check_size

    try:
        check_size(path.stat().st_size, name)
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name} is not there. Check the path.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}. Check that you may read it.") from None


def _write(done: "Review", conversation: "Conversation", form: str) -> None:
    from coach import render

    out = sys.stdout.buffer
    makers: dict[str, Callable[[], bytes]] = {
        "md": lambda: render.markdown(done, conversation).encode(),
        "json": lambda: render.to_json(done).encode(),
        "jsonl": lambda: done.model_dump_json(by_alias=True).encode(),
        "csv": lambda: render.csv_rows(done, conversation).encode(),
        "ics": lambda: render.calendar(done),
        "email": lambda: render.email(done),
    }
    data = makers[form]()
    out.write(data if data.endswith(b"\n") else data + b"\n")
    out.flush()


def _explain(name: str, done: "Review") -> None:
    verdict = done.verdict
    _complain(f"{name}: rule “{verdict.rule}”: {verdict.reason}")
    for commitment in done.commitments:
        _complain(
            f"{name}: commitment {commitment.level} to {commitment.to}, can decide: {commitment.can_decide}, {commitment.basis}: “{commitment.quote.text}”"
        )
    for item in done.rejected:
        _complain(f"{name}: thrown out ({item.reason}): “{item.quote}”")


def _complain(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
