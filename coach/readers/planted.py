"""Text that speaks to software -> spans that never count. In: a Conversation without spans. Out: the spans.

From the first sentence that addresses a program to the end of its turn, or of its line or block of data in notes, nothing counts as
testimony: what follows "ignore your instructions" is the payload. The text stays visible and is counted.
"""

import re

from coach.conversation import Conversation, Kind, Span
from coach.cues import addresses_software
from coach.sentences import sentences
from coach.textmodel import to_software

BLOCK = re.compile(r"[ \t]*[{}\[\]\"<>`|#]")
"""How lines of data or markup begin."""
SURE = 0.0  # log odds of the text model from which a sentence speaks to software; see `./run train HELD --check`
LONGEST = 600  # characters of a sentence that it looks at
INVISIBLE = re.compile(r"[\U000e0000-\U000e007f]+")


def _block_end(source: str, end: int) -> int:
    """Where the line ends, or the block of lines that look like markup or data. What people wrote below it still counts."""
    stop = source.find("\n", end)
    while 0 <= stop < len(source) - 1 and BLOCK.match(source, stop + 1):
        stop = source.find("\n", stop + 1)
    return len(source) if stop < 0 else stop


def planted_spans(conversation: Conversation) -> tuple[Span, ...]:
    """Spans in order of the text, merged."""
    source = conversation.source
    said = [(turn, start, end) for turn in conversation.turns for start, end in sentences(source, turn.start, turn.end)]
    learned = to_software([source[start : min(end, start + LONGEST)] for _, start, end in said])
    spans: list[Span] = []
    for (turn, start, end), odds in zip(said, learned, strict=True):
        if spans and start < spans[-1].end:
            continue
        learned_so = odds > SURE and turn.kind not in (Kind.PLAN, Kind.SUMMARY)  # which never count, whoever they speak to
        if learned_so or addresses_software(source[start:end]):
            stop = turn.end
            if turn.kind is not Kind.TRANSCRIPT:
                stop = max(turn.end, _block_end(source, end))
            spans.append(Span(start=start, end=stop))
    spans.extend(Span(start=m.start(), end=m.end()) for m in INVISIBLE.finditer(source))
    return tuple(sorted(spans, key=lambda s: s.start))
