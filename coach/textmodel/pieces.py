"""Words -> pieces of words, as numbers of a vocabulary. In: text. Out: numbers for the encoder.

WordPiece as the encoder's base model was trained with: small letters, no accents, the longest known piece first
(Schuster and Nakajima, Japanese and Korean voice search, 2012). Each word is cut once: talk repeats its words.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
WORD = re.compile(r"\w+|[^\w\s]")
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
LONGEST = 100  # characters of a word that is looked into


@cache
def vocabulary() -> dict[str, int]:
    """Number of each piece; a piece inside a word begins with `##`."""
    return {piece: number for number, piece in enumerate(VOCABULARY.read_text(encoding="utf-8").split("\n")[:-1])}


def pieces(text: str) -> list[int]:
    """Numbers of the pieces of a text."""
    text = text.lower().translate(PLAIN)
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
    return [number for word in WORD.findall(text) for number in _cut(word)]


@lru_cache(maxsize=1 << 15)
def _cut(word: str) -> tuple[int, ...]:
    known = vocabulary()
    unknown = (known["[UNK]"],)
    if len(word) > LONGEST:
        return unknown
    numbers: list[int] = []
    start = 0
    while start < len(word):
        inside = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if inside + word[start:end] in known), None)
        if end is None:
            return unknown
        numbers.append(known[inside + word[start:end]])
        start = end
    return tuple(numbers)
