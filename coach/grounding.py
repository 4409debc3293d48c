"""Claims -> Evidence or Rejected. In: claims and the Conversation. Out: quotes cut from the source, each reject with a reason.

A quote is looked for in its cited line, then in the neighbouring lines of the same speaker, then anywhere, by exact
match after folding case, white space, quote marks, dashes, accents and invisible characters, on token boundaries:
"we can" is not in "we can't". What is shown is the slice of the source, so a shown quote cannot differ from it. Never
fuzzy: "we do have budget" is 92% like "we do not have budget". Pure: no model, no clock, no files.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from coach.conversation import Conversation, Kind, Side, Turn, Value
from coach.cues import is_hope
from coach.evidence import Claim, Doubted, Polarity
from coach.playbook import Playbook
from coach.sentences import sentences

Basis = Literal["said", "reported", "hope"]
SHORT = 3  # a quote of fewer tokens is only accepted in the line it was cited from
NEIGHBOURS = 3
LONGEST = 2_000  # characters of a quote
REPEATED = 8  # words for, and as many against, a criterion that a later request repeats
QUOTES_AND_DASHES = {
    **dict.fromkeys('‘’‚‛′`´“”„‟″«»‹›＂＇"', "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
}
BLANKS = "\u3164\u2800\u115f\u1160\uffa0"  # look like nothing, are letters or symbols to Unicode
JOINERS = "\u200c\u200d"  # carry meaning inside Indic and Arabic words and emoji
HINGES = "'’-‐‑"  # between two letters they are part of a word: can't, non-binding
EVERYDAY = {chr(at): chr(at).lower() for at in range(ord("!"), ord("~") + 1)} | QUOTES_AND_DASHES | {" ": " ", "\n": " "}
"""What most texts are made of: each folds to one character."""
FOLDS = str.maketrans(EVERYDAY)
UNUSUAL = re.compile(f"[^{re.escape(''.join(EVERYDAY))}]|[ \n]{{2}}|\\A[ \n]")
POINTS = ".,:"  # between two digits they are part of a number: 1.5, 180,000


class Quote(Value):
    """Text cut from the source: `source[start:end] == text`. `turn` is the index of the turn that holds it."""

    text: str
    start: int
    end: int
    turn: int

    @property
    def place(self) -> tuple[int, int]:
        """Sorts by when it was said; in an e-mail thread the newest message may stand on top."""
        return self.turn, self.start


class Evidence(Value):
    """A grounded claim."""

    criterion: str
    polarity: Polarity
    basis: Basis
    side: Side
    speaker: str | None
    quote: Quote


class Rejected(Value):
    """A claim that did not stand. `quote` is what the answerer offered, cut to 200 characters; it is not source text."""

    what: str
    quote: str
    line: int
    reason: str


def _folds(char: str) -> str:
    if char in QUOTES_AND_DASHES:
        return QUOTES_AND_DASHES[char]
    if char.isspace() or char in BLANKS:
        return " "
    if (unicodedata.category(char) in ("Cf", "Cc") and char not in JOINERS) or "\ufe00" <= char <= "\ufe0f":
        return ""
    return unicodedata.normalize("NFD", char.casefold())


def _wordy(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _by_character(text: str) -> tuple[str, list[int]]:
    """The folded text, and where each of its characters comes from."""
    known: dict[str, str] = {}
    parts: list[str] = []
    offsets: list[int] = []
    blank = True
    for at, char in enumerate(text):
        piece = known.get(char)
        if piece is None:
            piece = known[char] = _folds(char)
        if piece == " ":
            if blank:
                continue
            blank = True
        elif piece:
            blank = False
        parts.append(piece)
        offsets.extend([at] * len(piece))
    return "".join(parts), offsets


class Folded:
    """A text folded for matching, with the way back to the original offsets."""

    def __init__(self, text: str) -> None:
        self._source = text
        self.text: str
        self.offsets: Sequence[int]
        if UNUSUAL.search(text):
            self.text, self.offsets = _by_character(text)
        else:
            self.text, self.offsets = text.translate(FOLDS), range(len(text))

    def find(self, needle: str) -> Iterator[tuple[int, int]]:
        """Original (start, end) of each occurrence of an already folded needle that begins and ends with a token."""
        at = self.text.find(needle)
        while at >= 0:
            stop = at + len(needle)
            if not self._splits(at) and not self._splits(stop):
                yield self.offsets[at], self.offsets[stop - 1] + 1
            at = self.text.find(needle, at + 1)

    def _splits(self, at: int) -> bool:
        """Whether a cut before the folded character `at` goes through a word or a number."""
        if not 0 < at < len(self.text):
            return False
        return (_wordy(self.text[at - 1]) and _wordy(self.text[at])) or self._hinge(at - 1) or self._hinge(at)

    def _hinge(self, at: int) -> bool:
        if not 0 < at < len(self.text) - 1:
            return False
        sign, before, after = self._source[self.offsets[at]], self.text[at - 1], self.text[at + 1]
        return (sign in HINGES and _wordy(before) and _wordy(after)) or (sign in POINTS and before.isdigit() and after.isdigit())


class Grounder:
    """Finds quotes in one conversation; folds each turn once."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._folded: dict[int, Folded] = {}

    def quote(self, line: int, words: str) -> Quote | str:
        """The source text of `words`, or the reason why there is none."""
        if len(words) > LONGEST:
            return f"longer than {LONGEST:,} characters"
        needle = Folded(words).text.strip().strip("'").strip()
        if not any(char.isalnum() for char in needle):
            return "the quote is empty"
        turns = self.conversation.turns
        cited = turns[line] if 0 <= line < len(turns) else None
        if cited is not None and (found := self._in(cited, needle)):
            return found
        if len(needle.split()) < SHORT:
            return "too short to be found without its line" if cited is None else "not in the cited line"
        for turn in self._nearby(cited):
            if found := self._in(turn, needle):
                return found
        places = [found for turn in turns if (found := self._in(turn, needle))]
        if not places:
            return "these words are not in the text"
        return places[0] if len(places) == 1 else "found more than once, and not in the cited line"

    def _fold(self, turn: Turn) -> Folded:
        if turn.index not in self._folded:
            self._folded[turn.index] = Folded(self.conversation.text(turn))
        return self._folded[turn.index]

    def _in(self, turn: Turn, needle: str) -> Quote | None:
        for start, end in self._fold(turn).find(needle):
            start, end = turn.start + start, turn.start + end
            return Quote(text=self.conversation.source[start:end], start=start, end=end, turn=turn.index)
        return None

    def _nearby(self, cited: Turn | None) -> Iterator[Turn]:
        if cited is None:
            return
        turns = self.conversation.turns
        for step in range(1, NEIGHBOURS + 1):
            for index in (cited.index - step, cited.index + step):
                if 0 <= index < len(turns) and turns[index].speaker == cited.speaker:
                    yield turns[index]

    def testimony(self, line: int, words: str) -> Quote | str:
        """A quote that may count: also refuses plans, the rep's own words in a transcript and planted text."""
        quote = self.quote(line, words)
        if isinstance(quote, str):
            return quote
        turn = self.conversation.turns[quote.turn]
        if self.conversation.is_planted(quote.start, quote.end):
            return "addresses the software, not a person: never counts"
        if turn.kind is Kind.PLAN:
            return "was planned, not said"
        if turn.kind in (Kind.TRANSCRIPT, Kind.EMAIL) and turn.side is Side.REP:
            return "the rep's own words, not the prospect's"
        return quote

    def sentence(self, quote: Quote) -> str:
        """The sentences of the source that the quote touches."""
        turn = self.conversation.turns[quote.turn]
        around = [(a, b) for a, b in sentences(self.conversation.source, turn.start, turn.end) if a < quote.end and b > quote.start]
        return self.conversation.source[around[0][0] : around[-1][1]] if around else quote.text

    def basis(self, quote: Quote) -> Basis:
        """What a quote is worth as testimony, by where it stands."""
        if self.conversation.turns[quote.turn].kind in (Kind.TRANSCRIPT, Kind.EMAIL):
            return "said"
        return "hope" if is_hope(self.sentence(quote)) else "reported"


def latest(evidence: Iterable[Evidence], most: int = REPEATED) -> list[Evidence]:
    """The last words for and against each criterion, in order of the text: what a later request repeats of a long list."""
    counts: dict[tuple[str, str], int] = {}
    kept: list[Evidence] = []
    for item in reversed(tuple(evidence)):
        key = (item.criterion, item.polarity)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= most:
            kept.append(item)
    return kept[::-1]


def ground(claims: Iterable[Claim], conversation: Conversation, playbook: Playbook) -> tuple[list[Evidence], list[Rejected]]:
    """Evidence in order of the text, and everything that was thrown out."""
    grounder = Grounder(conversation)
    kept: dict[tuple[str, str, int, int], Evidence] = {}
    rejected: list[Rejected] = []
    for claim in claims:
        reason: str | None = None
        quote = grounder.testimony(claim.line, claim.quote)
        if isinstance(quote, str):
            reason = quote
        elif isinstance(claim, Doubted):
            reason = claim.doubt
        elif playbook.criterion(claim.criterion) is None:
            reason = "no such criterion in the playbook"
        elif claim.polarity == "supports" and conversation.turns[quote.turn].kind is Kind.SUMMARY:
            reason = "a heading or summary, not something that was said"
        if reason is not None or isinstance(quote, str):
            text = claim.quote[:200]
            rejected.append(Rejected(what=claim.criterion[:60], quote=text, line=claim.line, reason=reason or ""))
            continue
        turn = conversation.turns[quote.turn]
        basis = grounder.basis(quote)
        evidence = Evidence(
            criterion=claim.criterion,
            polarity=claim.polarity,
            basis="hope" if claim.hope and basis == "reported" else basis,
            side=turn.side,
            speaker=turn.speaker,
            quote=quote,
        )
        kept.setdefault((claim.criterion, claim.polarity, quote.start, quote.end), evidence)
    return sorted(kept.values(), key=lambda e: (e.quote.turn, e.quote.start)), rejected
