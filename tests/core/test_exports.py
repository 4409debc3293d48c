"""What mail programs, recorders and chats really write, each as one of them lays it out: who said which words, and when."""

import json

import pytest

from coach.conversation import Conversation, Kind
from coach.errors import InputError
from coach.readers import read
from tests.core.builders import row

Said = list[tuple[str | None, str, float | None]]


def said(text: Conversation) -> Said:
    """What was said, in order, with pieces of one voice put together."""
    found: Said = []
    for turn in text.turns:
        if turn.kind is Kind.SUMMARY:
            continue
        words = " ".join(text.text(turn).split())
        if found and found[-1][0] == turn.speaker:
            found[-1] = (turn.speaker, f"{found[-1][1]} {words}", found[-1][2])
        else:
            found.append((turn.speaker, words, turn.time))
    return found


QUOTED = [
    row("German", "Am Di., 5. Mai 2026 um 10:02 Uhr schrieb Tom Hale <tom@globex.example>:"),
    row("Spanish", "El mar, 5 may 2026 a las 10:02, Tom Hale (<tom@globex.example>) escribió:"),
    row("Swedish", "Den tis 5 maj 2026 kl 10:02 skrev Tom Hale <tom@globex.example>:"),
    row("Polish", "wt., 5 maj 2026 o 10:02 Tom Hale <tom@globex.example> napisał(a):"),
    row("Japanese", "2026年5月5日(火) 10:02 Tom Hale <tom@globex.example>:"),
    row("broken before the address", "On Tue, May 5, 2026 at 10:02 AM Tom Hale <\ntom@globex.example> wrote:"),
]


@pytest.mark.parametrize("line", QUOTED)
def test_the_line_above_a_quoted_mail_tells_its_sender_in_any_language(line: str) -> None:
    text = read(f"We sign on Friday.\n\n{line}\n\n> Can you sign?\n")
    assert text.kind is Kind.EMAIL
    assert said(text) == [("Tom Hale", "Can you sign?", None), (None, "We sign on Friday.", None)]


HEADERS = [
    row(
        "an original message",
        "-----Original Message-----\nFrom: Tom Hale [mailto:tom@globex.example]\nSent: Monday\nTo: Dana\nSubject: Contract\nImportance: High",
    ),
    row(
        "a forwarded message",
        "---------- Forwarded message ---------\nFrom: Tom Hale <tom@globex.example>\nDate: Mon, May 4, 2026\nSubject: Contract\nTo: Dana",
    ),
    row("Spanish", "De: Tom Hale <tom@globex.example>\nEnviado el: lunes, 4 de mayo\nPara: Dana\nAsunto: Contrato"),
    row("Italian", "Da: Tom Hale <tom@globex.example>\nInviato: lunedì 4 maggio\nA: Dana\nOggetto: Contratto"),
    row("Swedish", "Från: Tom Hale <tom@globex.example>\nSkickat: den 4 maj\nTill: Dana\nÄmne: Avtal"),
    row("Polish", "Od: Tom Hale <tom@globex.example>\nWysłano: 4 maja\nDo: Dana\nTemat: Umowa"),
    row("an empty line between all fields", "From: Tom Hale <tom@globex.example>\n\nSent: Monday\n\nTo: Dana\n\nSubject: Contract"),
]


@pytest.mark.parametrize("head", HEADERS)
def test_the_fields_above_a_mail_are_nobodys_words(head: str) -> None:
    text = read(f"We sign on Friday.\n\n{head}\n\nCan you sign?\n")
    assert said(text) == [("Tom Hale", "Can you sign?", None), (None, "We sign on Friday.", None)]


def test_a_line_of_a_mail_that_looks_like_a_field_is_still_said() -> None:
    text = read("From: Dana\nTo: Tom\nSubject: Contract\n\nDate: 5 May works for us.\nWe sign then.\nRe: price, 40k it is.\n")
    assert said(text) == [("Dana", "Date: 5 May works for us. We sign then. Re: price, 40k it is.", None)]


CAPTIONS = [
    row("names in brackets", "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00] Hi.\n\n2\n00:00:02,000 --> 00:00:03,000\n[SPEAKER_01] No budget.\n\n3\n00:00:03,000 --> 00:00:04,000\n[laughter] Right.\n", [("SPEAKER_00", "Hi.", 1.0), ("SPEAKER_01", "No budget.", 2.0), (None, "[laughter] Right.", 3.0)]),
    row("names in round brackets", "1\n00:00:01,000 --> 00:00:02,000\n(Dana) Hi.\n\n2\n00:00:02,000 --> 00:00:03,000\n(Tom) No budget.\n", [("Dana", "Hi.", 1.0), ("Tom", "No budget.", 2.0)]),
    row("sounds in brackets", "1\n00:00:01,000 --> 00:00:02,000\n[Music] Hi.\n\n2\n00:00:02,000 --> 00:00:03,000\n[Applause] No budget.\n", [(None, "[Music] Hi. [Applause] No budget.", 1.0)]),
    row("a telephone", "WEBVTT\n\n00:01.000 --> 00:02.000\n+1 415-555-0188: Hi.\n\n00:02.000 --> 00:03.000\nDana: No budget.\n", [("+1 415-555-0188", "Hi.", 1.0), ("Dana", "No budget.", 2.0)]),
    row("SubViewer", "0:00:01.000,0:00:03.500\nDana: Hi.\n\n0:00:03.600,0:00:05.500\nTom: No budget.\n", [("Dana", "Hi.", 1.0), ("Tom", "No budget.", 3.6)]),
]


@pytest.mark.parametrize(("source", "spoken"), CAPTIONS)
def test_captions_name_their_voices_in_more_than_one_way(source: str, spoken: Said) -> None:
    assert said(read(source.encode(), "call.srt")) == spoken


LIVE = [{"type": "Results", "is_final": final, "start": at, "channel": {"alternatives": [{"transcript": words, "words": [{"word": words, "start": at, "end": at + 1, "speaker": who}]}]}} for at, words, who, final in ((0.0, "Hi", 0, False), (0.0, "Hi.", 0, True), (2.0, "No.", 1, True))]
JSON = [
    row("Recall", [{"participant": {"name": "Tom"}, "words": [{"text": "Hi", "start_timestamp": {"relative": 0.5}, "end_timestamp": {"relative": 1.0}}, {"text": "Dana.", "start_timestamp": {"relative": 1.0}}]}, {"participant": {"name": "Dana"}, "words": [{"text": "No.", "start_timestamp": {"relative": 2.0}}]}], [("Tom", "Hi Dana.", 0.5), ("Dana", "No.", 2.0)]),
    row("Recall, the older kind", [{"speaker": "Tom", "words": [{"text": "Hi.", "start_timestamp": 0.5}]}, {"speaker": "Dana", "words": [{"text": "No.", "start_timestamp": 2.0}]}], [("Tom", "Hi.", 0.5), ("Dana", "No.", 2.0)]),
    row("Whisper in C++", {"transcription": [{"timestamps": {"from": "00:00:01,500", "to": "00:00:02,000"}, "offsets": {"from": 1500, "to": 2000}, "text": " Hi. No."}]}, [(None, "Hi. No.", 1.5)]),
    row("Whisper, words and no segments", {"text": "Hi there. No.", "words": [{"word": "Hi", "start": 0.5, "end": 1.0}]}, [(None, "Hi there. No.", 0.5)]),
    row("Deepgram, a live stream", LIVE, [("Speaker 0", "Hi.", 0.0), ("Speaker 1", "No.", 2.0)]),
    row("HubSpot, a note as markup", {"properties": {"hs_note_body": "<p>No budget &amp; no time.</p>"}}, [(None, "No budget & no time.", None)]),
]


@pytest.mark.parametrize(("held", "spoken"), JSON)
def test_json_of_more_recorders_gives_what_was_said(held: object, spoken: Said) -> None:
    assert said(read(json.dumps(held).encode(), "call.json")) == spoken


@pytest.mark.parametrize(
    ("source", "why"),
    [
        row("captions of times only", b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n\n", "times and no words"),
        row("captions of nothing", b"WEBVTT\n\n", "times and no words"),
        row("rich text", b"{\\rtf1\\ansi Dana: no.\\par}", "an RTF file"),
    ],
)
def test_a_file_without_words_to_read_is_refused(source: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(source, "call")


LAYOUTS = [
    row("a range of times", "[00:00:01 - 00:00:03] {name}: {words}\n"),
    row("a time behind the name, no colon", "{name} [00:00:01] {words}\n"),
    row("tabs", "{name}\t00:01\t{words}\n"),
    row("two brackets", "[00:00:01] [{name}] {words}\n"),
    row("a name in brackets", "[{name}] {words}\n"),
    row("names as headings", "### {name}\n\n{words}\n\n"),
    row("names in bold above", "**{name}**\n{words}\n\n"),
    row("names in bold, times as code above", "**{name}** `00:01`\n{words}\n\n"),
    row("a wide colon without a blank", "{name}：{words}\n"),
    row("Teams' chat", "[5/5/2026 10:02 AM] {name}\n{words}\n"),
    row("WhatsApp on a telephone", "[05/05/2026, 10:02:11] {name}: {words}\n"),
    row("WhatsApp on another", "05/05/2026, 10:02 - {name}: {words}\n"),
    row("Zoom's chat", "00:01:12\t From  {name}  to  Everyone : {words}\n"),
    row("Teams' page", "{name}\n0 minutes 1 second0:01\n{name} 0 minutes 1 second\n{words}\n"),
]
SPOKEN = [("Dana Reyes", "Thanks."), ("Tom Hale", "Glad you like it."), ("Dana Reyes", "We have no budget."), ("Tom Hale", "And in July?")]


def voices(source: str) -> list[tuple[str | None, str]]:
    return [(who, words) for who, words, _ in said(read(source))]


@pytest.mark.parametrize("form", LAYOUTS)
def test_a_layout_of_another_program_gives_who_said_what(form: str) -> None:
    assert voices("".join(form.format(name=name, words=words) for name, words in SPOKEN)) == SPOKEN


def test_names_may_be_written_with_vowel_signs() -> None:
    spoken: list[tuple[str | None, str]] = [("प्रिया शर्मा", "नमस्ते जी।"), ("राहुल", "बजट नहीं है।"), ("प्रिया शर्मा", "कब होगा?"), ("राहुल", "जुलाई में।")]
    assert voices("\n".join(f"{name}: {words}" for name, words in spoken)) == spoken


def test_a_line_that_leads_to_a_list_is_no_speaker() -> None:
    source = "Dana: Thanks.\nHere is what we need:\n- a price\nTom: Fine.\nDana: When?\nTom: In July.\n"
    assert voices(source)[:2] == [("Dana", "Thanks. Here is what we need: - a price"), ("Tom", "Fine.")]


def test_lists_with_marks_in_brackets_or_headings_stay_notes() -> None:
    for source in ("[DONE] call Dana\n[OPEN] price\n[DONE] deck\n[OPEN] contract\n", "## Pain\nThey lose orders.\n\n## Budget\nNone.\n\n**Send deck**\nby Friday.\n"):
        assert read(source).kind is Kind.NOTES


@pytest.mark.parametrize(("one", "other"), [row("a first name", "Dana Reyes", "Dana Miller"), row("a number", "Speaker 1", "Speaker 2"), row("a title", "Mr. Reyes", "Mr. Miller")])
def test_people_whose_names_begin_alike_stay_two(one: str, other: str) -> None:
    spoken = [(one, "Hi."), (other, "We have no budget."), (one, "When?"), (other, "In July.")]
    roles = {one: "AE", other: "CFO"}
    assert voices("".join(f"{name} ({roles[name]}): {words}\n" for name, words in spoken)) == spoken
    assert voices(f"{one} ({roles[one]})\n\n" + "".join(f"{name}: {words}\n" for name, words in spoken)) == spoken
