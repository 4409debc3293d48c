"""Whatever a rep brings back -> Conversations. In: bytes or text and a name. Out: Conversations, or an InputError.

    open (Word, PDF, encodings) -> take apart (JSON, mail, table, captions, plain) -> hidden and planted text -> sides

What a file is shows in what it holds, not in its name. The source of a Conversation is the decoded text as it was pasted or
saved; where a file holds its words within a container or between marks, it is the text taken out in reading order. Never
changes words, invents a speaker or leaves anything out without saying so.
"""

from coach.conversation import Conversation, Kind
from coach.errors import InputError
from coach.readers.captions import no_words
from coach.readers.decoding import decode, mended
from coach.readers.hidden import hidden_spans, without_hidden
from coach.readers.limits import LARGEST, check_count, check_length, check_size
from coach.readers.mail import is_mail, mail_drafts
from coach.readers.markup import PAGE, Text, plain_text
from coach.readers.office import OLD, open_office
from coach.readers.pdf import open_pdf
from coach.readers.people import name_sides, with_sides
from coach.readers.plain import plain_draft
from coach.readers.planted import planted_spans
from coach.readers.tables import table_drafts
from coach.readers.vendors import json_drafts
from coach.readers.written import Draft

__all__ = ["LARGEST", "name_sides", "read", "read_all"]

OPENERS = ((b"%PDF", open_pdf), (b"PK\x03\x04", open_office), (OLD, open_office))
"""Files that are no text, by how they begin, and what takes their text out."""
HEAD = 20_000  # characters in which a mail file has its first headers


def read(data: bytes | str, name: str = "note") -> Conversation:
    """The one conversation in `data`. Raises InputError if there is no text in it, too much, or more than one conversation."""
    found = read_all(data, name)
    if len(found) > 1:
        raise InputError(f"{name} holds {len(found):,} conversations, and here only one can be read. Keep one of them, or bring it as a file.")
    return found[0]


def read_all(data: bytes | str, name: str = "note") -> tuple[Conversation, ...]:
    """Every conversation in `data`, at least one. Raises InputError if there is no text in it or too much."""
    drafts = _drafts(data, _shown(name))
    check_count(len(drafts), _shown(name))
    several = len(drafts) > 1
    return tuple(_finished(draft, _shown(f"{name}: {draft.title or number}") if several else _shown(name)) for number, draft in enumerate(drafts, 1))


def _shown(name: str) -> str:
    """A file name without characters that could make it look like another."""
    return "".join(char for char in name if char.isprintable()) or "the file"


def _drafts(data: bytes | str, name: str) -> list[Draft]:
    check_size(len(data), name)
    if isinstance(data, bytes):
        for begins, opened in OPENERS:
            if data.startswith(begins):
                return [_plain(opened(data, name), name)]
        if is_mail(data[:HEAD].decode("latin-1")):
            return mail_drafts(data, name)
        source = mended(decode(data, name))
    else:
        source = mended(data)
        if is_mail(source[:HEAD]):
            return mail_drafts(source.encode("utf-8", "replace"), name)
    if not source.strip():
        raise InputError(f"{name} is empty. Paste the notes or the transcript of a call.")
    if PAGE.match(source):
        return [_plain(plain_text(source), name)]
    return json_drafts(source, name) or table_drafts(source) or [_plain(Text(source), name, pasted=isinstance(data, str))]


def _plain(text: Text, name: str, pasted: bool = False) -> Draft:
    check_length(len(text.words), name)
    draft = plain_draft(text.words, text.hidden, pasted)
    if not pasted and draft.kind is Kind.NOTES and no_words(text.words):
        raise InputError(f"{name} holds times and no words. Export the transcript again once it is ready.")
    return draft


def _finished(draft: Draft, name: str) -> Conversation:
    """The conversation of a draft: hidden words out of its turns, planted text marked, people with sides."""
    check_length(len(draft.source), name)
    hidden = hidden_spans(draft.source, draft.hidden)
    turns = without_hidden(draft.source, draft.turns, hidden)
    if not turns and draft.turns:
        raise InputError(f"{name} holds no words that can be seen. Paste the notes or the transcript of a call.")
    plain = Conversation(source=draft.source, name=name, kind=draft.kind, turns=turns, people=draft.people, hidden=hidden)
    return with_sides(plain.model_copy(update={"planted": planted_spans(plain)}))
