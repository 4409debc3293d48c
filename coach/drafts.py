"""Advice from the playbook and the note alone. In: a request for advice. Out: a draft, or finished advice with its gaps filled.

Used by the offline analyst for whole drafts, and by the review to fill what a model left out or the checks dropped. All
wording is the playbook's; names, money and dates are the note's. Pure: no model, no clock.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from coach.advice import (
    UNKNOWN,
    AdviseRuthless,
    AdviseSkeptical,
    Contact,
    DraftContact,
    DraftNo,
    DraftPoint,
    DraftQuestion,
    DraftStep,
    Ruthless,
    RuthlessDraft,
    Skeptical,
    SkepticalDraft,
    WinWin,
)
from coach.checks import FEWEST_QUESTIONS, MOST_QUESTIONS, Case, Checker, check_contacts, check_ruthless, check_skeptical, working_days
from coach.commitment import Pointer
from coach.cues import MONEY
from coach.dates import dates
from coach.grounding import Evidence, Quote
from coach.particulars import NOT_NAMES, slots
from coach.playbook import Criterion, Milestone, PlaybookQuestion, slots_in
from coach.sentences import sentences
from coach.verdict import Standing

OWNED = re.compile(r"^(?:my|his|her|their|our) ", re.IGNORECASE)
OWNER_HINT = re.compile(
    r"(?:that['’]?s|lawyer|counsel|solicitor|attorney|accountant|buyer|by|ask) ([A-Z][a-zà-ÿ]+)\b|"
    r"\b([A-Z][a-zà-ÿ]+) (?:in|from) (?:legal|procurement|purchasing|finance|it|security|accounts)\b"
)
"""Names of people who are said to own a step."""
BADNESS = {"at_risk": 0, "missing": 1, "met": 2}


class _Words:
    """Fills the slots of playbook texts from one note."""

    def __init__(self, request: AdviseSkeptical | AdviseRuthless) -> None:
        brief = request.brief
        self.known = slots(brief.conversation, request.findings.verdict, request.findings.evidence, brief.playbook, brief.today)

    def fill(self, *texts: str) -> tuple[str, ...] | None:
        """The texts with their slots filled, or None if the note does not fill one of them, or one is no slot."""
        try:
            wanted = frozenset[str]().union(*map(slots_in, texts))
        except ValueError:
            return None
        if not wanted <= self.known.keys():
            return None
        filled = (text.format(**self.known) for text in texts)
        return tuple(text[:1].upper() + text[1:] for text in filled)

    def fill_asked(self, ask: str, *texts: str) -> tuple[str, ...] | None:
        """As `fill`, with the first text said aloud to the person: "their brother" is "your brother" there."""
        spoken = _Spoken(self.known)
        first, rest = spoken.fill(ask), self.fill(*texts)
        return (*first, *rest) if first and rest else None


class _Spoken(_Words):
    def __init__(self, known: dict[str, str]) -> None:
        self.known = {name: OWNED.sub("your ", text) if name == "decider" else text for name, text in known.items() if name != "person"}


def _pointer(quote: Quote | None) -> Pointer | None:
    return Pointer(line=quote.turn, quote=quote.text) if quote else None


def skeptical_draft(request: AdviseSkeptical) -> SkepticalDraft:
    """The no, the first thing and up to five questions, worst first."""
    words, playbook = _Words(request), request.brief.playbook
    ranked = _worst_first(request)
    questions = list(_opening_questions(request, words))
    per_criterion = {q.criterion: 1 for q in questions}
    for wanted, most, met in ((MOST_QUESTIONS, 1, False), (MOST_QUESTIONS, 2, False), (FEWEST_QUESTIONS, 1, True), (FEWEST_QUESTIONS, 3, True)):
        for criterion, standing, evidence in ranked:
            if len(questions) < wanted and per_criterion.get(criterion.id, 0) < most and (standing.status == "met") <= met:
                for question in _questions(criterion, standing, evidence or _last(standing, request), words):
                    if all(question.ask != q.ask for q in questions):
                        questions.append(question)
                        per_criterion[criterion.id] = per_criterion.get(criterion.id, 0) + 1
                        break
    worst, _, evidence = ranked[0]
    dies = words.fill(worst.dies_by) or (worst.dies_by,)
    first = next((f[0] for o in playbook.openings if o.rule == request.findings.verdict.rule and (f := words.fill(o.first))), "")
    return SkepticalDraft(
        the_no=DraftNo(criterion=worst.id, quote=_pointer(evidence.quote if evidence else None), text=dies[0]),
        questions=tuple(questions[:MOST_QUESTIONS]),
        first=first or (questions[0].ask if questions else ""),
    )


def _worst_first(request: AdviseSkeptical) -> list[tuple[Criterion, Standing, Evidence | None]]:
    """Criteria with their standing and the words that count most against them, the likeliest killer first."""
    rows = []
    for place, (criterion, standing) in enumerate(zip(request.brief.playbook.criteria, request.findings.standings, strict=True)):
        mine = [request.findings.evidence[i] for i in standing.evidence]
        against = [e for e in mine if e.polarity == "undermines"] or [e for e in mine if e.basis == "hope"]
        solid = any(e.basis != "hope" for e in against)
        rows.append(((BADNESS[standing.status], not solid, not criterion.must_have, place), criterion, standing, against[-1] if against else None))
    rows.sort(key=lambda row: row[0])
    return [(criterion, standing, evidence) for _, criterion, standing, evidence in rows]


def _last(standing: Standing, request: AdviseSkeptical) -> Evidence | None:
    return request.findings.evidence[standing.evidence[-1]] if standing.evidence else None


def _whom(evidence: Evidence | None, words: _Words) -> str:
    speaker = evidence.speaker if evidence and evidence.speaker else None
    return speaker or words.known.get("person") or "your contact"


def _opening_questions(request: AdviseSkeptical, words: _Words) -> Iterator[DraftQuestion]:
    for opening in request.brief.playbook.openings:
        criterion = request.brief.playbook.about(opening.topic) if opening.topic else None
        if opening.rule != request.findings.verdict.rule or criterion is None or opening.ask is None:
            continue
        standing = next(s for s in request.findings.standings if s.id == criterion.id)
        filled = words.fill_asked(opening.ask, opening.no_if, opening.help)
        if filled is None or standing.status == "met":
            continue
        why = _pointer(request.findings.verdict.commitment.quote) or _pointer(request.findings.verdict.against)
        if why is not None or standing.status == "missing":
            yield DraftQuestion(criterion=criterion.id, why=why, whom=_whom(None, words), no_if=filled[1], help=filled[2], ask=filled[0])
            return


def _questions(criterion: Criterion, standing: Standing, evidence: Evidence | None, words: _Words) -> Iterator[DraftQuestion]:
    case = {"missing": "missing", "met": "any"}.get(standing.status) or ("hope" if evidence and evidence.basis == "hope" else "against")

    def fitting(question: PlaybookQuestion) -> bool:
        return question.when in (case, "any")

    # texts that use the note's own names come before general ones
    for question in sorted(filter(fitting, criterion.questions), key=lambda q: (q.when == "any", "{" not in q.ask)):
        filled = words.fill_asked(question.ask, question.no_if, question.help)
        if filled:
            yield DraftQuestion(
                criterion=criterion.id,
                why=_pointer(evidence.quote if evidence else None),
                whom=_whom(evidence, words),
                no_if=filled[1],
                help=filled[2],
                ask=filled[0],
            )


def ruthless_draft(request: AdviseRuthless) -> RuthlessDraft:
    """The win-win, the close plan and a reason for contact for each working day."""
    words, playbook, today = _Words(request), request.brief.playbook, request.brief.today
    plan = list(_plan(request, words))
    signing = next((s for s in plan if s.signer), None)
    close_by = date.fromisoformat(signing.due) if signing and signing.due else None
    need = [e for e in request.findings.evidence if _topic(request, e) == "need" and e.polarity == "supports"]
    when = [e for e in request.findings.evidence if _topic(request, e) == "timeline" and e.polarity == "supports"]
    yes = request.findings.verdict.commitment
    contacts = _contacts(request, words, working_days(today, close_by))
    they = [DraftPoint(text="The problem they named is gone", quote=_pointer(e.quote)) for e in need[:1]]
    they += [DraftPoint(text="In time for the date they named", quote=_pointer(e.quote)) for e in when[:1]]
    amount = next((m.group() for q in (yes.quote,) if q for m in MONEY.finditer(q.text)), None)
    first = next((f[0] for o in playbook.openings if o.rule == request.findings.verdict.rule and (f := words.fill(o.first))), plan[0].what if plan else "")
    return RuthlessDraft(
        they_get=tuple(they) or (DraftPoint(text="Ask what they will tell their own people they bought, and write that down", quote=None),),
        we_get=(DraftPoint(text=f"The order: {amount}" if amount else "The order, on the terms already agreed", quote=_pointer(yes.quote)),),
        leave_on_table=tuple(DraftPoint(text=f[0], quote=None) for give in playbook.gives if (f := words.fill(give)))[:2],
        close_by=close_by.isoformat() if close_by else None,
        plan=tuple(plan),
        contacts=contacts,
        first=first,
    )


def _contacts(request: AdviseRuthless, words: _Words, days: list[date], used: tuple[Contact, ...] = ()) -> tuple[DraftContact, ...]:
    """A play that was not used yet for each day, in the playbook's order, as far as the note fills their slots."""
    filled = ((play.id, text[0]) for play in request.brief.playbook.plays if (text := words.fill(play.reason)))
    plays, reasons = {contact.play for contact in used}, {contact.reason.casefold() for contact in used}
    ready = ((play, reason) for play, reason in filled if play not in plays and reason.casefold() not in reasons)
    whom = words.known.get("person", UNKNOWN)
    return tuple(DraftContact(day=day.isoformat(), reason=reason, whom=whom, play=play) for day, (play, reason) in zip(days, ready, strict=False))


def _topic(request: AdviseRuthless, evidence: Evidence) -> str | None:
    criterion = request.brief.playbook.criterion(evidence.criterion)
    return criterion.topic if criterion else None


def _plan(request: AdviseRuthless, words: _Words) -> Iterator[DraftStep]:
    """Milestones without cues always, the others if the note speaks of them, in order, with the note's dates and owners."""
    brief = request.brief
    chosen: list[tuple[Milestone, Pointer | None, str | None, date | None]] = []
    for milestone in brief.playbook.milestones:
        pointer, owner, due = _mention(milestone, request)
        if pointer or not milestone.cues or milestone.signs:
            chosen.append((milestone, pointer, owner, due))
    ids = {m.id for m, *_ in chosen}
    last = brief.today
    deadline = next((due for m, _, _, due in chosen if m.signs and due), None)
    for milestone, pointer, owner, due in chosen:
        by = words.known.get("person")
        if milestone.signs:
            owner = owner or by
        who = "you" if milestone.side == "us" else owner or (UNKNOWN if milestone.side == "theirs" else f"you and {by}" if by else "you")
        if due is None and milestone.side == "us":
            due = _working(brief.today, milestone.days)
            if deadline and due > deadline:
                due = deadline
        elif due is None and deadline and not milestone.signs and milestone.days and "sign" not in milestone.after:
            due = min(_working(last, milestone.days), deadline)
        last = max(last, due) if due else last
        yield DraftStep(
            id=milestone.id,
            what=(words.fill(milestone.what) or (milestone.what,))[0],
            side=milestone.side,
            owner=who,
            signer=(owner or UNKNOWN) if milestone.signs else None,
            due=due.isoformat() if due else None,
            after=tuple(a for a in milestone.after if a in ids),
            quote=pointer,
        )


def _working(start: date, days: int) -> date:
    day = start + timedelta(days=days)
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def _mention(milestone: Milestone, request: AdviseRuthless) -> tuple[Pointer | None, str | None, date | None]:
    """Where the note speaks of a milestone last: the words, who is named in them, and the first date to come in them."""
    if not milestone.cues:
        return None, None, None
    conversation, today = request.brief.conversation, request.brief.today
    cues = "|".join(re.escape(c) for c in milestone.cues)
    cue, anywhere = re.compile(rf"(?<!\w)(?:{cues})", re.IGNORECASE), re.compile(cues, re.IGNORECASE)
    best: tuple[Pointer | None, str | None, date | None] = (None, None, None)
    for turn in conversation.turns:
        if turn.kind in ("plan", "summary") or not anywhere.search(conversation.source, turn.start, turn.end):
            continue  # most turns hold no cue at all, so they need not be cut into sentences
        if conversation.is_planted(turn.start, turn.end):
            continue
        for start, end in sentences(conversation.source, turn.start, turn.end):
            text = conversation.source[start:end]
            if not cue.search(text) or text.rstrip().endswith("?"):
                continue
            due = next((day for _, _, day in dates(text, today) if day >= today), None)
            if turn.side == "rep" and milestone.side != "us":
                continue
            hints = (name for hint in OWNER_HINT.finditer(text) for name in hint.groups() if name and name.casefold() not in NOT_NAMES)
            hinted = next(hints, turn.speaker if milestone.signs and turn.side == "prospect" else None)
            owner = next((p.name for p in conversation.people if p.side != "rep" and re.search(rf"\b{re.escape(p.name.split()[0])}\b", text)), hinted)
            if best[0] is None or due or best[2] is None:
                best = (None if turn.side == "rep" else Pointer(line=turn.index, quote=text), owner or best[1], due or best[2])
    return best


def complete_skeptical(advice: Skeptical, request: AdviseSkeptical, case: Case) -> Skeptical:
    """The advice with a no, a first thing and at least three questions, filled from the playbook where they are lacking."""
    if advice.first and advice.the_no.text and len(advice.questions) >= FEWEST_QUESTIONS:
        return advice
    spare = check_skeptical(skeptical_draft(request), case)
    asked, about = {q.ask for q in advice.questions}, {q.criterion for q in advice.questions}
    more = sorted((q for q in spare.questions if q.ask not in asked), key=lambda q: q.criterion in about)
    questions = (advice.questions + tuple(more))[: max(FEWEST_QUESTIONS, len(advice.questions))]
    return advice.model_copy(
        update={
            "first": advice.first or spare.first or (questions[0].ask if questions else ""),
            "the_no": advice.the_no if advice.the_no.text else spare.the_no,
            "questions": questions,
        }
    )


def complete_ruthless(advice: Ruthless, request: AdviseRuthless, case: Case) -> Ruthless:
    """The advice with a first thing, a plan that somebody signs, and a reason for each working day, filled from the playbook."""
    spare = check_ruthless(ruthless_draft(request), case)
    signed = any(step.signer for step in advice.plan) and any(step.side != "us" for step in advice.plan)
    close_by = advice.close_by if signed else spare.close_by
    days = working_days(request.brief.today, close_by)
    kept = tuple(contact for contact in advice.contacts if contact.day in days)
    free = [day for day in days if day not in {contact.day for contact in kept}]
    more = check_contacts(_contacts(request, _Words(request), free, kept), Checker(case), close_by)
    win, fill = advice.win_win, spare.win_win
    return advice.model_copy(
        update={
            "first": advice.first or spare.first,
            "close_by": close_by,
            "plan": advice.plan if signed else spare.plan,
            "contacts": tuple(sorted((*kept, *more), key=lambda c: c.day)),
            "win_win": WinWin(
                they_get=win.they_get or fill.they_get,
                we_get=win.we_get or fill.we_get,
                leave_on_table=win.leave_on_table or fill.leave_on_table,
            ),
        }
    )
