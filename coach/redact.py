"""Pseudonyms for what leads to a person. In: a text and the names on the speakers' list. Out: the text with placeholders, and the way back.

E-mail, phone, card, IBAN and key shapes and the names become `[email 1]`, `Person1` and so on: the same value has the same
placeholder throughout. Every offset can be carried over and back. Pure: no model, no clock, no files. It finds what has a
shape or is on the list, and never claims that this is all there is: a name that is on no list stays as it is.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from coach.shapes import Kind, Shape, shapes

WORDS = {"key": "key", "email": "e-mail address", "iban": "account number", "card": "card number", "phone": "phone number", "person": "name"}
NO_NAMES = frozenset(
    """
    speaker rep sales representative ae sdr bdr am seller salesperson prospect buyer customer client lead me myself us i you we they them host guest
    unknown caller agent vendor user participant moderator interviewer ceo cfo cto coo cio vp svp evp hr it ops md mr mrs ms dr prof sir van von de
    der den del della di da do dos la le el al bin ibn ben st the and of our their my team procurement legal finance manager director head owner
    champion kunde kundin vertrieb verkäufer client cliente acheteur vendeur comprador vendedor account executive exec engineer consultant call notes
    """.split()
)
"""Words of labels and titles: none is a name by itself."""
ALSO_WORDS = frozenset(
    """
    will may mark grace hope rich bill pat rob sue art frank guy jack joy faith dawn rose dick drew chase grant chip sandy young long short best black
    brown green white gray king price sales banks cash bond page rice wood stone hill field fields lane day may june april august summer winter love
    good wise sharp close miles
    """.split()
)
"""Names that are words as well: taken for names only where they are written as on the list."""
TOKEN = re.compile(r"[^\W_]+")
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
JOINTS = re.compile(r"[ \t\u00a0.'’\-]{1,3}")
MOST_TOKENS = 6  # words of a name


class Spot(NamedTuple):
    """`source[start:end]` became `text[at:to]`."""

    start: int
    end: int
    at: int
    to: int
    kind: Kind


class Redacted(NamedTuple):
    """A text with placeholders, and where they stand."""

    source: str
    text: str
    spots: tuple[Spot, ...]

    def forth(self, start: int, end: int) -> tuple[int, int]:
        """A range of the source as a range of the text; it grows over a placeholder that it cuts."""
        return _carried(start, end, [(s.start, s.end, s.at, s.to) for s in self._near(start, end, lambda spot: spot.start)], len(self.source), len(self.text))

    def back(self, start: int, end: int) -> tuple[int, int]:
        """A range of the text as a range of the source; it grows over what a placeholder stands for."""
        return _carried(start, end, [(s.at, s.to, s.start, s.end) for s in self._near(start, end, lambda spot: spot.at)], len(self.text), len(self.source))

    def _near(self, start: int, end: int, begins: Callable[[Spot], int]) -> list[Spot]:
        """The last spot before each end, and those that hold it."""
        places = [bisect_right(self.spots, at, key=begins) - 1 for at in (start, max(start, end - 1), end)]
        return [self.spots[at] for at in sorted({place for place in places if place >= 0})]


def _carried(start: int, end: int, spots: list[tuple[int, int, int, int]], _from: int, _to: int) -> tuple[int, int]:
    def moved(at: int, opens: bool) -> int:
        shift = 0
        for a, b, c, d in spots:
            if a < at < b or (at == a and opens) or (at == b and not opens):
                return c if opens else d
            if at >= b:
                shift = d - b
            elif at <= a:
                break
        return at + shift

    new = moved(start, True)
    return new, max(new, moved(end, False)) if end > start else new


class Pseudonyms:
    """The placeholders of one text. What is hidden later with the same one gets the same placeholders.

    `reserved` is a text whose own words must not be mistaken for placeholders.
    """

    def __init__(self, names: Iterable[str], reserved: str = "") -> None:
        self._taken = {found.group().casefold() for found in PLACEHOLDER.finditer(reserved)}
        self._known: dict[tuple[Kind, str], str] = {}
        self._originals: dict[str, str] = {}
        self._counts: Counter[Kind] = Counter()
        self._sequences: dict[str, dict[tuple[str, ...], tuple[str, bool]]] = {}
        self._unspaced: dict[str, str] = {}
        self._learn(names)

    def hide(self, text: str, cuts: Iterable[int] = ()) -> Redacted:
        """The text with placeholders. A stretch that one of `cuts` goes through gets a placeholder for each part."""
        parts: list[str] = []
        spots: list[Spot] = []
        done = size = 0
        for start, end, kind, whose in self._found(text, sorted(set(cuts))):
            mark = self._placeholder(kind, whose or text[start:end], text[start:end])
            parts += [text[done:start], mark]
            size += start - done
            spots.append(Spot(start, end, size, size + len(mark), kind))
            size += len(mark)
            done = end
        return Redacted(text, "".join([*parts, text[done:]]), tuple(spots))

    def restore(self, words: str) -> str:
        """Words in which placeholders are what they stand for; a name is then as it stands on the list."""
        return PLACEHOLDER.sub(lambda found: self._originals.get(_plain(found.group()), found.group()), words)

    def _learn(self, names: Iterable[str]) -> None:
        listed = [name for name in dict.fromkeys(name.strip() for name in names) if name and not _is_label(name)]
        parts = Counter(part for name in listed for part in {tuple(_tokens(part)) for part in name.split()})
        for name in sorted(listed, key=lambda name: -len(name)):
            if UNSPACED.search(name):
                self._unspaced.update({part: name for part in (name, *name.split()) if len(part) > 1})
            self._add(tuple(_tokens(name)[:MOST_TOKENS]), name, name)
        for name in listed:
            for part in name.split() if len(name.split()) > 1 else ():
                key = tuple(_tokens(part))
                self._add(key, name if parts[key] == 1 else part, part)

    def _add(self, key: tuple[str, ...], whose: str, written: str) -> None:
        if key and len("".join(key)) > 1 and not (len(key) == 1 and (key[0] in NO_NAMES or key[0].isdigit())):
            exact = len(key) == 1 and key[0] in ALSO_WORDS
            self._sequences.setdefault(key[0], {}).setdefault(key, (whose, exact and not written.islower()))

    def _found(self, text: str, cuts: list[int]) -> Iterator[tuple[int, int, Kind, str]]:
        """What is hidden, in order, without overlap: of two that overlap the surer, longer one stays, and what it does not cover of the other."""
        free = bytearray(len(text))
        kept: list[tuple[int, int, Kind, str]] = []
        for start, end, kind, whose in (*((*shape, "") for shape in shapes(text)), *((*shape, whose) for shape, whose in self._names(text))):
            at = start
            while at < end:  # what an earlier one left of it
                if free[at]:
                    at += 1
                    continue
                stop = free.find(1, at, end)
                stop = end if stop < 0 else stop
                kept.append((at, stop, kind, whose))
                free[at:stop] = b"\x01" * (stop - at)
                at = stop
        for start, end, kind, whose in sorted(kept):
            inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
            for a, b in zip([start, *inside], [*inside, end], strict=True):
                yield a, b, kind, whose

    def _names(self, text: str) -> Iterator[tuple[Shape, str]]:
        tokens = list(TOKEN.finditer(text)) if self._sequences else []
        at = 0
        while at < len(tokens):
            found = self._sequence(text, tokens, at)
            if found:
                stop, whose = found
                yield Shape(tokens[at].start(), tokens[stop - 1].end(), "person"), whose
                at = stop
            else:
                at += 1
        lengths = sorted({len(name) for name in self._unspaced}, reverse=True)
        for found_at in UNSPACED.finditer(text) if lengths else ():
            start = found_at.start()
            if size := next((size for size in lengths if text[start : start + size] in self._unspaced), 0):
                yield Shape(start, start + size, "person"), self._unspaced[text[start : start + size]]

    def _sequence(self, text: str, tokens: list[re.Match[str]], at: int) -> tuple[int, str] | None:
        """Where the longest name that begins with this word ends, and whose it is."""
        known = self._sequences.get(tokens[at].group().casefold())
        if not known:
            return None
        words = [tokens[at].group().casefold()]
        stop = at + 1
        best: tuple[int, str] | None = None
        while True:
            if (hit := known.get(tuple(words))) and not (hit[1] and tokens[at].group().islower()):
                best = stop, hit[0]
            if stop == len(tokens) or len(words) == MOST_TOKENS or not JOINTS.fullmatch(text, tokens[stop - 1].end(), tokens[stop].start()):
                return best
            words.append(tokens[stop].group().casefold())
            stop += 1

    def _placeholder(self, kind: Kind, value: str, written: str) -> str:
        key = kind, re.sub(r"[\W_]+", "", value.casefold()) or value
        if key not in self._known:
            mark = ""
            while not mark or mark.casefold() in self._taken:
                self._counts[kind] += 1
                mark = f"Person{self._counts[kind]}" if kind == "person" else f"[{kind} {self._counts[kind]}]"
            self._known[key] = mark
            self._originals[_plain(mark)] = value if kind == "person" else written
        return self._known[key]


PLACEHOLDER = re.compile(r"\[(?:email|phone|card|iban|key) ?\d{1,6}\]|\bperson ?\d{1,6}\b", re.IGNORECASE)


def redact(text: str, names: Iterable[str] = ()) -> Redacted:
    """The text with a placeholder for each name of the list and each shape."""
    return Pseudonyms(names, text).hide(text)


def counted(spots: Iterable[Spot]) -> str:
    """What was replaced, in words: "2 names, 1 phone number". Empty if nothing was."""
    counts = Counter(spot.kind for spot in spots)
    return ", ".join(f"{counts[kind]} {word}{'' if counts[kind] == 1 else 'es' if word.endswith('s') else 's'}" for kind, word in WORDS.items() if counts[kind])  # type: ignore[index]


def _plain(mark: str) -> str:
    return re.sub(r"[\[\] ]", "", mark).casefold()


def _tokens(name: str) -> list[str]:
    return [found.group().casefold() for found in TOKEN.finditer(name)]


def _is_label(name: str) -> bool:
    tokens = _tokens(name)
    return not tokens or all(token in NO_NAMES or token.isdigit() for token in tokens)
