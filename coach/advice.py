"""What to do next. In: drafts from the answerer. Out: Advice of which every line passed the checks, and what was dropped.

Stage 1 is skeptical: "the no", and questions that look for it. Stage 2 is ruthless: a win-win, a reason for contact for
each working day, and a close plan. Drafts and finished advice are different types: a draft points at lines, advice
holds quotes. Pure: no model, no clock.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from coach.ask import Request
from coach.commitment import Pointer
from coach.conversation import Value
from coach.grounding import Evidence, Quote, latest
from coach.verdict import Standing, Verdict

UNKNOWN = "unknown: ask"
MOST_DAYS = 30  # working days that are planned ahead; a longer road is planned again then
PlaySide = Literal["us", "theirs", "both"]


class DraftQuestion(Value):
    """A question as the answerer words it. `why` points at the words that raise it; null if the thing was not said."""

    criterion: str
    why: Pointer | None
    whom: str
    no_if: str = Field(description="the answer that would mean no")
    help: str = Field(description="what we give in return")
    ask: str


class DraftNo(Value):
    """The likeliest way this deal dies."""

    criterion: str
    quote: Pointer | None
    text: str


class SkepticalDraft(Value):
    """Advice before the yes."""

    the_no: DraftNo
    questions: tuple[DraftQuestion, ...] = Field(description="three to five, worst first")
    first: str = Field(description="the one thing to do first")


class DraftPoint(Value):
    text: str
    quote: Pointer | None


class DraftStep(Value):
    """A step to signature and launch. `due` is an ISO date, null if nobody named one; `after` are ids of earlier steps."""

    id: str
    what: str
    side: PlaySide
    owner: str
    signer: str | None
    due: str | None
    after: tuple[str, ...]
    quote: Pointer | None = Field(description="the words that ask for it; null if we propose it")


class DraftContact(Value):
    """A reason to be in touch on one working day that is worth their time."""

    day: str = Field(description="ISO date")
    reason: str
    whom: str
    play: str


class RuthlessDraft(Value):
    """Advice after the yes."""

    they_get: tuple[DraftPoint, ...]
    we_get: tuple[DraftPoint, ...]
    leave_on_table: tuple[DraftPoint, ...]
    close_by: str | None = Field(description="ISO date by which it has to be signed, if the text gives one")
    plan: tuple[DraftStep, ...]
    contacts: tuple[DraftContact, ...]
    first: str


class Findings(Value):
    """What was found and decided before the coaching."""

    verdict: Verdict
    standings: tuple[Standing, ...]
    evidence: tuple[Evidence, ...]


class _Advise(Value):
    """What both kinds of advice are asked with; `problems` says what was wrong with the last draft."""

    findings: Findings
    problems: tuple[str, ...] = ()

    def words(self) -> dict[str, object]:
        found = self.findings
        return {
            "headline": found.verdict.headline,
            "reason": found.verdict.reason,
            "standings": [{"criterion": s.id, "status": s.status} for s in found.standings],
            "evidence": [
                {"line": e.quote.turn, "quote": e.quote.text, "criterion": e.criterion, "polarity": e.polarity, "basis": e.basis}
                for e in latest(found.evidence)
            ],
            "problems": list(self.problems),
        }


class AdviseSkeptical(_Advise, Request[SkepticalDraft]):
    """Look for the no."""

    task: ClassVar[str] = "skeptical"
    reply: ClassVar[type[SkepticalDraft]] = SkepticalDraft


class AdviseRuthless(_Advise, Request[RuthlessDraft]):
    """Bring it home."""

    task: ClassVar[str] = "ruthless"
    reply: ClassVar[type[RuthlessDraft]] = RuthlessDraft


class Question(Value):
    """A question that passed the checks. `why` is None if the criterion was not talked about."""

    criterion: str
    ask: str
    whom: str
    why: Quote | None
    no_if: str
    help: str


class TheNo(Value):
    text: str
    criterion: str
    quote: Quote | None


class Point(Value):
    text: str
    quote: Quote | None


class Step(Value):
    """A step of the close plan. `due` None and `owner` "unknown: ask" are honest gaps; without a quote it is our proposal."""

    id: str
    what: str
    side: PlaySide
    owner: str
    signer: str | None
    due: date | None
    after: tuple[str, ...]
    quote: Quote | None


class Contact(Value):
    day: date
    reason: str
    whom: str
    play: str


class WinWin(Value):
    they_get: tuple[Point, ...]
    we_get: tuple[Point, ...]
    leave_on_table: tuple[Point, ...]


class Dropped(Value):
    """A piece of a draft that failed a check, and the check."""

    what: str
    text: str
    reason: str


class Skeptical(Value):
    kind: Literal["skeptical"] = "skeptical"
    first: str
    the_no: TheNo
    questions: tuple[Question, ...]
    dropped: tuple[Dropped, ...] = ()


class Ruthless(Value):
    kind: Literal["ruthless"] = "ruthless"
    first: str
    win_win: WinWin
    close_by: date | None
    plan: tuple[Step, ...]
    contacts: tuple[Contact, ...]
    dropped: tuple[Dropped, ...] = ()


class NoAdvice(Value):
    """There is no deal to coach. `first` says what to bring."""

    kind: Literal["none"] = "none"
    first: str


Advice = Skeptical | Ruthless | NoAdvice
