"""Transcript text -> turns. In: text. Out: a turn for each utterance with its speaker and time, or [] if it is no transcript.

What stands before the first utterance or after a closing heading is summary, and so are the lines that programs add
("stopped transcription", "ACTION ITEM"). A time alone on a line is the time of what follows. Never joins or drops lines.
"""

import re

from coach.conversation import Kind, Turn
from coach.readers.clock import seconds_of
from coach.readers.labels import ASIDE, ENDING, Label, labels_of
from coach.readers.names import UNHEARD
from coach.readers.notes import RULE

CLOSING = re.compile(
    r"^\W{0,6}(?:(?:call |coach(?:'s|ing)? |meeting |my |ai |rep )?(?:notes?|summary|takeaways|action items|next steps|feedback|recap)|end of (?:call|transcript|recording))\b[^.?!]{0,30}[:*]*\s*$",
    re.IGNORECASE,
)
EMPTY_QUOTES = re.compile(r"[\r\n]")
STAMP = re.compile(r"^\W{0,4}(\d{1,3}:\d\d(?::\d\d)?)\W*$")


def transcript_turns(source: str) -> list[Turn]:
    """A turn for each utterance; [] if the text is not mostly labelled utterances of two or more speakers."""
    labels = labels_of(source)
    if not labels:
        return []
    turns: list[Turn] = []
    _add_summary(source, 0, labels[0].line, turns)
    stamp = _stamp(source, 0, labels[0].line)
    for at, label in enumerate(labels):
        end = labels[at + 1].line if at + 1 < len(labels) else len(source)
        _add_utterance(source, label if label.time is not None else label._replace(time=stamp), end, turns)
        stamp = _stamp(source, label.start, end)
    return [turn if turn.index == at else turn.model_copy(update={"index": at}) for at, turn in enumerate(turns)]


def _stamp(source: str, start: int, end: int) -> float | None:
    """The time that stands alone on the last line before `end`."""
    last = source[max(start, end - 200) : end].rstrip().rsplit("\n", 1)[-1].rsplit("\r", 1)[-1]
    found = STAMP.match(last)
    return seconds_of(found[1]) if found else None


def _add_utterance(source: str, label: Label, end: int, turns: list[Turn]) -> None:
    """The words of a label, cut at the lines between them that nobody said."""
    start, first, said = label.start, True, False
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", source[label.start : end]):
        text = line.group()
        first = first and not said
        said = said or bool(text.strip())
        rest = (not first and (RULE.match(text) or CLOSING.match(text))) or ENDING.match(text)
        if not rest and not (ASIDE.match(text) and not (first and not label.above)):
            continue
        begins, ends = label.start + line.start(), end if rest else label.start + line.end()
        _add(source, label, start, begins, turns)
        _add_summary(source, begins, ends, turns)
        start = ends
        if rest:
            return
    _add(source, label, start, end, turns)


def _add(source: str, label: Label, start: int, end: int, turns: list[Turn]) -> None:
    while start < end and source[start].isspace():
        start += 1
    last = end
    while last > start and source[last - 1] in "> \t\r\n":
        last -= 1
    if quoted := EMPTY_QUOTES.search(source, last, end):  # lines of a quoted mail that hold nothing
        end = quoted.start()
    while end > start and source[end - 1].isspace():
        end -= 1
    if start < end:
        speaker = None if UNHEARD.match(label.name) else label.name
        turns.append(Turn(index=len(turns), start=start, end=end, speaker=speaker, kind=Kind.TRANSCRIPT, time=label.time))


def _add_summary(source: str, start: int, end: int, turns: list[Turn]) -> None:
    for line in re.finditer(r"[^\r\n]+", source[start:end]):
        text = line.group()
        if text.strip() and not RULE.match(text):
            left = start + line.start() + len(text) - len(text.lstrip())
            turns.append(Turn(index=len(turns), start=left, end=start + line.start() + len(text.rstrip()), kind=Kind.SUMMARY))
