"""One case of a run, opened. In: a run's folder, or none, and the case. Out: the review with its note, and where the review comes from.

The review that the run wrote down is shown if there is one, the case is still the same, and each of its quotes is cut from the
note: a run may come from somebody else. Else the offline analyst reviews
the note anew, and that is said. Never changes a run.
"""

import json
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from coach.answering import OFFLINE
from coach.conversation import Conversation
from coach.corrected import quotes
from coach.errors import PlaybookError
from coach.evaluation.bench import Bench
from coach.evaluation.cases import EvalCase
from coach.evaluation.results import Result
from coach.playbook import Playbook
from coach.readers import read
from coach.review import Review, review

STORED = "As the run wrote it down."
KEPT_NONE = "The baseline kept no review: reviewed anew just now by the offline analyst."
STORED_NONE = "The run kept no review of this case that can be read: reviewed anew just now by the offline analyst."
CHANGED = "The case changed since the run: reviewed anew just now by the offline analyst."


class Opened(NamedTuple):
    """A case with a review of it. `whence` says where the review comes from."""

    conversation: Conversation
    playbook: Playbook
    review: Review
    whence: str


def opened(bench: Bench, case: EvalCase, result: Result | None, folder: Path | None, playbook: str) -> Opened:
    """The review of a case that a run in `folder` wrote down, or a new one. `folder` is None for a baseline."""
    conversation = read(case.note, case.id)
    stored, whence = None, KEPT_NONE
    if folder is not None:
        same = result is not None and result.about.digest == case.digest
        stored = stored_review(folder, case.id) if same else None
        stored = stored if stored and _fits(stored, conversation) else None
        whence = STORED if stored else STORED_NONE if same else CHANGED
    held = _playbook(bench, playbook)
    made = stored or review(conversation, held, bench.settings.ask(OFFLINE), case.as_of)
    return Opened(conversation, held, made, whence)


def stored_review(folder: Path, case: str) -> Review | None:
    """The review of a case in a run's folder; None if there is none that this version can read."""
    path = folder / "results.jsonl"
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if f'"{case}"' not in line or not line.endswith("\n"):
                continue
            try:
                item = json.loads(line)
                if item["result"]["about"]["id"] == case:
                    return _review(item["review"]) if item["review"] else None
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                return None
    return None


def _review(data: dict[str, dict[str, object]]) -> Review | None:
    data["verdict"]["for_"] = data["verdict"].pop("for")  # written under the name that readers see
    try:
        return Review.model_validate(data)
    except ValidationError:
        return None


def _fits(made: Review, conversation: Conversation) -> bool:
    """Whether a review points at nothing but words of the note and evidence of its own."""
    places = range(len(made.evidence))
    if any(at not in places for row in made.criteria for at in row.evidence):
        return False
    turns = range(len(conversation.turns))
    return all(quote.turn in turns and conversation.source[quote.start : quote.end] == quote.text != "" for quote in quotes(made))


def _playbook(bench: Bench, id: str) -> Playbook:
    try:
        return bench.settings.playbook(id) if id else bench.playbook
    except PlaybookError:
        return bench.playbook
