"""What was read, turn by turn. In: conversations of one file. Out: lines of JSON, or lines for people.

In JSON `text` is exactly the characters `offsets` of the decoded source. In lines for people, characters that nobody sees
are dropped, so that nothing a terminal would act on gets through.
"""

import json
from collections.abc import Iterator

from coach.conversation import Conversation, Kind, Side
from coach.render.inert import folded


def turns_jsonl(conversations: tuple[Conversation, ...], file: str) -> Iterator[str]:
    """A line of JSON for each turn, in the order in which it was said."""
    for number, conversation in enumerate(conversations):
        for turn in conversation.turns:
            row = {
                "file": file,
                "conversation": number,
                "name": conversation.name,
                "turn": turn.index,
                "speaker": turn.speaker,
                "side": turn.side.value,
                "kind": turn.kind.value,
                "start": turn.time,
                "end": turn.until,
                "text": conversation.text(turn),
                "offsets": [turn.start, turn.end],
            }
            yield json.dumps(row, ensure_ascii=False)


def turns_text(conversation: Conversation) -> Iterator[str]:
    """Who is in it and why they are on a side, then each turn."""
    said = sum(turn.kind not in (Kind.SUMMARY, Kind.PLAN) for turn in conversation.turns)
    yield f"{folded(conversation.name)}: {conversation.kind}, {len(conversation.turns):,} turns, {said:,} of them said or reported"
    if conversation.told_hidden:
        yield f"  {conversation.told_hidden}"
    for person in conversation.people:
        side = f"{person.side.value}: {person.because}" if person.side is not Side.UNKNOWN else "side unknown"
        about = ", ".join(part for part in (person.role, person.company) if part)
        yield f"  {folded(person.name)}{f' ({folded(about)})' if about else ''}: {folded(side)}"
    for turn in conversation.turns:
        clock = "" if turn.time is None else f"{int(turn.time) // 60}:{int(turn.time) % 60:02} "
        who = folded(turn.speaker) if turn.speaker else "-"
        mark = "" if turn.kind is conversation.kind else f" [{turn.kind}]"
        yield f"{clock}{who} ({turn.side}){mark}: {folded(conversation.text(turn))}"
