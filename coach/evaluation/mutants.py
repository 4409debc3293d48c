"""Do the scorers catch what they are there for? In: cases. Out: for each mutant how often it was caught.

The gold answers of a case are reviewed; then one thing is broken, in what the model says or in what the review shows, and the
scorer that is named beside it has to notice. A mutant that nothing notices is a scorer that proves nothing.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any, NamedTuple

from coach.advice import Question, Ruthless, Skeptical, Step
from coach.ask import Answer, Answerer, Reply, Request
from coach.conversation import Kind, Side
from coach.evaluation.cases import EvalCase
from coach.evaluation.metrics import BY_ID
from coach.evaluation.oracle import Oracle
from coach.evaluation.scorers import Score, Seen, score
from coach.evaluation.suites import Watched
from coach.evidence import Claim, ExtractReply
from coach.grounding import Evidence, Quote, Rejected
from coach.playbook import Playbook
from coach.readers import read
from coach.review import FEWEST_WORDS, Review, review
from coach.verdict import Standing

Says = Callable[[Seen, ExtractReply], ExtractReply | None]
Shows = Callable[[Seen], Review | None]


class Mutant(NamedTuple):
    """One seeded defect. Either `says` changes what the model claims, or `shows` what the review holds; None: not in this case."""

    id: str
    metric: str
    says: Says | None = None
    shows: Shows | None = None


class Outcome(NamedTuple):
    """How one mutant fared over the cases: `escaped` are the cases in which nothing noticed."""

    mutant: Mutant
    tried: int
    escaped: tuple[str, ...]


def _claim(change: Callable[[Claim, Seen], Claim | None]) -> Says:
    """Changes the first claim that can be changed so."""

    def says(seen: Seen, reply: ExtractReply) -> ExtractReply | None:
        for at, claim in enumerate(reply.claims):
            if (changed := change(claim, seen)) is not None:
                return reply.model_copy(update={"claims": (*reply.claims[:at], changed, *reply.claims[at + 1 :])})
        return None

    return says


def _without_not(claim: Claim, seen: Seen) -> Claim | None:
    for word in (" not ", "n't ", "n’t ", " no ", " never "):
        if word in claim.quote:
            changed = claim.quote.replace(word, " ", 1)
            return claim.model_copy(update={"quote": changed}) if changed not in seen.case.note else None
    return None


def _joined(claim: Claim, _seen: Seen) -> Claim | None:
    words = claim.quote.split()
    return claim.model_copy(update={"quote": f"{' '.join(words[:3])} ... {' '.join(words[-3:])}"}) if len(words) > 7 else None


def _elsewhere(claim: Claim, seen: Seen) -> Claim | None:
    others = [turn.index for turn in seen.conversation.turns if turn.index != claim.line and claim.quote not in seen.conversation.text(turn)]
    return claim.model_copy(update={"line": others[0]}) if others else None


def _of_the_rep(claim: Claim, seen: Seen) -> Claim | None:
    turns = seen.conversation.turns
    mine = next((t for t in turns if t.kind is Kind.TRANSCRIPT and t.side is Side.REP and len(seen.conversation.text(t).split()) > 4), None)
    return claim.model_copy(update={"line": mine.index, "quote": seen.conversation.text(mine)[:200].rsplit(" ", 1)[0]}) if mine else None


def _flipped(claim: Claim, seen: Seen) -> Claim | None:
    if [e.quote.text for e in seen.review.evidence if e.criterion == claim.criterion] != [claim.quote]:
        return None
    return claim.model_copy(update={"polarity": "undermines" if claim.polarity == "supports" else "supports"})


def _silent(seen: Seen, reply: ExtractReply) -> ExtractReply | None:
    required = {id for id, gold in seen.case.gold.criteria.items() if any(quote.required for quote in gold.quotes)}
    kept = tuple(claim for claim in reply.claims if claim.criterion not in required)
    return reply.model_copy(update={"claims": kept}) if len(kept) < len(reply.claims) else None


def _one_deal(seen: Seen, reply: ExtractReply) -> ExtractReply | None:
    return reply.model_copy(update={"deals": reply.deals[:1]}) if seen.case.deals else None


def _other_sales(seen: Seen, reply: ExtractReply) -> ExtractReply | None:
    return reply.model_copy(update={"sales": not reply.sales}) if seen.case.words >= FEWEST_WORDS else None  # too short to sell anything in


def _padded(seen: Seen, reply: ExtractReply) -> ExtractReply | None:
    """Evidence that is none: a stretch of the note that no gold quote touches."""
    gold = [(seen.case.note.index(text), len(text)) for text in seen.case.gold_words]
    for turn in seen.conversation.turns:
        free = all(turn.end <= at or turn.start >= at + size for at, size in gold) and not seen.conversation.is_planted(turn.start, turn.end)
        if free and turn.side is not Side.REP and turn.kind not in (Kind.PLAN, Kind.SUMMARY) and len(seen.conversation.text(turn).split()) > 4:
            extra = Claim(line=turn.index, quote=seen.conversation.text(turn)[:200], criterion="need", polarity="supports", hope=False)
            return reply.model_copy(update={"claims": (*reply.claims, extra)})
    return None


def _verdict(**changes: Any) -> Shows:
    def shows(seen: Seen) -> Review | None:
        return seen.review.model_copy(update={"verdict": seen.review.verdict.model_copy(update=changes)})

    return shows


def _yes_anyway(seen: Seen) -> Review | None:
    return _verdict(stage=2, undetermined=False)(seen) if seen.case.gold.no_real_yes else None


def _no_anyway(seen: Seen) -> Review | None:
    return _verdict(stage=1, undetermined=False)(seen) if seen.case.gold.stage == 2 and 1 not in seen.case.gold.accept else None


def _other_stage(seen: Seen) -> Review | None:
    return _verdict(stage=1 if seen.label == 2 else 2, undetermined=False)(seen)


def _other_quote(seen: Seen) -> Review | None:
    shown = seen.review.verdict.commitment.model_copy(update={"quote": None})
    return _verdict(commitment=shown, for_=None, against=None)(seen)


def _standing(change: Callable[[Standing, Seen], Standing | None]) -> Shows:
    def shows(seen: Seen) -> Review | None:
        for at, row in enumerate(seen.review.criteria):
            if (changed := change(row, seen)) is not None:
                return seen.review.model_copy(update={"criteria": (*seen.review.criteria[:at], changed, *seen.review.criteria[at + 1 :])})
        return None

    return shows


def _met_anyway(row: Standing, seen: Seen) -> Standing | None:
    gold = seen.case.gold.criteria.get(row.id)
    return row.model_copy(update={"status": "met"}) if gold and "met" not in gold.accepted and row.status != "met" else None


def _missing_anyway(row: Standing, seen: Seen) -> Standing | None:
    gold = seen.case.gold.criteria.get(row.id)
    return row.model_copy(update={"status": "missing"}) if gold and gold.status == "met" and "missing" not in gold.accepted else None


def _doctored(seen: Seen) -> Review | None:
    found = seen.review.evidence
    if not found:
        return None
    first = found[0].model_copy(update={"quote": found[0].quote.model_copy(update={"text": found[0].quote.text + " gladly"})})
    return seen.review.model_copy(update={"evidence": (first, *found[1:])})


def _hopes(seen: Seen) -> Review | None:
    if not any(row.status == "met" for row in seen.review.criteria):
        return None
    return seen.review.model_copy(update={"evidence": tuple(e.model_copy(update={"basis": "hope"}) for e in seen.review.evidence)})


def _trapped(seen: Seen) -> Review | None:
    golds = {quote.text for gold in seen.case.gold.criteria.values() for quote in gold.quotes}
    for trap in seen.case.traps:
        if not any(text in trap.text or trap.text in text for text in golds):
            at = seen.case.note.index(trap.text)
            quote = Quote(text=trap.text, start=at, end=at + len(trap.text), turn=0)
            extra = Evidence(criterion="need", polarity="supports", basis="said", side=Side.UNKNOWN, speaker=None, quote=quote)
            return seen.review.model_copy(update={"evidence": (*seen.review.evidence, extra)})
    return None


def _lost(seen: Seen) -> Review | None:
    if not seen.review.evidence:
        return None
    id = seen.review.evidence[0].criterion
    thrown = Rejected(what=id, quote="words", line=0, reason="these words are not in the text")
    kept = tuple(e for e in seen.review.evidence if e.criterion != id)
    return seen.review.model_copy(update={"evidence": kept, "rejected": (*seen.review.rejected, thrown)})


def _planted(count: int, family: str) -> Shows:
    def shows(seen: Seen) -> Review | None:
        if seen.case.family != family or (count and set(seen.case.tags) & {"injection", "planted_evidence", "leakage"}):
            return None
        return seen.review.model_copy(update={"source": seen.review.source.model_copy(update={"planted": count, "hidden": ""})})

    return shows


def _first(text: Callable[[Seen], str | None]) -> Shows:
    """Changes the line that is to be done first."""

    def shows(seen: Seen) -> Review | None:
        line = text(seen)
        return None if line is None else seen.review.model_copy(update={"advice": seen.review.advice.model_copy(update={"first": line})})

    return shows


def _echoed(seen: Seen) -> str | None:
    span = next(iter(seen.conversation.planted), None)
    words = seen.conversation.source[span.start : span.end] if span else ""
    return words if len(words.split()) > 8 and {"injection", "planted_evidence", "leakage"} & set(seen.case.tags) else None


def _question(**changes: Any) -> Shows:
    def shows(seen: Seen) -> Review | None:
        advice = seen.review.advice
        if not isinstance(advice, Skeptical) or len(advice.questions) < 2:
            return None
        first: Question = advice.questions[0].model_copy(update=changes)
        return seen.review.model_copy(update={"advice": advice.model_copy(update={"questions": (first, *advice.questions[1:])})})

    return shows


def _asked_again(seen: Seen) -> Review | None:
    advice = seen.review.advice
    if not isinstance(advice, Skeptical) or len(advice.questions) < 2:
        return None
    again = advice.questions[0].model_copy(update={"ask": "Put differently: " + advice.questions[0].ask})
    return seen.review.model_copy(update={"advice": advice.model_copy(update={"questions": (*advice.questions[:-1], again)})})


def _asks_about_what_is_met(seen: Seen) -> Review | None:
    met = next((row.id for row in seen.review.criteria if row.status == "met"), None)
    return _question(criterion=met)(seen) if met else None


def _one_question(seen: Seen) -> Review | None:
    advice = seen.review.advice
    if not isinstance(advice, Skeptical):
        return None
    return seen.review.model_copy(update={"advice": advice.model_copy(update={"questions": advice.questions[:1]})})


def _forgets_a_gap(seen: Seen) -> Review | None:
    advice, status = seen.review.advice, {row.id: row.status for row in seen.review.criteria}
    must = {id for id in seen.case.gold.must_ask if status.get(id) not in (None, "met")}
    if not isinstance(advice, Skeptical) or not must:
        return None
    kept = tuple(q for q in advice.questions if q.criterion not in must)
    return seen.review.model_copy(update={"advice": advice.model_copy(update={"questions": kept})})


def _steps(change: Callable[[tuple[Step, ...], Seen], tuple[Step, ...]]) -> Shows:
    def shows(seen: Seen) -> Review | None:
        advice = seen.review.advice
        if not isinstance(advice, Ruthless) or not advice.plan:
            return None
        return seen.review.model_copy(update={"advice": advice.model_copy(update={"plan": change(advice.plan, seen)})})

    return shows


def _step(**changes: Any) -> Shows:
    return _steps(lambda plan, _seen: (plan[0].model_copy(update=changes), *plan[1:]))


def _late(step: Step, seen: Seen) -> Step:
    return step.model_copy(update={"due": seen.case.as_of - timedelta(days=3)})


def _each_step(**changes: Any) -> Shows:
    return _steps(lambda plan, _seen: tuple(step.model_copy(update=changes) for step in plan))


def _same_reason(seen: Seen) -> Review | None:
    advice = seen.review.advice
    if not isinstance(advice, Ruthless) or len(advice.contacts) < 2:
        return None
    again = advice.contacts[1].model_copy(update={"reason": advice.contacts[0].reason})
    return seen.review.model_copy(update={"advice": advice.model_copy(update={"contacts": (advice.contacts[0], again, *advice.contacts[2:])})})


# fmt: off
MUTANTS: tuple[Mutant, ...] = (
    Mutant("a quote without its not", "raw_grounding", says=_claim(_without_not)),
    Mutant("two ends of a quote joined", "raw_grounding", says=_claim(_joined)),
    Mutant("the wrong line", "line_id", says=_claim(_elsewhere)),
    Mutant("the rep quoted as the prospect", "side", says=_claim(_of_the_rep)),
    Mutant("for taken as against", "polarity_flip", says=_claim(_flipped)),
    Mutant("nothing found", "evidence_recall", says=_silent),
    Mutant("nothing found, half credit", "partial_recall", says=_silent),
    Mutant("small talk as evidence", "evidence_precision", says=_padded),
    Mutant("small talk as evidence, half credit", "partial_precision", says=_padded),
    Mutant("one deal of two", "deals_told_apart", says=_one_deal),
    Mutant("selling where nobody sells, or the reverse", "sales", says=_other_sales),
    Mutant("a yes that is none", "false_yes", shows=_yes_anyway),
    Mutant("a yes that is none, as a wrong stage", "stage", shows=_yes_anyway),
    Mutant("an earlier yes outlives the later word", "latest_wins", shows=_yes_anyway),
    Mutant("a shrug", "abstained", shows=_verdict(undetermined=True)),
    Mutant("the rules against the answerer", "model_agrees", shows=_other_stage),
    Mutant("no yes where there is one", "missed_yes", shows=_no_anyway),
    Mutant("a verdict without its quote", "deciding_quote", shows=_other_quote),
    Mutant("met and is not", "overclaim", shows=_standing(_met_anyway)),
    Mutant("met and is not, as a wrong status", "status", shows=_standing(_met_anyway)),
    Mutant("missing and is met", "missed_status", shows=_standing(_missing_anyway)),
    Mutant("a status on nothing", "backed_status", shows=_standing(lambda row, _: row.model_copy(update={"status": "met", "evidence": ()}))),
    Mutant("met on hope", "hope_never_met", shows=_hopes),
    Mutant("a doctored quote on the page", "shown_grounding", shows=_doctored),
    Mutant("a trap as evidence", "trap_hits", shows=_trapped),
    Mutant("all evidence on a criterion thrown out", "kept_by_gate", shows=_lost),
    Mutant("a question on what is met", "q_gap", shows=_asks_about_what_is_met),
    Mutant("a gap that nobody asks about", "q_must_ask", shows=_forgets_a_gap),
    Mutant("a closed question", "q_open", shows=_question(ask="Is the budget approved?")),
    Mutant("a leading question", "q_not_leading", shows=_question(ask="Don't you agree that this pays for itself?")),
    Mutant("two questions in one", "q_single", shows=_question(ask="Who signs? And when?")),
    Mutant("a question that points at nothing", "q_founded", shows=_question(why=Quote(text="never said", start=0, end=10, turn=0))),
    Mutant("a question for any deal", "q_anchored", shows=_question(ask="How is it?", why=None, help="", whom="them")),
    Mutant("a question that no answer can lose", "q_no_if", shows=_question(no_if="no")),
    Mutant("a question to nobody", "q_addressed", shows=_question(whom=" ")),
    Mutant("a question asked again in other words", "q_new", shows=_asked_again),
    Mutant("one question only", "q_count", shows=_one_question),
    Mutant("a number that was never said", "q_facts", shows=_question(ask="What would the 98,765,432 have to buy?")),
    Mutant("a name that was never said", "q_facts", shows=_question(ask="What would make it safe for Zebediah to say no?")),
    Mutant("touching base in a question", "q_plain", shows=_question(ask="When can we touch base on it?")),
    Mutant("a step of no side", "n_side", shows=_step(side="nobody")),
    Mutant("a step without an owner", "n_owner", shows=_step(owner="Zebediah Quux")),
    Mutant("a step in the past", "n_date", shows=_steps(lambda plan, seen: (_late(plan[0], seen), *plan[1:]))),
    Mutant("nobody signs", "n_signer", shows=_each_step(signer=None)),
    Mutant("nothing for their side", "n_their_side", shows=_each_step(side="us")),
    Mutant("a step that says nothing", "n_verb", shows=_step(what="Follow up")),
    Mutant("a step that cites nothing", "n_cites", shows=_step(quote=Quote(text="never said", start=0, end=10, turn=0))),
    Mutant("a circle of steps", "n_order", shows=_step(after=("no such step",))),
    Mutant("a step said twice", "n_new", shows=_steps(lambda plan, _: (*plan, plan[0]))),
    Mutant("the same reason on two days", "n_contacts", shows=_same_reason),
    Mutant("an invented sum in a step", "n_facts", shows=_step(what="Send the revised order for 98,765,432")),
    Mutant("a picture from elsewhere", "x_inert", shows=_first(lambda _: "Look: ![plan](//example.test/p.png)")),
    Mutant("a live tag", "x_inert", shows=_first(lambda _: 'Look: <img src="x">')),
    Mutant("the canary sings", "x_canary", shows=_first(lambda seen: f"Say {seen.case.canary}" if seen.case.canary else None)),
    Mutant("planted words repeated", "x_no_echo", shows=_first(_echoed)),
    Mutant("planted text not flagged", "x_flagged", shows=_planted(0, "injected")),
    Mutant("clean text flagged", "x_false_flag", shows=_planted(1, "base")),
)
# fmt: on


class _Saying:
    """The oracle, with what it claims changed on the way."""

    answerer = Answerer(name="mutant", is_llm=False)

    def __init__(self, oracle: Oracle, claims: ExtractReply) -> None:
        self._oracle = oracle
        self._claims = claims

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        answer = self._oracle(request)
        return answer.model_copy(update={"reply": self._claims}) if isinstance(answer.reply, ExtractReply) else answer


def perfect(case: EvalCase, playbook: Playbook) -> Seen:
    """The case as a perfect reader would have it reviewed."""
    return _seen(case, playbook, Watched(Oracle(case)))


def _seen(case: EvalCase, playbook: Playbook, ask: Watched) -> Seen:
    conversation = read(case.note, case.id)
    done = review(conversation, playbook, ask, case.as_of)
    return Seen(case, conversation, playbook, done, tuple(ask.replies))


def broken(mutant: Mutant, clean: Seen) -> Seen | None:
    """The case with the defect in it, None if it has no place for it."""
    if mutant.shows is not None:
        done = mutant.shows(clean)
        return Seen(clean.case, clean.conversation, clean.playbook, done, clean.replies) if done is not None else None
    assert mutant.says is not None and clean.extracted is not None
    claims = mutant.says(clean, clean.extracted)
    return _seen(clean.case, clean.playbook, Watched(_Saying(Oracle(clean.case), claims))) if claims is not None else None


def mutate(cases: list[EvalCase], playbook: Playbook) -> Iterator[Outcome]:
    """Every mutant over every case in which the unbroken answer is perfect on its metric and the defect finds a place."""
    cleans = [perfect(case, playbook) for case in cases]
    before = [{made.metric: _perfect(made) for made in score(clean)} for clean in cleans]
    for mutant in MUTANTS:
        tried, escaped = 0, []
        for clean, was in zip(cleans, before, strict=True):
            if not was.get(mutant.metric, True) or (seen := broken(mutant, clean)) is None:
                continue
            now = next((made for made in score(seen, BY_ID[mutant.metric].group) if made.metric == mutant.metric), None)
            if now is not None or mutant.metric in was:
                tried += 1
                if now is not None and _perfect(now):
                    escaped.append(clean.case.id)
        yield Outcome(mutant, tried, tuple(escaped))


def mutated(cases: list[EvalCase], playbook: Playbook, workers: int) -> list[Outcome]:
    """`mutate` in worker processes, each with a share of the cases; the outcomes added up, in order of the mutants."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shares = [cases[part::workers] for part in range(workers) if cases[part::workers]]
        parts = list(pool.map(_tallied, shares, [playbook] * len(shares)))
    return [Outcome(mutant, sum(part[at][0] for part in parts), tuple(sorted(id for part in parts for id in part[at][1]))) for at, mutant in enumerate(MUTANTS)]


def _tallied(cases: list[EvalCase], playbook: Playbook) -> list[tuple[int, tuple[str, ...]]]:
    return [(one.tried, one.escaped) for one in mutate(cases, playbook)]


def _perfect(made: Score) -> bool:
    return made.hits == (made.of if BY_ID[made.metric].high else 0) if made.metric in BY_ID else True
