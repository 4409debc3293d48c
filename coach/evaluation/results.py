"""What a run leaves behind. Values and their files: nothing here reviews, scores or judges.

While a run goes, `results.jsonl` grows by a line a case; `run.json` is written once at the end. A folder without
`run.json` holds a run that was cut off: it can be resumed, and is never taken for a whole one.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.cases import EvalCase, Family, Gate, Kind, Label, Relation, Split
from coach.evaluation.scorers import Score
from coach.llm.budget import Spent
from coach.setups import PLAIN_NAME
from coach.verdict import Status

VERSION = 1
VERSUS = "versus.json"  # in the folder above those of the two runs of a comparison
SPENT = "spent.json"  # calls, tokens read, tokens written, dollars
PASSING = ("stage", "sales", "shown_grounding", "backed_status", "hope_never_met", "x_canary", "x_inert", "x_no_echo", "twin_equal")
"""Scores that all have to be perfect for a case to pass."""
Source = Literal["offline", "live", "recorded live", "authored"]


class About(Value):
    """What of a case the reports need, so that a run can be read without its cases."""

    id: str
    digest: str
    title: str
    split: Split
    family: Family
    of: str | None
    relation: Relation | None
    cluster: str
    gate: Gate
    tags: tuple[str, ...]
    kind: Kind
    lang: str
    words: int
    gold: Label
    accept: tuple[Label, ...]
    statuses: dict[str, tuple[Status, ...]]


class Answered(Value):
    """What the review said, in short."""

    label: Label
    rule: str
    headline: str
    quote: str | None
    against: str | None
    statuses: dict[str, Status]
    calls: int
    tokens_in: int | None
    tokens_out: int | None


class Result(Value):
    """One case in one run. `error` is why there is no answer: a failing server, not a failing verdict; `spent` are the calls it took all the same."""

    about: About
    answer: Answered | None
    scores: tuple[Score, ...]
    error: str | None = None
    spent: int = 0

    @property
    def calls(self) -> int:
        """How often the answerer was asked."""
        return self.answer.calls if self.answer else self.spent

    @cached_property
    def by_metric(self) -> dict[str, Score]:
        """The scores by the metric they count for."""
        return {score.metric: score for score in self.scores}

    @property
    def passed(self) -> bool:
        """Whether everything that has to be right in one case is."""
        mine = self.by_metric
        return self.answer is not None and all(mine[id].hits == mine[id].of for id in PASSING if id in mine)


class Head(Value):
    """What is known of a run before its first case. `weights` tells one state of the classifier from another."""

    version: int = VERSION
    suite: str = Field(pattern=PLAIN_NAME)
    source: Source
    model: str
    prompts: str | None
    playbook: str
    weights: str
    started: str


class Run(Head):
    """A whole run of one suite: everything the reports and the gate look at."""

    seconds: float
    results: tuple[Result, ...]

    @cached_property
    def by_case(self) -> dict[str, Result]:
        """The results by case."""
        return {result.about.id: result for result in self.results}


def about(case: EvalCase) -> About:
    """What of a case goes into a run."""
    return About(
        **case.model_dump(include={"id", "title", "split", "family", "of", "relation", "cluster", "gate", "tags", "lang"}),
        digest=case.digest,
        kind=case.source.kind,
        words=case.words,
        gold=case.gold.stage,
        accept=case.gold.accept,
        statuses={id: gold.accepted for id, gold in case.gold.criteria.items()},
    )


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def whole(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / "run.json").is_file()

    def begin(self, head: Head) -> None:
        """Makes the folder and writes down what is run. What was whole is not until it is finished again."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "run.json").unlink(missing_ok=True)
        write_whole(self.path / "head.json", head.model_dump_json(indent=1) + "\n")

    def head(self) -> Head:
        """What was to be run. Raises CaseError."""
        try:
            return Head.model_validate_json((self.path / "head.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise CaseError(f"{self.path} holds no run. Start one with `coach eval run`.") from None

    def add(self, result: Result, review: str | None) -> None:
        """Appends one case; a line is whole or it is not read."""
        line = json.dumps({"result": result.model_dump(mode="json"), "review": json.loads(review) if review else None}, ensure_ascii=False)
        with (self.path / "results.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def lines(self) -> Iterator[tuple[Result, dict[str, Any] | None]]:
        """Each finished case with its review. A last line that was cut off is left out."""
        path = self.path / "results.jsonl"
        if not path.is_file():
            return
        with path.open("rb") as file:  # a line may have been cut within a character
            for at, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    try:
                        item = json.loads(line)
                        yield Result.model_validate(item["result"]), item["review"]
                    except (ValueError, TypeError, KeyError):
                        raise CaseError(f"{path}:{at}: is damaged. Start a new run.") from None

    def mend(self) -> None:
        """Takes a half-written last line off, so that the next one does not join it."""
        path = self.path / "results.jsonl"
        if not path.is_file():
            return
        whole = 0
        with path.open("rb") as file:
            for line in file:
                whole += len(line) if line.endswith(b"\n") else 0
        if whole < path.stat().st_size:
            with path.open("rb+") as file:
                file.truncate(whole)

    def spent(self) -> Spent:
        """What the run took so far, calls of cases that came to nothing too."""
        told = [result for result, _ in self.lines()]
        counted = Spent(
            sum(one.calls for one in told),
            sum((one.answer.tokens_in or 0) for one in told if one.answer),
            sum((one.answer.tokens_out or 0) for one in told if one.answer),
        )
        try:
            calls, tokens_in, tokens_out, usd = json.loads((self.path / SPENT).read_text(encoding="utf-8"))
            written = Spent(int(calls), int(tokens_in), int(tokens_out), float(usd))
        except (OSError, ValueError, TypeError):
            return counted
        return counted.at_least(written)

    def spend(self, spent: Spent) -> None:
        """Writes down what the run took so far."""
        write_whole(self.path / SPENT, json.dumps(spent) + "\n")

    def finish(self, run: Run) -> None:
        """Writes the whole run, a line a result, one after the other: all of them in one text would take as much memory again."""
        before, after = run.model_copy(update={"results": ()}).model_dump_json().rsplit("]", 1)
        lines = (f"{',' if at else ''}\n{result.model_dump_json()}" for at, result in enumerate(run.results))
        write_whole(self.path / "run.json", chain([before], lines, [f"\n]{after}\n"]))


def read_run(path: Path) -> Run:
    """The run in a folder or file. Raises CaseError if it is not whole."""
    file = path / "run.json" if path.is_dir() else path
    if not file.is_file():
        cut = (file.parent / "results.jsonl").is_file() or (file.parent / "head.json").is_file()
        why = "was cut off half way. Go on with `coach eval run --resume`" if cut else "holds no run. Start one with `coach eval run`"
        raise CaseError(f"{path} {why}.")
    try:
        run = Run.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise CaseError(f"{file} is not a run that this version can read. Run it again.") from None
    if run.version != VERSION:
        raise CaseError(f"{file} was written by another version ({run.version}, not {VERSION}). Run it again.")
    return run


def runs_in(folder: Path) -> list[Path]:
    """Folders of runs below a folder, newest first by name."""
    heads: Iterable[Path] = folder.glob("**/head.json")
    return sorted((head.parent for head in heads), key=lambda path: path.as_posix(), reverse=True)


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Writes a file whole or not at all, from one text or from pieces."""
    half = path.with_suffix(path.suffix + ".part")
    with half.open("w", encoding="utf-8") as file:
        file.writelines([text] if isinstance(text, str) else text)
    half.replace(path)
