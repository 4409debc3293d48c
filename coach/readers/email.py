"""E-mail threads -> turns. In: pasted text. Out: a turn for each sentence with the sender as speaker, oldest message first, or [].

Messages are told apart by header blocks ("From: ...", "On 3 May, Dana wrote:") and by depth of quoting. Signatures and
footers stay in the text, as summary. Never guesses a sender: the top of a pasted thread without headers has none.
"""

import re
from typing import NamedTuple

from coach.conversation import Kind, Turn
from coach.readers.labels import is_mostly_talk
from coach.sentences import sentences

FROM = re.compile(r"^[> \t*]*(?:from|von|van|de|da|expéditeur)\s*:\*?\s*(?P<who>[^\r\n]{2,120})$", re.IGNORECASE | re.MULTILINE)
OTHER = re.compile(
    r"^[> \t*]*(?:to|cc|bcc|subject|date|sent|an|betreff|gesendet|aan|onderwerp|datum|verzonden|à|objet|envoyé|para|asunto|fecha|enviado|assunto|data|re)\s*:",
    re.IGNORECASE,
)
WROTE = re.compile(
    r"^[> \t]*(?:(?:on|am|op|le|el|em|il)\s.{4,100}?[,:]?\s(?:wrote|schrieb|schreef|a écrit|escribió|escreveu|ha scritto)\s*:?|(?P<who>[^\r\n:]{2,80}?)\s(?:wrote|schrieb|schreef|a écrit|escribió|escreveu|ha scritto)\s*(?:am [^:\r\n]+)?:?|"
    r"am\s.{4,80}?\sschrieb\s.{2,60}:|op\s.{4,80}?\sschreef\s.{2,60}:)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
SENDER_IN_WROTE = re.compile(
    r"(?:\d{1,2}:\d\d(?:\s?[AaPp]\.?[Mm]\.?)?|\d{4}|\d{1,2}[./]\d{1,2}[./]?\d{0,4})[,\s]+(?:uhr\s+|schrieb\s+|schreef\s+)?(?P<who>[^\d\r\n<]{2,60}?)\s*(?:<[^>]*>)?\s*(?:wrote|schrieb|schreef|a écrit|escribió|escreveu|ha scritto|:)",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"^[> \t]*(?:--\s*$|_{5,}|sent from my |get outlook|this e-?mail (?:and|is|may)|confidential|disclaimer|diese e-mail|dit bericht)", re.IGNORECASE
)

LONGEST_HEADER = 600  # characters


class _Message(NamedTuple):
    start: int
    end: int
    sender: str | None


def email_turns(source: str) -> list[Turn]:
    """A turn for each sentence, oldest message first; [] if the text is no e-mail."""
    heads = [head for head in FROM.finditer(source) if any(OTHER.match(line) for line in _around(source, head.start(), head.end()))]
    wrote = list(WROTE.finditer(source))
    marked = bool(heads)
    if (not marked and not wrote) or is_mostly_talk(source):
        return []
    turns: list[tuple[int, int, str | None, Kind]] = []
    for message in reversed(_messages(source, heads if marked else [], wrote)):
        turns.extend(_sentences(source, message))
    return [Turn(index=i, start=a, end=b, speaker=who, kind=kind) for i, (a, b, who, kind) in enumerate(turns)]


def _around(source: str, start: int, end: int) -> list[str]:
    """The line before a header line and the three after it."""
    return [source[max(0, start - LONGEST_HEADER) : start].rstrip("\r\n").rsplit("\n", 1)[-1], *source[end : end + LONGEST_HEADER].strip("\r\n").splitlines()[:3]]


def _messages(source: str, heads: list[re.Match[str]], wrote: list[re.Match[str]]) -> list[_Message]:
    marks = sorted([(m.start(), _clean(m["who"])) for m in heads] + [(m.start(), _sender(m)) for m in wrote])
    messages = [_Message(0, marks[0][0], None)] if source[: marks[0][0]].strip() else []
    for at, (start, sender) in enumerate(marks):
        end = marks[at + 1][0] if at + 1 < len(marks) else len(source)
        messages.append(_Message(start, end, sender))
    return messages


def _sender(found: re.Match[str]) -> str | None:
    if found["who"]:
        return _clean(found["who"])
    inner = SENDER_IN_WROTE.search(found.group())
    return _clean(inner["who"]) if inner else None


def _clean(text: str) -> str | None:
    name = re.sub(r"[<\[(].*", "", text).strip(" \t\"'*>,:")
    return name.strip() or text.strip(" <>\"'*").strip() or None


def _sentences(source: str, message: _Message) -> list[tuple[int, int, str | None, Kind]]:
    rows: list[tuple[int, int, str | None, Kind]] = []
    footer = False
    for line in re.finditer(r"[^\r\n]+", source[message.start : message.end]):
        text = line.group()
        start, end = message.start + line.start(), message.start + line.end()
        start += len(text) - len(text.lstrip("> \t"))
        footer = footer or SIGNATURE.match(text) is not None
        head = FROM.match(text) or OTHER.match(text) or WROTE.match(text)
        for a, b in sentences(source, start, end):
            rows.append((a, b, message.sender, Kind.SUMMARY if head or footer else Kind.EMAIL))
    return rows
