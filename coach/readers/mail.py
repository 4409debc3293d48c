"""Mail files -> a thread. In: the text or bytes of an .eml. Out: a draft whose source is the headers that matter and the words.

The source is "From", "To", "Cc", "Date" and "Subject", then the plain part, or the HTML part as text where there is no
plain one. Quoted mails below are read as a pasted thread is. Attached text is a draft of its own.
"""

import email
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from coach.conversation import Kind
from coach.errors import InputError
from coach.readers.limits import LONGEST_NAME, MAIL_CONTENT_HEADER, MAIL_HEADER, MAIL_PARTS, MAIL_TEXTS
from coach.readers.markup import Text, plain_text
from coach.readers.plain import plain_draft
from coach.readers.written import LONE, Draft, under

SHOWN = ("From", "To", "Cc", "Date", "Subject")
HEADER = re.compile(r"^(?P<name>[!-9;-~]{1,60}):[ \t]*\S?", re.MULTILINE)
ENCODED = re.compile(r"(=\?[^?\s]{1,40}\?[bq]\?[^?]*\?=)(?:\s+(?==\?))?", re.IGNORECASE)
TELLING = frozenset(
    "received return-path message-id mime-version content-type content-transfer-encoding delivered-to dkim-signature x-mailer in-reply-to references".split()
)
"""Headers that only a mail file has; a pasted thread begins with From or Subject too."""


def is_mail(head: str) -> bool:
    """Whether the beginning of a text is the header block of a mail file."""
    block = re.split(r"\r?\n[ \t]*\r?\n|\r\r", head.lstrip("\ufeff\r\n"), maxsplit=1)[0]
    lines = [line for line in re.split(r"\r\n|\r|\n", block) if not line.startswith((" ", "\t"))]
    if lines and lines[0].startswith("From ") and "@" in lines[0]:  # the first line of a mailbox
        lines = lines[1:]
    names = [found["name"].casefold() for line in lines if (found := HEADER.match(line))]
    return len(names) >= max(2, len(lines) - 1) and "from" in names and not TELLING.isdisjoint(names)


def mail_drafts(data: bytes, name: str) -> list[Draft]:
    """The mail, and a draft for each attached text. Raises InputError for a mail without words."""
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"))
        parts = list(message.walk())[: MAIL_PARTS + 1]
        _check_headers(parts, name)
        head = "".join(f"{header}: {_header(message, header)}\n" for header in SHOWN if message[header])
        body = _body(parts)
        attached = [text for part in parts if part.get_filename() and part.get_content_maintype() == "text" and (text := _words(part)).strip()]
    except InputError:
        raise
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError, AssertionError):
        raise InputError(f"{name} is a damaged mail file. Open the mail, copy the text and paste that.") from None
    if len(parts) > MAIL_PARTS:
        raise InputError(f"{name} is a mail of more than {MAIL_PARTS} parts. Copy the text and paste that.")
    if len(attached) > MAIL_TEXTS:
        raise InputError(f"{name} is a mail with {len(attached)} texts attached; the most that is read is {MAIL_TEXTS}. Save those that you want and bring them.")
    if not body.words.strip() and not attached:
        raise InputError(f"{name} is a mail without text. If the words are in an attachment, save that and bring it.")
    title = _header(message, "Subject")[:LONGEST_NAME]
    return [_mail(LONE.sub("\ufffd", head), _whole(body), title), *(plain_draft(LONE.sub("\ufffd", text)) for text in attached)]


def _check_headers(parts: list[Message], name: str) -> None:
    """Refuses headers that are longer than any program writes: the library takes long to take them apart."""
    for part in parts:
        for header, value in part.items():
            most = MAIL_CONTENT_HEADER if header.casefold().startswith("content-") else MAIL_HEADER
            if len(str(value)) > most:
                raise InputError(f"{name} has a header of {len(str(value)):,} characters; the most that is read is {most:,}. Copy the text and paste that.")


def _header(message: Message, name: str) -> str:
    return " ".join(LONE.sub("\ufffd", ENCODED.sub(_decoded, str(message[name] or ""))).split())


def _decoded(found: re.Match[str]) -> str:
    """An encoded word as what it says; as it stands if it says nothing."""
    from coach.readers.decoding import decoded

    try:
        [(words, charset)] = decode_header(found[1])
    except (HeaderParseError, ValueError):
        return found[0]
    if isinstance(words, str):
        return words
    try:
        return str(words, charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decoded(words)


def _mail(head: str, body: Text, title: str) -> Draft:
    """The mail as a thread, or as what it carries: a talk below the headers stays a talk."""
    held = plain_draft(body.words, body.hidden)
    if held.kind is Kind.TRANSCRIPT:
        return under(head.splitlines(), [held], title)
    if head.count("\n") < 2:
        head += "Subject:\n"  # a header alone does not look like the beginning of a mail
    by = len(head) + 1
    hidden = [span.model_copy(update={"start": span.start + by, "end": span.end + by}) for span in body.hidden]
    return plain_draft(f"{head}\n{body.words}\n", hidden)._replace(title=title)


def _whole(text: Text) -> Text:
    return text._replace(words=LONE.sub("\ufffd", text.words))


def _body(parts: list[Message]) -> Text:
    shown = [part for part in parts if not part.get_filename() and part.get_content_maintype() == "text"]
    plain = [words for part in shown if part.get_content_subtype() == "plain" and (words := _words(part)).strip()]
    if plain:
        return Text("\n".join(plain))
    pages = [plain_text(_words(part)) for part in shown]
    return pages[0] if len(pages) == 1 else Text("\n".join(page.words for page in pages))


def _words(part: Message) -> str:
    """The decoded words of a part, whatever it says about its encoding."""
    from coach.readers.decoding import decoded

    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = decoded(payload)
    return text.replace("\r\n", "\n")
