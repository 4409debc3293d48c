"""Eval cases: notes with gold answers. In: the YAML files of evals/cases. Out: validated Cases, or a CaseError naming file and line.

Gold quotes are exact words of the note, each standing in it once. `split` is `dev` (may be learned from and tuned on) or
`holdout` (only measured, in aggregate). A `perturbed` or `injected` case is a changed copy of the case it is `of`, and
shares its cluster. Never alters a case. What only shows across cases is in `lint`.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from coach.conversation import Value
from coach.errors import CaseError
from coach.evaluation.located import Located, Place, located, read_located
from coach.evidence import Polarity
from coach.verdict import Status

Label = Literal[1, 2, "undetermined"]
LABELS: tuple[Label, ...] = (1, 2, "undetermined")
Split = Literal["dev", "holdout"]
SPLITS: tuple[Split, ...] = ("dev", "holdout")
Family = Literal["base", "perturbed", "injected"]
Relation = Literal["same", "changed"]
Gate = Literal["must_pass", "scored", "report_only"]
Kind = Literal["transcript", "notes", "email"]


class GoldQuote(Value):
    """Words that are evidence. `required`: any good reader finds them."""

    text: str = Field(min_length=1)
    polarity: Polarity
    required: bool


class GoldCriterion(Value):
    """Where a criterion stands, and which other answers a fair judge accepts."""

    status: Status
    quotes: tuple[GoldQuote, ...]
    accept: tuple[Status, ...] = ()

    @property
    def accepted(self) -> tuple[Status, ...]:
        """All statuses that count as right."""
        return self.accept or (self.status,)


class GoldCommitment(Value):
    """The commitment that the gold stage is about."""

    level: Literal["none", "interest", "next_step", "conditional", "verbal", "signed"]
    to: str
    by: str | None
    can_decide: Literal["yes", "no", "unknown"]
    taken_back: bool


class Gold(Value):
    """What a careful reader says of the note."""

    sales: bool
    stage: Label
    accept: tuple[Label, ...]
    why: str
    decided_by: tuple[str, ...]
    against: tuple[str, ...]
    commitment: GoldCommitment
    criteria: dict[str, GoldCriterion]
    must_ask: tuple[str, ...]

    @property
    def no_real_yes(self) -> bool:
        """Whether stage 2 would be a false yes here."""
        return 2 not in self.accept


class CaseSource(Value):
    """What kind of text the note is, and where it comes from."""

    kind: Kind
    origin: Literal["synthetic", "correction"]
    licence: str = Field(min_length=1)
    author: str


class Trap(Value):
    """Words that must never count as evidence for the deal."""

    text: str
    why: str


class Labelling(Value):
    """One rater's own answers, given without sight of another's."""

    by: str
    stage: Label
    criteria: dict[str, Status]


class EvalCase(Value):
    """One note and what a careful reader says of it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: int
    split: Split
    title: str
    cluster: str
    family: Family = "base"
    of: str | None = Field(default=None, description="id of the case that this one is a changed copy of")
    relation: Relation | None = Field(default=None, description="whether the change may change the stage")
    gate: Gate = "scored"
    tags: tuple[str, ...] = Field(min_length=1)
    source: CaseSource
    lang: str
    as_of: date
    note: str
    speakers: dict[str, dict[str, str]]
    deals: tuple[str, ...] = Field(default=(), description="names of the deals, words of the note, if it is about several; the gold is on the first")
    gold: Gold
    traps: tuple[Trap, ...] = ()
    canary: str | None = Field(default=None, description="a string of the note that must not come back in anything shown")
    labels: tuple[Labelling, ...] = ()

    @model_validator(mode="after")
    def _gold_stands_in_the_note(self) -> "EvalCase":
        for place, text in self._golds():
            if self.note.count(text) != 1:
                raise _fault(f"gold words stand {self.note.count(text)} times in the note, not once: {text[:60]!r}", *place)
        for id, criterion in self.gold.criteria.items():
            if criterion.status not in criterion.accepted:
                raise _fault("accept lacks the status", "gold", "criteria", id, "accept")
        if self.gold.stage not in self.gold.accept:
            raise _fault("gold.accept lacks gold.stage", "gold", "accept")
        if (self.family == "base") != (self.of is None):
            raise _fault("`of` names the case that a perturbed or injected case is a copy of, and no other case has it", "family" if self.of is None else "of")
        if (self.family == "perturbed") != (self.relation is not None):
            raise _fault("`relation` says of a perturbed case whether the stage stays the same, and no other case has it", "relation")
        for at, name in enumerate(self.deals):
            if name not in self.note:
                raise _fault(f"the deal {name!r} does not stand in the note", "deals", at)
        if self.canary is not None and self.canary not in self.note:
            raise _fault("the canary does not stand in the note", "canary")
        return self

    def _golds(self) -> Iterator[tuple[Place, str]]:
        gold = self.gold
        for id, criterion in gold.criteria.items():
            for at, quote in enumerate(criterion.quotes):
                yield ("gold", "criteria", id, "quotes", at, "text"), quote.text
        yield from ((("gold", "decided_by", at), text) for at, text in enumerate(gold.decided_by))
        yield from ((("gold", "against", at), text) for at, text in enumerate(gold.against))
        yield from ((("traps", at, "text"), trap.text) for at, trap in enumerate(self.traps))

    @property
    def gold_words(self) -> tuple[str, ...]:
        """Every stretch of the note that the gold points at."""
        return tuple(text for _, text in self._golds())

    @cached_property
    def words(self) -> int:
        """Words of the note."""
        return len(self.note.split())

    @cached_property
    def digest(self) -> str:
        """Tells one state of a case from another: 12 hex characters. Who labelled it does not count."""
        return hashlib.sha256(self.model_dump_json(exclude={"labels"}).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _fault(text: str, *place: int | str) -> PydanticCustomError:
    """What is wrong between the parts of a case, with the place that has to change."""
    return PydanticCustomError("case", "{text}", {"text": text, "place": place})


def load_cases(folder: Path, split: Split | None = None) -> list[EvalCase]:
    """The cases of a folder in order of their names, of one split or all. Raises CaseError."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise CaseError(f"No cases in {folder}. Name a folder of YAML files like evals/cases.")
    cases = [load_case(path) for path in paths]
    seen: dict[str, Path] = {}
    for case, path in zip(cases, paths, strict=True):
        if case.id in seen:
            raise CaseError(f"{path.name}:1: id {case.id} is taken by {seen[case.id].name}. Give each case an id of its own.")
        if case.id != path.stem:
            raise CaseError(f"{path.name}:1: the case is called {case.id}. Name the file {case.id}.yaml.")
        seen[case.id] = path
    return [case for case in cases if split is None or case.split == split]


def load_case(path: Path) -> EvalCase:
    """The case in a file. Raises CaseError that names file and line."""
    return _valid(read_located(path), path.name)


def parse_case(text: str, name: str) -> EvalCase:
    """The case in a text. `name` names its source in errors. Raises CaseError that names it and the line."""
    return _valid(located(text.encode("utf-8", "replace"), name), name)


def _valid(found: Located, name: str) -> EvalCase:
    try:
        return EvalCase.model_validate(found.data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where: Place = first.get("ctx", {}).get("place", first["loc"])
        raise CaseError(f"{name}:{found.line_of(where)}: {'.'.join(map(str, where)) or 'case'}: {first['msg']}. Mend the case.") from None
