"""Word files, PDFs, mails and tables: their words come out in reading order, what they hide is told, and what is wrong has a sentence."""

import tracemalloc
import zipfile
from io import BytesIO

import pypdf
import pytest

from coach.conversation import Conversation, Kind, Side
from coach.errors import InputError
from coach.readers import read, read_all
from coach.readers.limits import LARGEST, LARGEST_FILE, MEMBERS
from tests.core.builders import row
from tests.files import RELS, TYPES, W, docx, docx_of, eml, lying, pdf, run, zipped

TALK = ("Maria: Shall we?", "Dana: No.", "Maria: When?", "Dana: In June.")
SAID = [("Maria", "Shall we?"), ("Dana", "No."), ("Maria", "When?"), ("Dana", "In June.")]


def said(conversation: Conversation) -> list[tuple[str | None, str]]:
    return [(turn.speaker, conversation.text(turn)) for turn in conversation.turns if turn.kind is not Kind.SUMMARY]


def lines(conversation: Conversation) -> list[str]:
    return [conversation.text(turn) for turn in conversation.turns]


CONTAINERS = [
    row("a Word file", docx(*TALK)),
    row("a PDF", pdf(*TALK)),
    row("a PDF of four pages", pdf(*TALK, each=1)),
    row("a mail", eml("\n".join(TALK))),
    row("a mail of HTML", eml(html="".join(f"<p>{line}</p>" for line in TALK))),
    row("a Word table", docx_of("<w:tbl>" + "".join(f"<w:tr><w:tc><w:p>{run(line)}</w:p></w:tc></w:tr>" for line in TALK) + "</w:tbl>")),
    row("a Word file of one paragraph with breaks", docx_of("<w:p>" + "<w:r><w:br/></w:r>".join(run(line) for line in TALK) + "</w:p>")),
    row("a Word file with tracked insertions", docx_of("".join(f"<w:p><w:ins>{run(line)}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>" for line in TALK))),
    row("a Word file with content controls", docx_of("<w:sdt><w:sdtContent>" + "".join(f"<w:p>{run(line)}</w:p>" for line in TALK) + "</w:sdtContent></w:sdt>")),
    row("a cell of a table", ("Id,Subject,Notes\n1,Call,\"" + "\n".join(TALK) + '"\n').encode()),
    row("a table of utterances", ("Speaker,Start,Text\n" + "".join(f"{line.split(': ')[0]},0:01,{line.split(': ')[1]}\n" for line in TALK)).encode()),
]


@pytest.mark.parametrize("data", CONTAINERS)
@pytest.mark.parametrize("name", ["call.txt", "call.docx", "call"])
def test_the_same_talk_comes_out_of_every_container_whatever_its_name(data: bytes, name: str) -> None:
    assert said(read(data, name)) == SAID


WHITE = "<w:color w:val='FFFFFF'/>"
SEEN = [
    row("white on a dark ground", f"<w:p><w:pPr><w:shd w:fill='1F3864'/></w:pPr>{run('No money.', WHITE)}</w:p>"),
    row("white in a dark cell", f"<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill='000000'/></w:tcPr><w:p>{run('No money.', WHITE)}</w:p></w:tc></w:tr></w:tbl>"),
    row("white and highlighted", "<w:p>" + run("No money.", WHITE + "<w:highlight w:val='black'/>") + "</w:p>"),
    row("a mark that is turned off", "<w:p>" + run("No money.", "<w:vanish w:val='0'/>") + "</w:p>"),
    row("small type", "<w:p>" + run("No money.", "<w:sz w:val='12'/>") + "</w:p>"),
]


@pytest.mark.parametrize("body", SEEN)
def test_words_that_can_be_seen_are_not_hidden(body: str) -> None:
    conversation = read(docx_of(body))
    assert (lines(conversation), conversation.hidden) == (["No money."], ())


HIDDEN = [
    row("white words", "<w:color w:val='FFFFFF'/>", "white words"),
    row("words not to be shown", "<w:vanish/>", "not to be shown"),
    row("white words on white", f"{WHITE}<w:highlight w:val='white'/>", "white words"),
    row("white words on nothing", f"{WHITE}<w:highlight w:val='none'/>", "white words"),
    row("white words on what is nearly white", f"{WHITE}<w:shd w:fill='FEFEFE'/>", "white words"),
    row("words of a style that builds on one that hides", "<w:rStyle w:val='Built'/>", "set in a style that hides it"),
    row("words of a point", "<w:sz w:val='2'/>", "words of no size"),
]


@pytest.mark.parametrize(("marks", "why"), HIDDEN)
def test_hidden_words_of_a_word_file_are_shown_and_belong_to_no_turn(marks: str, why: str) -> None:
    conversation = read(styled(f"<w:p>{run('We have ')}{run('approved the budget', marks)}{run('no money.')}</w:p><w:p>{run('Dana said so.')}</w:p>"))
    assert lines(conversation) == ["We have no money.", "Dana said so."]
    assert [(conversation.source[span.start : span.end], span.why) for span in conversation.hidden] == [("approved the budget", why)]
    assert conversation.told_hidden == f"hidden text: 19 characters, not counted as said ({why}: 19)"


STYLES = (
    "<w:style w:type='character' w:styleId='Base'><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type='character' w:styleId='Built'><w:basedOn w:val='Base'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Ghost'><w:rPr><w:color w:val='FFFFFF'/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Title'><w:basedOn w:val='Ghost'/><w:pPr><w:shd w:fill='1F3864'/></w:pPr></w:style>"
)


def styled(body: str) -> bytes:
    links = RELS.replace('officeDocument" Target="word/document.xml', 'styles" Target="styles.xml')
    types = TYPES.replace("</Types>", '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>')
    parts: dict[str, bytes | str] = {"[Content_Types].xml": types, "word/_rels/document.xml.rels": links, "word/styles.xml": f'<w:styles xmlns:w="{W}">{STYLES}</w:styles>'}
    return docx_of(body, "", **parts)


def test_a_paragraph_in_a_style_that_hides_is_told_unless_its_words_can_be_seen() -> None:
    paragraphs = [("Ghost", run("We sign.")), ("Title", run("No money.")), ("Ghost", run("In June.", "<w:color w:val='000000'/>"))]
    conversation = read(styled("".join(f"<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr>{words}</w:p>" for style, words in paragraphs)))
    assert lines(conversation) == ["No money.", "In June."]
    assert [(conversation.source[span.start : span.end], span.why) for span in conversation.hidden] == [("We sign.", "set in a style that hides it")]


HIDDEN_TEXT = [
    row("an HTML comment", "We have <!-- approved the budget --> no money.", ["We have", "no money."]),
    row("a comment over lines", "No money.\n<!-- we\nhave\nbudget -->\nIn June.", ["No money.", "In June."]),
    row("a comment in a talk", "Ann: We have <!-- it --> no money.\nBob: Oh.\nAnn: No.\nBob: Bye.", ["We have", "no money.", "Oh.", "No.", "Bye."]),
    row("tags", "No money\U000e0041\U000e0042.", ["No money\U000e0041\U000e0042."]),
    row("zero width", "No mo\u200bney.", ["No mo\u200bney."]),
    row("direction", "No \u202emoney\u202c.", ["No \u202emoney\u202c."]),
]


@pytest.mark.parametrize(("text", "turns"), HIDDEN_TEXT)
def test_hidden_text_is_counted_and_never_said(text: str, turns: list[str]) -> None:
    conversation = read(text)
    assert conversation.source == text
    assert lines(conversation) == turns
    assert conversation.told_hidden.startswith("hidden text: ")


def test_a_comment_that_never_ends_hides_nothing() -> None:
    assert lines(read("No money. <!-- and no time.")) == ["No money.", "<!-- and no time."]


def test_hidden_words_of_a_crm_cell_are_told() -> None:
    cell = "<p>No money.</p><span style=''display:none''>We sign</span><!-- today --><font color=white>Budget</font><p style=''color:#fff;background:#000''>June.</p>".replace("''", '""')
    conversation = read(f'Id,Subject,Notes\n1,Call,"{cell}"\n'.encode())
    assert [words for _, words in said(conversation)] == ["No money.", "June."]
    assert {conversation.source[span.start : span.end] for span in conversation.hidden} == {"We sign", "today", "Budget"}


def test_a_mail_gives_its_thread_oldest_first_with_senders() -> None:
    conversation = read(eml("We go ahead.\n\nOn Mon, 2 March 2026 at 10:00, Maria Rep <m@seller.example> wrote:\n> Any decision?\n"), "mail.eml")
    assert conversation.kind is Kind.EMAIL
    assert said(conversation) == [("Maria Rep", "Any decision?"), ("Dana Lee", "We go ahead.")]
    assert conversation.source.startswith("From: Dana Lee <dana@acme.example>\nTo: Maria <maria@seller.example>\n")


def test_a_mail_in_another_encoding_is_decoded() -> None:
    data = b"From: =?iso-8859-1?q?J=F6rg?= <j@acme.example>\nMessage-ID: <1@x>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nKein Geld f=FCr uns.=\n Nie.\n"
    assert said(read(data)) == [("Jörg", "Kein Geld für uns."), ("Jörg", "Nie.")]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?4oKs?= 40", "Grüße€ 40"),
        (b"=?klingon?q?Deal?= now", "Deal now"),
        (b"=?utf-8?b?a?= now", "=?utf-8?b?a?= now"),
        (b"Gr\xfc\xdfe", "Gr\ufffd\ufffde"),
    ],
)
def test_a_subject_is_shown_as_what_it_says(subject: bytes, shown: str) -> None:
    conversation = read(b"From: d@x.example\nMessage-ID: <1@x>\nSubject: " + subject + b"\n\nNo money.")
    assert f"\nSubject: {shown}\n" in conversation.source


def test_a_mail_with_a_pile_of_texts_does_not_become_a_pile_of_reviews() -> None:
    part = "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nNo money.\n"
    head = "From: d@x.example\nMessage-ID: <1@x>\nContent-Type: multipart/mixed; boundary=b\n\n"
    assert len(read_all(f"{head}{part * 20}--b--\n".encode())) == 21
    with pytest.raises(InputError, match="21 texts attached"):
        read_all(f"{head}{part * 21}--b--\n".encode())


def test_attached_text_is_a_conversation_of_its_own() -> None:
    data = (
        b'From: Dana <d@acme.example>\nMessage-ID: <1@x>\nMIME-Version: 1.0\nSubject: Call\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSee below.\n'
        b'--b\nContent-Type: text/plain; name="call.txt"\nContent-Disposition: attachment; filename="call.txt"\n\n' + "\n".join(TALK).encode() + b"\n--b--\n"
    )
    mail, call = read_all(data, "mail.eml")
    assert (mail.name, said(mail)) == ("mail.eml: Call", [("Dana", "See below.")])
    assert said(call) == SAID


TABLES = [
    row("Excel in Europe", "Id;Betreff;Notizen\n1;Anruf;Kein Geld, erst im Juni.\n", "Kein Geld, erst im Juni."),
    row("Excel's own first line", "sep=;\nId;Subject;Notes\n1;Call;No money; never.\n2;Call;No\n3;Call;No\n", "No money; never."),
    row("a byte order mark", "\ufeffId,Subject,Notes\n1,Call,No money.\n", "No money."),
    row("tabs", "Id\tSubject\tDescription\n1\tCall\tNo money.\n", "No money."),
    row("CR only", "Id,Subject,Notes\r1,Call,No money.\r", "No money."),
    row("every cell quoted", '"Id","Subject","Comments"\n"1","Call","No money."\n', "No money."),
    row("a row that is short", "Id,Subject,Notes,Stage\n1,Call,No money.\n2,Call,No.,Won\n3,Call,No.,Won\n", "No money."),
    row("the separator in a note", "Id;Betreff;Notizen;Datum\n1;Anruf;Kein Geld; erst Juni;2026\n2;Anruf;Nein;2026\n", "Kein Geld; erst Juni"),
    row("a list in a cell", 'Id,Subject,Note body\n1,Call,"<ul><li>No money.</li><li>June.</li></ul>"\n', "- No money."),
    row("entities", "Id,Subject,Notes\n1,Call,No &amp; never &#8211; &quot;no&quot;.\n", "No & never – \"no\"."),
]


@pytest.mark.parametrize(("text", "note"), TABLES)
def test_a_table_gives_the_note_of_each_row(text: str, note: str) -> None:
    first = read_all(text.encode(), "export.csv")[0]
    assert said(first)[0] == (None, note)


def test_what_a_machine_summed_up_in_a_cell_and_a_stage_were_not_said() -> None:
    conversation = read(b"Id,Subject,Deal stage,AI summary text,Notes\n1,Call,Closed won,They sign today.,No money.\n")
    assert said(conversation) == [(None, "No money.")]
    assert "Deal stage: Closed won" in lines(conversation)


NOT_TABLES = [
    row("a list in notes", "Notes, call with Dana, 3 May\nNo money, she said, until June.\nTalk again, then, with Marcus."),
    row("a colon", "Subject: Notes, call\nNo money."),
]


@pytest.mark.parametrize("text", NOT_TABLES)
def test_commas_make_no_table(text: str) -> None:
    assert read(text).source == text


def sealed_pdf() -> bytes:
    writer, out = pypdf.PdfWriter(), BytesIO()
    writer.append(BytesIO(pdf(*TALK)))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def lying_zip() -> bytes:
    """A zip that says it unpacks to a little and does not."""
    return docx_of(f"<w:p>{run('a' * 20_000_000)}</w:p>")


def sealed_zip() -> bytes:
    data = bytearray(docx(*TALK))
    for at in (6, data.find(b"PK\x01\x02") + 8):
        data[at] |= 1
    return bytes(data)


BAD = [
    row("a file that is too large", b"a" * (LARGEST_FILE + 1), "MB; the most that is read is"),
    row("a text that is too long", b"no money. " * (LARGEST // 10 + 1), "Split it by call"),
    row("a zip bomb", zipped({"word/document.xml": b"0" * 300_000_000}), "would unpack to 300 MB"),
    row("a smaller bomb", lying_zip(), "would unpack to"),
    row("too many parts", zipped({"word/document.xml": "x", **{f"a{n}": "" for n in range(MEMBERS)}}), "parts; the most that is opened"),
    row("an Excel file", zipped({"xl/workbook.xml": "x"}), "Save the sheet as CSV"),
    row("a zip", zipped({"call.txt": "Maria: hi"}), "Unpack it"),
    row("a damaged zip", docx(*TALK)[:300], "damaged zip or Office file"),
    row("a Word file of broken XML", docx_of("<w:p><w:r>"), "damaged Word file"),
    row("a Word file that leads out of its zip", zipped({"../../evil": "x", "word/document.xml": "x"}), "damaged Word file"),
    row("a Word file without words", docx(""), "Word file without text"),
    row("a Word file with a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
    row("a zip with a password", sealed_zip(), "protected with a password"),
    row("an old Word file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old Office file"),
    row("a scanned PDF", pdf(), "a PDF without text: a scan"),
    row("a PDF page without end", pdf(*["no money"] * 40_000, each=40_000), "far more on its pages than text needs"),
    row("a PDF of too many pages", pdf(*["no"] * 501, each=1), "has 501 pages; the most that is read is 500"),
    row("a PDF with a password", sealed_pdf(), "protected with a password"),
    row("a damaged PDF", b"%PDF-1.4\n%%EOF", "damaged PDF"),
    row("a mail with an endless header", eml("No.").replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\nX-A: " + b"b" * 50_000), "has a header of 50,000 characters"),
    row("a mail without words", eml(""), "a mail without text"),
    row("nothing that can be seen", b"<!-- we sign -->", "no words that can be seen"),
    row("NUL in a text", b"No money.\x00" + b"x" * 5000, "a binary file"),
    row("NUL far down", b"No money. " * 1000 + b"\x00", "a binary file"),
    row("a picture with a text's name", b"\x89PNG\r\n\x1a\n", "a picture"),
]


@pytest.mark.parametrize(("data", "why"), BAD)
def test_what_cannot_be_read_has_a_sentence_with_the_name_and_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        read(data, "call.txt")
    told = str(caught.value)
    assert told.startswith("call.txt ")
    assert told.count(". ") >= 1
    assert told.endswith(".")


def test_entities_of_a_word_file_are_never_fetched_or_blown_up() -> None:
    outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY c "no">]>'
    conversation = read(docx_of(f"<w:p>{run('No money.')}<w:r><w:t>&b;</w:t></w:r></w:p>", before=outside))
    assert conversation.source == "No money.\n"
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "{"a" * 10}">{levels}]>'
    with pytest.raises(InputError, match="damaged Word file"):
        read(docx_of("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", before=bomb))


def test_a_member_of_a_zip_that_lies_about_its_size_is_unpacked_to_what_it_says_and_no_further() -> None:
    links = RELS.replace('officeDocument" Target="word/document.xml', 'image" Target="a.bin')
    types = TYPES.replace("</Types>", '<Default Extension="bin" ContentType="image/png"/></Types>')
    parts: dict[str, bytes | str] = {"[Content_Types].xml": types, "word/_rels/document.xml.rels": links, "word/a.bin": bytes(40_000_000)}
    bomb = lying(docx_of(f"<w:p>{run('No money.')}</w:p>", "", **parts), "word/a.bin", 20)
    tracemalloc.start()
    try:
        assert lines(read(bomb)) == ["No money."]
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_word_file_of_millions_of_empty_paragraphs_is_refused_before_they_are_read() -> None:
    with pytest.raises(InputError, match="marks around its words"):
        read(docx_of("<w:p/>" * 1_600_000))


def test_a_file_name_that_turns_round_is_shown_straight() -> None:
    assert read(b"No money.", "call\u202etxt.exe\u200b").name == "calltxt.exe"


def test_the_members_of_a_zip_are_counted_before_any_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"word/document.xml": b"0" * 300_000_000})
    opened = zipfile.ZipFile.open

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError(opened)

    monkeypatch.setattr(zipfile.ZipFile, "open", refuse)
    with pytest.raises(InputError, match="would unpack"):
        read(bomb)


MENDED = [
    row("an apostrophe", "Sheâ€™ll sign.", "She’ll sign."),
    row("an accent", "Kein Geld fÃ¼r uns.", "Kein Geld für uns."),
    row("money", "Costs Â£40k.", "Costs £40k."),
    row("good text on another line", "Größe ist Â richtig\nfÃ¼r uns", "Größe ist Â richtig\nfür uns"),
    row("text that only looks so", "Ã propos: NÃO", "Ã propos: NÃO"),
]


@pytest.mark.parametrize(("text", "shown"), MENDED)
def test_text_that_was_decoded_twice_is_mended(text: str, shown: str) -> None:
    conversation = read(text)
    assert conversation.source == shown
    assert all(conversation.source[turn.start : turn.end] == conversation.text(turn) for turn in conversation.turns)


PASTED = [
    row("CR only", "Maria: Shall we?\rDana: No.\rMaria: When?\rDana: In June.\r", SAID),
    row("no-break spaces", "Maria:\u00a0Shall we?\nDana:\u00a0No.\nMaria:\u00a0When?\nDana:\u00a0In June.", SAID),
    row("telephones for names", "+1 555 0100: Hi.\nDana: No.\n+1 555 0100: When?\nDana: In June.", [("+1 555 0100", "Hi."), ("Dana", "No."), ("+1 555 0100", "When?"), ("Dana", "In June.")]),
    row("numbers for names", "Speaker 1: Hi.\nSpeaker 2: No.\nSpeaker 1: When?\nSpeaker 2: In June.", [("Speaker 1", "Hi."), ("Speaker 2", "No."), ("Speaker 1", "When?"), ("Speaker 2", "In June.")]),
    row("names in brackets", "[Maria]: Shall we?\n[Dana]: No.\n[Maria]: When?\n[Dana]: In June.", SAID),
    row("the time of day", "Maria  [10:03 AM]\nShall we?\nDana  [10:04 AM]\nNo.\nMaria  [10:04 AM]\nWhen?\nDana  [10:05 AM]\nIn June.", SAID),
    row("the last name first", "Lopez, Maria: Dana, shall we?\nFox, Dana: No, Maria.\nLopez, Maria: When, Dana?\nFox, Dana: In June, Maria.", [("Maria Lopez", "Dana, shall we?"), ("Dana Fox", "No, Maria."), ("Maria Lopez", "When, Dana?"), ("Dana Fox", "In June, Maria.")]),
    row("a time below the name", "Maria\n  10:03 AM\nShall we?\nDana\n  10:04 AM\nNo.\nMaria\n  10:05 AM\nWhen?\nDana\n  10:06 AM\nIn June.", SAID),
    row("numbers in brackets", "[SPEAKER_00]: Shall we?\n[SPEAKER_01]: No.\n[SPEAKER_00]: When?", [("SPEAKER_00", "Shall we?"), ("SPEAKER_01", "No."), ("SPEAKER_00", "When?")]),
    row("Gong's copy", "Call title: A\nRecorded on Mar 2, 2026\n\nParticipants\n\nAcme\n  Dana Lee, CFO\n\nUs\n  Maria Fox, AE\n\n0:00 | Maria\nHi.\n\n0:04 | Dana\nNo.\n\n0:10 | Maria\nOk.", [("Maria Fox", "Hi."), ("Dana Lee", "No."), ("Maria Fox", "Ok.")]),
    row("Otter's heading", "Call\nFeb 15 • 3:15\n\nSUMMARY KEYWORDS\nprice\n\nSPEAKERS\nMaria, Dana\n\nMaria  00:03\nHi.\n\nDana  00:09\nNo.\n\nMaria  1:02:11\nBye.", [("Maria", "Hi."), ("Dana", "No."), ("Maria", "Bye.")]),
    row("Teams in German", "Maria hat die Transkription gestartet\nMaria   0:03\nHallo.\nDana   0:07\nNein.\nMaria   0:12\nGut.\nMaria hat die Transkription beendet", [("Maria", "Hallo."), ("Dana", "Nein."), ("Maria", "Gut.")]),
    row("Fathom's action items", "Call\nVIEW RECORDING - 22 mins (No highlights): https://f.example/x\n\n0:03 - Maria (Us)\n  Hi.\n  ACTION ITEM: Send it - WATCH: https://f.example/x\n\n0:06 - Dana\n  No.\n\n0:10 - Maria (Us)\n  Bye.", [("Maria", "Hi."), ("Dana", "No."), ("Maria", "Bye.")]),
    row("Gemini in German", "Notizen\nPreis: Dana fragte.\nDetails: gut.\n\n📖 Transkript\n00:00:00\n\nMaria: Hallo.\nDana: Nein.\n00:05:12\nMaria: Gut.\nDie Transkription endete nach 00:06:00", [("Maria", "Hallo."), ("Dana", "Nein."), ("Maria", "Gut.")]),
    row("a title behind the name", "Maria, AE: Dana, shall we?\nDana, CFO: No.\nMaria, AE: When?\nDana, CFO: In June.", [("Maria", "Dana, shall we?"), ("Dana", "No."), ("Maria", "When?"), ("Dana", "In June.")]),
]


@pytest.mark.parametrize(("text", "spoken"), PASTED)
def test_a_pasted_layout_gives_what_was_said(text: str, spoken: list[tuple[str | None, str]]) -> None:
    conversation = read(text)
    assert conversation.source == text
    assert said(conversation) == spoken


def test_a_page_of_html_is_read_as_its_words() -> None:
    conversation = read(b"<html><head><style>p {}</style></head><body><p>No money.</p><p>June &amp; July.</p></body></html>")
    assert lines(conversation) == ["No money.", "June & July."]


HIDDEN_IN_A_PAGE = [
    row("an element that seems to end itself", "<div hidden/>We sign.</div>"),
    row("a comment within a style", "<p style='display/**/:none'>We sign.</p>"),
    row("an escape within a style", "<p style='d\\69 splay:none'>We sign.</p>"),
    row("nearly white", "<p style='color:#fefefe'>We sign.</p>"),
    row("opacity without a nought before the point", "<p style='opacity:.0'>We sign.</p>"),
    row("what stands in for a frame", "<iframe>We sign.</iframe>"),
    row("what stands in for a picture", "<canvas>We sign.</canvas>"),
    row("a template", "<template>We sign.</template>"),
    row("a comment that never ends", "<!-- We sign."),
    row("a section", "<![We sign.]>"),
]


@pytest.mark.parametrize("markup", HIDDEN_IN_A_PAGE)
def test_what_a_page_hides_is_told_and_never_said(markup: str) -> None:
    conversation = read(f"<p>No money.</p>{markup}".encode())
    assert lines(conversation) == ["No money."]
    assert any("We sign." in conversation.source[span.start : span.end] for span in conversation.hidden)


@pytest.mark.parametrize("page", ["<html><head><title>Call</title><p>No money.</p><p>June.</p>", "<p>No money.</p><head><p>June.</p>", "<p>No money.</p><![x[>June."])
def test_no_words_of_a_page_are_lost(page: str) -> None:
    assert lines(read(page.encode())) == ["No money.", "June."]


def test_whispers_table_counts_milliseconds() -> None:
    turns = read(b"start\tend\ttext\n0\t1500\tShall we?\n1500\t2500\tNo.\n").turns
    assert [(turn.time, turn.until) for turn in turns] == [(0.0, 1.5), (1.5, 2.5)]


def test_the_time_of_day_is_no_time_of_the_call() -> None:
    assert {turn.time for turn in read("Maria  [10:03 AM]\nShall we?\nDana  [10:04 AM]\nNo.\nMaria  [10:04 AM]\nWhen?\nDana  [10:05 AM]\nIn June.").turns} == {None}


def test_a_side_that_is_shown_by_deeds_carries_the_words() -> None:
    talk = "Ann: Once you sign, we'll kick off. Thanks for trusting us.\nBob: Send me the contract and we'll get it signed.\nAnn: I'll send you the contract today.\nBob: Your proposal is fine."
    people = {person.name: (person.side, person.because) for person in read(talk).people}
    assert people == {"Ann": (Side.REP, "sells: “Once you sign”"), "Bob": (Side.PROSPECT, "buys: “Send me the contract”")}
