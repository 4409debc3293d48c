"""A short text -> numbered features. In: a sentence and the one before it. Out: feature numbers below `SIZE`.

Words, pairs of words, words under a negation, and pieces of words, each hashed to a number. The same text gives the
same numbers on every machine.
"""

import re
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
MONEY = "$€£"


def tokens(text: str) -> list[str]:
    """Lower-case words, numbers as `0`, and a few signs."""
    return ["0" if token[0].isdigit() else token.casefold().replace("’", "'") for token in TOKEN.findall(text)]


def features(text: str, before: str = "") -> list[int]:
    """Feature numbers of a sentence; some of them come from the last words of the sentence before."""
    words = tokens(text)
    names = _of(words) + ["@" + family for family in families(text) for _ in range(FAMILY_WEIGHT)]
    if before:
        names += ["<" + name for name in _of(tokens(before)[-16:]) if not name.startswith("#")]
        names += ["<@" + family for family in families(before[-300:])]
    return [crc32(name.encode("utf-8", "surrogatepass")) % SIZE for name in names]


def _of(words: list[str]) -> list[str]:
    names: list[str] = []
    under = 0
    for at, word in enumerate(words):
        names.append(word)
        names.append((words[at - 1] if at else "^") + " " + word)
        if at > 1:
            names.append(words[at - 2] + " _ " + word)
        if under:
            names.append("!" + word)
            under -= 1
        if word in NEGATIONS or word.endswith("n't"):
            under = SCOPE
        padded = f"#{word}#"
        for size in (3, 4, 5):
            names.extend("#" + padded[i : i + size] for i in range(len(padded) - size + 1))
    if words:
        names.append(words[-1] + " $")
    return names
