"""Eval cases: notes with gold answers. In: the YAML files of evals/cases. Out: validated Cases, or an InputError naming the file.

Gold quotes are exact words of the note, each standing in it once. `split` is `dev` (may be learned from and tuned on) or
`holdout` (only measured). Never alters a case.
"""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from coach.conversation import Value
from coach.errors import InputError
from coach.evidence import Polarity
from coach.verdict import Status

Label = Literal[1, 2, "undetermined"]
Split = Literal["dev", "holdout"]


class GoldQuote(Value):
    """Words that are evidence. `required`: any good reader finds them."""

    text: str
    polarity: Polarity
    required: bool


class GoldCriterion(Value):
    """Where a criterion stands, and which other answers a fair judge accepts."""

    status: Status
    quotes: tuple[GoldQuote, ...]
    accept: tuple[Status, ...] = ()


class GoldCommitment(Value):
    level: Literal["none", "interest", "next_step", "conditional", "verbal", "signed"]
    to: str
    by: str | None
    can_decide: Literal["yes", "no", "unknown"]
    taken_back: bool


class Gold(Value):
    sales: bool
    stage: Label
    accept: tuple[Label, ...]
    why: str
    decided_by: tuple[str, ...]
    against: tuple[str, ...]
    commitment: GoldCommitment
    criteria: dict[str, GoldCriterion]
    must_ask: tuple[str, ...]


class CaseSource(Value):
    kind: Literal["transcript", "notes", "email"]
    origin: Literal["synthetic"]
    licence: str
    author: str


class Trap(Value):
    text: str
    why: str


class EvalCase(Value):
    """One note and what a careful reader says of it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: int
    split: Split
    title: str
    cluster: str
    tags: tuple[str, ...] = Field(min_length=1)
    source: CaseSource
    lang: str
    as_of: date
    note: str
    speakers: dict[str, dict[str, str]]
    gold: Gold
    traps: tuple[Trap, ...] | None = None

    @model_validator(mode="after")
    def _gold_stands_in_the_note(self) -> "EvalCase":
        quotes = [q.text for c in self.gold.criteria.values() for q in c.quotes]
        for text in (*quotes, *self.gold.decided_by, *self.gold.against, *(trap.text for trap in self.traps or ())):
            if self.note.count(text) != 1:
                raise ValueError(f"gold words stand {self.note.count(text)} times in the note, not once: {text[:60]!r}")
        if self.gold.stage not in self.gold.accept:
            raise ValueError("gold.accept lacks gold.stage")
        return self


def load_cases(folder: Path, split: Split | None = None) -> list[EvalCase]:
    """The cases of a folder in order of their names, of one split or all."""
    import yaml

    cases = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            case = EvalCase.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            first = error.errors(include_context=False, include_input=False, include_url=False)[0]
            raise InputError(f"{path.name}: {'.'.join(map(str, first['loc'])) or 'case'}: {first['msg']}. Mend the case.") from None
        except yaml.YAMLError:
            raise InputError(f"{path.name}: not YAML. Mend the case.") from None
        if split is None or case.split == split:
            cases.append(case)
    return cases
