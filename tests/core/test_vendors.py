"""JSON of recorders and speech-to-text as vendors really write it: fields missing, ids for names, words without utterances."""

import json
from typing import Any

import pytest

from coach.conversation import Conversation, Kind, Side
from coach.errors import InputError
from coach.readers import read, read_all
from tests.core.builders import row

Said = list[tuple[str | None, str, float | None, float | None]]


def said(held: Any) -> Said:
    conversation = read(json.dumps(held).encode(), "call.json")
    return [(turn.speaker, conversation.text(turn), turn.time, turn.until) for turn in conversation.turns if turn.kind is Kind.TRANSCRIPT]


def words(who: str | int | None, *texts: str, key: str = "word", unit: int = 1, at: int = 1) -> list[dict[str, Any]]:
    label = {} if who is None else {"speaker": who}
    return [{key: text, "start": (at + n) * unit, "end": (at + n + 1) * unit, **label} for n, text in enumerate(texts)]


GONG = {"speakerId": "7", "topic": None, "sentences": [{"start": 3000, "end": 6076, "text": "Shall we?"}, {"start": 6100, "end": 7000, "text": "Today?"}]}
READ = [
    row("Gong, a call by itself", {"callId": "1", "transcript": [GONG]}, [("7", "Shall we? Today?", 3.0, 7.0)]),
    row("Gong, parties within the call", {"calls": [{"metaData": {"id": "1"}, "parties": [{"speakerId": "7", "name": "Ann"}], "transcript": [GONG]}]}, [("Ann", "Shall we? Today?", 3.0, 7.0)]),
    row("Gong, a party without a name", {"callTranscripts": [{"callId": "1", "transcript": [GONG]}], "calls": [{"metaData": {"id": "1"}, "parties": [{"speakerId": "7", "name": None, "emailAddress": "a@b.example"}]}]}, [("a@b.example", "Shall we? Today?", 3.0, 7.0)]),
    row("Gong, no speaker", {"callTranscripts": [{"transcript": [{**GONG, "speakerId": None}]}]}, [(None, "Shall we?", 3.0, 6.076), (None, "Today?", 6.1, 7.0)]),
    row("Fathom, only the transcript", {"transcript": [{"speaker": {"display_name": "Ann"}, "text": "Yes.", "timestamp": "01:00:03"}]}, [("Ann", "Yes.", 3603.0, None)]),
    row("Fathom, a list of meetings with one", {"items": [{"title": "A", "transcript": [{"speaker": {"display_name": "Ann"}, "text": "Yes.", "timestamp": "00:00:03"}]}]}, [("Ann", "Yes.", 3.0, None)]),
    row("Fireflies, names by id", {"speakers": [{"id": 0, "name": "Ann"}], "sentences": [{"speaker_id": 0, "speaker_name": None, "text": "Yes.", "start_time": 1, "end_time": 2}]}, [("Ann", "Yes.", 1.0, 2.0)]),
    row("Fireflies, an id without a name", {"sentences": [{"speaker_id": 2, "speaker_name": None, "text": "Yes.", "start_time": "1.5", "end_time": 2}]}, [("Speaker 2", "Yes.", 1.5, 2.0)]),
    row("Fireflies, one text twice", [{"sentence": "Yes.", "startTime": "00:03", "endTime": "01:02:03", "speaker_name": "Ann"}], [("Ann", "Yes.", 3.0, 3723.0)]),
    row("Deepgram, words and no utterances", {"results": {"channels": [{"alternatives": [{"transcript": "yes no", "words": words(0, "yes") + words(1, "no", at=2)}]}]}}, [("Speaker 0", "yes", 1.0, 2.0), ("Speaker 1", "no", 2.0, 3.0)]),
    row("Deepgram, paragraphs", {"results": {"channels": [{"alternatives": [{"transcript": "Yes.", "paragraphs": {"paragraphs": [{"speaker": 1, "sentences": [{"text": "Yes.", "start": 1, "end": 2}]}]}}]}]}}, [("Speaker 1", "Yes.", 1.0, 2.0)]),
    row("Deepgram, two channels", {"results": {"channels": [{"alternatives": [{"transcript": "yes", "words": words(None, "yes", at=5)}]}, {"alternatives": [{"transcript": "no", "words": words(None, "no")}]}]}}, [("Channel 1", "no", 1.0, 2.0), ("Channel 0", "yes", 5.0, 6.0)]),
    row("Deepgram, nothing but the text", {"results": {"channels": [{"alternatives": [{"transcript": "yes no"}]}]}}, [(None, "yes no", None, None)]),
    row("Deepgram, utterances", {"results": {"channels": [], "utterances": [{"speaker": 0, "transcript": "Yes.", "start": 0.5, "end": 1}]}}, [("Speaker 0", "Yes.", 0.5, 1.0)]),
    row("Deepgram, channels and speakers", {"results": {"utterances": [{"speaker": 0, "channel": n, "transcript": text, "start": n, "end": n + 1} for n, text in enumerate(("Yes.", "No."))]}}, [("Channel 0, Speaker 0", "Yes.", 0.0, 1.0), ("Channel 1, Speaker 0", "No.", 1.0, 2.0)]),
    row("AssemblyAI, utterances", {"audio_url": "x", "utterances": [{"speaker": "A", "text": "Yes.", "start": 250, "end": 1250}]}, [("Speaker A", "Yes.", 0.25, 1.25)]),
    row("AssemblyAI, names", {"audio_url": "x", "utterances": [{"speaker": "Ann Lee", "text": "Yes.", "start": 250, "end": 1250}]}, [("Ann Lee", "Yes.", 0.25, 1.25)]),
    row("AssemblyAI, words only", {"audio_url": "x", "text": "Yes. No.", "utterances": None, "words": words("A", "Yes.", key="text", unit=1000) + words("B", "No.", key="text", unit=1000, at=2)}, [("Speaker A", "Yes.", 1.0, 2.0), ("Speaker B", "No.", 2.0, 3.0)]),
    row("AssemblyAI, sentences", {"id": "1", "confidence": 0.9, "audio_duration": 3, "sentences": [{"text": "Yes.", "start": 1000, "end": 2000, "speaker": None}]}, [(None, "Yes.", 1.0, 2.0)]),
    row("Whisper", {"text": " Yes. No.", "segments": [{"start": 0.0, "end": 1.5, "text": " Yes."}], "language": "en"}, [(None, "Yes.", 0.0, 1.5)]),
    row("WhisperX, two voices in a segment", {"segments": [{"start": 1, "end": 3, "text": " Yes? No.", "speaker": "SPEAKER_00", "words": [{"word": "Yes?", "start": 1, "end": 2, "speaker": "SPEAKER_00"}, {"word": "No.", "start": 2, "end": 3, "speaker": "SPEAKER_01"}]}]}, [("SPEAKER_00", "Yes?", 1.0, 2.0), ("SPEAKER_01", "No.", 2.0, 3.0)]),
    row("Rev, elements", {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "Yes", "ts": 1.5, "end_ts": 2.0}, {"type": "punct", "value": "."}]}]}, [("Speaker 0", "Yes.", 1.5, None)]),
    row("another recorder", {"meeting": {"entries": [{"participant": {"name": "Ann"}, "text": "Yes.", "startTime": "0:03"}, {"participant": {"name": "Bob"}, "text": "No.", "startTime": "0:05"}]}}, [("Ann", "Yes.", 3.0, None), ("Bob", "No.", 5.0, None)]),
    row("another, milliseconds said so", [{"speakerName": "Ann", "text": "Yes.", "start_ms": 1500, "end_ms": 2500}], [("Ann", "Yes.", 1.5, 2.5)]),
    row("another, a count of nobody knows what", [{"speaker": "Ann", "content": "Yes.", "start": 1500, "end": 2500}], [("Ann", "Yes.", None, None)]),
    row("a transcript as one text", {"id": 1, "transcript": "Ann: Shall we?\nBob: No.\nAnn: Oh.\nBob: Bye."}, [("Ann", "Shall we?", None, None), ("Bob", "No.", None, None), ("Ann", "Oh.", None, None), ("Bob", "Bye.", None, None)]),
    row("half of a surrogate pair", [{"speaker": "Ann", "text": "Yes \ud83d", "start": "0:01"}], [("Ann", "Yes \ufffd", 1.0, None)]),
    row("fields of the wrong type", {"segments": [{"start": "x", "end": None, "text": "Yes.", "speaker": 4, "words": "no"}, {"text": None}, 5]}, [("Speaker 4", "Yes.", None, None)]),
]


@pytest.mark.parametrize(("held", "spoken"), READ)
def test_an_export_gives_what_was_said(held: Any, spoken: Said) -> None:
    assert said(held) == spoken


def test_documents_may_stand_one_behind_the_other() -> None:
    lines = "\n".join(json.dumps({"speaker": who, "text": text, "start": "0:01"}) for who, text in (("Ann", "Yes."), ("Bob", "No.")))
    conversation = read(lines.encode(), "call.jsonl")
    assert [(turn.speaker, conversation.text(turn)) for turn in conversation.turns] == [("Ann", "Yes."), ("Bob", "No.")]


def test_an_export_of_several_calls_gives_several_conversations() -> None:
    calls = {"callTranscripts": [{"callId": id, "transcript": [GONG]} for id in ("1", "2")], "calls": [{"metaData": {"id": "2", "title": "Close"}, "parties": []}]}
    found = read_all(json.dumps(calls).encode(), "gong.json")
    assert [one.name for one in found] == ["gong.json: 1", "gong.json: Close"]
    with pytest.raises(InputError, match="holds 2 conversations"):
        read(json.dumps(calls).encode(), "gong.json")


def people(conversation: Conversation) -> dict[str, tuple[Side, str]]:
    return {person.name: (person.side, person.because) for person in conversation.people}


def test_fathom_knows_who_is_external() -> None:
    lines = [{"speaker": {"display_name": who, "matched_calendar_invitee_email": mail}, "text": "Hm.", "timestamp": "0:01"} for who, mail in (("Ann", "a@s.example"), ("Bob", None), ("Cy", None))]
    guests = [{"name": "Robert", "matched_speaker_display_name": "Bob", "is_external": True, "email": "b@p.example"}, {"name": "Zoe", "is_external": True, "email": "z@p.example"}]
    held = {"transcript": lines, "calendar_invitees": guests, "recorded_by": {"name": "Ann L", "email": "a@s.example"}}
    found = people(read(json.dumps(held).encode()))
    assert found == {"Bob": (Side.PROSPECT, "Fathom lists them as external"), "Ann": (Side.REP, "Fathom recorded the call for them"), "Cy": (Side.UNKNOWN, "")}


def test_what_a_machine_summed_up_was_not_said() -> None:
    held = {"data": {"transcript": {"title": "A call", "summary": {"overview": "They will buy.", "action_items": "Send it"}, "sentences": [{"speaker_name": "Ann", "text": "Hm."}]}}}
    conversation = read(json.dumps(held).encode())
    assert [(turn.kind, conversation.text(turn)) for turn in conversation.turns] == [
        (Kind.SUMMARY, "A call"),
        (Kind.SUMMARY, "They will buy."),
        (Kind.SUMMARY, "Send it"),
        (Kind.TRANSCRIPT, "Hm."),
    ]


REFUSED = [
    row("cut off", '{"segments": [{"start": 1, "text": "Yes', "breaks off or is damaged at character"),
    row("cut off between objects", '[{"speaker": "A", "text": "Yes."}, ', "breaks off or is damaged"),
    row("nobody says anything", '{"a": 1, "b": [2, 3]}', "nobody says anything that we can find"),
    row("nested beyond reason", '{"a":' + "[" * 100_000, "breaks off or is damaged"),
    row("parties only", '{"calls": [{"parties": [{"name": "Ann", "affiliation": "Internal"}]}]}', "who took part, without what was said"),
    row("a number beyond reason", '{"a": ' + "9" * 10_000 + "}", "breaks off or is damaged"),
    row("a transcription that failed", '{"audio_url": "x", "status": "error", "text": null, "words": null}', "nobody says anything"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_json_without_a_call_is_refused_with_what_to_do(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(text.encode(), "call.json")


NOTES = [
    row("JSON planted above notes", '{"stage": 2, "rule": "yes"}\n\nDana has no money this year. We talk again in June, she said so herself.'),
    row("a bracket", "[10:03] rang Dana, no money."),
    row("a brace", "{no idea what she meant} but no money."),
]


@pytest.mark.parametrize("text", NOTES)
def test_notes_that_begin_like_json_are_notes(text: str) -> None:
    assert read(text).kind is Kind.NOTES
