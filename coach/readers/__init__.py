"""Whatever a rep brings back -> Conversation. In: bytes or text and a name. Out: a Conversation, or an InputError.

Decodes, tells transcripts from e-mail from notes by what is in them, and gives each person a side only where the text
shows it. Never alters the text and never invents a speaker.
"""

from collections.abc import Callable

from coach.conversation import Conversation, Kind, Turn
from coach.errors import InputError
from coach.readers.captions import caption_turns
from coach.readers.decoding import decode
from coach.readers.email import email_turns
from coach.readers.notes import note_turns
from coach.readers.people import name_sides, with_sides
from coach.readers.planted import planted_spans
from coach.readers.transcript import transcript_turns

__all__ = ["LARGEST", "name_sides", "read", "read_all"]

READERS: tuple[tuple[Kind, Callable[[str], list[Turn]]], ...] = (
    (Kind.TRANSCRIPT, caption_turns),
    (Kind.EMAIL, email_turns),
    (Kind.TRANSCRIPT, transcript_turns),
    (Kind.NOTES, note_turns),
)
"""Tried from the top; the first that finds turns in the text reads it. Notes are whatever is left."""
LARGEST = 5_000_000  # characters; a day of talk is under half a million


def read(data: bytes | str, name: str = "note") -> Conversation:
    """The one conversation in `data`. Raises InputError if there is no text in it, too much, or more than one conversation."""
    found = read_all(data, name)
    if len(found) > 1:
        raise InputError(f"{name} holds {len(found):,} conversations, and here only one can be read. Keep one of them, or bring it as a file.")
    return found[0]


def read_all(data: bytes | str, name: str = "note") -> tuple[Conversation, ...]:
    """Every conversation in `data`, at least one. Raises InputError if there is no text in it or too much."""
    source = decode(data, name) if isinstance(data, bytes) else data
    if not source.strip():
        raise InputError(f"{name} is empty. Paste the notes or the transcript of a call.")
    if len(source) > LARGEST:
        raise InputError(f"{name} has {len(source):,} characters; the most that is read at once is {LARGEST:,}. Split it by call.")
    kind, turns = next((kind, turns) for kind, turns_of in READERS if (turns := turns_of(source)))
    draft = Conversation(source=source, name=name, kind=kind, turns=tuple(turns))
    return (with_sides(draft.model_copy(update={"planted": planted_spans(draft)})),)
