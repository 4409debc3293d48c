"""Who committed to what. In: commitments that the answerer nominates. Out: grounded Commitments that code has held against the text.

The ladder is none < interest < next_step < conditional < verbal < signed. A nomination can only go down here: the words
of the quoted sentence may show that the yes is to a pilot, hangs on a condition, is a question or is the rep's hope.
Pure: no model, no clock, no files.
"""

import re
from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from coach.ask import FEW_ITEMS, Request
from coach.conversation import Conversation, Kind, Side, Turn, Value
from coach.cues import denies_yes, is_hope, is_hypothetical, is_question, object_of, open_condition
from coach.grounding import Basis, Evidence, Grounder, Quote, Rejected, latest
from coach.textmodel import HEADS, both, log_odds
from coach.textmodel.encoder import Said, hear
from coach.windows import LINE, tokens

LADDER = ("none", "interest", "next_step", "conditional", "verbal", "signed")
Level = Literal["none", "interest", "next_step", "conditional", "verbal", "signed"]
Object = Literal["purchase", "pilot", "demo", "proposal", "introduction", "meeting", "other"]
CanDecide = Literal["yes", "no", "unknown"]
Opinion = Literal["stage_1", "stage_2", "cannot_tell"]


CHIEF = re.compile(
    r"\b(?:c[efoitrm]o|(?:co-?)?owner|(?:co-?)?founder|proprietor|president|managing director|md|general manager|managing partner|sole trader|chair(?:man|woman)?|finance director|director of finance|"
    r"geschäftsführer(?:in)?|inhaber(?:in)?|eigenaar|directeur|gérante?|dueñ[oa]|director general|dono|dona|titolare)\b",
    re.IGNORECASE,
)
"""Roles that can decide a purchase unless the text says otherwise."""
NOT_CHIEF = re.compile(r"\b(?:assistant|deputy|vice|to the|office of|pa to|ea to|daughter|son|wife|husband)\b", re.IGNORECASE)


LONGEST_NAME = 80  # characters
MOST_SPOKEN = 20_000  # tokens of the words on buying that are repeated to the judge
LONGEST_CONDITION = 300
LIVE_NAME = re.compile(r"[/<>\[\]{}|\\@]|\w\.\w")
FARTHEST = -3.2  # log odds below which words are no yes


class Pointer(Value):
    """A line and words in it."""

    line: int
    quote: str


class ClaimedCommitment(Value):
    """Something the buying side committed to, as the answerer sees it."""

    line: int
    quote: str
    by: str | None = Field(description="name or role of the person who commits; null if the text does not say")
    to: Object
    level: Level
    hope: bool = Field(description="true if this is only the rep's hope or summary, not their words or a fact")
    condition: str | None = Field(description="what is still open and could make it a no; null if nothing, paperwork is nothing")
    can_decide: CanDecide
    authority: Pointer | None = Field(description="the words that show whether this person can decide")
    taken_back: Pointer | None = Field(description="later words that take it back; null if it still stands")
    deal: str | None = Field(description="name of the deal, if the text is about more than one")


class JudgeReply(Value):
    """The nominated commitments, strongest first, then the opinion that the rules are compared with."""

    reason: str
    commitments: tuple[ClaimedCommitment, ...] = Field(json_schema_extra=FEW_ITEMS)
    refusal: Pointer | None = Field(description="the last word on buying, if it is a no or a delay; else null")
    opinion: Opinion


class Spoken(Value):
    """Grounded words on buying itself, from a part of a long text."""

    what: Literal["yes", "no", "back"]
    quote: Quote


def _last(spoken: Iterable[Spoken]) -> list[Spoken]:
    """The last words on buying that fit into a request: parts that list everything must not make it as long as the text. The rules know them all."""
    left, kept = MOST_SPOKEN, list[Spoken]()
    for item in reversed(tuple(spoken)):
        left -= tokens(item.quote.text) + LINE
        if left < 0:
            break
        kept.append(item)
    return kept[::-1]


class Judge(Request[JudgeReply]):
    """Nominate commitments. `evidence` is what grounding has kept so far, `spoken` what was said on buying in the parts of a long text."""

    task: ClassVar[str] = "judge"
    reply: ClassVar[type[JudgeReply]] = JudgeReply
    evidence: tuple[Evidence, ...] = ()
    spoken: tuple[Spoken, ...] = ()

    def words(self) -> dict[str, object]:
        found = latest(self.evidence)
        return {
            "evidence": [{"line": e.quote.turn, "criterion": e.criterion, "polarity": e.polarity, "quote": e.quote.text} for e in found],
            "spoken": [{"line": s.quote.turn, "what": s.what, "quote": s.quote.text} for s in _last(self.spoken)],
        }


class Commitment(Value):
    """A grounded commitment. `condition`, `authority` and `taken_back` are quotes that were found, or None."""

    level: Level
    to: Object
    by: str | None
    side: Side
    can_decide: CanDecide
    basis: Basis
    quote: Quote
    condition: str | None = None
    authority: Quote | None = None
    taken_back: Quote | None = None
    deal: str | None = None

    @property
    def rank(self) -> int:
        """Place on the ladder, 0 to 5."""
        return LADDER.index(self.level)


def ground_commitments(claims: Iterable[ClaimedCommitment], conversation: Conversation) -> tuple[list[Commitment], list[Rejected]]:
    """Commitments that stand in the text, strongest first and else as nominated, and what was thrown out."""
    grounder = Grounder(conversation)
    stand: list[tuple[ClaimedCommitment, Quote]] = []
    rejected: list[Rejected] = []
    for claim in claims:
        quote = grounder.testimony(claim.line, claim.quote)
        if not isinstance(quote, str) and conversation.turns[quote.turn].kind is Kind.SUMMARY:
            quote = "a heading or summary, not something that was said"
        if isinstance(quote, str):
            rejected.append(Rejected(what="commitment", quote=claim.quote[:200], line=claim.line, reason=quote))
        else:
            stand.append((claim, quote))
    yes = _can_be_a_yes([quote for claim, quote in stand if LADDER.index(claim.level) >= LADDER.index("conditional")], grounder)
    kept = [_held_against_the_text(claim, quote, grounder, yes) for claim, quote in stand]
    kept.sort(key=lambda c: -c.rank)
    return kept, rejected


def ground_pointer(pointer: Pointer | None, grounder: Grounder) -> Quote | None:
    """The quote that a pointer points at, or None if it does not stand."""
    if pointer is None:
        return None
    quote = grounder.testimony(pointer.line, pointer.quote)
    return None if isinstance(quote, str) else quote


def _in_text(name: str | None, conversation: Conversation) -> str | None:
    """A name that an answerer gave, if all its words stand in the text."""
    if not name or len(name) > LONGEST_NAME:
        return None
    words = re.findall(r"\w+", name.casefold())
    known = conversation.words
    return name.strip() if words and not LIVE_NAME.search(name) and all(word in known for word in words) else None


def _own_words(text: str | None, turn: Turn, grounder: Grounder) -> str | None:
    """The words of the note that an answerer offered as a condition, cut from the note."""
    found = grounder.quote(turn.index, text) if text and len(text) <= LONGEST_CONDITION else ""
    return None if isinstance(found, str) else found.text


def _can_be_a_yes(quotes: list[Quote], grounder: Grounder) -> set[Quote]:
    """Those quotes offered as a yes to buying that can be one: no denial, and not far from any yes that was ever learned."""
    if not quotes:
        return set()
    said, before = list[Said](), list[str]()
    for quote in quotes:
        turn = grounder.conversation.turns[quote.turn]
        earlier = grounder.conversation.text(grounder.conversation.turns[turn.index - 1]) if turn.index else ""
        said.append(Said(grounder.sentence(quote)[:LONGEST_CONDITION], turn.kind.value))
        before.append(earlier[-LONGEST_CONDITION:])
    odds = both(log_odds([(passage.text, earlier) for passage, earlier in zip(said, before, strict=True)]), hear(list(zip(said, before, strict=True))))
    of = {head: odds[:, HEADS.index(head)] for head in ("=verbal", "=signed", "=conditional", "=refused")}
    found = set[Quote]()
    for at, (quote, passage) in enumerate(zip(quotes, said, strict=True)):
        yes = max(of["=verbal"][at], of["=signed"][at], of["=conditional"][at])
        if yes > FARTHEST and of["=refused"][at] <= max(yes, 0) and not denies_yes(passage.text):
            found.add(quote)
    return found


def _speaks_of_power(text: str) -> bool:
    """Whether words offered as showing who decides can be that: not far from any such words that were ever learned."""
    odds = log_odds([(text, "")])[0]
    return max(float(odds[HEADS.index(head)]) for head in ("authority+", "authority-", "=verbal", "=signed")) > FARTHEST


def is_chief(conversation: Conversation, name: str | None) -> bool:
    """Whether the text gives that person a role that can decide."""
    person = conversation.person(name)
    role = person.role if person else None
    return bool(role and CHIEF.search(role) and not NOT_CHIEF.search(role))


def _held_against_the_text(claim: ClaimedCommitment, quote: Quote, grounder: Grounder, yes: set[Quote]) -> Commitment:
    conversation = grounder.conversation
    turn = conversation.turns[quote.turn]
    sentence = grounder.sentence(quote)
    authority = ground_pointer(claim.authority, grounder)
    basis = grounder.basis(quote)
    if basis == "reported" and (claim.hope or is_hope(sentence)):
        basis = "hope"
    condition = _own_words(claim.condition, turn, grounder) or open_condition(sentence) or ("a condition" if claim.condition else None)
    named = object_of(quote.text)
    to: Object = claim.to if named is None or named == "purchase" else named
    level = claim.level
    if LADDER.index(level) >= LADDER.index("conditional") and to not in ("purchase", "other"):
        level = "next_step"
    if LADDER.index(level) > LADDER.index("interest") and (is_question(sentence) or is_hypothetical(sentence)):
        level = "interest"
    if LADDER.index(level) > LADDER.index("conditional") and condition:
        level = "conditional"
    if LADDER.index(level) >= LADDER.index("conditional") and quote not in yes:
        level = "interest"
    by = _in_text(claim.by, conversation) or turn.speaker
    can_decide = claim.can_decide
    if authority is not None and authority.turn != quote.turn and not _speaks_of_power(authority.text):
        authority = None
    if can_decide == "yes" and authority is None and not is_chief(conversation, by):
        can_decide = "unknown"  # the power to decide has to be shown in the text
    back = ground_pointer(claim.taken_back, grounder)
    return Commitment(
        level=level,
        to=to,
        by=by,
        side=turn.side,
        can_decide=can_decide,
        basis=basis,
        quote=quote,
        condition=condition if level == "conditional" else None,
        authority=authority,
        taken_back=back if back is not None and back.start != quote.start else None,
        deal=_in_text(claim.deal, conversation),
    )
