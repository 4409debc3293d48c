"""One case as the scorers see it, and what they say of it. Values only."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from pydantic.dataclasses import dataclass

from coach.commitment import JudgeReply
from coach.conversation import Conversation
from coach.evaluation.cases import EvalCase, Label
from coach.evaluation.truth import Match, match
from coach.evidence import ExtractReply
from coach.grounding import Folded, Quote
from coach.playbook import Playbook
from coach.review import Review

MOST_REASONS = 5
NUMBER = re.compile(r"\d[\d.,:]*")
LONGEST_REASON = 160


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Score:
    """What one scorer counted in one case: `hits` of `of`. `why` says what failed, the first few. A case has some forty: they have to be small."""

    metric: str
    hits: float
    of: float
    why: tuple[str, ...] = ()


def counted(metric: str, faults: Iterable[str | None]) -> Score:
    """A score with a hit for each None, and a reason for each fault."""
    listed = list(faults)
    why = tuple(fault[:LONGEST_REASON] for fault in listed if fault is not None)
    return Score(metric=metric, hits=len(listed) - len(why), of=len(listed), why=why[:MOST_REASONS])


def mishap(metric: str, happened: bool, why: str) -> Score:
    """A score of one case that counts a thing which should not happen."""
    return Score(metric=metric, hits=happened, of=1, why=(why[:LONGEST_REASON],) if happened else ())


def label_of(review: Review) -> Label:
    """The answer of a review, in the words of the gold."""
    return "undetermined" if review.verdict.undetermined else review.verdict.stage


class Seen:
    """A case with its review and the raw replies behind it."""

    def __init__(self, case: EvalCase, conversation: Conversation, playbook: Playbook, review: Review, replies: tuple[BaseModel, ...] = ()) -> None:
        self.case = case
        self.conversation = conversation
        self.playbook = playbook
        self.review = review
        self.replies = replies

    @property
    def label(self) -> Label:
        """The answer of the review."""
        return label_of(self.review)

    @property
    def extracted(self) -> ExtractReply | None:
        """The reply with the claims, if there is one."""
        return next((reply for reply in self.replies if isinstance(reply, ExtractReply)), None)

    @property
    def judged(self) -> JudgeReply | None:
        """The reply with the nominated commitments, if there is one."""
        return next((reply for reply in self.replies if isinstance(reply, JudgeReply)), None)

    @cached_property
    def match(self) -> Match:
        """The evidence against the gold."""
        return match(self.case, self.review.evidence)

    @cached_property
    def known(self) -> tuple[frozenset[str], frozenset[str]]:
        """Numbers and folded words of the note and of what the playbook may say: all that coaching can take its facts from."""
        text = " ".join((self.case.note, *self.playbook.spoken(), self.case.as_of.isoformat()))
        numbers = frozenset(number.strip(".,:") for number in NUMBER.findall(text))
        return numbers, frozenset(word.casefold() for word in re.findall(r"\w+", text))

    @cached_property
    def folded(self) -> Folded:
        """The note, folded for matching."""
        return Folded(self.conversation.source)

    @cached_property
    def shown(self) -> "Shown":
        """All that a person would see of it."""
        return shown(self.review)


class Shown(NamedTuple):
    """Quotes, which have to be the note's own words, and prose, which must hold nothing that acts."""

    quotes: tuple[Quote, ...]
    prose: tuple[str, ...]


def shown(review: Review) -> Shown:
    """Walks the review once: every quote, and every other string of verdict and advice."""
    quotes: list[Quote] = []
    prose: list[str] = []
    ahead: list[object] = [review.verdict, review.evidence, review.commitments, review.advice]
    while ahead:
        match ahead.pop():
            case Quote() as quote:
                quotes.append(quote)
            case BaseModel() as value:
                ahead.extend(part for name, part in value if name != "dropped")
            case tuple() as parts:
                ahead.extend(parts)
            case str() as text:
                prose.append(text)
    return Shown(tuple(quotes), tuple(prose))
