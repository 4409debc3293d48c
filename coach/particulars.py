"""Names, money and dates that a note gives, for the words of the coaching. In: the Conversation and what was found in it.

Out: slots for playbook texts. Everything in a slot is cut from the note or left out; nothing is made up. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from coach.conversation import Conversation, Person, Side
from coach.cues import MONEY
from coach.dates import dates
from coach.grounding import Evidence
from coach.playbook import Playbook, Topic
from coach.verdict import WHAT, Verdict

KIN = r"(?:wife|husband|brother|sister|father|mother|dad|mum|mom|son|daughter|cousin|partner|boss|manager|director|accountant|lawyer|chief|head|board|committee|council|deacons?|trustees|owner|landlord|bank)"
ROLE = r"(?:CEO|CFO|COO|CTO|CIO|CRO|CMO|MD|VP|SVP|EVP|GM|CISO|president|chair(?:man|woman)?|treasurer|controller|bursar|principal|head office|headquarters|legal|procurement|finance)"
DECIDER = re.compile(rf"\b(?:(?:[Mm]y|[Tt]he|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir)\s+(?:\w+\s)?{KIN}\b|(?:[Tt]he\s+|[Oo]ur\s+)?{ROLE}\b(?:\s+[A-Z][a-zà-ÿ]+)?)")
OWNER = re.compile(r"^(?:my|our) ", re.IGNORECASE)
NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<!\w)([A-Z][\wà-ÿ&-]*[a-zà-ÿ][\w&-]*(?:\s[A-Z][\wà-ÿ&-]+)?)")
NOT_NAMES = frozenset(
    """
    i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november
    december the we they he she it our my their you yes no and but so if not q1 q2 q3 q4 excel english german french ok okay mr mrs ms dr
    """.split()
)


def prospects(conversation: Conversation) -> list[Person]:
    """People of the buying side, those who speak most first; people of unknown side after them."""
    spoken = Counter(turn.speaker for turn in conversation.turns if turn.speaker)
    people = [person for person in conversation.people if person.side is not Side.REP]
    return sorted(people, key=lambda p: (p.side is Side.UNKNOWN, -spoken[p.name]))


def slots(conversation: Conversation, verdict: Verdict, evidence: Iterable[Evidence], playbook: Playbook, today: date) -> dict[str, str]:
    """What the note gives for `playbook.SLOTS`. A slot that the note does not fill is absent."""
    found: dict[str, str] = {}
    evidence = list(evidence)
    people = prospects(conversation)
    person = verdict.commitment.by if conversation.person(verdict.commitment.by) else None
    if person or people:
        found["person"] = person or people[0].name
    if decider := _decider(_about("authority", evidence, playbook), found.get("person"), conversation):
        found["decider"] = decider
    if rival := _rival(_about("competition", evidence, playbook), conversation):
        found["rival"] = rival
    money = [m.group().strip() for e in [*_about("budget", evidence, playbook), *evidence] for m in MONEY.finditer(e.quote.text)]
    if money:
        found["amount"] = money[0]
    for item in _about("timeline", evidence, playbook):
        for start, end, _ in dates(item.quote.text, today):
            found.setdefault("date", item.quote.text[start:end])
    if verdict.failing and (failing := playbook.criterion(verdict.failing)):
        found["failing"] = failing.label.lower()
    if verdict.commitment.to in WHAT:
        found["what"] = WHAT[verdict.commitment.to or ""]
    return found


def _about(topic: Topic, evidence: list[Evidence], playbook: Playbook) -> list[Evidence]:
    criteria = {c.id for c in playbook.criteria if c.topic == topic}
    return sorted((e for e in evidence if e.criterion in criteria), key=lambda e: e.polarity == "supports")


def _decider(authority: list[Evidence], person: str | None, conversation: Conversation) -> str | None:
    for item in reversed(authority):
        if item.polarity == "undermines":
            for other in conversation.people:
                if other.side is not Side.REP and other.name != person and re.search(rf"\b{re.escape(other.name.split()[0])}\b", item.quote.text):
                    return other.name
            if found := DECIDER.search(item.quote.text):
                words = OWNER.sub("their ", found.group())
                return words if words.isupper() or words.split()[0].isupper() else words[:1].lower() + words[1:]
    return None


def _rival(competition: list[Evidence], conversation: Conversation) -> str | None:
    known = {part.casefold() for person in conversation.people for part in (*person.name.split(), *(person.company or "").split())}
    for item in competition:
        for found in NAME.finditer(item.quote.text):
            name = found.group(1)
            if not {part.casefold() for part in name.split()} & (known | NOT_NAMES):
                return name
    return None
