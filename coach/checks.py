"""Draft advice -> checked Advice. In: a draft and what the review knows. Out: advice whose every line passed, and what was dropped.

A question has to name an open criterion, ask one open thing of somebody, say which answer means no, and give something
back. A step has to have a side, an owner and a date in reach or an honest gap. Nobody "touches base". No number, date or
name may appear that is neither in the note nor in the playbook. Pure: no model, no clock.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from coach.advice import (
    MOST_DAYS,
    UNKNOWN,
    Contact,
    DraftContact,
    DraftPoint,
    DraftQuestion,
    DraftStep,
    Dropped,
    Point,
    Question,
    Ruthless,
    RuthlessDraft,
    Skeptical,
    SkepticalDraft,
    Step,
    TheNo,
    WinWin,
)
from coach.ask import Brief
from coach.commitment import Pointer, ground_pointer
from coach.conversation import Value
from coach.grounding import Grounder, Quote
from coach.verdict import Standing

FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 5
LONGEST = 400
STOCK = re.compile(
    r"\b(?:touch(?:ing)? base|check(?:ing)? in|circl(?:e|ing) back|just (?:wanted|checking|following)|following up|(?:a|quick|brief) follow[- ]?up|"
    r"keep (?:you )?posted|ping (?:him|her|them|you)|see where (?:you|things)|any (?:news|updates?)|leverage|synerg\w+|low[- ]hanging|move the needle)\b",
    re.IGNORECASE,
)
LIVE = re.compile(r"https?:|www\.|\]\(|\]\[|<\s*/?\w+[^>]*>|javascript:|data:\w+/|mailto:", re.IGNORECASE)
LEADING = re.compile(
    r"^\W*(?:don'?t|don’t|wouldn['’]?t|isn['’]?t|aren['’]?t|won['’]?t|can['’]?t|shouldn['’]?t|surely|you(?:'d| would|'ll| will)? agree)\b", re.IGNORECASE
)
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NUMBER = re.compile(r"\d[\d.,:]*")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z]\w*[a-zà-ÿ]\w+")
PLAIN_NAMES = frozenset(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November
    December
    """.split()
)


class Case(Value):
    """What checks hold a draft against."""

    brief: Brief
    standings: tuple[Standing, ...]

    @property
    def weakest(self) -> set[str]:
        """Criteria a question may be about: those not met, or all if too few are open to ask about."""
        still_open = {s.id for s in self.standings if s.status != "met"}
        return still_open if len(still_open) >= FEWEST_QUESTIONS else {s.id for s in self.standings}


class Checker:
    """Checks the pieces of one draft and keeps count of what it drops."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.grounder = Grounder(case.brief.conversation)
        self.dropped: list[Dropped] = []
        brief = case.brief
        known = " ".join((brief.conversation.source, *brief.playbook.spoken(), brief.today.isoformat()))
        self._numbers = {n.strip(".,:") for n in NUMBER.findall(known)}
        self._words = {word.casefold() for word in re.findall(r"\w+", known)}

    def fault(self, text: str) -> str | None:
        """Why a line must not be shown, or None."""
        if not text.strip():
            return "empty"
        if len(text) > LONGEST:
            return f"longer than {LONGEST} characters"
        if LIVE.search(text):
            return "holds a link or markup"
        if found := STOCK.search(text):
            return f"stock phrase: {found.group()}"
        for number in NUMBER.findall(ISO_DATE.sub(" ", text)):
            if number.strip(".,:") not in self._numbers:
                return f"a number that is not in the note: {number}"
        for name in NAME.findall(text):
            if name not in PLAIN_NAMES and name.casefold() not in self._words:
                return f"a name that is not in the note: {name}"
        return None

    def drop(self, what: str, text: str, reason: str) -> None:
        """Puts a piece aside, counted."""
        self.dropped.append(Dropped(what=what, text=text[:200], reason=reason))

    def quote(self, pointer: Pointer | None) -> Quote | None:
        """The quote for a pointer, or None."""
        return ground_pointer(pointer, self.grounder)


def check_skeptical(draft: SkepticalDraft, case: Case) -> Skeptical:
    """Advice before the yes. `first` and the no are emptied if they fail; `questions` may be fewer than three."""
    checker = Checker(case)
    questions: list[Question] = []
    for question in draft.questions:
        reason = _question_fault(question, checker, questions)
        if reason:
            checker.drop("question", question.ask, reason)
        else:
            why = checker.quote(question.why)
            questions.append(Question(**question.model_dump(exclude={"why"}), why=why))
    the_no = draft.the_no
    if reason := checker.fault(the_no.text) or _unknown_criterion(the_no.criterion, case):
        checker.drop("the no", the_no.text, reason)
    if reason := checker.fault(draft.first):
        checker.drop("first", draft.first, reason)
    bad = {d.what for d in checker.dropped}
    return Skeptical(
        first="" if "first" in bad else draft.first,
        the_no=TheNo(text="" if "the no" in bad else the_no.text, criterion=the_no.criterion, quote=checker.quote(the_no.quote)),
        questions=tuple(questions[:MOST_QUESTIONS]),
        dropped=tuple(checker.dropped),
    )


def _unknown_criterion(id: str, case: Case) -> str | None:
    return None if case.brief.playbook.criterion(id) else "no such criterion in the playbook"


def _question_fault(question: DraftQuestion, checker: Checker, kept: list[Question]) -> str | None:
    case = checker.case
    for text in (question.ask, question.no_if, question.help, question.whom):
        if reason := checker.fault(text):
            return reason
    if reason := _unknown_criterion(question.criterion, case):
        return reason
    if question.criterion not in case.weakest:
        return "about a criterion that is met"
    if question.ask.count("?") != 1:
        return "not one question"
    if LEADING.search(question.ask):
        return "leads to the answer"
    if len(question.no_if.split()) < 3 or question.no_if.casefold() == question.ask.casefold():
        return "does not say which answer means no"
    standing = next(s for s in case.standings if s.id == question.criterion)
    if question.why is None and standing.status != "missing":
        return "does not point at the words that raise it"
    if question.why is not None and checker.quote(question.why) is None:
        return "points at words that are not in the note"
    if any(q.ask.casefold() == question.ask.casefold() or (q.criterion, q.whom, q.no_if) == (question.criterion, question.whom, question.no_if) for q in kept):
        return "asked before"
    return None


def check_ruthless(draft: RuthlessDraft, case: Case) -> Ruthless:
    """Advice after the yes. `first` is emptied if it fails; pieces that fail are dropped."""
    checker = Checker(case)
    today = case.brief.today
    close_by = _date(draft.close_by)
    if draft.close_by not in (None, UNKNOWN) and close_by is None:
        checker.drop("close date", draft.close_by or "", "is not a date")
    if close_by is not None and close_by < today:
        checker.drop("close date", draft.close_by or "", "lies in the past")
        close_by = None
    plan = list(_steps(draft.plan, checker, close_by))
    contacts = list(check_contacts(draft.contacts, checker, close_by))
    if reason := checker.fault(draft.first):
        checker.drop("first", draft.first, reason)
    return Ruthless(
        first="" if any(d.what == "first" for d in checker.dropped) else draft.first,
        win_win=WinWin(
            they_get=_points(draft.they_get, checker),
            we_get=_points(draft.we_get, checker),
            leave_on_table=_points(draft.leave_on_table, checker),
        ),
        close_by=close_by,
        plan=tuple(plan),
        contacts=tuple(contacts),
        dropped=tuple(checker.dropped),
    )


def _points(points: tuple[DraftPoint, ...], checker: Checker) -> tuple[Point, ...]:
    kept = []
    for point in points:
        if reason := checker.fault(point.text):
            checker.drop("point", point.text, reason)
        else:
            kept.append(Point(text=point.text, quote=checker.quote(point.quote)))
    return tuple(kept)


def _steps(steps: tuple[DraftStep, ...], checker: Checker, close_by: date | None) -> Iterator[Step]:
    today, known, seen = checker.case.brief.today, set[str](), set[str]()
    for step in steps:
        due = _date(step.due)
        reason = checker.fault(step.what) or checker.fault(step.owner) or (checker.fault(step.signer) if step.signer is not None else None)
        if step.due not in (None, UNKNOWN) and due is None:
            reason = reason or "its date is not a date"
        if due is not None and due < today:
            reason = reason or "its date has passed"
        if due is not None and close_by is not None and due > close_by and step.signer:
            reason = reason or "signs after the close date"
        if not set(step.after) <= known:
            reason = reason or "waits for a step that is not before it"
        if step.id in known or step.what.casefold() in seen:
            reason = reason or "said before"
        if reason:
            checker.drop("step", step.what, reason)
            continue
        known.add(step.id)
        seen.add(step.what.casefold())
        yield Step(**step.model_dump(exclude={"quote", "due"}), due=due, quote=checker.quote(step.quote))


def check_contacts(contacts: tuple[DraftContact, ...], checker: Checker, close_by: date | None) -> Iterator[Contact]:
    """The contacts that pass: one a working day, each a play with a reason of its own."""
    plays = {play.id for play in checker.case.brief.playbook.plays}
    days, reasons, used = set(working_days(checker.case.brief.today, close_by)), set[str](), set[date]()
    for contact in contacts:
        day = _date(contact.day)
        reason = checker.fault(contact.reason) or checker.fault(contact.whom)
        if day is None or day not in days:
            reason = reason or "not a working day before the close date"
        elif day in used:
            reason = reason or "a second reason for the same day"
        if contact.play not in plays:
            reason = reason or "not one of the plays"
        if contact.reason.casefold() in reasons:
            reason = reason or "the same reason twice"
        if reason or day is None:
            checker.drop("contact", contact.reason, reason or "")
            continue
        used.add(day)
        reasons.add(contact.reason.casefold())
        yield Contact(day=day, reason=contact.reason, whom=contact.whom, play=contact.play)


def working_days(today: date, close_by: date | None) -> list[date]:
    """Monday to Friday from today to the close date, at most `MOST_DAYS`; the next ten if no date is known. Holidays are not known."""
    days: list[date] = []
    day = today
    most = MOST_DAYS if close_by else 10
    while len(days) < most and (close_by is None or day <= close_by):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text and text != UNKNOWN else None
    except ValueError:
        return None
