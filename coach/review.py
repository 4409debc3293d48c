"""READ THIS FIRST. In: a Conversation, a Playbook, an Ask and today's date. Out: a Review.

    plan -> extract -> ground -> judge -> ground -> rules -> advise -> checks

The answerer nominates claims, commitments and drafts; code finds every quote in the text, decides the stage by rules
and lets through only advice that passes the checks. What is thrown out is kept and counted. For an answerer that is discreet
all of it happens on the text under pseudonyms, and the review is carried back. Never reads files, clocks or settings, and
never knows which answerer it talks to.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from pydantic import Field

from coach.advice import Advice, AdviseRuthless, AdviseSkeptical, Dropped, Findings, NoAdvice
from coach.ask import FORMATS, Ask, Brief, Format, Usage
from coach.checks import Case, check_ruthless, check_skeptical
from coach.commitment import Commitment, Judge, Spoken, ground_commitments, ground_pointer
from coach.conversation import Conversation, Kind, Value
from coach.cover import Cover
from coach.deals import one_deal
from coach.desk import Desk
from coach.drafts import complete_ruthless, complete_skeptical
from coach.grounding import Evidence, Grounder, Quote, Rejected
from coach.longread import Heard, Plan, plan, read_through
from coach.playbook import Playbook
from coach.verdict import Sight, Standing, Verdict, decide, standings

FEWEST_WORDS = 4  # less than this is no note
DRAFTS = 2  # of the coaching, at most
UNREAD = "The rest are lines without words of the call, such as cue numbers, times and headers."


class Source(Value):
    """What was read. `read` is the share of the text that was looked at, 0 to 1; `unread` says why it is not all of it."""

    name: str
    digest: str = Field(description="sha256 of the text, 16 hex characters: tells one note from another")
    kind: Kind
    characters: int
    read: float
    unread: str = Field(description="what the rest is, in a sentence; empty if all was looked at")
    parts: int = Field(description="in how many parts a language model was shown it; 1 is whole")
    turns: int
    planted: int = Field(description="stretches that address software; none of them counts")
    hidden: str = Field(default="", description="what nobody who looks at the original sees, in words; none of it counts")
    deals: tuple[str, ...] = Field(description="deals the text is about, if several; the verdict is on the first, the one with the strongest claim")


class Provenance(Value):
    """Where the review comes from. `prompts` is the version of all that words the requests."""

    model: str
    is_llm: bool
    prompts: str | None
    playbook: str
    today: date
    usage: Usage
    format: Format | None = Field(default=None, description="how the model was held to the form of its replies, the loosest way used; null without one")
    quotes_thrown_out: int
    advice_dropped: int
    redacted: str | None = Field(
        default=None, description="what the answerer was shown placeholders for, in words; empty if nothing was found, null if it was shown the text itself"
    )


class Review(Value):
    """Everything about one Conversation."""

    source: Source
    sales: bool
    verdict: Verdict
    criteria: tuple[Standing, ...]
    evidence: tuple[Evidence, ...]
    commitments: tuple[Commitment, ...]
    rejected: tuple[Rejected, ...]
    advice: Advice
    provenance: Provenance


class Watch(NamedTuple):
    """Who is told how a review goes: the name of each step when it begins, and evidence as soon as it is found and grounded, while a model still writes."""

    step: Callable[[str], None]
    found: Heard | None = None


UNWATCHED = Watch(lambda _step: None)


def review(conversation: Conversation, playbook: Playbook, ask: Ask, today: date, watch: Watch = UNWATCHED) -> Review:
    """Reviews one conversation. Raises AskError if the answerer fails."""
    if ask.answerer.discreet:
        cover = Cover(conversation)
        found = watch.found
        uncovered = watch._replace(found=found and (lambda item: found(cover.back(item))))
        return _uncovered(_review(cover.conversation, playbook, ask, today, uncovered), cover)
    return _review(conversation, playbook, ask, today, watch)


def _review(conversation: Conversation, playbook: Playbook, ask: Ask, today: date, watch: Watch) -> Review:
    way = plan(conversation, playbook, today, ask.answerer)
    desk = Desk(ask, way.requests)

    watch.step(f"Reading for evidence{_in_parts(way)}")
    found = read_through(way, desk, watch.found)

    watch.step("Looking for the yes")
    judged = desk(Judge(brief=way.end, evidence=found.evidence, spoken=found.spoken))
    commitments, unfounded = ground_commitments(judged.commitments, conversation)
    deal = one_deal(found.deals, conversation, list(found.evidence), commitments)

    watch.step("Deciding by the rules")
    sight = Sight(
        readable=len(conversation.source.split()) >= FEWEST_WORDS,
        sales=found.sales,
        evidence=list(deal.evidence),
        standings=standings(list(deal.evidence), playbook),
        commitments=list(deal.commitments),
        refusal=_last_no(ground_pointer(judged.refusal, Grounder(conversation)), found.spoken),
        opinion=judged.opinion,
    )
    verdict = decide(sight, playbook)

    watch.step("Writing the coaching")
    coached = sight.sales and sight.readable
    findings = Findings(verdict=verdict, standings=tuple(sight.standings), evidence=deal.evidence)
    advice = _coach(desk, way.end, findings, verdict.stage) if coached else NoAdvice(first=verdict.would_change)
    return Review(
        source=_source(conversation, len(way.parts), deal.names),
        sales=sight.sales and sight.readable,
        verdict=verdict,
        criteria=tuple(sight.standings),
        evidence=deal.evidence,
        commitments=deal.commitments,
        rejected=(*found.rejected, *unfounded),
        advice=advice,
        provenance=Provenance(
            model=ask.answerer.name,
            is_llm=ask.answerer.is_llm,
            prompts=ask.answerer.prompts,
            playbook=playbook.id,
            today=today,
            usage=desk.usage,
            format=max(desk.formats, key=FORMATS.index, default=None),
            quotes_thrown_out=len(found.rejected) + len(unfounded),
            advice_dropped=len(_dropped(advice)),
        ),
    )


def overrule(done: Review, conversation: Conversation, playbook: Playbook, ask: Ask, stage: int) -> Advice:
    """The coaching for a stage that the rep chose over the verdict. Raises AskError if the answerer fails."""
    if ask.answerer.discreet:
        cover = Cover(conversation)
        return cover.back(_overrule(cover.forth(done), cover.conversation, playbook, ask, stage))
    return _overrule(done, conversation, playbook, ask, stage)


def _overrule(done: Review, conversation: Conversation, playbook: Playbook, ask: Ask, stage: int) -> Advice:
    way = plan(conversation, playbook, done.provenance.today, ask.answerer)
    return _coach(Desk(ask, DRAFTS), way.end, Findings(verdict=done.verdict, standings=done.criteria, evidence=done.evidence), stage)


def _source(conversation: Conversation, parts: int, deals: tuple[str, ...]) -> Source:
    return Source(
        name=conversation.name,
        digest=hashlib.sha256(conversation.source.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        kind=conversation.kind,
        characters=len(conversation.source),
        read=conversation.read,
        unread="" if conversation.read == 1 else UNREAD,
        parts=parts,
        turns=len(conversation.turns),
        planted=len(conversation.planted),
        hidden=conversation.told_hidden,
        deals=deals,
    )


def _uncovered(made: Review, cover: Cover) -> Review:
    """A review of a text under pseudonyms as one of the text itself."""
    real = cover.back(made)
    source = _source(cover.original, made.source.parts, real.source.deals)
    return real.model_copy(update={"source": source, "provenance": real.provenance.model_copy(update={"redacted": cover.told})})


def _in_parts(way: Plan) -> str:
    return f", in {len(way.parts)} parts; at most {way.requests} requests" if len(way.parts) > 1 else ""


def _last_no(refusal: Quote | None, spoken: Iterable[Spoken]) -> Quote | None:
    """The last refusal, of the judge, who saw the end of a long text, and of those who read its parts. Whether a yes came after it is for the rules."""
    said = [item.quote for item in spoken if item.what != "yes"]
    return max([*said, *([refusal] if refusal else [])], key=lambda quote: quote.place, default=None)


def _coach(desk: Desk, brief: Brief, findings: Findings, stage: int) -> Advice:
    """Checked advice for a stage: one draft, one more if pieces failed, gaps filled from the playbook."""
    case = Case(brief=brief, standings=findings.standings)
    if stage == 2:
        request = AdviseRuthless(brief=brief, findings=findings)
        plan = check_ruthless(desk(request), case)
        if plan.dropped and desk.ask.answerer.is_llm:
            plan = check_ruthless(desk(request.model_copy(update={"problems": _problems(plan)})), case)
        return complete_ruthless(plan, request, case)
    asking = AdviseSkeptical(brief=brief, findings=findings)
    questions = check_skeptical(desk(asking), case)
    if questions.dropped and desk.ask.answerer.is_llm:
        questions = check_skeptical(desk(asking.model_copy(update={"problems": _problems(questions)})), case)
    return complete_skeptical(questions, asking, case)


def _problems(advice: Advice) -> tuple[str, ...]:
    return tuple(f"{d.what}: {d.reason}: {d.text}" for d in _dropped(advice))


def _dropped(advice: Advice) -> tuple[Dropped, ...]:
    return () if isinstance(advice, NoAdvice) else advice.dropped
