"""Captions as programs write them and as people break them: every word comes out, with its own voice or none."""

import pytest

from coach.conversation import Kind
from coach.readers import read
from tests.core.builders import row

Said = list[tuple[str | None, str]]


def said(data: str) -> Said:
    conversation = read(data.encode(), "call.vtt")
    return [(turn.speaker, conversation.text(turn)) for turn in conversation.turns if turn.kind is Kind.TRANSCRIPT]


def vtt(*bodies: str, head: str = "WEBVTT\n\n") -> str:
    return head + "\n\n".join(f"00:00:{2 * n:02}.000 --> 00:00:{2 * n + 1:02}.500\n{body}" for n, body in enumerate(bodies)) + "\n"


READ = [
    row("two voices in one cue", vtt("<v Ann>Shall we?</v> <v Bob>No.</v>"), [("Ann", "Shall we?"), ("Bob", "No.")]),
    row("two voices, one never closed", vtt("<v Ann>Shall we? <v Bob>No."), [("Ann", "Shall we?"), ("Bob", "No.")]),
    row("words behind a closed voice are nobody's", vtt("<v Ann>Shall we?</v> No."), [("Ann", "Shall we?"), (None, "No.")]),
    row("words before a voice are nobody's", vtt("No. <v Ann>Shall we?</v>"), [(None, "No."), ("Ann", "Shall we?")]),
    row("two labels in one cue", vtt("Ann: Shall we?\nBob: No.", "Ann: Oh."), [("Ann", "Shall we?"), ("Bob", "No."), ("Ann", "Oh.")]),
    row("dashes for two voices", vtt("- Shall we?\n- No."), [(None, "Shall we?"), (None, "No.")]),
    row("a sentence cut in two", vtt("<v Ann>We will sign</v>", "<v Ann>on Monday.</v>"), [("Ann", "We will sign on Monday.")]),
    row("two sentences without names", vtt("Do you have the", "budget?", "No"), [(None, "Do you have the budget?"), (None, "No")]),
    row("a capital may be another voice", vtt("Is that", "It is."), [(None, "Is that"), (None, "It is.")]),
    row("entities", vtt("<v Ann &amp; Bob>Q&amp;A, 5 &lt; 6 &#39;ok&#39;</v>"), [("Ann & Bob", "Q&A, 5 < 6 'ok'")]),
    row("formatting", vtt("<v.loud Ann><b>Yes</b> <c.red>we</c> <00:00:01.000>do</v>"), [("Ann", "Yes we do")]),
    row("an empty cue", vtt("", "<v Ann>Yes</v>"), [("Ann", "Yes")]),
    row("an empty line between time and words", "WEBVTT\n\n00:01.000 --> 00:02.000\n\nAnn: hi\n\n00:03.000 --> 00:04.000\n\nBob: no\n\n00:05.000 --> 00:06.000\n\nAnn: oh\n", [("Ann", "hi"), ("Bob", "no"), ("Ann", "oh")]),
    row("an empty line within the words", vtt("<v Ann>Yes\n\nwe do</v>"), [("Ann", "Yes we do")]),
    row("a cue without an empty line before it", "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nhi there.\n2\n00:03.000 --> 00:04.000\nBye.\n", [(None, "hi there."), (None, "Bye.")]),
    row("cues out of order", "WEBVTT\n\n00:05.000 --> 00:06.000\n<v Bob>Two.\n\n00:01.000 --> 00:02.000\n<v Ann>One.\n", [("Ann", "One."), ("Bob", "Two.")]),
    row("an end before its start", "WEBVTT\n\n00:05.000 --> 00:01.000\n<v Bob>Two.\n", [("Bob", "Two.")]),
    row("a damaged arrow", "WEBVTT\n\n00:01.000 -> 00:02.000\n<v Ann>One.\n", [("Ann", "One.")]),
    row("settings behind the times", "WEBVTT\n\n00:01.000 --> 00:02.000 align:start position:0%\n<v Ann>One.\n", [("Ann", "One.")]),
    row("hours", "WEBVTT\n\n01:00:01.000 --> 01:00:02.000\n<v Ann>One.\n", [("Ann", "One.")]),
    row("a second file behind the first", "1\n00:00:01,000 --> 00:00:02,000\nA: one\n\n2\n00:00:03,000 --> 00:00:04,000\nB: two\n\n1\n00:00:01,000 --> 00:00:02,000\nA: three\n\n2\n00:00:03,000 --> 00:00:04,000\nB: four\n", [("A", "one"), ("B", "two"), ("A", "three"), ("B", "four")]),
    row("SRT with positions", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color=\"red\">Yes.</font>\n", [(None, "Yes.")]),
    row("SRT cut at its end", "1\n00:00:01,000 --> 00:00:02,000\nAnn: Yes.\n\n2\n00:00:03,0", [("Ann", "Yes. 2 00:00:03,0")]),
    row("SRT with a title above", "Call with Acme\n\n1\n00:00:01,000 --> 00:00:02,000\nAnn: Yes.\n", [("Ann", "Yes.")]),
    row("SRT with CR only", "1\r00:00:01,000 --> 00:00:02,000\rAnn: Yes.\r\r2\r00:00:03,000 --> 00:00:04,000\rBob: No.\r", [("Ann", "Yes."), ("Bob", "No.")]),
    row("Whisper's lines", "[00:00.000 --> 00:02.500]  Shall we?\n[00:02.500 --> 00:04.000]  No.\n", [(None, "Shall we?"), (None, "No.")]),
    row("Teams' JSON in cues", vtt('{"startDateTime":"2026-03-02T10:00:00Z","speakerName":"Ann Lee","spokenText":"Yes we do.","spokenLanguage":"en-us"}'), [("Ann Lee", "Yes we do.")]),
    row("a colon in the words", vtt("Ann: One thing: no money.", "Bob: Fine."), [("Ann", "One thing: no money."), ("Bob", "Fine.")]),
    row("the last name first", vtt("<v Lee, Ann (Acme)>Yes.</v>"), [("Ann Lee", "Yes.")]),
    row("a name with a colon", vtt("<v Sales: Ann>Yes.</v>"), [("Sales: Ann", "Yes.")]),
    row("numbers for names", vtt("Speaker 1: Yes.", "Speaker 2: No.", "Speaker 1: Oh."), [("Speaker 1", "Yes."), ("Speaker 2", "No."), ("Speaker 1", "Oh.")]),
    row("a number is said", vtt("<v Ann>42</v>", "<v Bob>No, 43.</v>"), [("Ann", "42"), ("Bob", "No, 43.")]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "spoken"), READ)
def test_captions_give_what_was_said(data: str, spoken: Said) -> None:
    assert said(data) == spoken


@pytest.mark.parametrize(
    ("clock", "seconds"), [("00:00:06.077", 6.077), ("0:0:6.77", 6.077), ("0:0:6.427", 6.427), ("00:06.5", 6.5), ("01:02:03,004", 3723.004), ("100:00:00.000", 360000.0)]
)
def test_times_are_seconds_to_the_millisecond(clock: str, seconds: float) -> None:
    assert read(f"WEBVTT\n\n{clock} --> {clock}\n<v Ann>Yes.\n".encode()).turns[0].time == seconds


def test_notes_and_titles_in_captions_were_not_said() -> None:
    text = read(b"WEBVTT - Call with Acme\n\nNOTE made by a machine\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000\n<v Ann>Yes.</v>\n\nNOTE we have budget\n\n00:03.000 --> 00:04.000\n<v Bob>No.</v>\n")
    assert [(turn.kind, text.text(turn)) for turn in text.turns] == [
        (Kind.SUMMARY, "NOTE made by a machine"),
        (Kind.TRANSCRIPT, "Yes."),
        (Kind.TRANSCRIPT, "No."),
        (Kind.SUMMARY, "NOTE we have budget"),
    ]


def test_pasted_captions_stay_as_they_were_pasted() -> None:
    pasted = vtt("<v Ann>Shall we?</v> <v Bob>No &amp; no.</v>", "<v Bob>Never.</v>")
    text = read(pasted)
    assert text.source == pasted
    assert [(turn.speaker, text.text(turn)) for turn in text.turns] == [("Ann", "Shall we?"), ("Bob", "No &amp; no."), ("Bob", "Never.")]


NOT_CAPTIONS = [
    row("an arrow in notes", "Dana: 10:00 --> 11:00 site visit, then lunch.\nNo money."),
    row("an arrow between words", "Old price --> new price. No money."),
    row("WEBVTT without a cue", "WEBVTT here is a word.\n\nNo money, she said."),
]


@pytest.mark.parametrize("text", NOT_CAPTIONS)
def test_an_arrow_makes_no_captions(text: str) -> None:
    assert {turn.kind for turn in read(text.encode()).turns} == {Kind.NOTES}
