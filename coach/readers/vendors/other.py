"""Other recorders' JSON -> drafts. In: parsed documents. Out: the longest list of utterances, or the longest transcript text, or [].

Knows the keys that such exports use for words, speakers and times. A count whose unit the file does not tell is no time.
"""

from typing import Any

from coach.readers.clock import seconds_of
from coach.readers.markup import plain_text
from coach.readers.plain import plain_draft
from coach.readers.vendors.shape import DEPTH, at, first, items, objects, text
from coach.readers.vendors.speech import voice
from coach.readers.written import Draft, Said, clean_name, written

WORDS = ("text", "transcript", "sentence", "content", "words", "message", "body", "utterance", "value", "spokenText", "display", "caption")
WHO = ("speaker_name", "speakerName", "speaker", "speaker_label", "display_name", "displayName", "participant", "participantName", "name", "author", "from", "user", "speaker_id", "speakerId")
START = ("start_time", "startTime", "start", "timestamp", "start_timestamp", "time", "ts", "begin", "offset")
END = ("end_time", "endTime", "end", "end_timestamp", "end_ts", "stop")
MS_START = ("start_ms", "startMs", "start_time_ms", "startTimeMs", "offset_ms", "offsetMs")
MS_END = ("end_ms", "endMs", "end_time_ms", "endTimeMs")
FEWEST_WORDS = 3
WHOLE = ("transcript", "transcription", "text", "notes", "note", "body", "description", "content", "call_notes", "hs_call_body", "hs_note_body", "Description")


def other_drafts(documents: list[Any]) -> list[Draft]:
    """One draft at most."""
    lists = [[line for line in document if isinstance(line, dict)] for document in _lists(documents)]
    talks = [[said for line in lines if (said := _said(line))] for lines in lists]
    best = max(talks, key=lambda talk: (sum(said.speaker is not None for said in talk) > 1, sum(len(said.text) for said in talk)), default=[])
    if sum(said.speaker is not None or said.time is not None for said in best) * 2 > len(best):
        return [written(best)]
    texts = [held[key] for held in objects(documents) for key in WHOLE if isinstance(held.get(key), str) and len(held[key].split()) >= FEWEST_WORDS]
    if not texts:
        return []
    longest = plain_text(max(texts, key=len))  # a CRM keeps notes as markup
    return [plain_draft(longest.words, longest.hidden)]


def _lists(documents: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    layer: list[Any] = [documents]  # JSON Lines: the documents themselves may be the utterances
    for _ in range(DEPTH):
        following: list[Any] = []
        for value in layer:
            inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            if isinstance(value, list) and any(isinstance(item, dict) for item in value):
                found.append(value)
            following.extend(item for item in inner if isinstance(item, dict | list))
        layer = following
    return found


def _said(line: dict[str, Any]) -> Said | None:
    words = text(line, *WORDS)
    if not words and (spoken := [part for part in items(line, "words") if text(part, "text", "word", "punctuated_word").strip()]):
        words = " ".join(text(part, "punctuated_word", "text", "word").strip() for part in spoken)
        line = {**line, "start": _instant(spoken[0], START), "end": _instant(spoken[-1], END)}
    if not words and (parts := items(line, "elements")):  # words and punctuation as separate elements
        words = "".join(str(part.get("value", "")) for part in parts)
        line = {**line, "start": parts[0].get("ts"), "end": parts[-1].get("end_ts")}
    if not words:
        return None
    who = first(line, *WHO)
    named = (clean_name(first(who, "display_name", "displayName", "name", "fullName", "label")) or voice(at(who, "id"))) if isinstance(who, dict) else voice(who)
    start, end = _instant(line, START), _instant(line, END)
    since, until = (seconds_of(start), seconds_of(end)) if isinstance(start, str | float) or isinstance(end, float) else (None, None)
    if (exact := first(line, *MS_START)) is not None:
        since, until = seconds_of(exact, 0.001), seconds_of(first(line, *MS_END), 0.001)
    return Said(named, words, since, until)


def _instant(line: dict[str, Any], keys: tuple[str, ...]) -> Any:
    """The time under one of the keys, or that from the start where the file gives several; else that of a pair from and to."""
    time = first(line, *keys)
    if time is None:
        time = at(line, "timestamps", "from" if keys is START else "to")
    return first(time, "relative", "seconds") if isinstance(time, dict) else time
