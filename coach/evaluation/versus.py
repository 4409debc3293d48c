"""Two set-ups on the same cases. In: A, B and limits for both together. Out: two runs in one folder, and which of them is still to do.

The folder holds `versus.json`, and runs in `a/` and `b/` that are like any other. A finished run of the same live set-up on the
same cases can be taken over in place of paying again. Whoever knows the folder can go on. Runs nothing.
"""

from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.bench import Bench
from coach.evaluation.cases import Split
from coach.evaluation.chosen import Chosen, planned, purse_of
from coach.evaluation.compare import Comparison, compare
from coach.evaluation.found import whole_runs
from coach.evaluation.results import VERSUS, Run, RunFolder, read_run, write_whole
from coach.evaluation.runner import Plan, head_of
from coach.evaluation.sides import Side, of_run
from coach.llm.budget import Limits
from coach.settings import Settings
from coach.setups import Setup

Letter = Literal["a", "b"]
LETTERS: tuple[Letter, Letter] = ("a", "b")


class Versus(Value):
    """What is held against what. `limits` are for both together; `taken` are finished runs in place of new ones, by their place below the runs."""

    a: Setup
    b: Setup
    split: Split | None = None
    limits: Limits = Limits()
    taken: dict[Letter, str] = Field(default={})

    def setup(self, letter: Letter) -> Setup:
        """The set-up of a side."""
        return self.a if letter == "a" else self.b

    def chosen(self, letter: Letter) -> Chosen:
        """What is run for a side."""
        return Chosen(setup=self.setup(letter), split=self.split, limits=self.limits)


class Leg(NamedTuple):
    """One run that is still to do. `name` is shown while it goes."""

    name: str
    want: Chosen
    plan: Plan
    folder: Path


def folder_of(settings: Settings, versus: Versus, folder: Path, letter: Letter) -> Path:
    """Where the run of a side lies."""
    return settings.runs / versus.taken[letter] if letter in versus.taken else folder / letter


def legs(bench: Bench, versus: Versus, folder: Path) -> list[Leg]:
    """The runs that are still to do, paid from one purse. Raises CoachError for what cannot be run, before anything is."""
    own = [RunFolder(folder / letter).spent() for letter in LETTERS]
    purse = purse_of(bench.settings, versus.limits, own[0].plus(own[1]))
    todo = []
    for letter in LETTERS:
        at = folder_of(bench.settings, versus, folder, letter)
        if not RunFolder(at).whole:
            want = versus.chosen(letter)
            todo.append(Leg(f"{letter.upper()}, {want.setup.title}", want, planned(bench, want, at, purse), at))
    return todo


def begun(bench: Bench, versus: Versus, folder: Path, anew: bool = False) -> Versus:
    """Writes down what is compared, with the finished runs that are taken over unless it is done `anew`. Raises CoachError."""
    if versus.a == versus.b:
        raise CaseError("A and B are the same set-up. Change one of them.")
    taken = {} if anew else {letter: name for letter in LETTERS if (name := _finished(bench, versus.chosen(letter), folder))}
    made = versus.model_copy(update={"taken": taken})
    legs(bench, made, folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / VERSUS, made.model_dump_json(indent=1) + "\n")
    return made


def _finished(bench: Bench, want: Chosen, folder: Path) -> str | None:
    """A finished run that answered the same cases in the same live set-up. The analyst is asked anew: that costs nothing, and its code may have changed."""
    if not want.setup.is_live:
        return None
    plan = planned(bench, want, folder)
    for run in whole_runs(bench.settings):
        if run.head == head_of(plan, run.head.started):
            done = read_run(run.folder).by_case
            if all((one := done.get(case.id)) and one.answer and one.about.digest == case.digest for case in plan.cases):
                return run.name
    return None


def read_versus(folder: Path) -> Versus:
    """What is compared in a folder. Raises CaseError."""
    try:
        return Versus.model_validate_json((folder / VERSUS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CaseError(f"{folder} holds no comparison that this version can read. Start a new one.") from None


class Outcome(NamedTuple):
    """Both runs, and what came of it."""

    a: Side
    b: Side
    found: Comparison


def outcome(settings: Settings, folder: Path) -> Outcome:
    """The outcome of a comparison that is done. Raises CaseError while it is not."""
    versus = read_versus(folder)
    at = {letter: folder_of(settings, versus, folder, letter) for letter in LETTERS}
    runs: dict[Letter, Run] = {letter: read_run(at[letter]) for letter in LETTERS}
    a, b = (of_run(f"{letter.upper()}: {versus.setup(letter).title}", runs[letter], at[letter]) for letter in LETTERS)
    return Outcome(a, b, compare(runs["a"], runs["b"], versus.split))


class Comparing(NamedTuple):
    """A comparison that was begun."""

    folder: Path
    versus: Versus
    whole: bool


def comparisons(settings: Settings) -> list[Comparing]:
    """The comparisons below the folder of runs, newest first."""
    found = []
    for path in sorted(settings.runs.glob(f"*/{VERSUS}"), reverse=True):
        try:
            versus = read_versus(path.parent)
        except CaseError:
            continue
        whole = all(RunFolder(folder_of(settings, versus, path.parent, letter)).whole for letter in LETTERS)
        found.append(Comparing(path.parent, versus, whole))
    return found
