"""The stage, by rules. In: grounded commitments, criteria and the model's opinion. Out: a Verdict that names its rule.

`RULES` is read from the top; the first rule that fits decides. It leans one way: a wrong "stage 2" (a false yes) costs
more than a wrong "stage 1", so whatever takes a yes away stands above what grants it. Pure: no model, no clock.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import Field

from coach.commitment import LADDER, Commitment, Opinion
from coach.conversation import Side, Value
from coach.grounding import Evidence, Quote
from coach.playbook import Playbook

Status = Literal["met", "at_risk", "missing"]
WHAT = {"pilot": "a test", "demo": "a demo", "proposal": "a proposal", "introduction": "an introduction", "meeting": "a meeting"}


class Standing(Value):
    """Where one criterion stands. `evidence` are positions in the review's list of evidence."""

    id: str
    status: Status
    must_have: bool
    evidence: tuple[int, ...]


class CommitmentShown(Value):
    """The commitment that the verdict is about."""

    level: str
    to: str | None
    by: str | None
    can_decide: Literal["yes", "no", "unknown"]
    on_the_reps_word: bool
    quote: Quote | None


class Verdict(Value):
    """Stage 1 (be skeptical) or 2 (be ruthless). `undetermined`: the text cannot settle it; coached as stage 1."""

    stage: Literal[1, 2]
    undetermined: bool
    rule: str
    headline: str
    commitment: CommitmentShown
    for_: Quote | None = Field(serialization_alias="for", description="strongest words for a yes")
    against: Quote | None = Field(description="strongest words against it")
    would_change: str
    reason: str
    failing: str | None = Field(default=None, description="id of the must-have criterion that the words speak against")
    differs: str | None = Field(description="what the model thought, where the rules went another way")


class Sight(NamedTuple):
    """All that was found in one text, grounded."""

    readable: bool
    sales: bool
    evidence: list[Evidence]
    standings: list[Standing]
    commitments: list[Commitment]
    refusal: Quote | None
    opinion: Opinion


class Facts(NamedTuple):
    """What the rules look at. `yes` is the strongest commitment to buying, `other` the strongest of any kind."""

    sales: bool
    readable: bool
    yes: Commitment | None
    other: Commitment | None
    refusal: Quote | None
    failing: Standing | None
    opinion: Opinion


class Rule(NamedTuple):
    """One row: when it fits, what it decides, and the words for it. `{by}`, `{what}`, `{condition}`, `{failing}` are filled in."""

    id: str
    fits: Callable[[Facts], bool]
    stage: Literal[1, 2]
    undetermined: bool
    headline: str
    reason: str
    would_change: str


def _yes(test: Callable[[Commitment], bool]) -> Callable[[Facts], bool]:
    return lambda facts: facts.yes is not None and test(facts.yes)


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("unreadable", lambda f: not f.readable, 1, True, "Too little to go on.", "There is not enough text here to judge a deal.", "A few lines on who said what."),
    Rule("nobody sells", lambda f: not f.sales, 1, True, "Nobody is selling anything here.", "This does not read like a sales conversation, so there is no deal to judge.", "Notes or a transcript of a sales call."),
    Rule("taken back", _yes(lambda y: y.taken_back is not None), 1, False, "A yes, taken back.", "{by} said yes and took it back later. The later word counts.", "{by} saying yes again, knowing what made it fall."),
    Rule("refused", lambda f: f.refusal is not None, 1, False, "A no, for now.", "The last word on buying is a no or a delay.", "Hearing what changed, from the person who said no."),
    Rule("only hope", _yes(lambda y: y.basis == "hope"), 1, False, "Your hope, not their yes.", "The only yes here is the rep's own reading. It counts for nothing until somebody on their side says it.", "The yes in their own words, from someone who can decide."),
    Rule("condition open", _yes(lambda y: y.level == "conditional"), 1, False, "A yes with an if.", "The yes hangs on something that is still open: {condition}. Until it is settled it can become a no.", "The condition met, and said to be met, by whoever owns it."),
    Rule("cannot decide", _yes(lambda y: y.can_decide == "no"), 1, False, "A yes from someone who cannot buy.", "{by} said yes, and somebody else decides.", "The same yes from the person who decides."),
    Rule("must-have fails", lambda f: f.yes is not None and f.failing is not None, 1, False, "A yes on weak legs.", "There is a yes, and the words on {failing} speak against it.", "Words from their side that settle {failing}."),
    Rule("not to buying", lambda f: f.yes is None and f.other is not None and f.other.level == "next_step" and f.other.to in WHAT, 1, False, "A yes to {what}, not to buying.", "The most that {by} committed to is {what}.", "{by}, or whoever decides, saying yes to buying."),
    Rule("no commitment", lambda f: f.yes is None, 1, False, "Not yet. Be skeptical.", "Nobody on their side has committed to buying.", "Someone who can decide saying yes to buying."),
    Rule("model says no", lambda f: f.opinion == "stage_1", 1, False, "Not convinced.", "There are words of a yes here, and the text as a whole reads like a no. The skeptical side wins.", "A plain yes in their own words."),
    Rule("speaker unknown", _yes(lambda y: y.basis == "said" and y.side is Side.UNKNOWN), 1, True, "A yes, but whose?", "There is a yes, and the text does not show which side said it.", "Knowing who said it. Name the speakers and review again."),
    Rule("decider unknown", _yes(lambda y: y.can_decide == "unknown"), 1, True, "A yes. Can they decide?", "{by} said yes; nothing in the text shows that {by} can decide.", "Words that show who decides, and that person's yes."),
    Rule("model cannot tell", lambda f: f.opinion == "cannot_tell", 1, True, "Perhaps a yes.", "There are words of a yes here, and the text as a whole does not settle it.", "A plain yes in their own words."),
    Rule("yes on the rep's word", _yes(lambda y: y.basis == "reported"), 2, False, "Yes, on your word. Be ruthless.", "You report a decision by {by}. It stands on your word: get it in writing first.", "Anything in writing that says otherwise."),
    Rule("yes", _yes(lambda y: y.basis == "said"), 2, False, "Yes. Be ruthless.", "{by} decided to buy, can decide, and nothing open could still make it a no.", "{by} taking it back, or a new condition."),
)
# fmt: on


def standings(evidence: list[Evidence], playbook: Playbook) -> list[Standing]:
    """Each criterion's status: `met` on words or reported facts with nothing against it, `missing` if not talked about."""
    result = []
    for criterion in playbook.criteria:
        mine = [(i, e) for i, e in enumerate(evidence) if e.criterion == criterion.id]
        solid = [e for _, e in mine if e.basis != "hope"]
        ups, downs = [e for e in solid if e.polarity == "supports"], [e for e in solid if e.polarity == "undermines"]
        status: Status = "missing" if not mine else "met" if ups and not downs else "at_risk"
        result.append(Standing(id=criterion.id, status=status, must_have=criterion.must_have, evidence=tuple(i for i, _ in mine)))
    return result


def facts_of(sight: Sight, playbook: Playbook) -> Facts:
    """What the rules look at, from all that was found. The later word counts: a refusal before a yes is none."""
    buying = [c for c in sight.commitments if c.to in ("purchase", "other") and c.rank >= LADDER.index("conditional")]
    yes = _last_word(min(buying, key=_doubt), buying) if buying else None
    rest = [c for c in sight.commitments if c is not yes and c.level != "none"]
    refusal = sight.refusal
    if refusal and yes and (yes.taken_back or max(c.quote.place for c in [yes, *buying] if _doubt(c) == _doubt(yes)) > refusal.place):
        refusal = None
    return Facts(
        sales=sight.sales,
        readable=sight.readable,
        yes=yes,
        other=max(rest, key=lambda c: (c.rank, c.quote.place), default=None),
        refusal=refusal,
        failing=next((s for s in sight.standings if s.must_have and _fails(s, yes, sight.evidence, playbook)), None),
        opinion=sight.opinion,
    )


def _doubt(yes: Commitment) -> tuple[bool, bool, int, int, bool]:
    """Sort key: the yes that stands best comes first; of equals the one nominated first."""
    decides = {"yes": 0, "unknown": 1, "no": 2}[yes.can_decide]
    return yes.taken_back is not None, yes.basis == "hope", decides, -yes.rank, yes.basis != "said"


def _last_word(yes: Commitment, buying: list[Commitment]) -> Commitment:
    """The yes as its owner left it: what takes back one yes takes back those before it, and a new if makes it conditional."""
    same = [c for c in buying if c.basis != "hope" and (c.deal in (None, yes.deal) or yes.deal is None) and _is_by(c, yes)]
    undone = [c.taken_back for c in same if c.taken_back and c.taken_back.place > yes.quote.place]
    if undone and not yes.taken_back:
        return yes.model_copy(update={"taken_back": max(undone, key=lambda quote: quote.place)})
    if yes.level == "verbal" and not yes.taken_back:
        return max((c for c in same if c.level == "conditional" and c.quote.place > yes.quote.place), key=lambda c: c.quote.place, default=yes)
    return yes


def _is_by(one: Commitment, other: Commitment) -> bool:
    names = [(c.by or "").casefold().split()[:1] for c in (one, other)]
    return names[0] == names[1] or [] in names


def _fails(standing: Standing, yes: Commitment | None, evidence: list[Evidence], playbook: Playbook) -> bool:
    """Whether the last solid word on a must-have is against it."""
    solid = [evidence[i] for i in standing.evidence if evidence[i].basis != "hope"]
    if not solid or solid[-1].polarity == "supports" or yes is None:
        return False
    criterion = playbook.criterion(standing.id)
    settled = yes.can_decide == "yes" and criterion is not None and criterion.topic == "authority"
    later = solid[-1].basis == "said" and solid[-1].quote.place > yes.quote.place  # notes are not in the order of the call
    return later or not settled


def decide(sight: Sight, playbook: Playbook) -> Verdict:
    """The verdict of the first rule that fits."""
    facts, evidence = facts_of(sight, playbook), sight.evidence
    rule = next(rule for rule in RULES if rule.fits(facts))
    shown = facts.yes or facts.other
    words = _words(facts, shown, playbook)
    against = _against(facts, evidence, playbook)
    differs = None
    if facts.opinion == "stage_2" and rule.stage == 1 and facts.sales:
        differs = f"Read as a whole it leans to a yes. The rules say otherwise: {rule.id}."
    return Verdict(
        stage=rule.stage,
        undetermined=rule.undetermined,
        rule=rule.id,
        headline=rule.headline.format(**words),
        commitment=CommitmentShown(
            level=shown.level if shown else "none",
            to=shown.to if shown else None,
            by=shown.by if shown else None,
            can_decide=shown.can_decide if shown else "unknown",
            on_the_reps_word=bool(shown and shown.basis == "reported"),
            quote=shown.quote if shown else None,
        ),
        for_=_for(facts, evidence, playbook),
        failing=facts.failing.id if facts.failing else None,
        against=against,
        would_change=_sentence(rule.would_change.format(**words)),
        reason=_sentence(rule.reason.format(**words)),
        differs=differs,
    )


def _words(facts: Facts, shown: Commitment | None, playbook: Playbook) -> dict[str, str]:
    failing = playbook.criterion(facts.failing.id) if facts.failing else None
    return {
        "by": (shown.by if shown else None) or "they",
        "what": WHAT.get(shown.to, "that") if shown else "that",
        "condition": f"“{shown.condition}”" if shown and shown.condition else "a condition",
        "failing": failing.label.lower() if failing else "a must-have",
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _for(facts: Facts, evidence: list[Evidence], playbook: Playbook) -> Quote | None:
    """The yes, or else the strongest words for the deal: what speaks for a need or money before what speaks for less."""
    if facts.yes:
        return facts.yes.quote
    order = {topic: place for place, topic in enumerate(("need", "budget", "authority", "timeline"))}
    topics = {criterion.id: criterion.topic for criterion in playbook.criteria}
    ups = [e for e in evidence if e.polarity == "supports" and e.basis != "hope"]
    best = min(ups, key=lambda e: order.get(topics.get(e.criterion) or "", 9), default=None)
    return best.quote if best else facts.other.quote if facts.other else None


def _against(facts: Facts, evidence: list[Evidence], playbook: Playbook) -> Quote | None:
    if facts.yes and facts.yes.taken_back:
        return facts.yes.taken_back
    if facts.refusal:
        return facts.refusal
    order = {topic: place for place, topic in enumerate(("authority", "budget"))}
    topics = {criterion.id: criterion.topic for criterion in playbook.criteria}
    good = {e.quote.place for e in evidence if e.polarity == "supports"}  # words that also speak for the deal are not the case against it
    downs = sorted((e for e in evidence if e.polarity == "undermines" and e.quote.place not in good), key=lambda e: e.quote.place, reverse=True)
    return min(downs, key=lambda e: (e.basis == "hope", order.get(topics.get(e.criterion) or "", 9))).quote if downs else None
