"""Text -> draft. In: text of any layout, and what of it is hidden. Out: one draft, by the first reader that knows the layout.

This is the last step for every file whose words had to be taken out first: a Word file may hold captions, a cell of a table
a transcript, a mail a thread. Adding a layout is adding a line here (CONTRIBUTING.md).
"""

import re
from collections.abc import Callable, Iterable

from coach.conversation import Hidden, Kind, Turn
from coach.readers.captions import caption_drafts, caption_turns
from coach.readers.email import email_turns
from coach.readers.notes import note_turns
from coach.readers.transcript import transcript_turns
from coach.readers.written import Draft

LAYOUTS: tuple[tuple[Kind, Callable[[str], list[Turn]]], ...] = (
    (Kind.TRANSCRIPT, caption_turns),
    (Kind.EMAIL, email_turns),
    (Kind.TRANSCRIPT, transcript_turns),
    (Kind.NOTES, note_turns),
)
"""Layouts whose words can be read where they stand, tried from the top. Notes are whatever is left."""
ALIKE = {ord(char): " " for char in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"}
"""Blanks that layouts do not tell apart. One for one, so that offsets stay; the source keeps its own."""


def plain_draft(source: str, hidden: Iterable[Hidden] = (), pasted: bool = False) -> Draft:
    """The draft of a text. It keeps the text as it is, but for captions of a file: those are written out anew, with what was hidden below."""
    hidden = tuple(hidden)
    if not pasted and (found := caption_drafts(_blanked(source, hidden))):
        return _with_hidden_below(found[0], [(source[span.start : span.end], span.why) for span in hidden])
    even = source.translate(ALIKE)
    if "\r" in even:
        even = re.sub(r"\r(?!\n)", "\n", even)
    for kind, turns_of in LAYOUTS:
        if turns := turns_of(even):
            return Draft(source, kind, turns, hidden=hidden)
    return Draft(source, Kind.NOTES, [], hidden=hidden)


def _blanked(source: str, hidden: tuple[Hidden, ...]) -> str:
    parts: list[str] = []
    at = 0
    for span in hidden:
        parts += [source[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*parts, source[at:]])


def _with_hidden_below(draft: Draft, words: list[tuple[str, str]]) -> Draft:
    source, hidden = draft.source, []
    for text, why in words:
        hidden.append(Hidden(start=len(source), end=len(source) + len(text), why=why))
        source += text + "\n"
    return draft._replace(source=source, hidden=(*draft.hidden, *hidden))
