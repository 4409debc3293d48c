"""Each check lets the good line through and stops the bad one, with its reason. What is stopped is counted."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from coach.advice import (
    MOST_DAYS,
    DraftContact,
    DraftNo,
    DraftPoint,
    DraftQuestion,
    DraftStep,
    Dropped,
    Ruthless,
    RuthlessDraft,
    Skeptical,
    SkepticalDraft,
)
from coach.ask import Brief
from coach.checks import LONGEST, Case, Checker, check_ruthless, check_skeptical, working_days
from coach.commitment import Pointer
from coach.verdict import standings
from tests.core.builders import TODAY, evidence, notes, playbook, row

NOTE = notes(
    "Dana runs ops at Northgate, we lose 40 grand a quarter to overtime", "nobody agreed a date", "Marcus signs it, we never met him", "> ask about 77 seats"
)
FOUND = [evidence("need+", 0), evidence("timeline-", 1), evidence("authority-", 2)]
CASE = Case(brief=Brief(conversation=NOTE, playbook=playbook(), today=TODAY), standings=tuple(standings(FOUND, playbook())))
ALL_MET = Case(
    brief=CASE.brief,
    standings=tuple(standings([evidence(f"{c.id}+") for c in playbook().criteria], playbook())),
)

TEXTS = [
    row("plain words", "Ring Dana before you write a word.", None),
    row("nothing", "", "empty"),
    row("blanks", " \n", "empty"),
    row("as long as may be", "x" * LONGEST, None),
    row("too long", "x" * (LONGEST + 1), "longer than"),
    row("a link", "See https://acme.example/x", "holds a link or markup"),
    row("a link without its scheme", "See www.acme.example", "holds a link or markup"),
    row("a Markdown link", "See [here](x)", "holds a link or markup"),
    row("a Markdown reference", "See [here][1]", "holds a link or markup"),
    row("an image tag", "See <img src=x>", "holds a link or markup"),
    row("a closing tag", "See </b >", "holds a link or markup"),
    row("a script address", "See JavaScript:alert", "holds a link or markup"),
    row("a data address", "See data:text/html,x", "holds a link or markup"),
    row("a mail address to click", "See mailto:x", "holds a link or markup"),
    row("less than, in a sum", "Fewer than a quarter < half", None),
    row("brackets in a sentence", "Ask Dana (and Marcus) [both]", None),
    row("touch base", "Touch base with Dana", "stock phrase: Touch base"),
    row("touching base", "Good for touching base", "stock phrase"),
    row("check in", "Just to check in", "stock phrase: check in"),
    row("circle back", "We circle back then", "stock phrase"),
    row("just wanted to", "I just wanted a word", "stock phrase"),
    row("a follow-up", "Plan a quick follow-up", "stock phrase"),
    row("keep posted", "Keep you posted", "stock phrase"),
    row("any news", "Ask for any news", "stock phrase"),
    row("leverage", "Leverage the overtime", "stock phrase"),
    row("synergies", "Find synergies", "stock phrase"),
    row("checking, the plain word", "Check the sum with Dana", None),
    row("a base to touch", "Send the base price", None),
    row("a number of the note", "It costs 40 grand a quarter", None),
    row("a number of a plan is of the note", "Ask about 77 seats", None),
    row("a number made up", "It costs 50 grand a quarter", "a number that is not in the note: 50"),
    row("half a number of the note", "It costs 4 grand", "a number that is not in the note: 4"),
    row("an ISO date", "By 2026-04-15 it runs", None),
    row("a number made up beside an ISO date", "By 2026-04-15 it costs 999", "a number that is not in the note: 999"),
    row("a name of the note", "Ring Marcus and Dana", None),
    row("a company of the note", "Send Northgate the sum", None),
    row("a name made up", "Ring Karen and Dana", "a name that is not in the note: Karen"),
    row("a camel-cased name made up", "Beat FreightBot", "a name that is not in the note: FreightBot"),
    row("a weekday", "Send it on Tuesday", None),
    row("a month", "Done by January", None),
    row("a capital at the start of a sentence", "Good. Karma helps.", None),
    row("an abbreviation", "Send the NDA", None),
]


@pytest.mark.parametrize(("text", "reason"), TEXTS)
def test_a_line_is_shown_only_if_nothing_is_wrong_with_it(text: str, reason: str | None) -> None:
    fault = Checker(CASE).fault(text)
    assert fault is None if reason is None else fault is not None and fault.startswith(reason)


def question(**changes: Any) -> DraftQuestion:
    """A good question on a criterion that is at risk, unless changed."""
    return DraftQuestion(
        **{
            "criterion": "timeline",
            "why": Pointer(line=1, quote="nobody agreed a date"),
            "whom": "Dana",
            "no_if": "nothing happens if it slips",
            "help": "The road to that day on one page.",
            "ask": "What goes wrong if this slips?",
            **changes,
        }
    )


def skeptical(
    *questions: DraftQuestion, no: str = "Nobody has met Marcus.", criterion: str = "authority", first: str = "Ring Dana.", case: Case = CASE
) -> Skeptical:
    return check_skeptical(SkepticalDraft(the_no=DraftNo(criterion=criterion, quote=None, text=no), questions=questions, first=first), case)


QUESTIONS = [
    row("good", {}, None),
    row("about what was not talked about, without words", {"criterion": "budget", "why": None}, None),
    row("about what was not talked about, with words", {"criterion": "budget"}, None),
    row("the pointed words are in another line", {"why": Pointer(line=0, quote="nobody agreed a date")}, None),
    row("about a criterion that is met", {"criterion": "need"}, "about a criterion that is met"),
    row("about no criterion of the playbook", {"criterion": "vibes"}, "no such criterion in the playbook"),
    row("not a question", {"ask": "Tell me what goes wrong."}, "not one question"),
    row("two questions", {"ask": "What goes wrong? And when?"}, "not one question"),
    row("leading", {"ask": "Don't you think this slips?"}, "leads to the answer"),
    row("leading, with a curly apostrophe", {"ask": "“Wouldn’t it be better now?”"}, "leads to the answer"),
    row("leading, surely", {"ask": "Surely you want this?"}, "leads to the answer"),
    row("leading, you would agree", {"ask": "You'd agree that it slips?"}, "leads to the answer"),
    row("open, though with don't inside", {"ask": "What don't you like about it?"}, None),
    row("says of no answer that it means no", {"no_if": "a no"}, "does not say which answer means no"),
    row("says the question again", {"no_if": "WHAT goes wrong if this slips?"}, "does not say which answer means no"),
    row("points at nothing", {"why": None}, "does not point at the words that raise it"),
    row("points at words that nobody said", {"why": Pointer(line=1, quote="they agreed a date")}, "points at words that are not in the note"),
    row("points at a plan", {"why": Pointer(line=3, quote="ask about 77 seats")}, "points at words that are not in the note"),
    row("nobody to ask", {"whom": ""}, "empty"),
    row("nothing to give", {"help": " "}, "empty"),
    row("markup in what is given", {"help": "<b>a page</b> on it"}, "holds a link or markup"),
    row("a stock phrase in what means no", {"no_if": "they want to touch base later"}, "stock phrase: touch base"),
    row("a name made up as the one to ask", {"whom": "ask Karen"}, "a name that is not in the note: Karen"),
]


@pytest.mark.parametrize(("changes", "reason"), QUESTIONS)
def test_a_question_is_kept_only_if_nothing_is_wrong_with_it(changes: dict[str, Any], reason: str | None) -> None:
    asked = question(**changes)
    found = skeptical(asked)
    assert [q.ask for q in found.questions] == ([] if reason else [asked.ask])
    assert found.dropped == ((Dropped(what="question", text=asked.ask, reason=reason),) if reason else ())


def test_the_words_that_raise_a_question_are_cut_from_the_note() -> None:
    (kept,) = skeptical(question(why=Pointer(line=1, quote="NOBODY agreed  a date"))).questions
    assert kept.why is not None
    assert NOTE.source[kept.why.start : kept.why.end] == kept.why.text == "nobody agreed a date"


TWICE = [
    row("the same words", question(), question(ask="WHAT goes wrong if this slips?", no_if="nobody would notice it"), 1),
    row("the same answer of the same person", question(), question(ask="Who would mind?"), 1),
    row("another person", question(), question(ask="Who would mind?", whom="Marcus"), 2),
    row("another answer", question(), question(ask="Who would mind?", no_if="nobody would notice it"), 2),
]


@pytest.mark.parametrize(("one", "other", "kept"), TWICE)
def test_nothing_is_asked_twice(one: DraftQuestion, other: DraftQuestion, kept: int) -> None:
    found = skeptical(one, other)
    assert len(found.questions) == kept
    assert [d.reason for d in found.dropped] == ["asked before"] * (2 - kept)


def test_no_more_than_five_questions_are_shown() -> None:
    many = skeptical(*(question(ask=f"What about {'this ' * i}?", no_if=f"nothing {'much ' * i}at all") for i in range(8)))
    assert len(many.questions) == 5


def test_where_all_is_met_a_question_may_be_about_any_criterion() -> None:
    assert skeptical(question(criterion="need", why=Pointer(line=0, quote="we lose 40 grand a quarter")), case=ALL_MET).questions


def test_a_bad_no_and_a_bad_first_line_are_emptied_and_counted() -> None:
    assert skeptical().dropped == ()
    for bad in ({"no": ""}, {"no": "Karen, or so they say, ask Karen."}, {"criterion": "vibes"}):
        found = skeptical(**bad)  # type: ignore[arg-type]
        assert (found.the_no.text, found.first, [d.what for d in found.dropped]) == ("", "Ring Dana.", ["the no"])
    found = skeptical(first="Touch base with Dana.")
    assert (found.the_no.text, found.first, [d.what for d in found.dropped]) == ("Nobody has met Marcus.", "", ["first"])


CLOSE = date(2026, 3, 20)


def step(**changes: Any) -> DraftStep:
    """A good step of theirs with a date, unless changed."""
    base = {"id": "legal", "what": "Redlines back", "side": "theirs", "owner": "Marcus", "signer": None, "due": "2026-03-10", "after": (), "quote": None}
    return DraftStep(**{**base, **changes})


def contact(day: str = "2026-03-03", **changes: Any) -> DraftContact:
    """A good reason for contact on the second day, unless changed."""
    return DraftContact(**{"day": day, "reason": "Send the vendor form filled in.", "whom": "Dana", "play": "vendor_form", **changes})


def ruthless(**changes: Any) -> Ruthless:
    point = (DraftPoint(text="The overtime is gone", quote=Pointer(line=0, quote="we lose 40 grand a quarter")),)
    base = {"they_get": point, "we_get": point, "leave_on_table": point, "close_by": CLOSE.isoformat(), "plan": (), "contacts": (), "first": "Send the papers."}
    return check_ruthless(RuthlessDraft(**{**base, **changes}), CASE)


STEPS = [
    row("good", {}, None),
    row("nobody named a date", {"due": None}, None),
    row("nobody named an owner", {"owner": "unknown: ask"}, None),
    row("an unknown date, said so", {"due": "unknown: ask"}, None),
    row("today", {"due": "2026-03-02"}, None),
    row("yesterday", {"due": "2026-03-01"}, "its date has passed"),
    row("no date", {"due": "soon"}, "its date is not a date"),
    row("a day that does not exist", {"due": "2026-02-30"}, "its date is not a date"),
    row("launch after the close date", {"due": "2026-04-20"}, None),
    row("signed on the close date", {"due": "2026-03-20", "signer": "Marcus"}, None),
    row("signed after the close date", {"due": "2026-03-21", "signer": "Marcus"}, "signs after the close date"),
    row("waits for a step that is not there", {"after": ("papers",)}, "waits for a step that is not before it"),
    row("waits for itself", {"after": ("legal",)}, "waits for a step that is not before it"),
    row("no words", {"what": ""}, "empty"),
    row("no owner", {"owner": ""}, "empty"),
    row("an owner made up", {"owner": "ask Karen"}, "a name that is not in the note: Karen"),
    row("a stock phrase", {"what": "Circle back with legal"}, "stock phrase: Circle back"),
]


@pytest.mark.parametrize(("changes", "reason"), STEPS)
def test_a_step_is_kept_only_if_nothing_is_wrong_with_it(changes: dict[str, Any], reason: str | None) -> None:
    drafted = step(**changes)
    found = ruthless(plan=(drafted,))
    assert [s.what for s in found.plan] == ([] if reason else [drafted.what])
    assert found.dropped == ((Dropped(what="step", text=drafted.what, reason=reason),) if reason else ())


def test_steps_wait_for_steps_before_them_and_come_once() -> None:
    papers, signed = step(id="papers", what="Send papers", side="us"), step(id="sign", what="Signature", after=("papers", "legal"))
    assert [s.id for s in ruthless(plan=(papers, step(after=("papers",)), signed)).plan] == ["papers", "legal", "sign"]
    assert [d.reason for d in ruthless(plan=(papers, papers)).dropped] == ["said before"]
    assert [d.reason for d in ruthless(plan=(papers, step(id="other", what="SEND papers"))).dropped] == ["said before"]
    assert [d.reason for d in ruthless(plan=(signed, papers)).dropped] == ["waits for a step that is not before it"]


CONTACTS = [
    row("good", {}, None),
    row("today", {"day": "2026-03-02"}, None),
    row("the close date", {"day": "2026-03-20"}, None),
    row("a Saturday", {"day": "2026-03-07"}, "not a working day before the close date"),
    row("a Sunday", {"day": "2026-03-08"}, "not a working day before the close date"),
    row("yesterday", {"day": "2026-02-27"}, "not a working day before the close date"),
    row("after the close date", {"day": "2026-03-23"}, "not a working day before the close date"),
    row("no date", {"day": "Tuesday"}, "not a working day before the close date"),
    row("no play", {"play": "chase"}, "not one of the plays"),
    row("no reason", {"reason": ""}, "empty"),
    row("checking in", {"reason": "Checking in on the papers"}, "stock phrase: Checking in"),
    row("nobody", {"whom": ""}, "empty"),
]


@pytest.mark.parametrize(("changes", "reason"), CONTACTS)
def test_a_contact_is_kept_only_if_nothing_is_wrong_with_it(changes: dict[str, Any], reason: str | None) -> None:
    drafted = contact(**changes)
    found = ruthless(contacts=(drafted,))
    assert [c.reason for c in found.contacts] == ([] if reason else [drafted.reason])
    assert found.dropped == ((Dropped(what="contact", text=drafted.reason, reason=reason),) if reason else ())


def test_a_day_has_one_reason_and_a_reason_one_day() -> None:
    assert [d.reason for d in ruthless(contacts=(contact(), contact(reason="Name two people."))).dropped] == ["a second reason for the same day"]
    assert [d.reason for d in ruthless(contacts=(contact(), contact("2026-03-04", reason="SEND the vendor form filled in."))).dropped] == [
        "the same reason twice"
    ]


CLOSES = [
    row("to come", "2026-03-20", CLOSE, []),
    row("today", "2026-03-02", TODAY, []),
    row("past", "2026-03-01", None, ["lies in the past"]),
    row("nobody named one", None, None, []),
    row("an unknown one, said so", "unknown: ask", None, []),
    row("no date", "end of the month", None, ["is not a date"]),
]


@pytest.mark.parametrize(("close_by", "kept", "dropped"), CLOSES)
def test_a_close_date_lies_ahead_or_is_none(close_by: str | None, kept: date | None, dropped: list[str]) -> None:
    found = ruthless(close_by=close_by)
    assert found.close_by == kept
    assert [d.reason for d in found.dropped] == dropped


def test_points_that_fail_are_dropped_and_counted_and_a_quote_that_is_not_there_is_left_out() -> None:
    good = DraftPoint(text="They keep the overtime", quote=Pointer(line=0, quote="we win 40 grand"))
    found = ruthless(they_get=(good, DraftPoint(text="They save 99 grand", quote=None)), first="Leverage it.")
    assert [(p.text, p.quote) for p in found.win_win.they_get] == [("They keep the overtime", None)]
    assert [(d.what, d.reason) for d in found.dropped] == [("first", "stock phrase: Leverage"), ("point", "a number that is not in the note: 99")]
    assert found.first == ""
    assert found.win_win.we_get[0].quote is not None


WEEKS = [
    row("to Friday", TODAY, date(2026, 3, 6), 5),
    row("to Sunday", TODAY, date(2026, 3, 8), 5),
    row("to today", TODAY, TODAY, 1),
    row("from a Saturday", date(2026, 3, 7), date(2026, 3, 9), 1),
    row("from a Saturday to that Sunday", date(2026, 3, 7), date(2026, 3, 8), 0),
    row("to a day that has passed", TODAY, date(2026, 3, 1), 0),
    row("to a far day", TODAY, date(2027, 3, 1), MOST_DAYS),
    row("to nobody knows when", TODAY, None, 10),
    row("over the end of the year", date(2026, 12, 28), date(2027, 1, 5), 7),
]


@pytest.mark.parametrize(("today", "close_by", "count"), WEEKS)
def test_working_days_run_from_today_to_the_close_date_without_weekends(today: date, close_by: date | None, count: int) -> None:
    days = working_days(today, close_by)
    assert len(days) == count
    assert days == sorted(set(days))
    assert all(today <= day and day.weekday() < 5 and (close_by is None or day <= close_by) for day in days)
    assert all(b - a <= timedelta(days=3) for a, b in pairwise(days))
