"""Text with times -> cues. In: text. Out: each time with its lines, in the order of the times, and what stands beside; None for other text.

All captions are times with "-->" between (SubViewer: a comma) and words below or beside. One scanner finds them, because the libraries for two of the
layouts lose words of broken files (docs/decisions/0009). Numbers, identifiers, headers and styles are marks, not words. Times are
in seconds, offsets count in the text as it came.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,9})?"
CUE = re.compile(rf"^[ \t>*]*\[?(?P<from>{CLOCK})(?:[ \t]*--?>[ \t]*|,(?=\d{{1,3}}:\d\d:\d\d[.]\d{{3}}[ \t]*$))(?P<to>{CLOCK})(?:\][ \t]*(?P<beside>[^\n]*)|[^\n]*)", re.MULTILINE)
UNPADDED = re.compile(r"\d{1,2}:\d:|\d{1,2}:\d{1,2}:\d[.,]|\d:\d{1,2}:\d{1,2}[.,]\d{1,3}$")
IDENTIFIER = re.compile(r"(?=\S*\d)[\w./{}-]{1,90}$")
LINE = re.compile(r"[^\n]+")
NOTE = re.compile(r"NOTE(?:[ \t]|$)")
FRAMING = re.compile(r"^\s*(?:WEBVTT\b.*|X-TIMESTAMP-MAP=.*|(?:Kind|Language): *[\w-]+)$")
COMMA = re.compile(r"^\d{1,3}:\d\d:\d\d\.\d{3},\d{1,3}:\d\d:\d\d\.\d{3}[ \t\r]*$", re.MULTILINE)
HEAD = 2_000  # characters in which captions of that kind begin
MOST_ABOVE = 12  # lines before the first time in a text that does not say WEBVTT


class Line(NamedTuple):
    """A line that holds something."""

    start: int
    text: str
    gap: bool = False  # an empty line stands before it


class Cue(NamedTuple):
    """A time and the lines that belong to it."""

    number: int | None
    time: float
    until: float
    lines: list[Line]


def cues_of(source: str) -> tuple[list[Cue], list[Line], list[Line]] | None:
    """The cues in the order of their times, the lines above the first, and the notes between them; None if the text is not captions."""
    text = source.replace("\r\n", " \n").replace("\r", "\n") if ">" in source or COMMA.search(source[:HEAD]) else ""
    marks = list(CUE.finditer(text))
    if not marks or not (text.lstrip("\ufeff \t\n").startswith("WEBVTT") or _begins(text, marks)):
        return None
    cues: list[Cue] = []
    notes: list[Line] = []
    for cue, aside in _cues(text, marks):
        cues.append(cue)
        notes += aside
    return _in_time(cues), _above(text, marks[0].start()), notes


def _begins(text: str, marks: list[re.Match[str]]) -> bool:
    """Whether the times begin near the top, and tell fractions of a second as captions do."""
    return text.count("\n", 0, marks[0].start()) <= MOST_ABOVE and any("." in mark["from"] or "," in mark["from"] for mark in marks)


def _lines(text: str, start: int, end: int) -> list[Line]:
    """The lines that hold something."""
    lines: list[Line] = []
    last = start
    for found in LINE.finditer(text, start, end):
        if found.group().isspace():
            continue
        lines.append(Line(found.start(), found.group(), text.count("\n", last, found.start()) > 1))
        last = found.end()
    return lines


def _above(text: str, end: int) -> list[Line]:
    """What stands before the first time and is neither framing nor a style."""
    lines: list[Line] = []
    style = False
    for line in _lines(text, 0, end):
        words = line.text.strip(" \t\ufeff")
        style = (style and not line.gap) or words in ("STYLE", "REGION")
        if words and not style and words != "NOTE" and not FRAMING.match(words) and not IDENTIFIER.match(words):
            lines.append(line)
    return lines


def _cues(text: str, marks: list[re.Match[str]]) -> Iterator[tuple[Cue, list[Line]]]:
    """Each cue, and the notes that stand between it and the next."""
    number = _number(text[max(0, marks[0].start() - 20) : marks[0].start()])
    for at, mark in enumerate(marks):
        last = at + 1 == len(marks)
        end = len(text) if last else marks[at + 1].start()
        lines = _lines(text, mark.end(), end)
        following = None
        if not last and lines and text.count("\n", lines[-1].start, end) == 1:
            following = _number(lines[-1].text)
            if _is_identifier(lines, number, following):
                lines.pop()
        said, aside = _without_notes(lines)
        if mark["beside"]:
            said.insert(0, Line(mark.start("beside"), mark["beside"]))
        unpadded = UNPADDED.match(mark["from"]) is not None
        yield Cue(number, _seconds(mark["from"], unpadded), _seconds(mark["to"], unpadded), said), aside
        number = following


def _number(before: str) -> int | None:
    last = before.rstrip().rsplit("\n", 1)[-1].strip()
    return int(last) if last.isdecimal() and len(last) < 8 else None


def _is_identifier(lines: list[Line], number: int | None, following: int | None) -> bool:
    """Whether the last line before a time names the next cue: a number in turn, or a word with digits under an empty line."""
    if following is not None and number is not None and following == number + 1:
        return True
    return IDENTIFIER.match(lines[-1].text.strip()) is not None and (len(lines) == 1 or lines[-1].gap)


def _without_notes(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    said: list[Line] = []
    aside: list[Line] = []
    in_note = False
    for at, line in enumerate(lines):
        words = line.text.strip()
        in_note = (in_note and not line.gap) or (NOTE.match(words) is not None and line.gap and at > 0)
        if words != "NOTE" and (in_note or not FRAMING.match(words)):
            (aside if in_note else said).append(line)
    return said, aside


def _seconds(clock: str, unpadded: bool) -> float:
    """Seconds of a time. Where hours or minutes are not padded, the fraction is a count of milliseconds: 0:0:6.77 is 6.077."""
    whole, _, fraction = clock.replace(",", ".").partition(".")
    total = 0
    for part in whole.split(":"):
        total = total * 60 + int(part)
    if not fraction:
        return float(total)
    return total + (int(fraction) / 1000 if unpadded and len(fraction) <= 3 else float(f"0.{fraction}"))


def _in_time(cues: list[Cue]) -> list[Cue]:
    """The cues in the order of their times; a second recording in the same file, numbered from 1 again, stays behind the first."""
    parts: list[list[Cue]] = [[]]
    for at, cue in enumerate(cues):
        again = cue.number == 1 and at + 1 < len(cues) and cues[at + 1].number == 2 and parts[-1]
        if again and parts[-1][0].number in (None, 1):
            parts.append([])
        parts[-1].append(cue)
    return [cue for part in parts for cue in sorted(part, key=lambda cue: cue.time)]
