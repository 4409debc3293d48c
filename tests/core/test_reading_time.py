"""Files that are made to take long take no longer than their length allows."""

import contextlib
from collections.abc import Callable

import pytest

from coach.errors import InputError
from coach.readers import read_all
from tests.core.builders import LINEAR, grows_like, row
from tests.files import docx_of, eml, pdf

HEAD = "Id,Subject,Notes\n1,Call,"
MAIL = b"From: a@b.example\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"
SHAPES = [
    row("cues without words", lambda n: b"WEBVTT\n\n" + b"00:00:01.000 --> 00:00:02.000\n" * (n // 30)),
    row("empty lines between cues", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi" + b"\n" * n + b"00:03.000 --> 00:04.000\nho"),
    row("one cue of many lines", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"Ann: hi\n" * (n // 8)),
    row("voices without an end", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v Ann>hi " * (n // 10)),
    row("open angle brackets in a cue", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<c " * (n // 3)),
    row("digits before an arrow", lambda n: b"1" * n + b" --> "),
    row("arrows", lambda n: b"--> " * (n // 4)),
    row("notes in captions", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n\n" + b"NOTE x\n\n" * (n // 8)),
    row("open comments", lambda n: b"no money " + b"<!-- " * (n // 5)),
    row("comments", lambda n: b"no <!-- a --> money " * (n // 20)),
    row("open JSON lists", lambda n: b'{"a": ' + b"[" * n),
    row("JSON documents", lambda n: b'{"text": "we want it", "speaker": "Ann"}\n' * (n // 40)),
    row("JSON in JSON", lambda n: b'{"a":' * min(900, n // 5) + b"1"),
    row("a JSON text cut off", lambda n: b'{"text": "' + b"we want it " * (n // 11)),
    row("words of speech to text", lambda n: b'{"results": {"channels": [{"alternatives": [{"words": [' + b'{"word": "hi", "speaker": 1},' * (n // 29) + b"{}]}]}]}}"),
    row("rows", lambda n: (HEAD + "no money\n2,Call,x\n" * (min(n, 60_000) // 18)).encode()),
    row("an open quote in a table", lambda n: (HEAD + '"' + "no, money\n" * (n // 10)).encode()),
    row("open elements in a cell", lambda n: (HEAD + '"' + "<div>" * (n // 5) + '"\n').encode()),
    row("closed elements in a cell", lambda n: (HEAD + '"' + "<p>" + "</div>" * (n // 6) + '"\n').encode()),
    row("half a tag in a cell", lambda n: (HEAD + "'<p>" + "<a " * (n // 3) + "\n").encode()),
    row("entities in a cell", lambda n: (HEAD + '"<p>' + "&amp;" * (n // 5) + '"\n').encode()),
    row("hidden elements in a cell", lambda n: (HEAD + '"' + "<span hidden>we sign</span>" * (n // 27) + '"\n').encode()),
    row("headers of a mail", lambda n: MAIL + b"X-A: b\n" * (n // 7) + b"\nhi"),
    row("receivers of a mail", lambda n: MAIL + b"To: " + b"a@b.example, " * (n // 13) + b"\n\nhi"),
    row("words of a receiver", lambda n: MAIL + b"To: " + b"a " * (n // 2) + b"\n\nhi"),
    row("words of a subject", lambda n: MAIL + b"Subject: " + b"a " * (n // 2) + b"\n\nhi"),
    row("parameters of a mail", lambda n: MAIL + b"Content-Type: text/plain" + b"; a=b" * (n // 5) + b"\n\nhi"),
    row("parameters of a part", lambda n: MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment" + b"; a=b" * (n // 5) + b"\n\nhi"),
    row("a folded header", lambda n: MAIL + b"Subject: a\n" + b" b\n" * (n // 3) + b"\nhi"),
    row("parts of a mail", lambda n: MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * (n // 8)),
    row("mails in mails", lambda n: MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * (n // 47)),
    row("encoded words", lambda n: MAIL + b"Subject: " + b"=?utf-8?q?a?= " * (n // 14) + b"\n\nhi"),
    row("comments of a page", lambda n: b"<p>no money" + b"<!--b-->x<br>" * (n // 13)),
    row("senders", lambda n: b"From: ab\n" * (n // 9)),
    row("open comments of a page", lambda n: b"<p>no money" + b"<!--" * (n // 4)),
    row("open ends of a page", lambda n: b"<p>no money" + b"</" * (n // 2)),
    row("half tags of a page", lambda n: b"<p>no money" + b"<a " * (n // 3)),
    row("open sections of a page", lambda n: b"<p>no money" + b"<![CDATA[" * (n // 9)),
    row("open comments of a style", lambda n: b"<p>no money<p style='" + b"/*" * (n // 2) + b"'>"),
    row("HTML of a mail", lambda n: eml(html="<p>no money</p>" * (n // 15))),
    row("paragraphs of a Word file", lambda n: docx_of("<w:p><w:r><w:t>no money</w:t></w:r></w:p>" * (n // 42))),
    row("runs of a Word file", lambda n: docx_of("<w:p>" + "<w:r><w:t>no</w:t></w:r>" * (n // 24) + "</w:p>")),
    row("depth of a Word file", lambda n: docx_of("<w:tbl><w:tr><w:tc>" * min(80, n // 19) + "<w:p/>" * (n // 6) + "</w:tc></w:tr></w:tbl>" * min(80, n // 19))),
    row("text boxes in text boxes", lambda n: docx_of("<w:p><w:r><w:txbxContent>" * min(60, n // 25) + "<w:p><w:r><w:t>no</w:t></w:r></w:p>" + "</w:txbxContent></w:r></w:p>" * min(60, n // 25))),
    row("hidden runs of a Word file", lambda n: docx_of("<w:p>" + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r>" * (n // 50) + "</w:p>")),
    row("pages of a PDF", lambda n: pdf(*["no money for it"] * (n // 26))),
    row("mojibake", lambda n: "weâ€™ll ".encode() * (n // 12)),
    row("names and colons in a line", lambda n: b"no. Ann: hi. Bob: ho. " * (n // 22)),
    row("capitals in a line", lambda n: b"Ann Bob " * (n // 8)),
    row("empty quoted lines under a talk", lambda n: b"Ann: hi\nBob: ho\nAnn: no\nBob: oh" + b"\n> " * (n // 3)),
    row("empty quoted lines within a talk", lambda n: b"Ann: hi\nBob: ho\nAnn: no\nBob: oh" + b"\n> " * (n // 3) + b"x>"),
    row("blanks in captions", lambda n: b"WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n" + b" " * n + b"\n00:03.000 --> 00:04.000\nho"),
    row("a name and blanks", lambda n: b"Ann" + b" " * n + b"\n10:03\nhi\n"),
    row("half tags that end", lambda n: (HEAD + "'<p>" + "<a " * (n // 3) + ">\n").encode()),
    row("a long header of a mail", lambda n: MAIL + b'Content-Type: text/plain; ' + b'a="b" c;' * (n // 8) + b"\n\nhi"),
    row("quotes in a header of a mail", lambda n: MAIL + b'To: ' + b'"' * min(n, 19_000) + b"\n\nhi"),
    row("stamps in a talk", lambda n: b"Ann: hi\nBob: ho\nAnn: no\nBob: oh\n" + b"00:12\n" * (n // 6)),
    row("added lines in a talk", lambda n: b"Ann: hi\nBob: ho\nAnn: no\nBob: oh\n" + b"Ann stopped recording\n" * (n // 22)),
]  # fmt: skip


@pytest.mark.parametrize("make", SHAPES)
def test_a_longer_file_takes_its_share_more_time(make: Callable[[int], bytes]) -> None:
    def work(n: int) -> Callable[[], object]:
        data = make(n)

        def reads() -> None:
            with contextlib.suppress(InputError):
                read_all(data, "call")

        return reads

    assert grows_like(work, most=250_000) <= LINEAR
