"""Bytes -> text. In: the bytes of a file. Out: the decoded text, which all offsets count in, or an InputError.

Knows UTF-8 and UTF-16 with or without a byte order mark, UTF-32 with one, and Windows-1252. Text that was decoded wrongly
before it came here ("weâ€™ll") is mended, line by line, only where that is sure. Never drops a character silently.
"""

import codecs
import re

from coach.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
FILE_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip or Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
)


def decode(data: bytes, name: str) -> str:
    """The text in `data`. Raises InputError for files that are not text."""
    for start, what in FILE_KINDS:
        if data.startswith(start):
            raise InputError(f"{name} is {what}, not text. Open it, copy the text and paste that.")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding, name)
    if b"\x00" in data:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        if max(even, odd) > len(data[:4096]) // 5 and min(even, odd) * 8 < max(even, odd):
            return _strictly(data, "utf-16-be" if even > odd else "utf-16-le", name)
        raise InputError(f"{name} is a binary file, not text. Export the transcript as text and try again.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        odd_ones = sum(not (char.isprintable() or char in "\r\n\t") or char == "\ufffd" for char in text)
        if odd_ones * 50 > len(text):
            raise InputError(f"{name} is not text in any encoding we know. Save it as UTF-8 and try again.") from None
        return text


def decoded(data: bytes) -> str:
    """The text of bytes that say nothing about themselves: UTF-8 if they are, else Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


TWICE = re.compile("â(?:€[™˜œ\u009d“”–—¦¢]|\u0080[\u0093-\u00a6])|â‚¬|(?<=[a-z])Ã[\u00a1-\u00bfŸœ–„‡ˆ‰Š]|Ã[\u00a1-\u00bfŸœ–„‡ˆ‰Š](?=[a-z])|Â[£€§](?=\\d)|(?<=\\d)Â[°€£ ]")
"""What a character of UTF-8 becomes when it is read as Windows-1252 or Latin-1, where no language writes it so."""
LONGEST_LINE = 20_000  # characters of a line that is mended at once


def mended(text: str) -> str:
    """The text with lines that were decoded twice set right."""
    if not TWICE.search(text):
        return text
    import ftfy

    lines = re.split(r"(?<=\n)", text)
    return "".join(ftfy.fix_encoding(line) if len(line) <= LONGEST_LINE and TWICE.search(line) else line for line in lines)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{name} is broken {encoding} text. Save it as UTF-8 and try again.") from None
