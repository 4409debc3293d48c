"""Evidence held against gold quotes. In: a case and a review of it. Out: which piece matches which gold quote.

Two quotes match on the overlap coefficient of their words (shared words of the shorter), not on their union: a gold clause
inside a quoted sentence is found, not half missed. The counts are those of MUC and SemEval: correct, partial, incorrect,
missing, spurious. Pure.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from coach.evaluation.cases import EvalCase
from coach.evidence import Polarity
from coach.grounding import Evidence

ENOUGH = 0.5  # overlap coefficient from which two quotes are about the same words
EXACT = 0.8  # words in both of the words in either, from which a match is correct and not partial
LONGEST = 40  # words; a longer quote has to be within `TIMES` the gold's length, or quoting everything would find everything
TIMES = 3
WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """A gold quote with its place in the note."""

    criterion: str
    polarity: Polarity
    start: int
    end: int
    required: bool


class Pair(NamedTuple):
    """A gold quote and the evidence that matches it."""

    gold: Piece
    found: Evidence
    exact: bool


class Match(NamedTuple):
    """All of one case's evidence against its gold. One piece of evidence matches one gold quote at the most."""

    pairs: tuple[Pair, ...]
    missed: tuple[Piece, ...]
    spurious: tuple[Evidence, ...]

    @property
    def agreeing(self) -> tuple[Pair, ...]:
        """Pairs that say the same for or against."""
        return tuple(pair for pair in self.pairs if pair.gold.polarity == pair.found.polarity)

    @property
    def flipped(self) -> tuple[Pair, ...]:
        """Pairs in which the review says the opposite of the gold."""
        return tuple(pair for pair in self.pairs if pair.gold.polarity != pair.found.polarity)


def gold_of(case: EvalCase) -> list[Piece]:
    """The gold quotes of a case, in order of the playbook."""
    pieces = []
    for criterion, gold in case.gold.criteria.items():
        for quote in gold.quotes:
            start = case.note.index(quote.text)
            pieces.append(Piece(criterion, quote.polarity, start, start + len(quote.text), quote.required))
    return pieces


def overlap(a: tuple[int, int], b: tuple[int, int], text: str) -> tuple[float, float, int]:
    """Overlap coefficient and share of the union, 0 to 1, over the words of two ranges of `text`, and the first range's words."""
    mine, theirs = words_in(a, text), words_in(b, text)
    shared = len(mine & theirs)
    if not shared:
        return 0.0, 0.0, len(mine)
    return shared / min(len(mine), len(theirs)), shared / len(mine | theirs), len(mine)


def words_in(span: tuple[int, int], text: str) -> frozenset[int]:
    """Where the words that begin in a range stand."""
    return frozenset(at for at in _words(text) if span[0] <= at < span[1])


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[int, ...]:
    return tuple(word.start() for word in WORD.finditer(text))


def match(case: EvalCase, evidence: tuple[Evidence, ...]) -> Match:
    """Pairs by highest overlap first, the same polarity before the other, ties by place."""
    gold = gold_of(case)
    options = []
    for g, piece in enumerate(gold):
        size = len(words_in((piece.start, piece.end), case.note))
        for f, found in enumerate(evidence):
            if found.criterion == piece.criterion:
                share, union, length = overlap((found.quote.start, found.quote.end), (piece.start, piece.end), case.note)
                if share >= ENOUGH and length <= max(LONGEST, TIMES * size):
                    options.append((found.polarity == piece.polarity, share, union, -piece.start, -found.quote.start, g, f))
    pairs: dict[int, Pair] = {}
    used: set[int] = set()
    for _, _, union, _, _, g, f in sorted(options, reverse=True):
        if g not in pairs and f not in used:
            pairs[g] = Pair(gold[g], evidence[f], union >= EXACT)
            used.add(f)
    return Match(
        pairs=tuple(pairs[g] for g in sorted(pairs)),
        missed=tuple(piece for g, piece in enumerate(gold) if g not in pairs),
        spurious=tuple(found for f, found in enumerate(evidence) if f not in used),
    )
