"""Who answers the cases. In: a Suite, which is a few words. Out: an Ask for one case.

A suite goes to worker processes as it is, so it holds names and paths only; the answerer is made where it is used. A
replayed suite answers from `recordings/<suite>/<case>/`, and in its process every way to the network is shut.
"""

import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

from coach.answering import CHECKED, OFFLINE, parted
from coach.ask import Answer, Answerer, Ask, Reply, Request
from coach.conversation import Value
from coach.errors import ReplayError
from coach.evaluation.cases import EvalCase
from coach.evaluation.manifest import HALF, check_manifest, recorded_cases
from coach.evaluation.results import Source
from coach.llm.budget import Purse
from coach.llm.recordings import Made, Recorded, Recorder, read_record
from coach.settings import load
from coach.setups import Setup

ANALYST = "offline"
SETUP = "setup.json"
"""In a folder of recordings: what they were made with, if not what all use."""


class Suite(Value):
    """`model` answers, from `recordings` if they are given. `name` is the suite's name on reports and baselines.

    `playbook` is what it is held against, None for the one that all are.
    """

    name: str
    model: str
    source: Source
    recordings: Path | None = None
    prompt_set: str | None = None
    playbook: str | None = None


class Live(NamedTuple):
    """What a live run has beside its suite: who pays, and the folder in which its replies are kept, with what stands in each."""

    purse: Purse
    keep: Path
    made: Made


class Table(NamedTuple):
    """An answerer for one case, and the recordings behind it if it is replayed."""

    ask: Ask
    recorded: Recorded | None = None


class Watched:
    """An Ask that keeps the replies that went through it, and counts the calls they took."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.replies: list[Any] = []
        self.calls = 0

    @property
    def answerer(self) -> Answerer:
        """Who answers."""
        return self._ask.answerer

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        answer = self._ask(request)
        self.replies.append(answer.reply)
        self.calls += answer.usage.calls
        return answer


def table(suite: Suite, case: EvalCase, live: Live | None = None) -> Table:
    """The answerer of a suite for a case. Raises SettingsError."""
    settings = load().model_copy(update={"keeps_replies": False})  # a model is measured by asking it, each time
    if suite.prompt_set:
        settings = settings.model_copy(update={"prompt_set": suite.prompt_set})
    if suite.recordings is not None:
        model, checks = parted(suite.model)
        recorded = Recorded(suite.recordings / case.id, model)
        return Table(settings.over(recorded, checks), recorded)
    if live is None:
        return Table(settings.ask(OFFLINE if suite.model == ANALYST else suite.model))
    folder = live.keep / case.id
    shutil.rmtree(folder, ignore_errors=True)  # of a try that came to nothing
    return Table(settings.ask(suite.model, live.purse, lambda chat: Recorder(chat, folder, live.made)))


def recorded_suites(folder: Path) -> list[Suite]:
    """A suite for each folder of recordings. Raises ReplayError where one holds recordings of several kinds or models, or none of those it lists."""
    found = (recorded_suite(path) for path in sorted(p for p in folder.glob("*") if p.is_dir() and not p.name.endswith(HALF)))
    return [suite for suite in found if suite]


def recorded_suite(path: Path) -> Suite | None:
    """The suite of one folder of recordings, None if it holds none. Raises ReplayError."""
    records = [read_record(file) for case in recorded_cases(path) for file in sorted((path / case).glob("*.json"))]
    if not records:
        check_manifest(path)
        return None
    kinds, models = {record.made.kind for record in records}, {(record.sent.model, record.reply.served) for record in records}
    if len(kinds) > 1 or len(models) > 1:
        raise ReplayError(f"{path.name} mixes recordings of {len(models)} models and {len(kinds)} kinds. Keep each in a folder of its own.")
    made = _setup(path)
    return Suite(
        name=path.name,
        model=records[0].sent.model + (CHECKED if made.model.endswith(CHECKED) else ""),
        source="recorded live" if kinds == {"live"} else "authored",
        recordings=path,
        prompt_set=made.prompts,
        playbook=None if made.playbook == "default" else made.playbook,
    )


def setup_text(setup: Setup) -> str:
    """What stands in SETUP. The model is named in each recording; that it only checked is not, so that is kept here."""
    checks = {"model"} if setup.model.endswith(CHECKED) else set()
    return setup.model_dump_json(indent=1, include={"prompts", "playbook", *checks}) + "\n"


def _setup(recordings: Path) -> Setup:
    """What recordings were made with. Raises ReplayError."""
    path = recordings / SETUP
    if not path.is_file():
        return Setup()
    try:
        return Setup.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ReplayError(f"{recordings.name}/{SETUP} is damaged. Bring it back, or record the suite again.") from None


class NoNetworkError(ReplayError):
    """Something wanted to leave the process during a replay."""


WAYS_OUT = frozenset(f"socket.{way}" for way in "connect sendto sendmsg getaddrinfo gethostbyname gethostbyaddr getnameinfo".split())


def shut_network() -> None:
    """Makes every connect and name look-up of this process fail, for good: an audit hook cannot be taken out again."""

    def guard(event: str, _args: tuple[Any, ...]) -> None:
        if event in WAYS_OUT:
            raise NoNetworkError("A replay never talks to the network.")

    sys.addaudithook(guard)
