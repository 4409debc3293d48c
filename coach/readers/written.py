"""What a file says was said -> a text that a person can read, with its turns. In: utterances in order. Out: a Draft.

For files whose words lie between marks (captions, JSON), this text is the decoded source: one utterance a paragraph,
"[0:03] Name (role): words", in the order of the talk. It is what the rep is shown, and all offsets count in it. Pieces of
one voice that follow each other become one utterance, since captions are cut in the middle of sentences. Words are never
changed, and nobody gets a name that the file does not give.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coach.conversation import Hidden, Kind, Person, Turn
from coach.readers.limits import LONGEST_NAME

LONG = 1_500  # characters after which an utterance ends with its sentence
PAUSE = 3.0  # seconds between pieces without a name that may still be one sentence, if the second goes on in small letters
SENTENCE_END = re.compile(r"""[.!?…。！？]["'”’)\]]*$""")
LONE = re.compile("[\ud800-\udfff]")


class Said(NamedTuple):
    """A piece of what a file holds. Times are in seconds; None where the file gives none."""

    speaker: str | None
    text: str
    time: float | None = None
    until: float | None = None
    kind: Kind = Kind.TRANSCRIPT


class Draft(NamedTuple):
    """A conversation before hidden text, planted text and sides are looked for. `title` tells it from others of its file."""

    source: str
    kind: Kind
    turns: list[Turn]
    people: tuple[Person, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    title: str = ""


def written(pieces: Iterable[Said], people: Mapping[str, Person] | None = None, title: str = "") -> Draft:
    """The pieces as a text with a turn for each utterance."""
    people = people or {}
    parts: list[str] = []
    turns: list[Turn] = []
    at = 0
    for said in _utterances(pieces):
        label = _label(said, people)
        start = at + len(label)
        parts += [label, said.text, "\n\n"]
        at = start + len(said.text) + 2
        turns.append(Turn(index=len(turns), start=start, end=at - 2, speaker=said.speaker, kind=said.kind, time=said.time, until=said.until))
    kind = Kind.TRANSCRIPT if any(turn.kind is Kind.TRANSCRIPT for turn in turns) or not turns else turns[0].kind
    return Draft("".join(parts), kind, turns, tuple(people.values()), title=title)


def under(heading: list[str], drafts: Iterable[Draft], title: str = "") -> Draft:
    """Drafts one below the other, with lines above them that were not said. The kind is that of the first draft that is no notes."""
    source, turns, hidden, people, kind = "", list[Turn](), list[Hidden](), list[Person](), Kind.NOTES
    for line in heading:
        turns.append(Turn(index=len(turns), start=len(source), end=len(source) + len(line), kind=Kind.SUMMARY))
        source += line + "\n"
    for draft in drafts:
        source += "\n"
        by = len(source)
        kind = draft.kind if kind is Kind.NOTES else kind
        turns += [turn.model_copy(update={"index": len(turns) + at, "start": turn.start + by, "end": turn.end + by}) for at, turn in enumerate(draft.turns)]
        hidden += [span.model_copy(update={"start": span.start + by, "end": span.end + by}) for span in draft.hidden]
        people += draft.people
        source += draft.source + "\n"
    return Draft(source, kind, turns, tuple(people), tuple(hidden), title)


def clean_name(name: object) -> str | None:
    """A speaker's name on one line, None if there is none."""
    text = " ".join(LONE.sub("\ufffd", name).replace("\x00", "").split()) if isinstance(name, str) else ""
    return text[:LONGEST_NAME] or None


def _utterances(pieces: Iterable[Said]) -> list[Said]:
    done: list[Said] = []
    texts: list[str] = []
    size = 0
    for piece in pieces:
        text = LONE.sub("\ufffd", piece.text).strip()
        if not text:
            continue
        piece = piece._replace(text=text)
        if done and _goes_on(done[-1], texts[-1], size, piece):
            texts.append(text)
            size += len(text) + 1
            done[-1] = done[-1]._replace(until=piece.until if piece.until is not None else done[-1].until)
            continue
        if done:
            done[-1] = done[-1]._replace(text=" ".join(texts))
        done.append(piece)
        texts, size = [text], len(text)
    if done:
        done[-1] = done[-1]._replace(text=" ".join(texts))
    return done


def _goes_on(before: Said, last: str, size: int, piece: Said) -> bool:
    """Whether a piece belongs to the utterance before it."""
    if piece.kind is not Kind.TRANSCRIPT or before.kind is not piece.kind or before.speaker != piece.speaker:
        return False
    open_end = SENTENCE_END.search(last[-8:]) is None
    if piece.speaker is None:
        pause = piece.time - before.until if piece.time is not None and before.until is not None else 0.0
        return open_end and piece.text[0].islower() and pause <= PAUSE and size < LONG
    return size < LONG or (open_end and size < 4 * LONG)


def _label(said: Said, people: Mapping[str, Person]) -> str:
    clock = "" if said.time is None else f"[{_clock(said.time)}] "
    if said.speaker is None:
        return clock
    person = people.get(said.speaker)
    role = ", ".join(part for part in (person.role, person.company) if part) if person else ""
    return f"{clock}{said.speaker}{f' ({role})' if role else ''}: "


def _clock(seconds: float) -> str:
    whole = int(max(0.0, min(seconds, 1e7)))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
