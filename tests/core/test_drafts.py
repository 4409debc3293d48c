"""Advice from the shipped playbooks passes our own checks, whatever the note, the verdict and the day."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from coach.advice import (
    MOST_DAYS,
    UNKNOWN,
    AdviseRuthless,
    AdviseSkeptical,
    DraftContact,
    DraftNo,
    DraftStep,
    Findings,
    Ruthless,
    RuthlessDraft,
    SkepticalDraft,
)
from coach.ask import Brief
from coach.checks import FEWEST_QUESTIONS, Case, check_ruthless, check_skeptical, working_days
from coach.commitment import Commitment
from coach.conversation import Conversation, Kind, Side
from coach.drafts import complete_ruthless, complete_skeptical, ruthless_draft, skeptical_draft
from coach.grounding import Evidence, Grounder, Quote
from coach.playbook import Playbook
from coach.readers import read
from coach.verdict import RULES, Sight, decide, standings
from tests.core.builders import SHIPPED, TODAY, playbook, row

TEXTS = {
    "a few words": "they like it, no money",
    "a hopeful note": (
        "Call with Dana Whitfield (VP Ops, Northgate Logistics) + Raj (IT) - 14 Oct. Dispatchers lose ~6 hrs/wk each. Dana: it's costing us about 40 grand a "
        "quarter in overtime. CFO Marcus signs anything over 25k. We have not met Marcus. Also looking at FreightBot, demo next week. Feels like a slam dunk!"
    ),
    "a yes with paper": (
        "Rep: Where did the board land?\nPriya (COO): The board approved the 180k and I'm signing off on you as the vendor.\nRep: Anything left?\n"
        "Priya (COO): Legal needs to redline the MSA, that's Tom. Procurement has to set you up in Coupa, usually takes two weeks.\n"
        "Priya (COO): Paper has to be signed by March 27th. We go live on April 15th.\nRep: I will send the order today.\nPriya (COO): Send it to me and Tom."
    ),
    "odd names and money": (
        "met O'Brien-Smith (owner, D'Angelo & Söhne GmbH), his wife Zoë does the books. He pays $1,250.50 a month to SAP now, 3.5% more than 2019. "
        "{person} is written in his form, and 100 % {} too. Deposit by 13.03.2026, says he."
    ),
    "shouted": "CALL W/ ACME. BUDGET 50K. JOHN MUST ASK HIS BOSS. NO DATE. COMPETITOR IS ZENDESK. THEY WANT A TRIAL.",
    "German": (
        "Gespräch mit Frau Müller (Geschäftsführerin, Müller Logistik). Wir verlieren monatlich 12.000 € durch Fehler. Das Budget ist noch nicht freigegeben. "
        "Der Einkauf muss den Vertrag prüfen, Herr Krüger schaut auch SAP an. Unterschrift bis 30. April."
    ),
    "an e-mail": "From: Ana Lopez <ana@lopez.example>\nTo: me\nSubject: Re: order\n\nWe go ahead. Send the contract, I sign it this week.\n",
    "no names at all": "long talk about the roof. money is tight till the harvest. they would do it in the autumn, maybe. somebody else looks at it too.",
    "a far date": "Dana (owner) said yes, we buy. She signs on 30 July, after the audit. Legal is Tom. Kickoff in August.",
    "a date that has passed": "Dana (owner) said yes, we buy. She signs on 20 February. Legal is Tom.",
    "a date on a Saturday": "Dana (owner) said yes, we buy. She signs on 28 March. Legal is Tom.",
    "a date today": "Dana (owner) said yes, we buy. She signs it today. Legal is Tom.",
    "one word": "yes",
}
NOTES = {name: read(text) for name, text in TEXTS.items()}
RULE_IDS = [rule.id for rule in RULES if rule.id not in ("unreadable", "nobody sells")]


def quotes(note: Conversation) -> list[Quote]:
    """The words of each line that may count, as a quote."""
    grounder = Grounder(note)
    return [quote for turn in note.turns if not isinstance(quote := grounder.testimony(turn.index, note.text(turn)), str)]


def evidences(note: Conversation, book: Playbook, signs: str) -> list[Evidence]:
    """Evidence on every criterion but one, from the lines of the note in turn; `signs` are read round: + for, - against, h hope."""
    found = []
    lines = quotes(note)
    for place, criterion in enumerate(book.criteria[:-1] if signs and lines else ()):
        sign, quote = signs[place % len(signs)], lines[place % len(lines)]
        turn = note.turns[quote.turn]
        found.append(
            Evidence(
                criterion=criterion.id,
                polarity="undermines" if sign == "-" else "supports",
                basis="hope" if sign == "h" else "reported",
                side=turn.side,
                speaker=turn.speaker,
                quote=quote,
            )
        )
    return found


def findings(note: Conversation, book: Playbook, rule: str, signs: str) -> Findings:
    """What would have been found in the note for that rule to decide."""
    found = evidences(note, book, signs)
    lines = quotes(note)
    by = next((p.name for p in note.people if p.side is not Side.REP), None)
    commitments: list[Commitment] = []
    if lines and rule != "no commitment":
        one = Commitment(
            level="conditional" if rule == "condition open" else "next_step" if rule == "not to buying" else "verbal",
            to="pilot" if rule == "not to buying" else "purchase",
            by=by,
            side=Side.UNKNOWN if rule == "speaker unknown" else Side.PROSPECT,
            can_decide="no" if rule == "cannot decide" else "unknown" if rule == "decider unknown" else "yes",
            basis="hope" if rule == "only hope" else "reported" if rule == "yes on the rep's word" else "said",
            quote=lines[-1],
            condition="if" if rule == "condition open" else None,
            taken_back=lines[0] if rule == "taken back" else None,
        )
        commitments.append(one)
    if rule == "must-have fails":
        must = next(c for c in book.criteria if c.must_have)
        found = [e for e in found if e.criterion != must.id]
        found += [Evidence(criterion=must.id, polarity="undermines", basis="reported", side=Side.PROSPECT, speaker=None, quote=q) for q in lines[-1:]]
    elif rule not in ("no commitment", "not to buying"):
        musts = {c.id for c in book.criteria if c.must_have}
        found = [e.model_copy(update={"polarity": "supports"}) if e.criterion in musts else e for e in found]
    standing = standings(found, book)
    refusal = Quote(text="", start=len(note.source), end=len(note.source), turn=len(note.turns)) if rule == "refused" else None
    if refusal:
        refusal = lines[-1]
        commitments = []
    opinion = {"model says no": "stage_1", "model cannot tell": "cannot_tell"}.get(rule, "stage_2")
    sight = Sight(True, True, found, standing, commitments, refusal, opinion)  # type: ignore[arg-type]
    verdict = decide(sight, book)
    assert verdict.rule == rule or not lines
    return Findings(verdict=verdict, standings=tuple(standing), evidence=tuple(found))


def asked_for(note: Conversation, book: Playbook, rule: str, signs: str, today: date = TODAY) -> tuple[Brief, Findings, Case]:
    found = findings(note, book, rule, signs)
    brief = Brief(conversation=note, playbook=book, today=today)
    return brief, found, Case(brief=brief, standings=found.standings)


SIGNS = ["", "-", "h", "+", "-h+", "+-"]


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("name", NOTES)
def test_every_skeptical_draft_passes_its_own_checks_with_nothing_dropped(name: str, id: str) -> None:
    for place, rule in enumerate(RULE_IDS[:12]):
        for signs in SIGNS if name == "a hopeful note" else (SIGNS[place % 6], SIGNS[(place + 2) % 6]):
            brief, found, case = asked_for(NOTES[name], playbook(id), rule, signs)
            request = AdviseSkeptical(brief=brief, findings=found)
            advice = check_skeptical(skeptical_draft(request), case)
            assert advice.dropped == (), (rule, signs)
            assert len(advice.questions) >= FEWEST_QUESTIONS, (rule, signs, [q.ask for q in advice.questions])
            assert advice.first, (rule, signs)
            assert advice.the_no.text, (rule, signs)
            assert complete_skeptical(advice, request, case) == advice
            shown = [advice.first, advice.the_no.text, *(text for q in advice.questions for text in (q.ask, q.whom, q.no_if, q.help))]
            assert not any(mark in text for text in shown for mark in ("{", "}")) or "{" in NOTES[name].source
            assert len({q.ask for q in advice.questions}) == len(advice.questions)
            for quote in (advice.the_no.quote, *(q.why for q in advice.questions)):
                assert quote is None or brief.conversation.source[quote.start : quote.end] == quote.text


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("name", NOTES)
def test_every_ruthless_draft_passes_its_own_checks_with_nothing_dropped(name: str, id: str) -> None:
    for place, rule in enumerate(RULE_IDS[-2:]):
        for signs in SIGNS if name == "a yes with paper" else SIGNS[place::3]:
            brief, found, case = asked_for(NOTES[name], playbook(id), rule, signs)
            request = AdviseRuthless(brief=brief, findings=found)
            advice = check_ruthless(ruthless_draft(request), case)
            assert advice.dropped == (), (rule, signs)
            assert complete_ruthless(advice, request, case) == advice
            assert advice.first
            assert advice.win_win.they_get
            assert advice.win_win.we_get
            assert advice.win_win.leave_on_table
            _is_a_plan(advice, TODAY)


def _is_a_plan(advice: Ruthless, today: date) -> None:
    """What holds of every plan: somebody signs, they have steps, nothing in the past, a reason of its own for each working day."""
    assert any(step.signer for step in advice.plan)
    assert any(step.side == "theirs" for step in advice.plan)
    assert all(step.owner for step in advice.plan)
    assert all(step.due is None or step.due >= today for step in advice.plan)
    assert advice.close_by is None or advice.close_by >= today
    assert all(step.due is None or advice.close_by is None or step.due <= advice.close_by for step in advice.plan if step.signer)
    ids = [step.id for step in advice.plan]
    assert all(set(step.after) <= set(ids[:place]) for place, step in enumerate(advice.plan))
    days = working_days(today, advice.close_by)
    assert [contact.day for contact in advice.contacts] == days
    assert all(contact.day.weekday() < 5 for contact in advice.contacts)
    assert len({contact.reason for contact in advice.contacts}) == len(days)
    assert len({contact.play for contact in advice.contacts}) == len(days)
    assert all(contact.whom for contact in advice.contacts)


def plan_of(name: str, today: date, id: str = "default") -> Ruthless:
    brief, found, case = asked_for(NOTES[name], playbook(id), "yes", "+", today)
    request = AdviseRuthless(brief=brief, findings=found)
    advice = check_ruthless(ruthless_draft(request), case)
    assert advice.dropped == ()
    return complete_ruthless(advice, request, case)


@pytest.mark.parametrize("broken", ["by { it", "by }", "{}", "{0}", "{person.__class__}", "{date:d}", "{date!x}", "{date:>99999999999}"])
def test_a_text_with_brackets_that_are_no_slot_is_never_used_and_costs_no_review(broken: str) -> None:
    book = playbook()
    spoilt = book.model_copy(
        update={
            "gives": (broken, *book.gives),
            "openings": tuple(o.model_copy(update={"first": broken, "ask": f"{broken} what?"}) for o in book.openings),
            "plays": tuple(p.model_copy(update={"reason": broken}) for p in book.plays),
        }
    )
    brief, found, _ = asked_for(NOTES[next(iter(NOTES))], spoilt, "yes", "+")
    draft = ruthless_draft(AdviseRuthless(brief=brief, findings=found))
    assert broken not in draft.model_dump_json()
    brief, found, _ = asked_for(NOTES[next(iter(NOTES))], spoilt, "no commitment", "-")
    assert broken not in skeptical_draft(AdviseSkeptical(brief=brief, findings=found)).model_dump_json()


DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(7)] + [
    date(2026, 12, 30),
    date(2027, 12, 31),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2026, 7, 29),
]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_plan_made_on_any_day_holds(today: date) -> None:
    for name in NOTES:
        _is_a_plan(plan_of(name, today), today)


CLOSES = [
    row("a date in the note", "a yes with paper", TODAY, date(2026, 3, 27), 20),
    row("a date beyond thirty working days", "a far date", TODAY, date(2026, 7, 30), MOST_DAYS),
    row("a date that has passed is none", "a date that has passed", TODAY, None, 10),
    row("a Saturday", "a date on a Saturday", TODAY, date(2026, 3, 28), 20),
    row("today", "a date today", TODAY, TODAY, 1),
    row("nobody named one", "no names at all", TODAY, None, 10),
    row("the day before the date", "a yes with paper", date(2026, 3, 26), date(2026, 3, 27), 2),
    row("the weekend before a far date", "a far date", date(2026, 3, 7), date(2026, 7, 30), MOST_DAYS),
]


@pytest.mark.parametrize(("name", "today", "close_by", "contacts"), CLOSES)
def test_the_close_date_comes_from_the_note_and_the_days_up_to_it_are_planned(name: str, today: date, close_by: date | None, contacts: int) -> None:
    for id in SHIPPED:
        advice = plan_of(name, today, id)
        assert (advice.close_by, len(advice.contacts)) == (close_by, contacts)


def test_owners_and_dates_of_steps_are_those_of_the_note() -> None:
    steps = {step.id: step for step in plan_of("a yes with paper", TODAY).plan}
    assert steps["legal"].owner == "Tom" or steps["legal"].owner == UNKNOWN
    assert steps["legal"].quote is not None
    assert steps["vendor_setup"].owner == UNKNOWN
    signs = next(step for step in steps.values() if step.signer)
    assert (signs.signer, signs.due) == ("Priya", date(2026, 3, 27))
    assert steps["send_papers"].due == TODAY


def test_steps_that_the_note_does_not_speak_of_are_left_out() -> None:
    assert "vendor_setup" not in {step.id for step in plan_of("a far date", TODAY).plan}


def test_what_was_planned_or_planted_is_no_step() -> None:
    note = read("PLAN FOR THE CALL\nask procurement about the vendor form by 5 March\n\nAFTER THE CALL\nDana (owner) buys, she said.\n")
    assert note.turns[0].kind is Kind.PLAN
    brief, found, case = asked_for(note, playbook(), "yes", "+")
    assert "vendor_setup" not in {step.id for step in check_ruthless(ruthless_draft(AdviseRuthless(brief=brief, findings=found)), case).plan}


# What a model left out, or the checks dropped, is filled.

EMPTY_SKEPTICAL = SkepticalDraft(the_no=DraftNo(criterion="vibes", quote=None, text=""), questions=(), first="")
EMPTY_RUTHLESS = RuthlessDraft(they_get=(), we_get=(), leave_on_table=(), close_by=None, plan=(), contacts=(), first="")
SIGN = DraftStep(id="sign", what="Signature", side="theirs", owner="Priya", signer="Priya", due="2026-03-13", after=(), quote=None)


def ruthless_drafts() -> Iterator[tuple[str, RuthlessDraft]]:
    day = DraftContact(day="2026-03-03", reason="Send the sum that Priya asked for.", whom="Priya", play="page_for_finance")
    yield "nothing", EMPTY_RUTHLESS
    yield "one contact", EMPTY_RUTHLESS.model_copy(update={"contacts": (day,)})
    yield "a contact in the words of a play", EMPTY_RUTHLESS.model_copy(update={"contacts": (day.model_copy(update={"reason": playbook().plays[0].reason}),)})
    yield "a signature without a close date", EMPTY_RUTHLESS.model_copy(update={"plan": (SIGN,)})
    yield "a signature and a close date", EMPTY_RUTHLESS.model_copy(update={"plan": (SIGN,), "close_by": "2026-03-13"})
    yield (
        "a close date without a signature",
        EMPTY_RUTHLESS.model_copy(update={"close_by": "2026-04-10", "contacts": (day.model_copy(update={"day": "2026-04-09"}),)}),
    )
    yield "a plan with nothing of theirs", EMPTY_RUTHLESS.model_copy(update={"plan": (SIGN.model_copy(update={"side": "us"}),), "close_by": "2026-03-13"})
    yield "a far close date", EMPTY_RUTHLESS.model_copy(update={"plan": (SIGN.model_copy(update={"due": "2026-12-01"}),), "close_by": "2026-12-01"})
    yield "a plan in the past", EMPTY_RUTHLESS.model_copy(update={"plan": (SIGN.model_copy(update={"due": "2026-01-01"}),), "close_by": "2026-01-01"})


@pytest.mark.parametrize("draft", [row(*pair) for pair in ruthless_drafts()])
@pytest.mark.parametrize("name", ["a yes with paper", "no names at all"])
def test_what_a_model_left_out_after_the_yes_is_filled(name: str, draft: RuthlessDraft) -> None:
    brief, found, case = asked_for(NOTES[name], playbook(), "yes", "+")
    request = AdviseRuthless(brief=brief, findings=found)
    advice = complete_ruthless(check_ruthless(draft, case), request, case)
    assert advice.first
    assert advice.win_win.they_get
    assert advice.win_win.we_get
    assert advice.win_win.leave_on_table
    _is_a_plan(advice, TODAY)


@pytest.mark.parametrize("signs", SIGNS)
@pytest.mark.parametrize("kept", [0, 1, 2])
def test_what_a_model_left_out_before_the_yes_is_filled(signs: str, kept: int) -> None:
    brief, found, case = asked_for(NOTES["a hopeful note"], playbook(), "no commitment", signs)
    request = AdviseSkeptical(brief=brief, findings=found)
    whole = check_skeptical(skeptical_draft(request), case)
    advice = complete_skeptical(check_skeptical(EMPTY_SKEPTICAL, case).model_copy(update={"questions": whole.questions[:kept]}), request, case)
    assert len(advice.questions) >= FEWEST_QUESTIONS
    assert advice.questions[:kept] == whole.questions[:kept]
    assert len({q.ask for q in advice.questions}) == len(advice.questions)
    assert advice.first
    assert advice.the_no.text


def test_finished_advice_is_left_as_it_is() -> None:
    brief, found, case = asked_for(NOTES["a hopeful note"], playbook(), "no commitment", "-")
    request = AdviseSkeptical(brief=brief, findings=found)
    advice = check_skeptical(skeptical_draft(request), case)
    assert complete_skeptical(advice, request, case) is advice


HOSTILE = [
    row("a rival called like a stock phrase", "They also look at Leverage and at Synergy Partners, demo next week."),
    row("a rival that is an address", "They also look at Www.Rival.Example, demo next week."),
    row("a rival with markup", "They also look at Rival<script>, and at [Rival](javascript:x) too."),
    row("a name with markup", "Met Dana <img src=x> (owner). She decides."),
    row("slots as names", "Met {decider} and {0} and {person.__class__} (owner). They also look at {rival}."),
    row("a sum as long as a line", "It costs $" + "1" * 500 + " a month."),
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("make", [skeptical_draft], ids=["skeptical"])
def test_a_hostile_note_costs_pieces_of_advice_but_never_the_advice(text: str, make: Callable[[AdviseSkeptical], SkepticalDraft]) -> None:
    for signs in SIGNS:
        brief, found, case = asked_for(read(text), playbook(), "no commitment", signs)
        request = AdviseSkeptical(brief=brief, findings=found)
        advice = complete_skeptical(check_skeptical(make(request), case), request, case)
        assert len(advice.questions) >= FEWEST_QUESTIONS
        assert advice.first
        assert advice.the_no.text
        for piece in (advice.first, advice.the_no.text, *(t for q in advice.questions for t in (q.ask, q.whom, q.no_if, q.help))):
            assert "<" not in piece
            assert "javascript:" not in piece
            assert "__class__" not in piece
