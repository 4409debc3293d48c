"""What the coach says about the buyer, said to the buyer. In: words of the review, and whom they are for. Out: words for a mail.

The coach writes "their side" and "for Dana to send on"; a mail to Dana says "your side" and "for you to send on". Swaps
pronouns only where they can mean nobody and nothing but the reader. Never rewords anything else.
"""

import re
from typing import NamedTuple

from coach.render.inert import unlinked

ENDS_NAME = re.compile(r"\s*(?:[,;:/&(]|\b(?:then|and|or|on|with|from|at)\b)\s*")
NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’.-][^\W\d_]*)*")
TITLES = frozenset("dr dr. mr mr. mrs mrs. ms ms. prof prof. herr frau".split())
NO_NAME = frozenset("the your our their whoever anyone everyone somebody someone nobody both unknown you we us they contact".split())

ABOUT_THEM = (
    (r"\bthemselves\b", "yourselves"),
    (r"\btheirs(?=[:.,] | to\b| by\b)", "yours"),
    (r"\btheir\b", "your"),
    (r"\b(for|with|sent to|shown to|told|leave|costs?|takes?) them\b", r"\1 you"),
    (r"(?<!\bas )\bthey\b", "you"),
)
BY_NAME = (
    (r"\bthe words of {name}\b", "your words"),
    (r"\b{name}['’]s\b", "your"),
    (r"\b(to|for|with|by|from|and) {name}\b(?! [A-Z])", r"\1 you"),
    (r"\b{name} (can|could|will|would|may|might|must|should)\b", r"you \1"),
)
PRONOUN = re.compile(r"\b(?:they|them|theirs?|themselves)\b", re.IGNORECASE)
SOMEBODY_ELSE = re.compile(r"\b(?:person|people|customers?|others|somebody|anybody|colleagues?|users?|counsels?)\b", re.IGNORECASE)


class Buyer(NamedTuple):
    """Whom the mail is for: what to call them and the whole name, both empty if the review does not give a name."""

    call: str = ""
    full: str = ""

    @property
    def greeting(self) -> str:
        """How the mail begins."""
        return f"Hello {self.call}," if self.call else "Hello,"

    def named(self, who: str) -> str:
        """People as the buyer sees them: their own name is "you"."""
        text = unlinked(who)
        for name in filter(None, (self.full, self.call)):
            text = re.sub(rf"\b{re.escape(name)}\b(?! [A-Z])", "you", text)
        return text

    def told(self, text: str) -> str:
        """The text turned to the buyer, as far as that is safe."""
        return self._turned(text) or re.sub(r"\btheir side\b", "your side", unlinked(text))

    def offered(self, text: str) -> str:
        """The text turned to the buyer; empty if it speaks of "them" and that may be somebody or something else."""
        return self._turned(text) or ""

    def _turned(self, text: str) -> str | None:
        text = unlinked(text)
        for name in filter(None, (self.full, self.call)):
            text = _swapped(text, tuple((pattern.format(name=re.escape(name)), words) for pattern, words in BY_NAME))
        if not SOMEBODY_ELSE.search(text) and not (self.call and self.call in text):
            text = _swapped(text, ABOUT_THEM)
        return None if PRONOUN.search(text) else text[:1].upper() + text[1:]


def buyer(whom: str) -> Buyer:
    """The first person in words such as "Dana Whitfield (VP Ops), then Marcus"; nobody if that is no name."""
    words = ENDS_NAME.split(unlinked(whom))[0].split()
    if not words or len(words) > 3 or words[0].casefold() in NO_NAME or not all(_is_name(word) for word in words):
        return Buyer()
    full = " ".join(words)
    return Buyer(full if words[0].casefold() in TITLES else words[0], full)


def _is_name(word: str) -> bool:
    """Whether a word may be part of a name; CFO and IT are none."""
    return bool(NAME.fullmatch(word)) and not word[0].islower() and (len(word) < 2 or not word.isupper())


def _swapped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in pairs:
        text = re.sub(rf"(?:^|(?<=[.?] ))(?i:{pattern})", words[:1].upper() + words[1:], text)
        text = re.sub(pattern, words, text)
    return text
