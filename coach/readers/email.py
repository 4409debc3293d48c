"""E-mail threads -> turns. In: pasted text. Out: a turn for each sentence with the sender as speaker, oldest message first, or [].

Messages are told apart by header blocks ("From: ...", "On 3 May, Dana wrote:") and by depth of quoting. Signatures and
footers stay in the text, as summary. Never guesses a sender: the top of a pasted thread without headers has none.
"""

import re
from typing import NamedTuple

from coach.conversation import Kind, Turn
from coach.readers.labels import is_mostly_talk
from coach.sentences import sentences

FROM = re.compile(
    r"^[> \t*]*(?:from|von|van|de|da|från|fra|od|expéditeur|от|发件人|寄件者|差出人|보낸 사람)[ \t\xa0]*[:：]\*{0,2}[ \t]*(?P<who>[^\r\n]{2,120})$",
    re.IGNORECASE | re.MULTILINE,
)
OTHER = re.compile(
    r"^[> \t*]*(?:to|cc|bcc|cci|kopie|subject|date|sent|an|betreff|gesendet|aan|onderwerp|datum|verzonden|à|objet|envoyé|para|asunto|fecha|enviado(?: el)?|assunto|data|re|"
    r"a|inviato|oggetto|till|skickat|ämne|kopia|til|sendt|emne|do|dw|wysłano|temat|кому|отправлено|тема|дата|收件人|发送时间|日期|主题|抄送|宛先|送信日時|件名|받는 사람|보낸 날짜|제목|"
    r"reply-to|importance|priority|attachments?|wichtigkeit|anlagen?|priorität|pièces jointes|adjuntos|allegati|bijlagen?)[ \t\xa0]*[:：]",
    re.IGNORECASE,
)
VERB = r"(?:wrote|schrieb|schreef|a écrit|escribió|escreveu|ha scritto|skrev|napisał(?:a|\(a\))?|написал(?:а|\(а\))?)"
WROTE = re.compile(
    rf"^[> \t]*(?:(?:on|am|op|le|el|em|il)\s.{{4,100}}?[,:]?\s{VERB}\s*:?|(?P<who>[^\r\n:]{{2,80}}?)\s{VERB}\s*(?:am [^:\r\n]+)?:?|"
    r"am\s.{4,80}?\sschrieb\s.{2,60}:|op\s.{4,80}?\sschreef\s.{2,60}:|"
    r"[^\r\n<>@]{0,60}\d[:.]\d\d[^\r\n<>@]{0,80}(?:\r?\n[> \t]*)?\(?<\s*[^<>\s]{1,80}@[^<>\s]{1,80}>\)?[^\r\n<>:：]{0,30}[:：])\s*$",
    re.IGNORECASE | re.MULTILINE,
)
"""The line above a quoted message. The last form is that of any language: a time, a name, an address and a colon; programs break it before the address."""
SENDER_IN_WROTE = re.compile(
    r"(?:\d{1,2}[:.]\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?|\d{4}|\d{1,2}[./]\d{1,2}[./]?\d{0,4})[,\s]+(?:(?:uhr|schrieb|schreef|skrev|написал)\s+)*"
    rf"(?P<who>[^\d\r\n<]{{2,60}}?)\s*(?:\(?<[^>]*>\)?)?\s*(?:{VERB}|[:：])",
    re.IGNORECASE,
)
DIVIDER = re.compile(
    r"^[> \t]*(?:-{2,}[ \t]*[^\r\n-][^\r\n]{2,60}?[ \t]*-{2,}|_{5,}|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:transféré|réexpédié))\s?:)\s*$",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"^[> \t]*(?:--\s*$|_{5,}|sent from my |get outlook|this e-?mail (?:and|is|may)|confidential|disclaimer|diese e-mail|dit bericht)", re.IGNORECASE
)

LINE = re.compile(r"[^\r\n]+")
LONGEST_HEADER = 600  # characters


class _Message(NamedTuple):
    start: int
    body: int  # where its header ends
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
    return [
        source[max(0, start - LONGEST_HEADER) : start].rstrip("\r\n").rsplit("\n", 1)[-1],
        *source[end : end + LONGEST_HEADER].strip("\r\n").splitlines()[:3],
    ]


def _messages(source: str, heads: list[re.Match[str]], wrote: list[re.Match[str]]) -> list[_Message]:
    marks = [(_top(source, m.start()), _below(source, m.end()), _clean(m["who"])) for m in heads]
    marks = sorted(marks + [(m.start(), m.end(), _sender(m)) for m in wrote], key=lambda mark: mark[:2])
    messages = [_Message(0, _below(source, 0), marks[0][0], None)] if source[: marks[0][0]].strip() else []
    for at, (start, body, sender) in enumerate(marks):
        end = marks[at + 1][0] if at + 1 < len(marks) else len(source)
        messages.append(_Message(start, body, end, sender))
    return messages


def _top(source: str, start: int) -> int:
    """Where the header begins whose sender stands at `start`: other fields and a dividing line may stand above."""
    lines = re.split(r"(?<=\n)", source[max(0, start - LONGEST_HEADER) : start])
    top, at = start, start
    for line in reversed(lines):
        at -= len(line)
        if OTHER.match(line) or DIVIDER.match(line):
            top = at
        elif line.strip("> \t\r\n"):
            break
    return top


def _below(source: str, start: int) -> int:
    """Where the fields end that follow `start`. An empty line ends them, unless there is one between all of them."""
    end, fields, gaps = start, 0, 0
    for line in LINE.finditer(source, start):
        gap = source.count("\n", end, line.start()) > 1
        if not OTHER.match(line.group()) or (gap and fields > 1 and not gaps):
            break
        end, fields, gaps = line.end(), fields + 1, gaps + gap
    return end


def _sender(found: re.Match[str]) -> str | None:
    if found["who"]:
        return _clean(found["who"])
    inner = SENDER_IN_WROTE.search(" ".join(found.group().split()))
    return _clean(inner["who"]) if inner else None


def _clean(text: str) -> str | None:
    name = re.sub(r"[<\[(].*", "", text).strip(" \t\"'*>,:")
    return name.strip() or text.strip(" <>\"'*").strip() or None


def _sentences(source: str, message: _Message) -> list[tuple[int, int, str | None, Kind]]:
    rows: list[tuple[int, int, str | None, Kind]] = []
    footer = False
    for line in LINE.finditer(source, message.start, message.end):
        text = line.group()
        start, end = line.start() + len(text) - len(text.lstrip("> \t")), line.end()
        footer = footer or (start >= message.body and SIGNATURE.match(text) is not None)
        for a, b in sentences(source, start, end):
            rows.append((a, b, message.sender, Kind.SUMMARY if start < message.body or footer else Kind.EMAIL))
    return rows
