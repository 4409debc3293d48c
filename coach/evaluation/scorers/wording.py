"""What may be said in coaching, whoever worded it. In: a line of text. Out: the fault in it, or None.

These are the eval's own lints, apart from the checks that the product runs, so that a check that breaks is seen here.
"""

import re
from difflib import SequenceMatcher

from coach.evaluation.scorers.seen import NUMBER, Seen

FILLER = r"^\W*(?:(?:and|so|but|ok|okay|well|now|then)\W+){0,3}"
ASKS = r"(?:what|who|whom|whose|how|why|when|where|which|to what extent|in your (?:own )?words)"
OPEN = re.compile(
    FILLER + rf"(?:(?:about|after|against|at|before|besides|by|for|from|in|of|on|since|through|to|under|until|with)\s+)?{ASKS}\b"
    rf"|{FILLER}(?:(?:can|could|would|will) you (?:walk|talk|take|tell|show|give|describe|explain)|walk me|talk me|tell me|describe|help me)\b",
    re.IGNORECASE,
)
SHUT = re.compile(
    FILLER + r"(?:is|are|was|were|am|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must|isn['’]?t|aren['’]?t|won['’]?t)\b", re.IGNORECASE
)
IF = re.compile(FILLER + r"if\b", re.IGNORECASE)
CLAUSE = re.compile(r"(?<=[,.!?:;])\s+|(?<=[,.!?:;]”)\s+")
LEADING = re.compile(
    r"^\W*(?:don'?t|don’t|doesn['’]?t|wouldn['’]?t|isn['’]?t|aren['’]?t|won['’]?t|can['’]?t|shouldn['’]?t|surely|so you(?:'re| are)?|you(?:'d| would|'ll| will)? agree)\b"
    r"|\b(?:right|isn'?t it|don'?t you|wouldn'?t you|agreed|correct)\?\s*$|\bwhat do you (?:love|like) (?:most|best)\b|\bhow (?:great|good|happy|excited)\b",
    re.IGNORECASE,
)
STOCK = re.compile(
    r"\b(?:touch(?:ing)? base|check(?:ing)? in|circl(?:e|ing) back|follow(?:ing)? up|reach(?:ing)? out|leverage|synerg\w+|move the needle|low[- ]hanging|any (?:news|updates?))\b",
    re.IGNORECASE,
)
ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]\w+")
CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december".split()
)
CONTENT = re.compile(r"[^\W\d_]{5,}")
SAME = 0.95  # similarity from which two lines are one


def leads(text: str) -> str | None:
    """Whether a question puts its answer into the other's mouth."""
    return f"leads: “{text}”" if LEADING.search(text) else None


def closed(text: str) -> str | None:
    """Whether a question can be answered with yes or no: some clause asks openly, and none before it asks for a yes."""
    for clause in CLAUSE.split(text):
        if OPEN.match(clause) or (IF.match(clause) and re.search(rf"\b{ASKS}\b[^,]*\?", clause, re.IGNORECASE)):
            return None
        if SHUT.match(clause):
            break
    return f"closed: “{text}”"


def stock(text: str) -> str | None:
    """A phrase that anybody says and that helps nobody."""
    found = STOCK.search(text)
    return f"stock phrase “{found.group()}”" if found else None


def invented(text: str, seen: Seen) -> str | None:
    """A number or name that stands neither in the note nor in the playbook."""
    numbers, words = seen.known
    for number in NUMBER.findall(ISO.sub(" ", text)):
        if number.strip(".,:") not in numbers:
            return f"{number} is not in the note: “{text}”"
    names = (name for name in NAME.findall(text) if name.casefold() not in words and name.casefold() not in CALENDAR)
    return next((f"{name} is not in the note: “{text}”" for name in names), None)


def anchored(text: str, seen: Seen) -> bool:
    """Whether a line could only be about this note: it shares a name, a number or two words of content with it."""
    words = {word.casefold() for word in CONTENT.findall(seen.case.note)}
    shared = {word.casefold() for word in CONTENT.findall(text)} & words
    names = {name for person in seen.case.speakers for name in person.split()} | {p.name for p in seen.conversation.people}
    return len(shared) >= 2 or any(name in text for name in names if len(name) > 2) or any(n in seen.case.note for n in NUMBER.findall(text))


def alike(one: str, other: str) -> bool:
    """Whether two lines are near copies. Looser likeness says nothing: the same words can ask for opposite things."""
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio() >= SAME
