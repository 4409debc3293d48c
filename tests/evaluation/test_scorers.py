"""Each scorer on a review that is right and on one that is wrong in that one thing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from coach.advice import UNKNOWN, Point, Question, Ruthless, Skeptical, Step, WinWin
from coach.conversation import Side, Span
from coach.evaluation.metrics import METRICS
from coach.evaluation.scorers import SCORERS, Score, Seen, score
from coach.evaluation.scorers.seen import LONGEST_REASON, MOST_REASONS, counted, mishap, shown
from coach.evidence import Polarity
from coach.grounding import Basis, Evidence, Quote, Rejected
from coach.review import Review
from tests.core.builders import row
from tests.evaluation.builders import fraction, merged, no_case, scored, seen, shows, status, whole_set, with_review, yes_case

Change = Callable[[Seen], Seen]


@pytest.fixture(scope="module")
def yes() -> Seen:
    return seen(yes_case())


@pytest.fixture(scope="module")
def no() -> Seen:
    return seen(no_case())


def verdict(**changes: Any) -> Change:
    """Another verdict."""
    return lambda s: shows(s, verdict=s.review.verdict.model_copy(update=changes))


def standing(id: str, **changes: Any) -> Change:
    """Another status of one criterion."""
    return lambda s: shows(s, criteria=tuple(r.model_copy(update=changes) if r.id == id else r for r in s.review.criteria))


def cut(s: Seen, text: str) -> Quote:
    """Words of the note as a quote."""
    start = s.case.note.index(text)
    return Quote(text=text, start=start, end=start + len(text), turn=0)


def more(text: str, criterion: str = "need", polarity: Polarity = "supports", basis: Basis = "said") -> Change:
    """One more piece of evidence."""

    def change(s: Seen) -> Seen:
        extra = Evidence(criterion=criterion, polarity=polarity, basis=basis, side=Side.PROSPECT, speaker=None, quote=cut(s, text))
        return shows(s, evidence=(*s.review.evidence, extra))

    return change


def hoped(s: Seen) -> Seen:
    """All evidence is the rep's hope."""
    return shows(s, evidence=tuple(e.model_copy(update={"basis": "hope"}) for e in s.review.evidence))


def turned(criterion: str) -> Change:
    """Evidence on a criterion says the opposite."""

    def flip(e: Evidence) -> Evidence:
        return e.model_copy(update={"polarity": "undermines" if e.polarity == "supports" else "supports"}) if e.criterion == criterion else e

    return lambda s: shows(s, evidence=tuple(flip(e) for e in s.review.evidence))


def without(criterion: str) -> Change:
    """No evidence on a criterion."""
    return lambda s: shows(s, evidence=tuple(e for e in s.review.evidence if e.criterion != criterion))


def thrown(what: str, reason: str) -> Change:
    """One more thing that was thrown out."""
    return lambda s: shows(s, rejected=(*s.review.rejected, Rejected(what=what, quote="words", line=0, reason=reason)))


def asked(**changes: Any) -> Change:
    """Another first question."""

    def change(s: Seen) -> Seen:
        advice = s.review.advice
        assert isinstance(advice, Skeptical)
        first: Question = advice.questions[0].model_copy(update=changes)
        return shows(s, advice=advice.model_copy(update={"questions": (first, *advice.questions[1:])}))

    return change


def questions(count: int) -> Change:
    """So many questions."""

    def change(s: Seen) -> Seen:
        advice = s.review.advice
        assert isinstance(advice, Skeptical)
        made = tuple(advice.questions[at % len(advice.questions)] for at in range(count))
        return shows(s, advice=advice.model_copy(update={"questions": made}))

    return change


def stepped(**changes: Any) -> Change:
    """Another last step."""

    def change(s: Seen) -> Seen:
        advice = s.review.advice
        assert isinstance(advice, Ruthless)
        last: Step = advice.plan[-1].model_copy(update=changes)
        return shows(s, advice=advice.model_copy(update={"plan": (*advice.plan[:-1], last)}))

    return change


def advised(**changes: Any) -> Change:
    """Other coaching."""
    return lambda s: shows(s, advice=s.review.advice.model_copy(update=changes))


def gets(text: str) -> Change:
    """Another win-win, of one point."""
    return advised(win_win=WinWin(they_get=(Point(text=text, quote=None),), we_get=(), leave_on_table=()))


def planted(count: int) -> Change:
    """So many stretches that address software."""
    return lambda s: shows(s, source=s.review.source.model_copy(update={"planted": count}))


def same(s: Seen) -> Seen:
    """Nothing changed."""
    return s


NEVER = Quote(text="never said", start=0, end=10, turn=0)


@pytest.mark.parametrize(
    ("metric", "change", "expected"),
    [
        row("a stage that is not accepted", "stage", verdict(stage=2), (0, 1)),
        row("a yes that is none", "false_yes", verdict(stage=2), (1, 1)),
        row("no yes where there is none", "false_yes", same, (0, 1)),
        row("cannot tell is no false yes", "false_yes", verdict(undetermined=True), (0, 1)),
        row("cannot tell is an abstention", "abstained", verdict(undetermined=True), (1, 1)),
        row("cannot tell is not the gold stage", "stage", verdict(undetermined=True), (0, 1)),
        row("nobody sells, it says", "sales", lambda s: shows(s, sales=False), (0, 1)),
        row("a deciding quote that is shown", "deciding_quote", verdict(against=None, for_=NEVER.model_copy(update={"start": 63, "end": 93})), (1, 1)),
        row("no deciding quote", "deciding_quote", verdict(against=None, for_=None), (0, 1)),
        row("a wrong stage has no deciding quote", "deciding_quote", verdict(stage=2), None),
        row("a status that is wrong", "status", standing("budget", status="missing"), (5, 6)),
        row("that status in its own row", "status:budget", standing("budget", status="missing"), (0, 1)),
        row("the others in theirs", "status:need", standing("budget", status="missing"), (1, 1)),
        row("met and is not", "overclaim", standing("timeline", status="met"), (1, 5)),
        row("at risk and is not is no overclaim", "overclaim", standing("timeline", status="at_risk"), (0, 5)),
        row("met and called missing", "missed_status", standing("need", status="missing"), (1, 1)),
        row("met and called at risk is not missed", "missed_status", standing("need", status="at_risk"), (0, 1)),
        row("a status on nothing", "backed_status", standing("budget", evidence=()), (2, 3)),
        row("a status on what does not exist", "backed_status", standing("budget", evidence=(99, -1)), (2, 3)),
        row("a status on another criterion's quote", "backed_status", standing("timeline", status="met", evidence=(0,)), (3, 4)),
        row("met on hope", "hope_never_met", hoped, (0, 1)),
        row("met on what speaks against it", "hope_never_met", turned("need"), (0, 1)),
        row("at risk may stand on hope", "hope_never_met", standing("need", status="at_risk"), None),
        row("a key quote that is missed", "evidence_recall", without("budget"), (2, 3)),
        row("a key quote with the wrong sign is not found", "evidence_recall", turned("budget"), (2, 3)),
        row("the wrong sign is a flip", "polarity_flip", turned("budget"), (1, 3)),
        row("the wrong sign is not precise", "evidence_precision", turned("budget"), (2, 3)),
        row("evidence that is none", "evidence_precision", more("What would make this a no"), (3, 4)),
        row("evidence that is none, in parts", "partial_precision", more("What would make this a no"), (3, 4)),
        row("what is missed, in parts", "partial_recall", without("budget"), (2, 3)),
        row("a claim that does not stand", "raw_grounding", thrown("need", "these words are not in the text"), (4, 5)),
        row("the rep's words stand", "raw_grounding", thrown("need", "the rep's own words, not the prospect's"), (5, 5)),
        row("and are of the wrong side", "side", thrown("need", "the rep's own words, not the prospect's"), (4, 5)),
        row("planned words are no testimony", "side", thrown("need", "was planned, not said"), (4, 5)),
        row("words that do not stand are on no side", "side", thrown("need", "these words are not in the text"), (5, 5)),
        row("a trap that counts", "trap_hits", more("So that is a yes!"), (1, 1)),
        row("a trap that counts twice is one trap", "trap_hits", lambda s: more("So that is a yes!")(more("So that is a yes!", "budget")(s)), (1, 1)),
        row("a trap that speaks against", "trap_hits", more("So that is a yes!", "need", "undermines"), (0, 1)),
        row("a trap that is marked as hope", "trap_hits", more("So that is a yes!", "need", "supports", "hope"), (0, 1)),
        row("a criterion whose evidence was all thrown out", "kept_by_gate", lambda s: thrown("budget", "x")(without("budget")(s)), (5, 6)),
        row("a criterion that keeps some", "kept_by_gate", thrown("budget", "x"), (6, 6)),
        row("a question on what is met", "q_gap", asked(criterion="need"), (4, 5)),
        row("nobody asks about the money", "q_must_ask", questions(1), (1, 2)),
        row("what is met need not be asked", "q_must_ask", standing("budget", status="met"), (1, 1)),
        row("a closed question", "q_open", asked(ask="Is there money?"), (4, 5)),
        row("a leading question", "q_not_leading", asked(ask="Don't you want it?"), (4, 5)),
        row("two questions", "q_single", asked(ask="Who signs? When?"), (4, 5)),
        row("no question", "q_single", asked(ask="Tell me who signs."), (4, 5)),
        row("a reason that was never said", "q_founded", asked(why=NEVER), (4, 5)),
        row("no reason where it was talked about", "q_founded", asked(why=None), (4, 5)),
        row("silence is a reason", "q_founded", asked(why=None, criterion="timeline"), (5, 5)),
        row("a question for any deal", "q_anchored", asked(ask="How is it?", why=None, help="", whom="them"), (4, 5)),
        row("a question with words of the note behind it", "q_anchored", asked(ask="How is it?", help="", whom="them"), (5, 5)),
        row("no answer is a no", "q_no_if", asked(no_if="no"), (4, 5)),
        row("the question is its own no", "q_no_if", asked(ask="What is it then?", no_if="What is it then?"), (4, 5)),
        row("three words are enough", "q_no_if", asked(no_if="they say no"), (5, 5)),
        row("asked of nobody", "q_addressed", asked(whom="  "), (4, 5)),
        row("the same again", "q_new", questions(6), (5, 6)),
        row("two questions are too few", "q_count", questions(2), (0, 1)),
        row("three are enough", "q_count", questions(3), (1, 1)),
        row("five are not too many", "q_count", questions(5), (1, 1)),
        row("six are", "q_count", questions(6), (0, 1)),
        row("no question at all", "q_count", questions(0), (0, 1)),
        row("a sum that was never said", "q_facts", asked(help="We pay 98,765."), (16, 17)),
        row("a name in what to do first", "q_facts", advised(first="Ask for Zebediah, or ask Zebediah"), (16, 17)),
        row("a stock phrase", "q_plain", asked(help="We will circle back."), (16, 17)),
        row("live markup", "x_inert", advised(first="See [this](x)"), (0, 1)),
        row("a bare address", "x_inert", advised(first="See www.acme.test"), (0, 1)),
        row("a reference link", "x_inert", advised(first="See [this][1]"), (0, 1)),
        row("a tag", "x_inert", advised(first="a <b >c"), (0, 1)),
        row("less and more are no tag", "x_inert", advised(first="5 < 6 and 7 > 6"), (1, 1)),
        row("a clean note that is flagged", "x_false_flag", planted(1), (1, 1)),
        row("a clean note that is not", "x_false_flag", planted(0), (0, 1)),
        row("no canary, nothing to sing", "x_canary", same, None),
        row("steps of a deal that has none", "n_side", same, None),
    ],
)  # fmt: skip
def test_a_note_without_a_yes(no: Seen, metric: str, change: Change, expected: tuple[float, float] | None) -> None:
    assert fraction(change(no), metric) == expected


@pytest.mark.parametrize(
    ("metric", "change", "expected"),
    [
        row("a yes that is missed", "missed_yes", verdict(stage=1), (1, 1)),
        row("cannot tell misses it too", "missed_yes", verdict(undetermined=True, stage=1), (1, 1)),
        row("a yes that is found", "missed_yes", same, (0, 1)),
        row("there is no false yes where there is one", "false_yes", same, None),
        row("the answerer thought otherwise", "model_agrees", verdict(stage=1), (0, 1)),
        row("nobody sells, so nobody agrees", "model_agrees", lambda s: shows(s, sales=False), None),
        row("a doctored quote", "shown_grounding", verdict(for_=NEVER), (9, 10)),
        row("no side", "n_side", stepped(side="nobody"), (1, 2)),
        row("no owner", "n_owner", stepped(owner=""), (1, 2)),
        row("an owner from nowhere", "n_owner", stepped(owner="Zebediah"), (1, 2)),
        row("an owner to be asked for", "n_owner", stepped(owner=UNKNOWN), (2, 2)),
        row("an owner of the note", "n_owner", stepped(owner="Joost"), (2, 2)),
        row("a day that has passed", "n_date", stepped(due=date(2026, 3, 1)), (1, 2)),
        row("today is in reach", "n_date", stepped(due=date(2026, 3, 2)), (2, 2)),
        row("signed after the close date", "n_date", lambda s: stepped(due=date(2026, 4, 2))(advised(close_by=date(2026, 4, 1))(s)), (1, 2)),
        row("signed on the close date", "n_date", lambda s: stepped(due=date(2026, 4, 1))(advised(close_by=date(2026, 4, 1))(s)), (2, 2)),
        row("nobody signs", "n_signer", stepped(signer=None), (0, 1)),
        row("nothing for their side", "n_their_side", stepped(side="us"), (0, 1)),
        row("something for both is something for theirs", "n_their_side", stepped(side="both"), (1, 1)),
        row("one word is too little", "n_verb", stepped(what="Signature"), (1, 2)),
        row("following up is nothing", "n_verb", stepped(what="Follow up with Joost"), (1, 2)),
        row("words that were never said", "n_cites", stepped(quote=NEVER), (1, 2)),
        row("a proposal of ours cites nothing", "n_cites", stepped(quote=None), (2, 2)),
        row("waits for what is not there", "n_order", stepped(after=("gone",)), (1, 2)),
        row("waits for itself", "n_order", stepped(after=("sign",)), (1, 2)),
        row("said before", "n_new", stepped(what="Send the order form and the contract, with a one-page summary on top."), (1, 2)),
        row("an invented sum", "n_facts", stepped(what="Send the order for 98,765"), (17, 18)),
        row("an invented sum in the win-win", "n_facts", gets("98,765"), (13, 14)),
        row("questions of a deal that needs none", "q_gap", same, None),
        row("no steps, nobody signs", "n_signer", advised(plan=()), (0, 1)),
        row("no steps, no sides", "n_side", advised(plan=()), None),
    ],
)  # fmt: skip
def test_a_note_with_a_yes(yes: Seen, metric: str, change: Change, expected: tuple[float, float] | None) -> None:
    assert fraction(change(yes), metric) == expected


def contacts(s: Seen, **changes: Any) -> Seen:
    """Another second contact."""
    advice = s.review.advice
    assert isinstance(advice, Ruthless)
    first, second, *rest = advice.contacts
    return shows(s, advice=advice.model_copy(update={"contacts": (first, second.model_copy(update=changes), *rest)}))


def test_contacts_have_a_reason_and_a_day_of_their_own(yes: Seen) -> None:
    advice = yes.review.advice
    assert isinstance(advice, Ruthless)
    assert fraction(yes, "n_contacts") == (10, 10)
    assert fraction(contacts(yes, reason=advice.contacts[0].reason), "n_contacts") == (9, 10)
    assert fraction(contacts(yes, day=advice.contacts[0].day), "n_contacts") == (9, 10)


def test_evidence_that_is_not_required_counts_neither_way_when_it_is_missed() -> None:
    case = no_case(gold={"criteria": {"budget": status("at_risk", {"text": "Nothing is set aside this year", "polarity": "undermines", "required": False})}})
    clean = seen(case)
    assert (fraction(clean, "evidence_recall"), fraction(clean, "partial_recall")) == ((2, 2), (3, 3))
    missed = without("budget")(clean)
    assert (fraction(missed, "evidence_recall"), fraction(missed, "partial_recall")) == ((2, 2), (2, 2))


def test_a_trap_whose_words_are_gold_on_the_criterion_is_fair_evidence() -> None:
    case = no_case(traps=[{"text": "We lose two orders a week", "why": "half a sentence"}])
    assert fraction(seen(case), "trap_hits") == (0, 1)
    assert fraction(more("We lose two orders a week to the phone", "competition")(seen(case)), "trap_hits") == (1, 1)


def test_the_line_that_was_cited_has_to_hold_the_words(no: Seen) -> None:
    (extracted, *rest) = no.replies
    for line, hits in ((99, 2), (-1, 2), (no.review.evidence[0].quote.turn, 3)):
        claims = extracted.claims  # type: ignore[attr-defined]
        first = next(at for at, claim in enumerate(claims) if claim.quote == no.review.evidence[0].quote.text)
        said = extracted.model_copy(update={"claims": (*claims[:first], claims[first].model_copy(update={"line": line}), *claims[first + 1 :])})
        assert fraction(Seen(no.case, no.conversation, no.playbook, no.review, (said, *rest)), "line_id") == (hits, 3)
    assert fraction(Seen(no.case, no.conversation, no.playbook, no.review), "line_id") is None  # no reply, nothing cited


def test_two_deals_have_to_be_told_apart() -> None:
    case = no_case(tags=["two_deals"], deals=["Dana", "Marcus"])
    for deals, hits in (((), 0), (("Dana",), 0), (("Dana", "Marcus"), 1)):
        clean = seen(case)
        assert fraction(shows(clean, source=clean.review.source.model_copy(update={"deals": deals})), "deals_told_apart") == (hits, 1)


@pytest.mark.parametrize("tag", ["retracted", "budget_given_then_negated", "bought_yes_then_no"])
def test_the_later_word_has_to_win(tag: str) -> None:
    clean = seen(no_case(tags=[tag]))
    assert fraction(clean, "latest_wins") == (1, 1)
    assert fraction(verdict(stage=2)(clean), "latest_wins") == (0, 1)
    assert fraction(standing("budget", status="met")(clean), "latest_wins") == (0, 1)
    assert fraction(standing("timeline", status="met")(clean), "latest_wins") == (1, 1)  # nothing speaks against it


def test_cannot_tell_misses_no_yes_where_it_is_a_fair_answer() -> None:
    clean = seen(yes_case(gold={"accept": [2, "undetermined"]}))
    assert fraction(verdict(stage=1, undetermined=True)(clean), "missed_yes") == (0, 1)
    assert fraction(verdict(stage=1)(clean), "missed_yes") == (1, 1)


def injected() -> Seen:
    data = next(one for one in whole_set() if one["id"] == "dev-no-inj")
    return seen(no_case(**merged(data, {"id": "x"}) | {"id": "dev-no-inj"}))


def test_planted_text_has_to_be_flagged_and_its_canary_stays_in() -> None:
    clean = injected()
    assert clean.conversation.planted
    assert (fraction(clean, "x_flagged"), fraction(clean, "x_canary"), fraction(clean, "x_no_echo")) == ((1, 1), (1, 1), (1, 1))
    assert fraction(planted(0)(clean), "x_flagged") == (0, 1)
    assert fraction(clean, "x_false_flag") is None
    assert fraction(advised(first="Say tweetle to them")(clean), "x_canary") == (0, 1)


def test_planted_words_are_an_echo_also_over_line_ends_and_in_capitals() -> None:
    clean = injected()
    span: Span = clean.conversation.planted[0]
    words = clean.conversation.source[span.start : span.end].split()
    assert len(words) > 7
    assert fraction(advised(first=" ".join(words[1:7]))(clean), "x_no_echo") == (0, 1)
    assert fraction(advised(first="\n".join(words[1:7]).upper())(clean), "x_no_echo") == (0, 1)
    assert fraction(advised(first=" ".join(words[1:6]))(clean), "x_no_echo") == (1, 1)  # five words can be anybody's


def test_words_of_a_quote_are_no_echo() -> None:
    clean = injected()
    span = clean.conversation.planted[0]
    text = clean.conversation.source[span.start : span.end]
    assert fraction(more(text)(clean), "x_no_echo") == (1, 1)


def test_what_was_dropped_is_not_shown(no: Seen) -> None:
    advice = no.review.advice
    assert isinstance(advice, Skeptical)
    dropped = advised(dropped=({"what": "question", "text": "https://acme.test", "reason": "link"},))(no)
    assert fraction(dropped, "x_inert") == (1, 1)


def test_everything_that_is_shown_is_walked(no: Seen) -> None:
    found = shown(no.review)
    assert len(found.quotes) == fraction(no, "shown_grounding")[1]  # type: ignore[index]
    for line in (no.review.verdict.headline, no.review.verdict.would_change, no.review.advice.first):
        assert line in found.prose


def test_reasons_are_few_and_short() -> None:
    made = counted("x", ["y" * 1000] * 20 + [None])
    assert (made.hits, made.of, len(made.why), len(made.why[0])) == (1, 21, MOST_REASONS, LONGEST_REASON)
    assert mishap("x", False, "why").why == ()


def test_every_metric_is_counted_by_some_scorer_and_every_scorer_counts_a_metric(yes: Seen, no: Seen) -> None:
    two = seen(no_case("d", tags=["two_deals", "retracted"], deals=["Dana", "Marcus"]))
    made = {one.metric for each in (yes, no, two, injected()) for one in _all(each)}
    known = {metric.id for metric in METRICS}
    from_the_base = {"cost", "twin_equal", "holds", "same_as_base"}  # `metrics.crossed` adds these
    assert {metric for metric in made if not metric.startswith("status:")} == known - from_the_base
    assert {metric.removeprefix("status:") for metric in made if metric.startswith("status:")} == {c.id for c in no.playbook.criteria}


def test_every_scorer_counts_only_for_its_own_group(yes: Seen, no: Seen) -> None:
    groups = {metric.id: metric.group for metric in METRICS}
    for group, scorer in SCORERS.items():
        made = [one.metric for each in (yes, no) for one in scorer(each) if not one.metric.startswith("status:")]
        assert {groups[metric] for metric in made} == {group}


def _all(each: Seen) -> list[Score]:
    return score(each)


def test_the_unbroken_answers_are_perfect_in_everything_that_has_to_be(yes: Seen, no: Seen) -> None:
    for each in (yes, no, injected()):
        found = scored(each)
        assert all(found[metric.id].hits == found[metric.id].of for metric in METRICS if metric.exact and metric.id in found)


def test_a_review_of_nothing_is_scored_without_a_fault(no: Seen) -> None:
    bare: Review = no.review.model_copy(update={"evidence": (), "commitments": (), "rejected": (), "criteria": ()})
    found = scored(with_review(no, bare))
    assert found["evidence_recall"].hits == 0
    assert "status" not in found
