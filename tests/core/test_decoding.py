"""Bytes become exactly the text that was saved, or an error that says what to do."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InputError
from coach.readers.decoding import decode
from tests.core.builders import row

TEXT = "Dana: “we’d need 40 k€” — Größe, naïve\r\nRep: ok\n"
ASCII = "Dana: we have no budget for it this year\nRep: ok\n"
CHINESE = "王：我们今年没有预算。\n李：好的，明年再说。\n"

READ = [
    row("UTF-8", TEXT.encode(), TEXT),
    row("UTF-8 with a mark", codecs.BOM_UTF8 + TEXT.encode(), TEXT),
    row("UTF-16 little endian with a mark", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), TEXT),
    row("UTF-16 big endian with a mark", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT),
    row("UTF-16 little endian without a mark", TEXT.encode("utf-16-le"), TEXT),
    row("UTF-16 big endian without a mark", TEXT.encode("utf-16-be"), TEXT),
    row("UTF-32 little endian with a mark", codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), TEXT),
    row("UTF-32 big endian with a mark", codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), TEXT),
    row("Windows-1252", TEXT.encode("cp1252"), TEXT),
    row("ASCII", ASCII.encode(), ASCII),
    row("Chinese in UTF-8", CHINESE.encode(), CHINESE),
    row("Chinese in UTF-16 with a mark", codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"), CHINESE),
    row("an emoji outside the first plane", "🙂 ok".encode("utf-16"), "🙂 ok"),
    row("nothing", b"", ""),
    row("a mark alone", codecs.BOM_UTF8, ""),
    row("the letters PK at the start of a note", b"PK said yes", "PK said yes"),
    row("a percent sign at the start", b"%PD is high", "%PD is high"),
]


@pytest.mark.parametrize(("data", "text"), READ)
def test_text_comes_out_as_it_was_saved(data: bytes, text: str) -> None:
    assert decode(data, "call.txt") == text


REFUSED = [
    row("a PDF", b"%PDF-1.7\n...", "is a PDF"),
    row("a zip", b"PK\x03\x04rest", "a zip or Office file"),
    row("a PNG", b"\x89PNG\r\n\x1a\n", "a picture"),
    row("a JPEG", b"\xff\xd8\xff\xe0 JFIF", "a picture"),
    row("a GIF", b"GIF89a...", "a picture"),
    row("an old Word file", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file"),
    row("NUL in a text", b"Dana: hm\x00 and more of this and that", "a binary file"),
    row("a program", b"\x7fELF\x02\x01\x01" + b"\x00" * 200, "a binary file"),
    row("NUL everywhere", b"\x00" * 500, "a binary file"),
    row("UTF-32 without a mark", TEXT.encode("utf-32-le"), "a binary file"),
    row("UTF-16 cut in the middle of a character", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], "broken utf-16-le"),
    row("half a surrogate pair", codecs.BOM_UTF16_LE + b"\x3d\xd8", "broken utf-16-le"),
    row("UTF-8 with a mark, broken", codecs.BOM_UTF8 + b"\xff\xfe\xfd", "broken utf-8"),
    row("noise", bytes(range(128, 160)) * 20, "not text in any encoding"),
]


@pytest.mark.parametrize(("data", "why"), REFUSED)
def test_what_is_no_text_is_refused_with_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, "call.txt")
    message = str(caught.value)
    assert message.startswith("call.txt is ")
    assert why in message
    assert any(word in message for word in ("paste", "try again"))


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_plain_error(data: bytes) -> None:
    try:
        text = decode(data, "call.txt")
    except InputError:
        return
    assert isinstance(text, str)
    assert text.encode() is not None


@given(st.text(max_size=100), st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_any_text_with_a_byte_order_mark_comes_back(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    if encoding == "utf-16" and text.startswith("\x00"):  # its bytes are those of the mark of UTF-32
        return
    assert decode(data, "call.txt") == text
