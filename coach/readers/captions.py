"""Captions -> what was said. In: WebVTT, SubRip, Teams' old Word layout, Graph text or Whisper's lines. Out: a draft or turns, or [].

Voices of one cue stay apart, and a cue without a name has none. Tags are marks, not words. A file is written out anew, so that
sentences which its cues cut are whole again; pasted captions stay as they are, with a turn for each voice of each cue.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from coach.conversation import Kind, Person, Turn
from coach.readers.cues import FRAMING, Cue, Line, cues_of
from coach.readers.names import is_name, split_name
from coach.readers.written import Draft, Said, clean_name, written

CHANGE = re.compile(r"<v(?:\.[\w.-]*)?[ \t]+(?P<voice>[^<>\n]{1,200})>|</v>(?=[ \t]*\S)", re.IGNORECASE)
"""Where a voice begins, or ends with other words behind it."""
CLOSE = re.compile(r"(?:\s|</[vcibu]>)+\Z", re.IGNORECASE)
LABEL = re.compile(
    r"^(?:[-–—][ \t]*)?(?:\[?(?P<label>(?:[^\W_]|\+\d(?=[\d ()*.-]{7}))[\w.'’,&()|/@*\u0900-\u0e7f -]{0,78}?)\]?[:：](?:[ \t]+|$|(?<=：))|(?P<mark>\[[^\W_][^\[\]\n]{0,60}\]|\([^\W_][^()\n]{0,60}\))[ \t]+(?=\S))"
)
"""`Name: words` or `[Name] words`."""
SOUND = re.compile(r"\b(?:laugh|music|applause|silence|inaudible|crosstalk|noise|cough|sigh|pause|blank)", re.IGNORECASE)
MARKS = "[("
SHARE_MARKED = 0.6  # of cues that begin with something in brackets, where that is a name and no sound
DASH = re.compile(r"^[-–—][ \t]*(?=\S)")
TAG = re.compile(r"</?(?:[bciuv]|ruby|rt|lang|font|span)(?:[ \t.][^<>\n]{0,200})?/?>|<\d[\d:.]{3,14}>|\{\\[a-z]+\d*\}", re.IGNORECASE)
SHARE_NAMED = 0.6  # of cues whose first line is a name, in the layout that has names so


class _Voice(NamedTuple):
    speaker: str | None
    words: list[Line]
    cue: Cue


def no_words(source: str) -> bool:
    """Whether the text is captions in which nothing is said."""
    if "-->" not in source and not source.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
        return False
    found = cues_of(source)
    if found is None:
        return all(FRAMING.match(line) or not line.strip() for line in source.lstrip("\ufeff").splitlines())
    return not any(line.text.strip() for cue in found[0] for line in cue.lines)


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


def _scan(source: str) -> tuple[list[_Voice], list[Line], list[Line]] | None:
    """Every voice in order of time, what stands above the first time, and the notes between cues; None if the text is not captions."""
    found = cues_of(source)
    if found is None:
        return None
    cues, above, notes = found
    labels, names = _labels(cues), _names_above(cues)
    voices = [voice for cue in cues for voice in _voices(cue, labels, names) if any(line.text.strip() for line in voice.words)]
    return voices, above, notes


def _labels(cues: list[Cue]) -> frozenset[str]:
    """Labels before a colon that are names: they recur, or hardly any cue has none."""
    names = [_name(label) for cue in cues for line in cue.lines if (label := LABEL.match(line.text))]
    marked = sum(name[0] in MARKS for name in names) >= SHARE_MARKED * len(cues)
    found = Counter(name for name in names if is_name(_bare(name.strip("[()]"))) and (name[0] not in MARKS or (marked and _is_marked_name(name))))
    every = sum(found.values()) * 2 >= len(cues)
    return frozenset(label for label, count in found.items() if (every or count > 1) and (not label[0].islower() or count > 2))


def _is_marked_name(mark: str) -> bool:
    """Whether words in brackets may be who speaks: no sound, and no aside in small letters."""
    return not SOUND.search(mark) and not mark[1].islower()


def _name(label: re.Match[str]) -> str:
    """What a label says; one without a colon keeps its brackets, which tell it from other words in brackets."""
    return str(label["mark"] or label["label"].strip())


def _bare(label: str) -> str:
    return re.sub(r"\([^()]*\)|,", " ", label)


def _names_above(cues: list[Cue]) -> frozenset[str]:
    """Names that stand alone on the first line of their cues, if the file has names so."""
    firsts = Counter(cue.lines[0].text.strip() for cue in cues if len(cue.lines) > 1)
    names = frozenset(line for line in firsts if is_name(_bare(line)) and line[-1] not in ".,?!:;" and line[:1].isupper() and "<" not in line)
    known = sum(firsts[name] for name in names)
    again = sum(firsts[name] for name in names if firsts[name] > 1)
    return names if names and known >= SHARE_NAMED * len(cues) and (again * 2 >= known or len(cues) < 4) else frozenset()


def _voices(cue: Cue, labels: frozenset[str], names: frozenset[str]) -> Iterator[_Voice]:
    """Each voice of a cue with its words."""
    lines = cue.lines
    speaker: str | None = None
    if len(lines) > 1 and lines[0].text.strip() in names:
        speaker, lines = lines[0].text.strip(), lines[1:]
    dashed = sum(DASH.match(line.text) is not None for line in lines) > 1
    words: list[Line] = []
    for line in lines:
        start, text = line.start, line.text
        mark = LABEL.match(text)
        if mark and _name(mark) not in labels:
            mark = None
        begins = mark or (DASH.match(text) if dashed else None)
        if begins:
            if words:
                yield _Voice(speaker, words, cue)
            words, speaker = [], _name(mark).strip("[()]" if mark["mark"] else "") if mark else None
            start, text = start + begins.end(), text[begins.end() :]
        at = 0
        for change in CHANGE.finditer(text):
            words.append(Line(start + at, text[at : change.start()]))
            if any(TAG.sub("", word.text).strip() for word in words):
                yield _Voice(speaker, words, cue)
            words, at = [], change.end()
            speaker = html.unescape(change["voice"]).strip() if change["voice"] else None
        words.append(Line(start + at, text[at:]))
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
