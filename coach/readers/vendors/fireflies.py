"""Fireflies -> drafts. In: parsed answers of its API, or the JSON that it lets one download. Out: a draft a call.

The API counts seconds, the download writes clock times. A sentence without a speaker's name has the name that the list of
speakers gives for its id, else "Speaker 3" for id 3.
"""

from typing import Any

from coach.conversation import Kind
from coach.readers.clock import seconds_of
from coach.readers.vendors.shape import first, items, objects, summary_lines, text
from coach.readers.written import Draft, Said, clean_name, written


def fireflies_drafts(documents: list[Any]) -> list[Draft]:
    """A draft for each call; [] if none is Fireflies'."""
    calls = [held for held in objects(documents) if _is_talk(items(held, "sentences"))]
    whole = [document for document in documents if isinstance(document, list) and _is_talk([line for line in document if isinstance(line, dict)])]
    return [*(_call(held, items(held, "sentences")) for held in calls), *(_call({}, [line for line in lines if isinstance(line, dict)]) for lines in whole)]


def _is_talk(lines: list[dict[str, Any]]) -> bool:
    return any("speaker_name" in line or ("speaker_id" in line and ("sentence" in line or "raw_text" in line)) for line in lines)


def _call(held: dict[str, Any], lines: list[dict[str, Any]]) -> Draft:
    names = {speaker.get("id"): name for speaker in items(held, "speakers") if (name := clean_name(speaker.get("name"))) and isinstance(speaker.get("id"), int | str)}
    said = [Said(None, line, kind=Kind.SUMMARY) for line in summary_lines(text(held, "title"), held.get("summary"))]
    for line in lines:
        id = first(line, "speaker_id")
        known = names.get(id) if isinstance(id, int | str) else None
        speaker = clean_name(line.get("speaker_name")) or known or (f"Speaker {id}" if isinstance(id, int | str) and id != "" else None)
        start, end = seconds_of(first(line, "start_time", "startTime")), seconds_of(first(line, "end_time", "endTime"))
        said.append(Said(speaker, text(line, "text", "sentence", "raw_text"), start, end))
    return written(said, title=text(held, "title"))
