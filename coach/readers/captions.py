"""WebVTT captions -> turns. In: text that begins with WEBVTT. Out: a turn for each cue, with its voice if it names one, or [].

Times are in seconds. Cues of one speaker that follow each other stay separate turns. Never joins two voices.
"""

import re

from coach.conversation import Kind, Span, Turn

CUE = re.compile(r"^[ \t]*(?P<from>(?:\d+:)?\d\d:\d\d[.,]\d{3})[ \t]*-->[^\n]*\n(?P<body>(?:[^\S\n]*\S[^\n]*\n?)+)", re.MULTILINE)
VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+(?P<voice>[^>]+)>|^[ \t]*(?P<label>[^\W\d_][\w.'’ -]{1,38}?):[ \t]+", re.MULTILINE)
CLOSE = re.compile(r"</v>\s*$")


def caption_turns(source: str) -> list[Turn]:
    """A turn for each voice in each cue; [] if the text is not WebVTT."""
    if not source.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
        return []
    turns: list[Turn] = []
    for cue in CUE.finditer(source):
        start, end = cue.span("body")
        marks = list(VOICE.finditer(source, start, end))
        if not marks or marks[0].start() > start:
            turns += _turn(source, Span(start=start, end=marks[0].start() if marks else end), None, cue["from"])
        for at, mark in enumerate(marks):
            stop = marks[at + 1].start() if at + 1 < len(marks) else end
            turns += _turn(source, Span(start=mark.end(), end=stop), (mark["voice"] or mark["label"]).strip(), cue["from"])
    return [turn.model_copy(update={"index": at}) for at, turn in enumerate(turns)]


def _turn(source: str, span: Span, speaker: str | None, time: str) -> list[Turn]:
    text = CLOSE.sub("", source[span.start : span.end]).rstrip()
    left = span.start + len(text) - len(text.lstrip())
    if not text.strip():
        return []
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return [Turn(index=0, start=left, end=span.start + len(text), speaker=speaker, kind=Kind.TRANSCRIPT, time=seconds)]
