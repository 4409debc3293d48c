"""A short text -> numbered features. In: a sentence and the one before it. Out: feature numbers below `SIZE`.

Words, pairs of words, words under a negation, and pieces of words, each hashed to a number. The same text gives the
same numbers on every machine. What depends on one word alone is worked out once a word: talk repeats its words.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from zlib import crc32

from coach.textmodel.families import families

SIZE = 1 << 17
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[?!%$€£]")
NEGATIONS = frozenset(
    """
    no not never nobody nothing none neither nor without cannot hardly nicht kein keine keinen nie niet geen nooit ne pas jamais aucun nunca não
    nem non nessun
    """.split()
)
FAMILY_WEIGHT = 3  # a family counts as so many words
SCOPE = 4  # words after a negation that are marked as under it
PIECES = (3, 4, 5)  # characters of a piece of a word
BEFORE = 16  # words of the sentence before that are looked at
MONEY = "$€£"
LONGEST_KEPT = 40  # characters of a word whose pieces are kept


def tokens(text: str) -> list[str]:
    """Lower-case words, numbers as `0`, and a few signs."""
    return ["0" if token[0].isdigit() else token.casefold().replace("’", "'") for token in TOKEN.findall(text)]


def features(text: str, before: str = "") -> list[int]:
    """Feature numbers of a sentence; some of them come from the last words of the sentence before."""
    numbers: list[int] = []
    for word, names in _names(tokens(text)):
        numbers += [_number(name) for name in names]
        numbers += _pieces(word) if len(word) <= LONGEST_KEPT else _cut(word)
    numbers += [number for family in families(text) for number in (_number("@" + family),) * FAMILY_WEIGHT]
    if before:
        numbers += [_number("<" + name) for _, names in _names(tokens(before)[-BEFORE:]) for name in names]
        numbers += [_number("<@" + family) for family in families(before[-300:])]
    return numbers


def _number(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % SIZE


def _names(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each word with the names of its features but for its pieces; last the end of the text, which has no word."""
    under = 0
    last, one_before = "^", ""
    for word in words:
        names = [word, f"{last} {word}"]
        if one_before:
            names.append(f"{one_before} _ {word}")
        if under:
            names.append("!" + word)
            under -= 1
        if word in NEGATIONS or word.endswith("n't"):
            under = SCOPE
        yield word, names
        last, one_before = word, "" if last == "^" else last
    if words:
        yield "", [words[-1] + " $"]


@lru_cache(maxsize=1 << 15)
def _pieces(word: str) -> tuple[int, ...]:
    return _cut(word)


def _cut(word: str) -> tuple[int, ...]:
    """Numbers of the pieces of a word."""
    padded = f"#{word}#" if word else ""
    return tuple(_number("#" + padded[i : i + size]) for size in PIECES for i in range(len(padded) - size + 1))
