"""What is to be run. In: a set-up, a choice of cases and limits. Out: a Plan, and the folder's own word on what was chosen.

The pages and the command line choose with the same value, so a run that was begun in one can be gone on with in the other.
Asks nobody and runs nothing.
"""

from importlib.metadata import version
from pathlib import Path

from coach.answering import OFFLINE
from coach.conversation import Value
from coach.errors import CaseError, InputError
from coach.evaluation.bench import CORES, OFFLINE_SUITE, Bench, chosen, name_of
from coach.evaluation.cases import EvalCase, Split
from coach.evaluation.results import Head, RunFolder, write_whole
from coach.evaluation.runner import Plan
from coach.evaluation.suites import Live, Suite
from coach.llm.budget import Limits, Purse, Spent
from coach.llm.recordings import Made
from coach.settings import Settings
from coach.setups import Setup

AT_ONCE_LIVE = 4
CHOSEN = "chosen.json"
REPLIES = "replies"
"""The folder of a live run in which its replies lie, in the form of recordings."""


class Chosen(Value):
    """Which set-up answers which cases, and what that may take in all."""

    setup: Setup = Setup()
    split: Split | None = None
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: Limits = Limits()


def suite_of(bench: Bench, setup: Setup) -> Suite:
    """The suite of a set-up. Raises InputError if there are no such recordings, SettingsError if there is no such prompt set."""
    own = None if setup.playbook == "default" else setup.playbook
    if setup.prompts:
        bench.settings.known_set(setup.prompts)
    if setup.recordings is not None:
        found = next((suite for suite in bench.suites() if suite.name == setup.recordings and suite.recordings), None)
        if found is None:
            there = ", ".join(suite.name for suite in bench.suites() if suite.recordings) or "none"
            raise InputError(f"No recordings of {setup.recordings}. There are: {there}. Record some: coach eval record.")
        return found.model_copy(update={"prompt_set": setup.prompts or found.prompt_set, "playbook": own or found.playbook})
    if setup.model == OFFLINE:
        return OFFLINE_SUITE.model_copy(update={"playbook": own})
    return Suite(name=name_of(setup.model), model=setup.model, source="live", prompt_set=setup.prompts, playbook=own)


def cases_of(bench: Bench, want: Chosen) -> list[EvalCase]:
    """The cases that would be run. Raises InputError for one that there is not, and ReplayError."""
    if unknown := sorted(set(want.only) - {case.id for case in bench.cases}):
        raise InputError(f"No case is called {unknown[0]}. `ls {bench.folder / 'cases'}` lists them.")
    return [
        case
        for case in chosen(bench, suite_of(bench, want.setup))
        if want.split in (None, case.split) and (not want.only or case.id in want.only) and (not want.tags or set(want.tags) & set(case.tags))
    ]


def planned(bench: Bench, want: Chosen, folder: Path, purse: Purse | None = None, workers: int | None = None) -> Plan:
    """The plan of a run in a folder. Raises CoachError if there is nothing to run, nobody to answer, or a limit that cannot be kept.

    `purse` pays for more than this run; without it what the folder has taken already is paid from a purse of its own.
    """
    suite = suite_of(bench, want.setup)
    cases = cases_of(bench, want)
    if not cases:
        raise CaseError("No case is left to run. Check the split, the cases and the tags.")
    live = None
    if suite.source == "live":
        purse = purse or purse_of(bench.settings, want.limits, RunFolder(folder).spent())
        bench.settings.chat(suite.model, purse)  # says now what is not set up
        made = Made(kind="live", on=bench.settings.today().isoformat(), tool=version("call-note-coach"))
        live = Live(purse, folder / REPLIES, made)
    return Plan(suite, cases, bench.playbook_of(suite), bench.thresholds.prices, workers or (AT_ONCE_LIVE if live else CORES), live)


def purse_of(settings: Settings, limits: Limits, spent: Spent) -> Purse:
    """A purse with these limits, and those of the settings where none are given, of which so much is spent."""
    asked = {name: value for name, value in limits.model_dump().items() if value is not None}
    return Purse(settings.limits.model_copy(update=asked), spent)


def write_chosen(folder: Path, want: Chosen) -> None:
    """Writes down what was chosen."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / CHOSEN, want.model_dump_json(indent=1) + "\n")


def chosen_in(folder: Path, head: Head) -> Chosen:
    """What was chosen when a run began; for one that did not write it down, what its head says, over all cases."""
    try:
        return Chosen.model_validate_json((folder / CHOSEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        if head.source == "offline":
            return Chosen(setup=Setup(playbook=head.playbook))
        return Chosen(setup=Setup(model=head.model) if head.source == "live" else Setup(recordings=head.suite))


def new_folder(settings: Settings, name: str) -> Path:
    """Where a new run goes: named after the time, and what it is of."""
    return settings.runs / f"{settings.now():%Y%m%d-%H%M%S}-{name}"
