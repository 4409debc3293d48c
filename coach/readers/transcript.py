"""Transcript text -> turns. In: text. Out: a turn for each utterance with its speaker and time, or [] if it is no transcript.

Knows "Name: text", "**Name:** text", "[00:12] Name (role): text", "Name (Company) : text", "00:12 Name" and "Name 00:12"
with the text on the next line. What stands before the first utterance or after a closing heading is summary, and counts
as such. Never joins or drops lines.
"""

import re
from typing import NamedTuple

from coach.conversation import Kind, Turn
from coach.cues import is_machine
from coach.readers.notes import RULE

TIME = r"[\[(<]?(?P<time{n}>\d{{1,2}}:\d\d(?::\d\d)?(?:[.,]\d{{1,3}})?)[\])>]?"
NAME = r"(?P<name{n}>[^\W\d_][\w.'’&/ -]{{0,38}}?(?:\s?(?:\d{{1,2}}|\?))?)(?:\s{{0,3}}[\[(](?!\d+:\d)(?P<role{n}>[^()\[\]]{{1,60}})[\])])?(?:,\s(?P<title{n}>[\w &/-]{{2,30}}))?"
INLINE = re.compile(
    r"^[ \t>*_-]*(?:"
    + TIME.format(n=1)
    + r"[ \t]*[-–—|]?[ \t]*)?(?:\*\*|__)?"
    + NAME.format(n=1)
    + r"(?:\*\*|__)?[ \t]*(?:"
    + TIME.format(n=2)
    + r")?[ \t]*(?:[:：](?:\*\*|__)?(?=\s|$|[\"“])|(?<=\*\*)[ \t]+|\|[ \t])[ \t]*(?P<words>.*)$"
)
ABOVE = re.compile(
    r"^[ \t]*(?:\*\*)?(?:"
    + TIME.format(n=1)
    + r"[ \t]*[-–—|]?[ \t]*"
    + NAME.format(n=1)
    + "|"
    + NAME.format(n=2)
    + r"[ \t]*[-–—|•]?[ \t]+"
    + TIME.format(n=2)
    + r"(?:[ \t]*(?:AM|PM|am|pm))?)(?:\*\*)?[ \t]*:?[ \t]*$"
)
DASHED = re.compile(r"^[ \t]*(?P<name>[^\W\d_][\w.'’&/ ]{0,24}?)[ \t]+[-–—][ \t]+(?P<words>\S.*)$")
"""`Name - text`: taken for labels only if most lines look so and names recur; notes use dashes too."""
ALONE = re.compile(r"^[ \t]*(?P<name>[^\W\d_a-zà-þ](?:[^\W\d_a-zà-þ]|[.'’ -]){1,28})[ \t]*$")
"""A name in capitals on a line of its own, with the words below it."""
CHANGE = re.compile(r"^[ \t]*>>+[ \t]*(?![^:\n]{0,40}:)")  # captions mark a change of speaker so, without a name
CLOSING = re.compile(
    r"^\W{0,6}(?:(?:call |coach(?:'s|ing)? |meeting |my |ai |rep )?(?:notes?|summary|takeaways|action items|next steps|feedback|recap)|end of (?:call|transcript|recording))\b[^.?!]{0,30}[:*]*\s*$",
    re.IGNORECASE,
)
# Words before a colon that head a field of a note, not a speaker.
FIELDS = frozenset(
    """
    account action actions agenda amount attendees attending authority background blockers bottom line budget call call id call notes champion
    close closing comments company competition competitor competitors concerns contact context goal goals cost current date deal
    decision decision criteria decision process decision maker dm duration economic email fwd from goals impact industry interest issue
    issues key points last call location meeting metrics money my read my take need needs next next step next steps note notes objection
    objections objective pre-call opportunity other outcome owner pain pain points paper process participants phone plan present price pricing
    priority problem process product project ps purpose question questions re red flags reference result risk risks rivals size situation
    solution source stage stakeholders status subject summary tech stack temp temperature time timeline timing title to to do todo topic topics
    update use case value verdict what who why when where when's where's with win probability probability forecast p.s wants want history cc bcc
    sent http https warning important ask asks also oh btw fyi nb update vibe gut feel mood plus minus pros cons good bad
    """.split()
) | frozenset(
    phrase.strip()
    for phrase in """
    action items, after call, also there, before call, bottom line, call id, call notes, call type, call with, close date, current state, date
    of call, deal size, decision maker, decision process, economic buyer, follow up, gut feel, key points, lead source, my read, my take, next
    call, next step, next steps, on the call, pain points, paper process, post call, pre call, price quoted, red flags, site visit, tech stack,
    to do, use case, visit to, where it stands, who was there, win probability
    """.split(",")
)


UNHEARD = re.compile(r"^(?:(?:speaker|voice|unknown|person)\s*\?+|unknown(?: speaker)?|)$", re.IGNORECASE)


class _Label(NamedTuple):
    start: int  # of the words
    line: int  # start of the line
    name: str
    time: float | None
    above: bool = False  # the words begin on the next line


def transcript_turns(source: str) -> list[Turn]:
    """A turn for each utterance; [] if the text is not mostly labelled utterances of two or more speakers."""
    labels, lines = _labels(source)
    if not _is_transcript(labels, lines):
        labels = _rarer_labels(source, lines)
    if not labels:
        return []
    turns: list[Turn] = []
    _add_summary(source, 0, labels[0].line, turns)
    stop = len(source)
    for at, label in enumerate(labels):
        end = labels[at + 1].line if at + 1 < len(labels) else stop
        closing = _closing(source, label.start, end)
        _add(source, label, closing, turns)
        _add_summary(source, closing, end, turns)
    return turns


def _labels(source: str) -> tuple[list[_Label], int]:
    labels: list[_Label] = []
    lines = 0
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", source):
        text = line.group()
        if not text.strip() or RULE.match(text):
            continue
        lines += 1
        if change := CHANGE.match(text):
            labels.append(_Label(line.start() + change.end(), line.start(), "", None))
            continue
        found = INLINE.match(text[:LABEL])
        if found and _is_name(found["name1"]):
            at = line.start() + found.start("words")
            labels.append(_Label(at, line.start(), found["name1"].strip(), _seconds(found["time1"] or found["time2"])))
        elif len(text) < 120 and (found := ABOVE.match(text)) and _is_name(found["name1"] or found["name2"]):
            labels.append(_Label(line.end(), line.start(), (found["name1"] or found["name2"]).strip(), _seconds(found["time1"] or found["time2"]), above=True))
    above = [label for label in labels if label.above]
    return (above if len(above) >= FEWEST and len(above) * 2 > len(labels) else labels), lines


def _rarer_labels(source: str, lines: int) -> list[_Label]:
    """Labels of the less common layouts, [] if neither carries the text."""
    for pattern, share in ((DASHED, 0.6), (ALONE, 0.25)):
        labels = [
            _Label(line.start() + found.start("words") if pattern is DASHED else line.end(), line.start(), found["name"].strip(), None)
            for line in re.finditer(r"[^\r\n\u2028\u2029]+", source)
            if (found := pattern.match(line.group()[:2000])) and _is_name(found["name"])
        ]
        names = {label.name.casefold() for label in labels}
        if len(labels) >= FEWEST and len(names) * 2 <= len(labels) and len(names) > 1 and len(labels) >= share * lines:
            return labels
    return []


LABEL = 300  # characters of a line in which its label stands
FEWEST = 4
"""Labels of a rarer layout below which a text is no transcript."""


def _is_name(name: str) -> bool:
    if is_machine(name):
        return False
    words = name.strip().casefold().split()
    return bool(words) and len(words) <= 5 and " ".join(words) not in FIELDS and not (words[0] in FIELDS and len(words) == 1)


def _is_transcript(labels: list[_Label], lines: int) -> bool:
    speakers = [label.name.casefold() for label in labels]
    names = set(speakers)
    if all(UNHEARD.match(name) for name in names):
        return len(labels) >= 4 and len(labels) * 2 >= lines
    if len(names) < 2 or len(labels) < 3:
        return len(labels) >= 2 and len(labels) == lines and len(names) == 2
    speaks_again = len(labels) - len(names)
    timed = sum(label.time is not None for label in labels)
    return (speaks_again >= 1 or timed >= 3) and len(labels) * 3 >= lines and speaks_again * 5 >= len(labels)


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    total = 0.0
    for part in text.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def _closing(source: str, start: int, end: int) -> int:
    """Where a closing heading or a rule ends the utterance that begins at `start`."""
    for line in re.finditer(r"[^\r\n]+", source[start:end]):
        if line.start() and (RULE.match(line.group()) or CLOSING.match(line.group())):
            return start + line.start()
    return end


def _add(source: str, label: _Label, end: int, turns: list[Turn]) -> None:
    start = label.start
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    if start < end:
        turns.append(
            Turn(index=len(turns), start=start, end=end, speaker=None if UNHEARD.match(label.name) else label.name, kind=Kind.TRANSCRIPT, time=label.time)
        )


def _add_summary(source: str, start: int, end: int, turns: list[Turn]) -> None:
    for line in re.finditer(r"[^\r\n]+", source[start:end]):
        text = line.group()
        if text.strip() and not RULE.match(text):
            left = start + line.start() + len(text) - len(text.lstrip())
            turns.append(Turn(index=len(turns), start=left, end=start + line.start() + len(text.rstrip()), kind=Kind.SUMMARY))
