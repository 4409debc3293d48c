"""Where sentences begin and end. In: a text. Out: (start, end) offsets into it, in order, without blanks at the edges.

Never changes the text. Linear in its length.
"""

import re
from collections.abc import Iterator

# A full stop after these does not end a sentence. Titles, months, and short forms that call notes are full of.
ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st inc ltd llc corp co plc gmbh approx est dept fig no nr vs etc eg e.g ie i.e jan feb mar apr jun jul aug sep sept oct
    nov dec mon tue wed thu fri sat sun ca bzw z.b u.a vp sr jr mtg w p.a a.m p.m hrs min max incl excl acct mgr
    """.split()
)
NUMBERED = frozenset("no nr".split())  # short for a number only before one
DAYS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun".split())  # words of their own before a capital
_END = re.compile(r"""[.!?…。！？]+["'”’»)\]]*(?=\s+["'“‘«(\[¿¡]*[^\s]|\s*$)""")
_LAST_WORD = re.compile(r"([\w.]+)$")
LONGEST = 600  # characters: text without punctuation is cut at a blank near this length


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets of each sentence in `text[start:end]`. Line breaks end a sentence."""
    stop = len(text) if end is None else end
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", text[start:stop]):
        yield from _in_line(text, start + line.start(), start + line.end())


def _in_line(text: str, at: int, stop: int) -> Iterator[tuple[int, int]]:
    for mark in _END.finditer(text, at, stop):
        if mark.group().startswith(".") and not mark.group().startswith("..") and _goes_on(text, at, mark):
            continue
        yield from _bounded(text, at, mark.end())
        at = mark.end()
    yield from _bounded(text, at, stop)


def _goes_on(text: str, at: int, mark: re.Match[str]) -> bool:
    word = _LAST_WORD.search(text, max(at, mark.start() - 12), mark.start())
    if word is None:
        return False
    last = word.group(1).casefold()
    rest = text[mark.end() : mark.end() + 8].lstrip()
    if last in NUMBERED:
        return rest[:1].isdigit()
    if last in DAYS:
        return not rest[:1].isupper()
    if last in ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last != "i"):
        return not (last in ("inc", "ltd", "etc", "co") and rest[:1].isupper() and mark.group() != ".")
    return last.isdigit() and (rest[:1].islower() or rest[:3].casefold() in ("jan", "feb", "mär", "apr", "okt", "dez"))


def _bounded(text: str, at: int, stop: int) -> Iterator[tuple[int, int]]:
    while at < stop and text[at].isspace():
        at += 1
    while stop > at and text[stop - 1].isspace():
        stop -= 1
    while stop - at > LONGEST:
        cut = text.rfind(" ", at + LONGEST // 2, at + LONGEST)
        cut = at + LONGEST if cut < 0 else cut
        yield at, cut
        at = cut
        while at < stop and text[at].isspace():
            at += 1
    if at < stop:
        yield at, stop
