"""A text of any length -> everything that was found in it. In: a Plan and a Desk. Out: what was Found, grounded and merged.

    whole, or part by part -> ground -> merge by place -> second look -> ground and merge again

Most texts go into one request. A longer one is read in windows (see `coach.windows`); what they found is put together
here, by code, by where it stands: the same words found twice count once, the words against win over the same words for,
and everything is in the order of the text, so that the later word has the last say. A text over `TWICE_FROM` gets one
second look, only for criteria that nobody seems to have talked about and for what takes back what is supported. Never
decides a stage and never cuts: a text that is too long is refused before the first request.
"""

from collections.abc import Callable, Iterable
from datetime import date

from coach.ask import Answerer, Brief, Hear
from coach.commitment import Spoken
from coach.conversation import Conversation, Value
from coach.desk import Desk
from coach.evidence import Claim, ClaimedDeal, Extract, ExtractPart, ExtractReply, LookAgain, Moment, PartReply, Supported
from coach.grounding import Evidence, Grounder, Rejected, ground
from coach.playbook import Playbook
from coach.verdict import standings
from coach.windows import ending, size, windows

Heard = Callable[[Evidence], object]
TWICE_FROM = 6_000  # tokens, half an hour of talk: a shorter text is seen whole at the first look
AFTER_READING = 3  # requests: the judgement, the coaching, and its second draft


class Plan(Value):
    """What will be asked on a text, known before the first request. `end` is what the yes is judged and the coaching written on."""

    parts: tuple[Brief, ...]
    end: Brief
    twice: bool

    @property
    def requests(self) -> int:
        """The most requests that the review takes, second tries left out."""
        return len(self.parts) * (2 if self.twice else 1) + AFTER_READING


class Found(Value):
    """What the reading gave. `spoken` is on buying itself and only kept of a text in parts."""

    sales: bool
    deals: tuple[ClaimedDeal, ...]
    evidence: tuple[Evidence, ...]
    rejected: tuple[Rejected, ...]
    spoken: tuple[Spoken, ...] = ()


def plan(conversation: Conversation, playbook: Playbook, today: date, answerer: Answerer) -> Plan:
    """How the text will be read. Raises PromptTooLong if it is longer than this answerer is given at all."""
    whole = Brief(conversation=conversation, playbook=playbook, today=today)
    if answerer.window is None:
        return Plan(parts=(whole,), end=whole, twice=False)
    length = size(conversation)
    if length <= answerer.window:
        return Plan(parts=(whole,), end=whole, twice=length >= TWICE_FROM)
    parts = tuple(whole.model_copy(update={"window": window}) for window in windows(conversation, answerer.window))
    return Plan(parts=parts, end=whole.model_copy(update={"window": ending(conversation, answerer.window)}), twice=True)


def read_through(plan: Plan, desk: Desk, on_found: Heard | None = None) -> Found:
    """Everything found in the text. `on_found` is told evidence while a model still writes; what is returned counts. Raises AskError if the answerer fails."""
    replies: list[ExtractReply] | list[PartReply]
    conversation, playbook = plan.end.conversation, plan.end.playbook
    hear = _grounded(conversation, playbook, on_found) if on_found else None
    parts = plan.parts
    replies = [desk(Extract(brief=parts[0], hear=hear))] if len(parts) == 1 else desk.each([ExtractPart(brief=part, hear=hear) for part in parts])
    evidence, rejected = ground([claim for reply in replies for claim in reply.claims], conversation, playbook)
    sales = any(reply.sales for reply in replies)
    if plan.twice and sales:
        more, refused = ground(_looked_again(plan, desk, merged(evidence)), conversation, playbook)
        evidence, rejected = [*evidence, *more], [*rejected, *refused]
    if plan.twice:
        evidence = merged(evidence)
    spoken, unspoken = _spoken([moment for reply in replies if isinstance(reply, PartReply) for moment in reply.moments], conversation)
    return Found(sales=sales, deals=_deals(replies), evidence=tuple(evidence), rejected=(*rejected, *unspoken), spoken=spoken)


def _grounded(conversation: Conversation, playbook: Playbook, on_found: Heard) -> Hear:
    """Tells `on_found` the evidence that a claim is, if it stands."""

    def hear(claim: Claim) -> None:
        for item in ground([claim], conversation, playbook)[0]:
            on_found(item)

    return hear


def merged(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Evidence in order of the text. Of several on the same words and criterion one stays: those against before those for, then the longest."""
    kept: list[Evidence] = []
    open_: dict[tuple[str, int], tuple[int, int]] = {}  # by criterion and turn: where the last one kept stands in the list, and where its words end
    for item in sorted(evidence, key=lambda e: e.quote.place):
        key = item.criterion, item.quote.turn
        at, end = open_.get(key, (-1, -1))
        if item.quote.start < end:
            kept[at] = max(kept[at], item, key=_weight)
        else:
            at = len(kept)
            kept.append(item)
        open_[key] = at, max(end, item.quote.end)
    return sorted(kept, key=lambda e: e.quote.place)


def _weight(item: Evidence) -> tuple[bool, bool, int]:
    return item.polarity == "undermines", item.basis != "hope", item.quote.end - item.quote.start


def _looked_again(plan: Plan, desk: Desk, evidence: list[Evidence]) -> list[Claim]:
    """What a second look claims on what it was asked for: on the missing criteria anything, on the others only what speaks against them."""
    missing = tuple(row.id for row in standings(evidence, plan.end.playbook) if row.status == "missing")
    last = {item.criterion: item for item in evidence if item.polarity == "supports" and item.basis != "hope"}
    supported = [Supported(criterion=id, line=item.quote.turn, quote=item.quote.text) for id, item in last.items()]
    requests = []
    for part in plan.parts:
        before = tuple(item for item in supported if part.window is None or item.line <= part.window.last)
        if missing or before:
            requests.append(LookAgain(brief=part, missing=missing, supported=before))
    claims = [claim for reply in desk.each(requests) for claim in reply.claims]
    return [claim for claim in claims if claim.criterion in missing or claim.polarity == "undermines"]


def _spoken(moments: Iterable[Moment], conversation: Conversation) -> tuple[tuple[Spoken, ...], tuple[Rejected, ...]]:
    """Words on buying that stand in the text, in its order; of the same words the more skeptical reading."""
    grounder = Grounder(conversation)
    kept: dict[tuple[int, int], Spoken] = {}
    rejected: list[Rejected] = []
    for moment in moments:
        quote = grounder.testimony(moment.line, moment.quote)
        if isinstance(quote, str):
            rejected.append(Rejected(what="commitment", quote=moment.quote[:200], line=moment.line, reason=quote))
        elif quote.place not in kept or kept[quote.place].what == "yes":
            kept[quote.place] = Spoken(what=moment.what, quote=quote)
    return tuple(kept[place] for place in sorted(kept)), tuple(rejected)


def _deals(replies: Iterable[ExtractReply]) -> tuple[ClaimedDeal, ...]:
    """Each deal once, where it is first spoken of; it stands apart only if every part that names it says so."""
    deals: dict[str, ClaimedDeal] = {}
    for deal in (deal for reply in replies for deal in reply.deals):
        known = deals.get(deal.name.casefold())
        both = known and known.model_copy(update={"line": min(known.line, deal.line), "apart": known.apart and deal.apart})
        deals[deal.name.casefold()] = both or deal
    return tuple(deals.values())
