"""Every layout of one call gives the turns that were spoken in it, and nothing else as said."""

import json
import re
from pathlib import Path

import pytest

from coach.conversation import Conversation, Kind, Side
from coach.readers import read, read_all
from tests.core.builders import row
from tests.files import FORMATS

TRUTH = [(turn["speaker"], turn["text"], turn["start"], turn["end"]) for turn in json.loads((FORMATS / "truth_turns.json").read_text())]
NAMES = {name: name for name, *_ in TRUTH}
MARIA, JAMES, SUSAN = "Maria Alvarez", "James Rodriguez", "Susan Park"
FIRST_NAMES = {"Maria": MARIA, "James": JAMES, "Susan": SUSAN}
IDS = {"5683743849234857123": MARIA, "8123947561029384756": JAMES, "1029384756473829105": SUSAN}
NUMBERS = {"SPEAKER_00": MARIA, "SPEAKER_01": JAMES, "SPEAKER_02": SUSAN}
EXACT, SECONDS = 0.01, 1.0  # how near a time can be in the layout


def plain(text: str) -> str:
    """Blanks, quote marks and characters without width do not tell texts apart."""
    return " ".join(re.sub("[\u200b\ufeff]", "", text).translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'}).split())


def said(conversation: Conversation) -> list[tuple[str | None, str]]:
    return [(turn.speaker, plain(conversation.text(turn))) for turn in conversation.turns if turn.kind is Kind.TRANSCRIPT]


WHOLE = [
    row("Zoom VTT", "zoom/zoom_cloud.transcript.vtt", NAMES, EXACT),
    row("Zoom closed captions", "zoom/meeting_saved_closed_caption.txt", NAMES, SECONDS),
    row("Teams VTT with entities", "teams/teams_bom_entities.vtt", NAMES, EXACT),
    row("Teams VTT with identifiers", "teams/teams_guid_ids.vtt", NAMES, EXACT),
    row("Teams VTT, firms behind names", "teams/teams_guest_org_names.vtt", NAMES, EXACT),
    row("Teams Word file", "teams/teams_transcript.docx", NAMES, SECONDS),
    row("Teams Word file, old", "teams/teams_transcript_old_style.docx", NAMES, EXACT),
    row("Teams Word file as text", "teams/teams_docx_as_text.txt", NAMES, SECONDS),
    row("Fathom, copied", "fathom/fathom_copy_transcript.txt", NAMES, SECONDS),
    row("Fathom's API", "fathom/fathom_api.json", NAMES, SECONDS),
    row("Fireflies SRT", "fireflies/fireflies.srt", NAMES, EXACT),
    row("Fireflies download", "fireflies/fireflies_download.json", NAMES, SECONDS),
    row("Fireflies' API", "fireflies/fireflies_graphql.json", NAMES, EXACT),
    row("Gong's API without parties", "gong/calls_transcript.json", IDS, EXACT),
    row("SRT whose cues overlap", "whisper/overlapping_cues_crlf_bom.srt", NAMES, EXACT),
    row("Windows-1252", "encodings/cp1252_smart_quotes.txt", NAMES, None),
    row("a transcript in a quoted mail", "encodings/email_quoted.txt", NAMES, None),
    row("characters without width", "encodings/nbsp_zero_width.txt", NAMES, None),
    row("one paragraph", "encodings/one_paragraph_no_newlines.txt", NAMES, None),
    row("Slack", "encodings/slack_paste.txt", FIRST_NAMES, None),
    row("UTF-16", "encodings/utf16le_bom.txt", NAMES, None),
]


@pytest.mark.parametrize(("file", "names", "near"), WHOLE)
def test_a_layout_gives_exactly_the_turns_of_the_call(file: str, names: dict[str, str], near: float | None) -> None:
    conversation = read((FORMATS / file).read_bytes(), file)
    assert [(names.get(who or ""), words) for who, words in said(conversation)] == [(who, plain(words)) for who, words, _, _ in TRUTH]
    turns = [turn for turn in conversation.turns if turn.kind is Kind.TRANSCRIPT]
    if near is not None:
        assert all(turn.time is not None and abs(turn.time - start) <= near for turn, (_, _, start, _) in zip(turns, TRUTH, strict=True))
    assert conversation.read > 0.99


PARTLY = [
    row("Otter, some voices unknown", "otter/otter_full_call.txt", NAMES),
    row("WhisperX, some voices unknown", "whisper/whisperx_diarized.json", NUMBERS),
    row("Whisper SRT", "whisper/whisper_no_speakers.srt", {}),
    row("Graph without names", "teams/graph_unattributed.txt", {}),
]


@pytest.mark.parametrize(("file", "names"), PARTLY)
def test_a_voice_that_a_layout_does_not_name_stays_unknown(file: str, names: dict[str, str]) -> None:
    conversation = read((FORMATS / file).read_bytes(), file)
    assert [words for _, words in said(conversation)] == [plain(words) for _, words, _, _ in TRUTH]
    assert all(who is None or names[who] == truth for (who, _), (truth, *_) in zip(said(conversation), TRUTH, strict=True))
    assert any(who is None for who, _ in said(conversation))


@pytest.mark.parametrize("file", ["zoom/zoom_no_speakers.transcript.vtt", "zoom/zoom_partly_unlabelled.vtt"])
def test_cues_without_a_name_keep_every_word_and_get_no_name(file: str) -> None:
    conversation = read((FORMATS / file).read_bytes(), file)
    assert " ".join(words for _, words in said(conversation)) == " ".join(plain(words) for _, words, _, _ in TRUTH)
    for who, words in said(conversation):
        assert who is None or any(words in plain(text) and who == name for name, text, _, _ in TRUTH), words


@pytest.mark.parametrize("file", ["google_meet/gemini_notes_and_transcript.txt", "google_meet/gemini_transcript_markdown.md"])
def test_a_gemini_document_is_said_only_below_its_transcript_heading(file: str) -> None:
    conversation = read((FORMATS / file).read_bytes(), file)
    spoken = said(conversation)
    for name in NAMES:
        own = " ".join(words for who, words in spoken if who == name and words != "Mhm.")
        assert own == " ".join(plain(words) for who, words, _, _ in TRUTH if who == name)
    rest = [conversation.text(turn) for turn in conversation.turns if turn.kind is Kind.SUMMARY]
    assert "The team reviewed price and terms." in rest
    assert any(line.startswith("Transcription ended after") for line in rest)
    assert any(line.startswith("This editable transcript") for line in rest)


def test_what_whisper_adds_at_the_end_was_not_said() -> None:
    conversation = read((FORMATS / "whisper/whisper_hallucinated_tail.txt").read_bytes())
    added = [conversation.text(turn) for turn in conversation.turns if turn.kind is Kind.SUMMARY]
    assert added == ["Transcribed by https://otter.ai Subtitles by the Amara.org community"]
    words = " ".join(conversation.text(turn) for turn in conversation.turns)
    assert words.startswith(" ".join(plain(words) for _, words, _, _ in TRUTH))


@pytest.mark.parametrize("file", sorted((FORMATS / "stt_json").iterdir()), ids=lambda path: path.stem)
def test_speech_to_text_keeps_every_word(file: Path) -> None:
    conversation = read(file.read_bytes(), file.name)
    held = json.loads(file.read_text())
    whole = held.get("text") or held["results"]["channels"][0]["alternatives"][0]["transcript"]
    words = [word for turn in conversation.turns for word in conversation.text(turn).split()]
    assert sorted(words) == sorted(whole.split())
    assert all(turn.time is not None and turn.until is not None and 0 <= turn.time < turn.until < 170 for turn in conversation.turns)


def test_gongs_parties_give_names_sides_and_titles() -> None:
    both = (FORMATS / "gong/calls_transcript.json").read_bytes() + (FORMATS / "gong/calls_extensive_parties.json").read_bytes()
    conversation = read(both, "gong.json")
    names = {MARIA: MARIA, JAMES: JAMES, "+1 555 0100": SUSAN}
    assert [(names[who or ""], words) for who, words in said(conversation)] == [(who, plain(words)) for who, words, _, _ in TRUTH]
    sides = {person.name: (person.side, person.because, person.role) for person in conversation.people}
    assert sides[MARIA] == (Side.REP, "Gong lists them as internal", "Account Executive")
    assert sides[JAMES] == (Side.PROSPECT, "Gong lists them as external", "CRO")


@pytest.mark.parametrize("file", ["crm_hubspot_calls_export.csv", "crm_salesforce_tasks_export_cp1252.csv"])
def test_a_crm_export_gives_a_conversation_for_each_row(file: str) -> None:
    one, two = read_all((FORMATS / file).read_bytes(), file)
    assert [turn.kind for turn in one.turns if one.text(turn).startswith("Rolf accepted")] == [Kind.NOTES]
    notes = [two.text(turn) for turn in two.turns if turn.kind is Kind.NOTES]
    assert notes[0] == "ValeoWorks / CEO 2026-04-26"
    assert "Pain: Cannot see which stakeholder objection is blocking each deal." in notes
    assert "<p" not in two.source
    assert "&#x27;" not in one.source
    fields = [one.text(turn) for turn in one.turns if turn.kind is Kind.SUMMARY]
    assert any(line.endswith("25 14:03") or line.endswith("4/25/2026") for line in fields)


SIDED = [path for path in sorted(FORMATS.rglob("*")) if path.is_file() and path.parent.name not in ("stt_json",) and "parties" not in path.name]


@pytest.mark.parametrize("file", SIDED, ids=lambda path: path.name)
def test_nobody_in_the_call_gets_the_wrong_side(file: Path) -> None:
    if file.name == "truth_turns.json":
        return
    wrong = {Side.REP: {JAMES, SUSAN, "James", "Susan", "SPEAKER_01", "SPEAKER_02"}, Side.PROSPECT: {MARIA, "Maria", "SPEAKER_00"}}
    for conversation in read_all(file.read_bytes(), file.name):
        for person in conversation.people:
            assert person.side is Side.UNKNOWN or person.name not in wrong[person.side], person
            assert person.side is Side.UNKNOWN or person.because


@pytest.mark.parametrize("file", [path for path in SIDED if path.suffix != ".docx"], ids=lambda path: path.name)
def test_offsets_lead_back_into_the_source(file: Path) -> None:
    for conversation in read_all(file.read_bytes(), file.name):
        for turn in conversation.turns:
            assert conversation.source[turn.start : turn.end] == conversation.text(turn)
            assert conversation.text(turn) == conversation.text(turn).strip()
