"""Fathom's API -> drafts. In: parsed meetings, or the transcript of one. Out: a draft a meeting.

Who is external to the company that records is on the other side; the one who recorded is on the rep's. Speakers who match
no invitee keep their name and no side.
"""

from typing import Any

from coach.conversation import Kind, Person, Side
from coach.readers.clock import seconds_of
from coach.readers.vendors.shape import at, items, objects, summary_lines, text
from coach.readers.written import Draft, Said, clean_name, written


def fathom_drafts(documents: list[Any]) -> list[Draft]:
    """A draft for each meeting; [] if none is Fathom's."""
    return [_meeting(held) for held in objects(documents) if any("display_name" in (at(line, "speaker") or ()) for line in items(held, "transcript"))]


def _meeting(held: dict[str, Any]) -> Draft:
    lines = items(held, "transcript")
    people: dict[str, Person] = {}
    by_mail: dict[str, str] = {}
    for line in lines:
        name, mail = clean_name(at(line, "speaker", "display_name")), text(at(line, "speaker"), "matched_calendar_invitee_email")
        if name and mail:
            by_mail[mail.casefold()] = name
    for guest in items(held, "calendar_invitees"):
        name = clean_name(guest.get("matched_speaker_display_name")) or by_mail.get(text(guest, "email").casefold()) or clean_name(guest.get("name"))
        if name and isinstance(guest.get("is_external"), bool):
            side = Side.PROSPECT if guest["is_external"] else Side.REP
            because = "Fathom lists them as external" if guest["is_external"] else "Fathom lists them as of the company that recorded"
            people[name] = Person(name=name, side=side, because=because)
    host = by_mail.get(text(held.get("recorded_by"), "email").casefold()) or clean_name(at(held, "recorded_by", "name"))
    if host:
        people[host] = Person(name=host, side=Side.REP, because="Fathom recorded the call for them")
    notes = summary_lines(text(held, "title", "meeting_title"), held.get("default_summary"), held.get("action_items"))
    said = [Said(None, line, kind=Kind.SUMMARY) for line in notes]
    speakers = {clean_name(at(line, "speaker", "display_name")) for line in lines}
    said += [Said(clean_name(at(line, "speaker", "display_name")), text(line, "text"), seconds_of(line.get("timestamp"))) for line in lines]
    return written(said, {name: person for name, person in people.items() if name in speakers}, text(held, "title", "meeting_title"))
