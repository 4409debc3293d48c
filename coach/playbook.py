"""What to hold a deal against and what to do about it. In: YAML text. Out: a frozen Playbook, or a PlaybookError.

A playbook is written by enablement teams: it holds words and examples, no rules. Which stage a deal is in is decided
in `coach.verdict`, whatever the playbook says. Never reads files.
"""

from collections.abc import Iterator
from string import Formatter
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from coach.conversation import Value
from coach.errors import PlaybookError

Topic = Literal["need", "budget", "authority", "timeline", "decision_process", "competition"]
"""What a criterion is about in the terms of the offline analyst; None for a criterion of the team's own making."""

SLOTS = ("person", "decider", "rival", "amount", "date", "failing", "what")
"""What `{...}` may stand for in a playbook's texts; all but `what` and `failing` (a criterion's label) are words of the note."""


def slots_in(text: str) -> frozenset[str]:
    """What stands between curly brackets in a text, all of it: `{date:x}` is no slot that there is. Raises ValueError if a bracket stands alone."""
    parts = ((name, how, form) for _, name, form, how in Formatter().parse(text) if name is not None)
    return frozenset(name + (f"!{how}" if how else "") + (f":{form}" if form else "") for name, how, form in parts)


class PlaybookQuestion(Value):
    """A question to draw on. A text with a `{slot}` is used only if the note fills it; `SLOTS` names them all."""

    ask: str
    no_if: str
    help: str
    when: Literal["missing", "against", "hope", "any"] = "any"


class Examples(Value):
    """Sentences that a prospect might say, for the criterion and against it."""

    supports: tuple[str, ...] = Field(min_length=1)
    undermines: tuple[str, ...] = Field(min_length=1)


class Criterion(Value):
    """One thing that has to be true of a deal that closes."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    good: str
    must_have: bool = False
    topic: Topic | None = None
    examples: Examples
    questions: tuple[PlaybookQuestion, ...] = Field(min_length=1)
    dies_by: str  # how a deal dies that fails here, in one sentence


class Play(Value):
    """One red-zone play: a reason for contact that is worth the prospect's time, and the milestone it serves."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    reason: str
    serves: Literal["paper", "people", "launch", "value"]


class Opening(Value):
    """What to do first, and what to ask first, after a verdict by this rule of `coach.verdict`."""

    rule: str
    first: str
    topic: Topic | None = None
    ask: str | None = None
    no_if: str = ""
    help: str = ""


class Milestone(Value):
    """A step of the close plan that is needed if the note speaks of it. `cues` are plain words; `days` is a usual length."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    what: str
    side: Literal["us", "theirs", "both"]
    cues: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    days: int = Field(default=2, ge=0, le=60)
    signs: bool = False


class Playbook(Value):
    """Criteria in the order in which their failure kills deals; openings by verdict; plays, gives and milestones after the yes."""

    id: str
    title: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    openings: tuple[Opening, ...] = Field(min_length=1)
    plays: tuple[Play, ...] = Field(min_length=30)
    gives: tuple[str, ...] = Field(min_length=1)
    milestones: tuple[Milestone, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Playbook":
        lists = (("criterion", self.criteria), ("play", self.plays), ("milestone", self.milestones))
        for what, ids in ((name, [item.id for item in items]) for name, items in lists):
            doubles = sorted({i for i in ids if ids.count(i) > 1})
            if doubles:
                raise ValueError(f"{what} id used twice: {', '.join(doubles)}")
        return self

    def spoken(self) -> Iterator[str]:
        """Every text of the playbook that may be shown to a rep; examples and cues are not among them."""
        for criterion in self.criteria:
            yield from (criterion.label, criterion.dies_by)
            for question in criterion.questions:
                yield from (question.ask, question.no_if, question.help)
        for opening in self.openings:
            yield from (opening.first, opening.ask or "", opening.no_if, opening.help)
        yield from (play.reason for play in self.plays)
        yield from self.gives
        yield from (milestone.what for milestone in self.milestones)

    def criterion(self, id: str) -> Criterion | None:
        """The criterion of that id, if there is one."""
        return next((c for c in self.criteria if c.id == id), None)

    def about(self, topic: Topic) -> Criterion | None:
        """The first criterion on that topic, if there is one."""
        return next((c for c in self.criteria if c.topic == topic), None)


def parse(data: object, where: str) -> Playbook:
    """The playbook in `data` (plain dicts and lists, as YAML gives them). `where` names its source in errors."""
    try:
        return Playbook.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        raise PlaybookError(f"{where}: {place}: {first['msg']}. Mend that line; prompts/README.md shows the form.") from None
