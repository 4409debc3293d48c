"""Texts with their evidence marked inline -> labelled units. In: files of evals/sentences. Out: rows for the classifier.

`⟦budget-, =conditional: the words⟧` labels the words. A text begins with `=== notes` or `=== transcript`; `@rep Sam`
names who sells. Sentences come one a line as JSON. Used for training only, never for measuring.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coach.llm.analyst.reading import Reading
from coach.readers import read
from coach.textmodel import HEADS

MARK = re.compile(r"⟦([^:⟧]+):\s*([^⟧]*)⟧")
BLOCK = re.compile(r"^=== *(\w+)[^\n]*\n", re.MULTILINE)
REP = re.compile(r"^@rep\s+(.+)$\n?", re.MULTILINE)
FEWEST = 8  # words of a text
TOGETHER = 7  # sentences of one language that make a window
MOSTLY = 0.6  # share of the shorter of mark and unit that has to overlap


class Row(NamedTuple):
    """One training row. `labels` are heads that hold; `known` are heads that were looked at at all."""

    text: str
    before: str
    labels: frozenset[str]
    known: frozenset[str]
    source: str


SENTENCE_HEADS = frozenset(HEADS) - {"sells", "sales"}


def sentence_rows(path: Path) -> Iterator[Row]:
    """Rows of a JSON Lines file of single sentences, and windows made of the labelled ones that are not English."""
    foreign: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item["lang"] != "en":
            foreign.setdefault(item["lang"], []).append(item["text"])
        labels = {topic + sign for topic, sign in item["criteria"].items()}
        if item["commit"] != "none":
            labels.add("=" + item["commit"])
        if item["hope"]:
            labels.add("=hope")
        known = set(SENTENCE_HEADS)
        if item["voice"] != "note":
            known.add("sells")
            if item["voice"] == "rep":
                labels.add("sells")
        yield Row(item["text"], item["prev"], frozenset(labels), frozenset(known), path.stem)

    for texts in foreign.values():
        for at in range(0, len(texts), TOGETHER):
            yield Row(" ".join(texts[at : at + TOGETHER]), "", frozenset({"sales"}), frozenset({"sales"}), path.stem)


class Text(NamedTuple):
    """A whole text: its units' rows, and whether it ends in a yes that counts (None: not known)."""

    reading: Reading
    rows: tuple[Row, ...]
    real_yes: bool | None


def marked_texts(path: Path) -> Iterator[Text]:
    """The texts of a file of marked texts."""
    text = path.read_text(encoding="utf-8")
    starts = [(m.group(1), m.end()) for m in BLOCK.finditer(text)]
    ends = [*[m.start() for m in BLOCK.finditer(text)][1:], len(text)]
    for (kind, start), end in zip(starts, ends, strict=True):
        block = text[start:end]
        plain, marks = _unmarked(REP.sub("", block).strip())
        if len(plain.split()) >= FEWEST:
            reading = Reading(read(plain, path.stem))
            rows = (*(_rows_of(block, kind, reading) if kind in ("notes", "transcript") else ()), *_windows_of(reading, kind))
            yield Text(reading, rows, _ends_in_yes(marks) if kind in ("notes", "transcript") else None)


def _ends_in_yes(marks: list[tuple[int, int, set[str]]]) -> bool:
    """Whether a yes is marked that nothing later takes back and no words on who decides speak against."""
    said = [at for at, _, labels in marks if labels & {"=verbal", "=signed"}]
    against = [at for at, _, labels in marks if "=refused" in labels]
    cannot = any("authority-" in labels for _, _, labels in marks)
    return bool(said) and not (against and against[-1] > said[-1]) and not cannot


def _rows_of(block: str, kind: str, reading: Reading) -> Iterator[Row]:
    reps = {name.strip().casefold() for name in REP.findall(block)}
    _, marks = _unmarked(REP.sub("", block).strip())
    source = reading.conversation.name
    speakers = {(unit.turn.speaker or "").casefold() for unit in reading.units}
    for unit in reading.units:
        speaker = (unit.turn.speaker or "").casefold()
        sells = speaker in reps or any(speaker.split()[:1] == rep.split()[:1] for rep in reps - speakers if speaker)
        labels: set[str] = set()
        for a, b, names in marks:
            if min(b, unit.end) - max(a, unit.start) > MOSTLY * min(b - a, unit.end - unit.start):
                labels |= names
        known = set() if sells else set(SENTENCE_HEADS)
        if kind == "transcript" and speaker and reps:
            known.add("sells")
            if sells:
                labels = {"sells"}
        if known:
            yield Row(unit.text, unit.before, frozenset(labels), frozenset(known), source)


def _windows_of(reading: Reading, kind: str) -> Iterator[Row]:
    """Windows of the text as the analyst would cut them, with whether they are about selling."""
    for window in reading.windows:
        yield Row(window, "", frozenset() if kind == "other" else frozenset({"sales"}), frozenset({"sales"}), reading.conversation.name)


def _unmarked(text: str) -> tuple[str, list[tuple[int, int, set[str]]]]:
    """The text without marks, and (start, end, labels) of each mark in it."""
    out: list[str] = []
    marks: list[tuple[int, int, set[str]]] = []
    at = size = 0
    for mark in MARK.finditer(text):
        out.append(text[at : mark.start()])
        size += mark.start() - at
        words = mark.group(2)
        marks.append((size, size + len(words), {label.strip() for label in mark.group(1).split(",")}))
        out.append(words)
        size += len(words)
        at = mark.end()
    out.append(text[at:])
    return "".join(out), marks
