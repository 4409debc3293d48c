"""Captions -> what was said. In: WebVTT, SubRip, Teams' old Word layout, Graph text or Whisper's lines. Out: a draft or turns, or [].

All of them are times with "-->" between and words below or beside. One scanner reads them, because the libraries for two of
them lose words of broken files (docs/decisions/0009). Voices of one cue stay apart, and a cue without a name has none.
Numbers, identifiers and tags are marks, not words. Times are in seconds. A file is written out anew, so that sentences
which its cues cut are whole again; pasted captions stay as they are, with a turn for each voice of each cue.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from coach.conversation import Kind, Person, Turn
from coach.readers.names import is_name, split_name
from coach.readers.written import Draft, Said, clean_name, written

CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,9})?"
CUE = re.compile(rf"^[ \t>*]*\[?(?P<from>{CLOCK})[ \t]*--?>[ \t]*(?P<to>{CLOCK})(?:\][ \t]*(?P<beside>[^\n]*)|[^\n]*)", re.MULTILINE)
UNPADDED = re.compile(r"\d{1,2}:\d:|\d{1,2}:\d{1,2}:\d[.,]|\d:\d{1,2}:\d{1,2}[.,]\d{1,3}$")
IDENTIFIER = re.compile(r"(?=\S*\d)[\w./{}-]{1,90}$")
CHANGE = re.compile(r"<v(?:\.[\w.-]*)?[ \t]+(?P<voice>[^<>\n]{1,200})>|</v>(?=[ \t]*\S)", re.IGNORECASE)
"""Where a voice begins, or ends with other words behind it."""
CLOSE = re.compile(r"(?:\s|</[vcibu]>)+\Z", re.IGNORECASE)
NOTE = re.compile(r"NOTE(?:[ \t]|$)")
LABEL = re.compile(r"^(?:[-–—][ \t]*)?\[?(?P<label>[^\W_][\w.'’,&()|/@ -]{0,78}?)\]?:(?:[ \t]+|$)")
DASH = re.compile(r"^[-–—][ \t]*(?=\S)")
TAG = re.compile(r"</?(?:[bciuv]|ruby|rt|lang|font|span)(?:[ \t.][^<>\n]{0,200})?/?>|<\d[\d:.]{3,14}>|\{\\[a-z]+\d*\}", re.IGNORECASE)
FRAMING = re.compile(r"^\s*(?:WEBVTT\b.*|X-TIMESTAMP-MAP=.*|(?:Kind|Language): *[\w-]+)$")
MOST_ABOVE = 12  # lines before the first time in a text that does not say WEBVTT
SHARE_NAMED = 0.6  # of cues whose first line is a name, in the layout that has names so


class _Line(NamedTuple):
    start: int
    text: str


class _Cue(NamedTuple):
    number: int | None
    time: float
    until: float
    lines: list[_Line]


class _Voice(NamedTuple):
    speaker: str | None
    words: list[_Line]
    cue: _Cue


def caption_drafts(source: str) -> list[Draft]:
    """The captions written out as one draft, or [] if the text is not captions."""
    found = _scan(source)
    if found is None:
        return []
    voices, above, notes = found
    people: dict[str, Person] = {}
    pieces: list[Said] = []
    for voice in voices:
        person = _person(voice)
        if person and (person.role or person.company):
            people.setdefault(person.name, person)
        pieces.append(Said(person.name if person else None, _plain(voice), voice.cue.time, voice.cue.until))
    asides = [[Said(None, line.text, kind=Kind.SUMMARY) for line in lines] for lines in (above, notes)]
    draft = written([*asides[0], *pieces, *asides[1]], people)
    return [draft] if any(turn.kind is Kind.TRANSCRIPT for turn in draft.turns) else []


def caption_turns(source: str) -> list[Turn]:
    """A turn for each voice of each cue, where it stands in the text; [] if the text is not captions."""
    found = _scan(source)
    if found is None:
        return []
    voices, above, notes = found
    turns: list[Turn] = []
    for voice in voices:
        person, start, end = _person(voice), voice.words[0].start, voice.words[-1].start + len(voice.words[-1].text)
        text = CLOSE.sub("", source[start:end])
        start, end = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        if start < end and _plain(voice):
            name, cue = person.name if person else None, voice.cue
            turns.append(Turn(index=0, start=start, end=end, speaker=name, kind=Kind.TRANSCRIPT, time=cue.time, until=cue.until))
    if not turns:
        return []
    in_order = all(a.start < b.start for a, b in pairwise(turns))
    for line in (*above, *notes):
        text = line.text.strip()
        start = line.start + line.text.index(text)
        turns.append(Turn(index=0, start=start, end=start + len(text), kind=Kind.SUMMARY))
    if in_order:
        turns.sort(key=lambda turn: turn.start)
    return [turn.model_copy(update={"index": at}) for at, turn in enumerate(turns)]


def _scan(source: str) -> tuple[list[_Voice], list[_Line], list[_Line]] | None:
    """Every voice in order of time, what stands above the first time, and the notes between cues; None if the text is not captions."""
    text = source.replace("\r\n", " \n").replace("\r", "\n") if ">" in source else ""
    marks = list(CUE.finditer(text))
    if not marks or not (text.lstrip("\ufeff \t\n").startswith("WEBVTT") or _begins(text, marks)):
        return None
    cues: list[_Cue] = []
    notes: list[_Line] = []
    for cue, aside in _cues(text, marks):
        cues.append(cue)
        notes += aside
    labels, names = _labels(cues), _names_above(cues)
    voices = [voice for cue in _in_time(cues) for voice in _voices(cue, labels, names) if any(line.text.strip() for line in voice.words)]
    return voices, _above(text, marks[0].start()), notes


def _begins(text: str, marks: list[re.Match[str]]) -> bool:
    """Whether the times begin near the top, and tell fractions of a second as captions do."""
    return text.count("\n", 0, marks[0].start()) <= MOST_ABOVE and any("." in mark["from"] or "," in mark["from"] for mark in marks)


def _lines(text: str, start: int, end: int) -> list[_Line]:
    lines = []
    for line in text[start:end].split("\n"):
        lines.append(_Line(start, line))
        start += len(line) + 1
    return lines


def _above(text: str, end: int) -> list[_Line]:
    """What stands before the first time and is neither framing nor a style."""
    lines: list[_Line] = []
    style = False
    for line in _lines(text, 0, end):
        words = line.text.strip(" \t\ufeff")
        style = (style or words in ("STYLE", "REGION")) and bool(words)
        if words and not style and words != "NOTE" and not FRAMING.match(words) and not IDENTIFIER.match(words):
            lines.append(line)
    return lines


def _cues(text: str, marks: list[re.Match[str]]) -> Iterator[tuple[_Cue, list[_Line]]]:
    """Each cue, and the notes that stand between it and the next."""
    number = _number(text[max(0, marks[0].start() - 20) : marks[0].start()])
    for at, mark in enumerate(marks):
        last = at + 1 == len(marks)
        end = len(text) if last else marks[at + 1].start()
        lines = _lines(text, mark.end(), end)
        following = None
        if not last:
            lines.pop()  # what stands before the time on its own line
            following = _number(lines[-1].text) if lines else None
            if lines and lines[-1].text.strip() and _is_identifier(lines, number, following):
                lines.pop()
        said, aside = _without_notes(lines)
        if mark["beside"]:
            said.insert(0, _Line(mark.start("beside"), mark["beside"]))
        unpadded = UNPADDED.match(mark["from"]) is not None
        yield _Cue(number, _seconds(mark["from"], unpadded), _seconds(mark["to"], unpadded), said), aside
        number = following


def _number(before: str) -> int | None:
    last = before.rstrip().rsplit("\n", 1)[-1].strip()
    return int(last) if last.isdecimal() and len(last) < 8 else None


def _is_identifier(lines: list[_Line], number: int | None, following: int | None) -> bool:
    """Whether the last line before a time names the next cue: a number in turn, or a word with digits under an empty line."""
    if following is not None and number is not None and following == number + 1:
        return True
    return IDENTIFIER.match(lines[-1].text.strip()) is not None and (len(lines) == 1 or not lines[-2].text.strip())


def _without_notes(lines: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    said: list[_Line] = []
    aside: list[_Line] = []
    in_note = False
    for at, line in enumerate(lines):
        words = line.text.strip()
        in_note = (in_note and bool(words)) or (NOTE.match(words) is not None and at > 0 and not lines[at - 1].text.strip())
        if words and words != "NOTE" and (in_note or not FRAMING.match(words)):
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


def _in_time(cues: list[_Cue]) -> list[_Cue]:
    """The cues in the order of their times; a second recording in the same file, numbered from 1 again, stays behind the first."""
    parts: list[list[_Cue]] = [[]]
    for at, cue in enumerate(cues):
        again = cue.number == 1 and at + 1 < len(cues) and cues[at + 1].number == 2 and parts[-1]
        if again and parts[-1][0].number in (None, 1):
            parts.append([])
        parts[-1].append(cue)
    return [cue for part in parts for cue in sorted(part, key=lambda cue: cue.time)]


def _labels(cues: list[_Cue]) -> frozenset[str]:
    """Labels before a colon that are names: they recur, or hardly any cue has none."""
    found = Counter(label["label"].strip() for cue in cues for line in cue.lines if (label := LABEL.match(line.text)) and is_name(_bare(label["label"])))
    every = sum(found.values()) * 2 >= len(cues)
    return frozenset(label for label, count in found.items() if (every or count > 1) and (not label[0].islower() or count > 2))


def _bare(label: str) -> str:
    return re.sub(r"\([^()]*\)|,", " ", label)


def _names_above(cues: list[_Cue]) -> frozenset[str]:
    """Names that stand alone on the first line of their cues, if the file has names so."""
    firsts = Counter(cue.lines[0].text.strip() for cue in cues if len(cue.lines) > 1)
    names = frozenset(line for line in firsts if is_name(_bare(line)) and line[-1] not in ".,?!:;" and line[:1].isupper() and "<" not in line)
    known = sum(firsts[name] for name in names)
    again = sum(firsts[name] for name in names if firsts[name] > 1)
    return names if names and known >= SHARE_NAMED * len(cues) and (again * 2 >= known or len(cues) < 4) else frozenset()


def _voices(cue: _Cue, labels: frozenset[str], names: frozenset[str]) -> Iterator[_Voice]:
    """Each voice of a cue with its words."""
    lines = cue.lines
    speaker: str | None = None
    if len(lines) > 1 and lines[0].text.strip() in names:
        speaker, lines = lines[0].text.strip(), lines[1:]
    dashed = sum(DASH.match(line.text) is not None for line in lines) > 1
    words: list[_Line] = []
    for line in lines:
        start, text = line
        mark = LABEL.match(text)
        if mark and mark["label"].strip() not in labels:
            mark = None
        begins = mark or (DASH.match(text) if dashed else None)
        if begins:
            if words:
                yield _Voice(speaker, words, cue)
            words, speaker = [], mark["label"].strip() if mark else None
            start, text = start + begins.end(), text[begins.end() :]
        at = 0
        for change in CHANGE.finditer(text):
            words.append(_Line(start + at, text[at : change.start()]))
            if any(TAG.sub("", word.text).strip() for word in words):
                yield _Voice(speaker, words, cue)
            words, at = [], change.end()
            speaker = html.unescape(change["voice"]).strip() if change["voice"] else None
        words.append(_Line(start + at, text[at:]))
    if words:
        yield _Voice(speaker, words, cue)


def _person(voice: _Voice) -> Person | None:
    spoken = _payload(voice)
    name = spoken[0] if spoken else clean_name(voice.speaker)
    return split_name(name) if name else None


def _plain(voice: _Voice) -> str:
    if spoken := _payload(voice):
        return spoken[1]
    text = " ".join(words for line in voice.words if (words := TAG.sub("", line.text).strip()))
    return html.unescape(text) if "&" in text else text


def _payload(voice: _Voice) -> tuple[str | None, str] | None:
    """Name and words of a cue that holds JSON, as Teams writes beside its plain captions."""
    if not voice.words[0].text.lstrip().startswith("{"):
        return None
    try:
        held = json.loads("\n".join(line.text for line in voice.words))
    except (ValueError, RecursionError):
        return None
    if isinstance(held, dict) and isinstance(text := held.get("spokenText"), str):
        return clean_name(held.get("speakerName")), text
    return None
