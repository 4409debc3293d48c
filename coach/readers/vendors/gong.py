"""Gong's API -> drafts. In: parsed answers of /v2/calls/transcript and /v2/calls/extensive, in one file in any order. Out: a draft a call.

A speaker is only an id in the transcript; names, titles and affiliation come from the parties of the same call. Internal
is the company that records, so the rep's side; External the other. Without parties speakers keep their ids and no side.
"""

from typing import Any

from coach.conversation import Kind, Person, Side
from coach.errors import InputError
from coach.readers.clock import seconds_of
from coach.readers.vendors.shape import at, items, objects, summary_lines, text
from coach.readers.written import Draft, Said, clean_name, written

MS = 0.001
SIDES = {"internal": (Side.REP, "Gong lists them as internal"), "external": (Side.PROSPECT, "Gong lists them as external")}


def gong_drafts(documents: list[Any]) -> list[Draft]:
    """A draft for each call with a transcript; [] if none is Gong's. Raises InputError if there are only parties."""
    calls: dict[str, dict[str, Any]] = {}
    talks: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = []
    for held in objects(documents):
        if isinstance(held.get("parties"), list):
            calls[_id(held)] = held
        monologues = [part for part in items(held, "transcript") if items(part, "sentences") and ("speakerId" in part or "topic" in part)]
        if monologues:
            talks.append((_id(held), held, monologues))
    if calls and not talks and any("affiliation" in party for call in calls.values() for party in items(call, "parties")):
        raise InputError("This is Gong's list of who took part, without what was said. Bring the transcript in the same file: put one behind the other.")
    only = len(talks) == 1 and len(calls) == 1
    return [_call(held if "parties" in held else calls.get(id, next(iter(calls.values())) if only else {}), parts) for id, held, parts in talks]


def _id(call: dict[str, Any]) -> str:
    return str(call.get("callId") or at(call, "metaData", "id") or call.get("id") or "")


def _call(call: dict[str, Any], monologues: list[dict[str, Any]]) -> Draft:
    people = {str(party["speakerId"]): person for party in items(call, "parties") if party.get("speakerId") and (person := _person(party))}
    content = call.get("content") if isinstance(call.get("content"), dict) else {}
    notes = summary_lines(at(call, "metaData", "title"), *(at(content, key) for key in ("brief", "outline", "keyPoints", "callOutcome", "highlights")))
    said = [Said(None, line, kind=Kind.SUMMARY) for line in notes]
    for part in monologues:
        id = str(part["speakerId"]) if part.get("speakerId") not in (None, "") else ""
        person = people.get(id)
        for sentence in items(part, "sentences"):
            start, end = seconds_of(sentence.get("start"), MS), seconds_of(sentence.get("end"), MS)
            said.append(Said(person.name if person else clean_name(id), text(sentence, "text"), start, end))
    return written(said, {person.name: person for person in people.values()}, text(call.get("metaData"), "title"))


def _person(party: dict[str, Any]) -> Person | None:
    name = clean_name(party.get("name")) or clean_name(party.get("emailAddress")) or clean_name(party.get("phoneNumber"))
    if name is None:
        return None
    side, because = SIDES.get(str(party.get("affiliation")).casefold(), (Side.UNKNOWN, ""))
    return Person(name=name, side=side, role=clean_name(party.get("title")), because=because)
