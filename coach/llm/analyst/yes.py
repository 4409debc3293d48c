"""Commitments, nominated without a model. In: a Reading. Out: a JudgeReply.

The classifier says how far a unit goes on the ladder; the cue grammar says what the yes is to, whether it hangs on an if
and whether a later unit takes it back; who can decide comes from what was found on authority, from titles, and from the
deciding words themselves. `coach.commitment` holds all of it against the text again.
"""

import re

from coach.commitment import LADDER, CanDecide, ClaimedCommitment, Judge, JudgeReply, Level, Object, Opinion, Pointer, is_chief
from coach.conversation import Conversation, Kind, Side
from coach.cues import is_hope, is_hypothetical, is_question, object_of, open_condition
from coach.llm.analyst.deals import deal_in, deals_of
from coach.llm.analyst.reading import COLUMNS, REFUSED, Reading
from coach.llm.analyst.units import Unit

SURE = {"signed": 0.3, "verbal": 0.3, "conditional": 0.4, "next_step": 0.45, "interest": 0.5}
FULL = ("verbal", "signed")
PLAIN = 1.0  # log odds of a yes in one unit, by both models or by the linear one alone, that make it plain words
LIKELY_IF_PLAIN = 0.3  # and how likely the whole text has to make a yes then
SURELY = 0.8  # probability that the text ends in a real yes from which what was said before a bare yes does not make it a yes to that
LIKELY = 0.65  # probability that the text ends in a real yes from which the analyst thinks so, and eases the floor for a yes
POSSIBLE = 0.5  # and from which it cannot tell
EASED = 0.4  # share of the floor that is enough for a yes where the whole text makes one likely
FAINT = 0.05  # probability that is enough for the likeliest of all, where the whole text makes a yes likely and nothing else says it
AHEAD = 4  # units looked ahead for it, where none before says it
BACK = 6  # units looked back for what a bare yes is a yes to
MOST = 8  # commitments nominated
OWN_DEED = re.compile(
    r"^[^\w\"“”„«»‘']*(?:next steps?|to ?do|actions?|follow[- ]?up|next)?[^\w\"“”„«»‘']*(?:i|we|i['’]?ll|we['’]?ll|will|need to|must|gonna|going to|sending|send|to send)\b(?!.*\b(?:he|she|they|asked|said|says|wants?|agreed|told|confirmed|awarded|chosen|picked)\b)",
    re.IGNORECASE,
)
"""Notes on what the rep did or will do: no commitment of theirs. What stands in quote marks, somebody else may have said."""
DECIDED = re.compile(
    r"\b(?:(?:board|committee|council|trustees|partners|directors|governors|cfo|ceo|md|owner|exec|leadership|we|i|she|he|they)(?:'s|'ve|’ve| has| have| had| all)? (?:just |now |already |formally |unanimously |finally )*(?:approved?|decided|voted|signed|agreed|resolved|chosen|chose|picked|awarded|okayed|ok'?d|green-?lit|released|countersigned)|"
    r"i'?m (?:signing|approving|buying|taking|the one (?:who|that) (?:signs|decides|pays))|i(?:'ll| will) (?:sign|approve)|(?:it'?s|that'?s) (?:my|our) (?:call|decision|money|card|pocket|name)|purchase order|po (?:is|was|number|no|has|came|comes|going|went)|deposit (?:paid|is|was|sent|went|landed)|paid the|wired|countersigned)\b",
    re.IGNORECASE,
)


def judge(reading: Reading, request: Judge) -> JudgeReply:
    """Nominated commitments, strongest first."""
    faint = _likeliest(reading)
    found = [(at, claim) for at in range(len(reading.units)) if (claim := _nominate(reading, at, request, faint))]
    found.sort(key=lambda pair: (LADDER.index(pair[1].level), reading.score(pair[0], "=" + pair[1].level)), reverse=True)
    commitments = tuple(claim for _, claim in found[:MOST])
    return JudgeReply(reason="words of commitment in the text", commitments=commitments, refusal=_refusal(reading), opinion=_opinion(reading, found))


def _opinion(reading: Reading, found: list[tuple[int, ClaimedCommitment]]) -> Opinion:
    """What the text as a whole says, beside the quotes; of several deals in one text it says nothing, so the quotes stand alone."""
    if deals_of(reading):
        return "stage_2" if any(claim.level in FULL for _, claim in found) else "stage_1"
    if reading.real_yes >= (LIKELY_IF_PLAIN if any(_plain(reading, at, claim) for at, claim in found) else LIKELY):
        return "stage_2"
    return "cannot_tell" if reading.real_yes >= POSSIBLE else "stage_1"


def _plain(reading: Reading, at: int, claim: ClaimedCommitment) -> bool:
    """Whether the unit says yes in so many words."""
    if claim.level not in FULL:
        return False
    head = COLUMNS["=" + claim.level]
    return float(max(reading.odds[at, head], reading.linear[at, head])) >= PLAIN


def _likeliest(reading: Reading) -> int | None:
    """The unit that comes nearest to a yes to buying, in a text that as a whole makes one likely and has none that is clear."""
    if reading.real_yes < LIKELY or any(_level(reading, at) in FULL for at in range(len(reading.units)) if not reading.units[at].rep):
        return None
    theirs = [at for at, unit in enumerate(reading.units) if not unit.rep and not is_question(unit.text)]
    scored = [(max(reading.score(at, "=" + level) for level in FULL) - reading.score(at, "=refused"), at) for at in theirs]
    best = max(scored, default=(0.0, -1))
    return best[1] if best[0] >= FAINT else None


def _nominate(reading: Reading, at: int, request: Judge, faint: int | None) -> ClaimedCommitment | None:
    unit = reading.units[at]
    if unit.rep or (unit.turn.kind is Kind.NOTES and OWN_DEED.search(unit.text)):
        return None
    level = "verbal" if at == faint else _level(reading, at)
    if level is None:
        return None
    to = _object(reading, at)
    condition = open_condition(unit.text)
    who = _who(unit, reading.conversation)
    can_decide, authority = _power(reading, at, who, level, request)
    hope = unit.turn.kind is Kind.NOTES and (is_hope(unit.text) or reading.score(at, "=hope") > SURE["verbal"])
    return ClaimedCommitment(
        line=unit.turn.index,
        quote=unit.text,
        by=who,
        to=to,
        level=level,
        hope=hope,
        condition=condition,
        can_decide=can_decide,
        authority=authority,
        taken_back=_taken_back(reading, at) if level not in ("interest", "next_step") else None,
        deal=deal_in(unit.text),
    )


def _level(reading: Reading, at: int) -> Level | None:
    """The highest rung that the classifier is sure of, unless it is surer of a refusal."""
    scores = {level: reading.score(at, "=" + level) for level in SURE}
    refused = reading.score(at, "=refused")
    eased = EASED if reading.real_yes >= LIKELY else 1.0
    sure = [level for level, floor in SURE.items() if scores[level] >= floor * (eased if level in FULL else 1.0) and scores[level] > refused]
    if not sure:
        return None
    best = max(sure, key=lambda level: scores[level])
    if (
        best in ("verbal", "signed")
        and (is_question(reading.units[at].text) or is_hypothetical(reading.units[at].text))
        and reading.units[at].turn.kind is not Kind.NOTES
    ):
        return "interest"
    return best  # type: ignore[return-value]


def _object(reading: Reading, at: int) -> Object:
    """What the yes is to: named in the unit, else in what was said shortly before it."""
    unit = reading.units[at]
    named = object_of(unit.text)
    if named is None and reading.real_yes >= SURELY:
        return "purchase"
    if named is None:
        for back in range(at - 1, max(-1, at - 1 - BACK), -1):
            other = reading.units[back]
            if other.turn.index < unit.turn.index - 2:
                break
            named = object_of(other.text)
            if named is not None:
                break
    return named or _later_object(reading, at) or "purchase"


def _later_object(reading: Reading, at: int) -> Object | None:
    """What the next few words make of a bare yes: "No no, the trial"."""
    if reading.units[at].turn.kind is Kind.NOTES:
        return None
    for other in reading.units[at + 1 : at + 1 + AHEAD]:
        if (named := object_of(other.text)) is not None:
            return named
    return None


def _who(unit: Unit, conversation: Conversation) -> str | None:
    if unit.turn.speaker:
        return unit.turn.speaker
    named = [p for p in conversation.people if p.side is not Side.REP and re.search(rf"(?<!\w){re.escape(p.name.split()[0])}(?!\w)", unit.text)]
    if named:
        return named[0].name
    others = [p for p in conversation.people if p.side is not Side.REP]
    return others[0].name if len(others) == 1 else None


def _power(reading: Reading, at: int, who: str | None, level: str, request: Judge) -> tuple[CanDecide, Pointer | None]:
    """Whether who commits can decide, and the words that show it."""
    unit = reading.units[at]
    if level == "signed" or DECIDED.search(unit.text):
        return "yes", Pointer(line=unit.turn.index, quote=unit.text)
    about_power = {criterion.id for criterion in request.brief.playbook.criteria if criterion.topic == "authority"}
    mine = [e for e in request.evidence if e.basis != "hope" and e.criterion in about_power]
    chief = is_chief(reading.conversation, who)
    for last in reversed(mine):
        about = who is not None and last.speaker not in (None, who)  # somebody else speaking: of this person, or of another
        if about and re.search(rf"(?<!\w){re.escape((who or '').split()[0])}(?!\w)", last.quote.text):
            return "yes", Pointer(line=last.quote.turn, quote=last.quote.text)
        if last.polarity == "supports" or not (about and chief):
            return ("yes" if last.polarity == "supports" else "no"), Pointer(line=last.quote.turn, quote=last.quote.text)
    return ("yes" if chief else "unknown"), None


def _taken_back(reading: Reading, at: int) -> Pointer | None:
    """The last words of theirs that take something back, if they come after that unit."""
    last = reading.last_back
    return Pointer(line=reading.units[last].turn.index, quote=reading.units[last].text) if last > at else None


def _refusal(reading: Reading) -> Pointer | None:
    for at in range(len(reading.units) - 1, -1, -1):
        unit = reading.units[at]
        if not unit.rep and reading.score(at, "=refused") >= REFUSED:
            return Pointer(line=unit.turn.index, quote=unit.text)
    return None
