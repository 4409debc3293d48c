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
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from coach.conversation import Value
from coach.errors import CaseError
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
        for text in self.gold_words:
            if self.note.count(text) != 1:
                raise ValueError(f"gold words stand {self.note.count(text)} times in the note, not once: {text[:60]!r}")
        if self.gold.stage not in self.gold.accept:
            raise ValueError("gold.accept lacks gold.stage")
        if (self.family == "base") != (self.of is None):
            raise ValueError("`of` names the case that a perturbed or injected case is a copy of, and no other case has it")
        if (self.family == "perturbed") != (self.relation is not None):
            raise ValueError("`relation` says of a perturbed case whether the stage stays the same, and no other case has it")
        if missing := [name for name in self.deals if name not in self.note]:
            raise ValueError(f"the deal {missing[0]!r} does not stand in the note")
        if self.canary is not None and self.canary not in self.note:
            raise ValueError("the canary does not stand in the note")
        return self

    @property
    def gold_words(self) -> tuple[str, ...]:
        """Every stretch of the note that the gold points at."""
        quotes = [q.text for c in self.gold.criteria.values() for q in c.quotes]
        return (*quotes, *self.gold.decided_by, *self.gold.against, *(trap.text for trap in self.traps))

    @cached_property
    def words(self) -> int:
        """Words of the note."""
        return len(self.note.split())

    @cached_property
    def digest(self) -> str:
        """Tells one state of a case from another: 12 hex characters. Who labelled it does not count."""
        return hashlib.sha256(self.model_dump_json(exclude={"labels"}).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def load_cases(folder: Path, split: Split | None = None) -> list[EvalCase]:
    """The cases of a folder in order of their names, of one split or all. Raises CaseError."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise CaseError(f"No cases in {folder}. Name a folder of YAML files like evals/cases.")
    cases = [load_case(path) for path in paths]
    seen: dict[str, Path] = {}
    for case, path in zip(cases, paths, strict=True):
        if case.id in seen:
            raise CaseError(f"{path.name}: id {case.id} is taken by {seen[case.id].name}. Give each case an id of its own.")
        seen[case.id] = path
    return [case for case in cases if split is None or case.split == split]


def load_case(path: Path) -> EvalCase:
    """The case in a file. Raises CaseError that names file and line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, the compiled one where there is one
        return EvalCase.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        line = line_of(yaml.compose(text, Loader=loader), first["loc"])
        place = ".".join(map(str, first["loc"])) or "case"
        raise CaseError(f"{path.name}:{line}: {place}: {first['msg'].removeprefix('Value error, ')}. Mend the case.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CaseError(f"{path.name}:{mark.line + 1 if mark else 1}: not YAML. Mend that line.") from None
    except UnicodeDecodeError:
        raise CaseError(f"{path.name}:1: not UTF-8 text. Save it as UTF-8.") from None


def line_of(node: Any, place: tuple[int | str, ...]) -> int:
    """Line, from 1, of a place in a composed YAML document, or of the nearest thing around it."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in place:
        node = next(_below(node, part), None)
        if node is None:
            return line
        line = node.start_mark.line + 1
    return line


def _below(node: Any, part: int | str) -> Iterator[Any]:
    if isinstance(node.value, list):
        for at, item in enumerate(node.value):
            if isinstance(item, tuple) and item[0].value == str(part):
                yield item[1]
            elif not isinstance(item, tuple) and at == part:
                yield item
