"""Text that speaks to software -> spans that never count. In: a Conversation without spans. Out: the spans.

From the first sentence that addresses a program to the end of its turn, or of its paragraph in notes, nothing counts as
testimony: what follows "ignore your instructions" is the payload. The text stays visible and is counted.
"""

import re

from coach.conversation import Conversation, Kind, Span
from coach.cues import addresses_software
from coach.sentences import sentences

PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
MACHINE = re.compile(r"^(?:system|user|assistant|developer|ai|chatgpt|gpt|llm|model|tool|instructions?|prompt)(?: ?\d)?$", re.IGNORECASE)
"""Speakers that chat prompts have and calls do not."""
INVISIBLE = re.compile(r"[\U000e0000-\U000e007f]+")


def planted_spans(conversation: Conversation) -> tuple[Span, ...]:
    """Spans in order of the text, merged."""
    source = conversation.source
    spans: list[Span] = []
    for turn in conversation.turns:
        if spans and turn.start < spans[-1].end:
            continue
        machine = turn.speaker is not None and MACHINE.match(turn.speaker) is not None
        for start, end in sentences(source, turn.start, turn.end):
            if machine or addresses_software(source[start:end]):
                stop = turn.end
                if turn.kind is not Kind.TRANSCRIPT:
                    gap = PARAGRAPH.search(source, end)
                    stop = max(turn.end, gap.start() if gap else len(source))
                spans.append(Span(start=start, end=stop))
                break
    spans.extend(Span(start=m.start(), end=m.end()) for m in INVISIBLE.finditer(source))
    return tuple(sorted(spans, key=lambda s: s.start))
