"""Labels of speakers -> where they stand. In: text. Out: each label with its name and time, where its words begin, or [].

Knows "Name: text", "**Name:** text", "[00:12] Name (role): text", "Name (Company) : text", "[Name] 00:12", "00:12 Name" and
"Name 00:12" with the text on the next line, and run-on text in which names and colons recur. Decides whether a text is a
transcript at all. Never makes up a name.
"""

import re
from collections import Counter
from typing import NamedTuple

from coach.readers.clock import seconds_of
from coach.readers.names import NOT_FIRST, TITLE, UNHEARD, is_name
from coach.readers.notes import RULE

TIME = (
    r"[*_]?[\[(<`]?(?P<day{n}>\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},?[ T])?(?P<time{n}>\d{{1,3}}:\d\d(?::\d\d)?(?:[.,]\d{{1,3}})?)(?P<half{n}> ?[AaPp]\.?[Mm]\b\.?)?"
    r"(?:[ \t]?[-–—][ \t]?\d{{1,3}}:\d\d(?::\d\d)?(?:[.,]\d{{1,3}})?)?[\])>`]?[*_]?"
)
SIGNS = r"\u0900-\u0e7f"
"""Vowel signs of India and of Thai, which Python counts among neither letters nor digits."""
NAME = r"(?P<name{n}>(?:[^\W\d_]|\+?\d(?=[\d ()*.-]{{8}}))[\w" + SIGNS + r".'’&/@* -]{{0,46}}?(?:\s?(?:\d{{1,2}}|\?))?)(?:\s{{0,3}}[\[(](?!\d+:\d)(?P<role{n}>[^()\[\]]{{1,60}})[\])])?(?:,\s(?P<title{n}>[\w &/.'’-]{{2,30}}?)(?:\s{{0,2}}\((?P<firm{n}>[^()]{{1,60}})\))?)?"
INLINE = re.compile(
    r"^[ \t>*_-]*(?:"
    + TIME.format(n=1)
    + r"[ \t]*[-–—|]?[ \t]*(?P<chat>From[ \t]+)?)?(?:\*\*|__)?"
    + NAME.format(n=1)
    + r"(?(chat)(?:[ \t]+to[ \t]+[^:\n]{1,60}?)?)(?:\*\*|__)?[ \t]*(?:"
    + TIME.format(n=2)
    + r")?[ \t]*(?:(?:：|:(?=(?:\*\*|__)?(?:\s|$|[\"“])))(?:\*\*|__)?|(?<=\*\*)[ \t]+(?![*_]?[\[(<`]?\d+:\d\d[^ \n]{0,6}\s*$)|\|[ \t])[ \t]*(?P<words>.*)$"
)
ABOVE = re.compile(
    r"^[ \t>]*(?:#{1,6} )?(?:\*\*)?(?:"
    + TIME.format(n=1)
    + r"[ \t]*[-–—|]?[ \t]*"
    + NAME.format(n=1)
    + "|"
    + NAME.format(n=2)
    + r"(?:\*\*)?[ \t]*[-–—|•]?[ \t]+"
    + TIME.format(n=2)
    + r")(?:\*\*)?[ \t]*:?[ \t]*$"
)
BRACKETED = re.compile(r"^[ \t>]*\[(?P<name1>[^\[\]\n]{1,80})\][ \t]*(?:" + TIME.format(n=1) + r"|:)[ \t]*:?[ \t]*(?P<words>.*)$")
"""`[Name] 00:12`, words beside or below."""
DASHED = re.compile(r"^[ \t]*(?P<name>[^\W\d_][\w.'’&/ ]{0,24}?)[ \t]+[-–—][ \t]+(?P<words>\S.*)$")
"""`Name - text`: taken for labels only if most lines look so and names recur; notes use dashes too."""
BESIDE = re.compile(r"^[ \t>]*(?P<name>[^\W\d_][\w.'’& -]{0,40}?)(?:[ \t]*[\[(](?P<time>\d{1,3}:\d\d(?::\d\d)?)[\])][ \t]+|\t(?P<time2>\d{1,3}:\d\d(?::\d\d)?)\t)(?P<words>\S.*)$")
"""`Name [00:12] text`, or the three with tabs between."""
MARKED = re.compile(
    r"^[ \t>]*(?:[\[(]?(?P<time>\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?)[\])]?[ \t]*(?:\[(?P<name>[^\W\d_][^\[\]\n]{0,60})\])|\[(?P<name2>(?:speaker|spk|sprecher|voice|channel)[ _]?\w{1,3}|[^\W\d_][\w.'’-]{0,20} [^\W\d_][\w.'’ -]{0,40})\])[ \t]+(?P<words>\S.*)$",
    re.IGNORECASE,
)
"""`[00:12] [Name] text`, or `[Speaker 1] text`."""
HEADED = re.compile(r"^[ \t>]*(?:#{1,6}[ \t]+|(?=\*\*|__))(?:\*\*|__)?(?P<name>[^\W\d_][\w.'’& -]{0,40}?)(?:\*\*|__)?[ \t]*$")
"""A name as a heading or in bold on a line of its own, with the words below it."""
ALONE = re.compile(r"^[ \t]*(?P<name>[^\W\d_a-zà-þ](?:[^\W\d_a-zà-þ]|[.'’ -]){1,28})[ \t]*$")
"""A name in capitals on a line of its own, with the words below it."""
RUN_ON = re.compile(
    r"(?:(?<=[.!?…\"”)\]] )|(?<=[.!?…\"”)\]]  )|^)(?P<name>[^\W\d_a-zà-þ][\w'’.-]{0,30}(?: (?:[^\W\d_a-zà-þ]|\d)[\w'’.-]{0,30}){0,3})(?: ?\([^()\n]{1,40}\))?:[ \t]+(?=\S)", re.MULTILINE
)
"""`Name: ` after the end of a sentence, in text whose lines were lost."""
TWO_LINES = re.compile(
    r"^[ \t]*(?P<name>[^\W\d_][\w.'’& -]{1,40}?)(?:[ \t]*\([^()\n]{1,60}\))?[ \t]*\r?\n[ \t]*[\[(]?(?P<time>\d{1,3}:\d\d(?::\d\d)?)(?P<half> ?[AaPp][Mm])?[\])]?[ \t]*$", re.MULTILINE
)
"""A name, below it a time, below that the words."""
SPELLED = re.compile(
    r"^(?:[^\r\n]{1,80}\r?\n[^\r\n]{0,40}\d seconds?[ \t]*\d{1,2}:\d\d[^\r\n]{0,6}\r?\n\s*)?[ \t]*(?P<name>[^\W\d_][\w.'’&() -]{0,60}?)[ \t]+"
    r"(?:(?P<hours>\d{1,2}) hours? )?(?:(?P<minutes>\d{1,2}) minutes? )?(?P<seconds>\d{1,2}) seconds?[ \t]*\r?$",
    re.MULTILINE,
)
"""`Name 1 minute 5 seconds` above the words, as a copy of Teams' page has it; the name and the time before it are the same once more."""
CHANGE = re.compile(r"^[ \t]*>>+[ \t]*(?![^:\n]{0,40}:)")  # captions mark a change of speaker so, without a name
TRANSCRIPT = re.compile(
    r"^\W{0,6}(?:(?:full |meeting |call )?transcript|transkript|transcription|transcripción|transcrição|trascrizione|transcriptie|volledig transcript)\W{0,3}$", re.IGNORECASE
)
"""The heading over what was said, in documents with a summary above it."""
ENDING = re.compile(
    r"^\W{0,4}(?:transcription ended after|meeting ended after \d|this editable transcript was|transcribed by https?://|die transkription endete|dieses bearbeitbare transkript|la transcription s'est terminée|"
    r"la transcripción finalizó|.{2,60} (?:stopped|ended) (?:the )?(?:transcription|recording)\W*$|.{2,60} hat die (?:transkription|aufzeichnung) (?:beendet|gestoppt)|.{2,60} a arrêté (?:la transcription|l'enregistrement)|"
    r".{2,60} detuvo la (?:transcripción|grabación)|.{2,60} heeft de (?:transcriptie|opname) (?:gestopt|beëindigd))",
    re.IGNORECASE,
)
"""Lines that programs put under a transcript."""
ASIDE = re.compile(
    r"^\W{0,4}(?:\d{1,3}:\d\d(?::\d\d)?\W*$|(?:ACTION ITEM|HIGHLIGHT|SCREEN SHARING|BOOKMARK|INSIGHT|QUESTION)S?: .*(?:WATCH: )?https?://|.{2,60} (?:started|paused|resumed) (?:the )?(?:transcription|recording|screen sharing)\W*$|"
    r".{2,60} hat die (?:transkription|aufzeichnung) gestartet|.{2,60} (?:joined|left) the (?:meeting|call)\W*$)",
)
"""Lines that programs put between utterances."""
LABEL = 300  # characters of a line in which its label stands
FEWEST = 4
"""Labels of a rarer layout below which a text is no transcript."""
FEWEST_TIMED = 3
"""Names with rising times on lines of their own, from which a text is a transcript however long the utterances are."""
WALL_CLOCK = 7_200  # seconds: a talk that begins so late tells the time of day


class Label(NamedTuple):
    """Where an utterance begins."""

    start: int  # of the words
    line: int  # start of the line
    name: str
    time: float | None
    above: bool = False  # the words begin on the next line
    title: str = ""  # what stands after a comma
    by_day: bool = False  # the time is that of a day


def labels_of(source: str) -> list[Label]:
    """The labels of a transcript in order, [] if the text is not mostly labelled utterances of two or more speakers."""
    labels, lines, heading = _labels(source)
    below = [label for label in labels if label.line > heading]
    if heading >= 0 and len(below) >= 2 and len({label.name for label in below}) > 1:
        labels, lines = below, len(below)
    if not _is_transcript(labels, lines):
        labels = _rarer_labels(source, lines) or _run_on(source)
    labels = _without_lead_ins(labels)
    if any(label.by_day for label in labels) or (labels and (labels[0].time or 0) >= WALL_CLOCK):
        labels = [label._replace(time=None) for label in labels]
    return _in_order(labels, source)


def is_mostly_talk(source: str) -> bool:
    """Whether most lines are utterances: then a mail only carries a transcript."""
    labels, lines, _ = _labels(source)
    return _is_transcript(labels, lines) and len(labels) >= MOSTLY * lines


MOSTLY = 0.6  # of the lines that say something


def _labels(source: str) -> tuple[list[Label], int, int]:
    """Labels of the usual layouts, how many lines say something, and where a heading says that the transcript begins, or -1."""
    labels: list[Label] = []
    lines, heading = 0, -1
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", source):
        text = line.group()
        if not text.strip() or RULE.match(text):
            continue
        lines += 1
        if change := CHANGE.match(text):
            labels.append(Label(line.start() + change.end(), line.start(), "", None))
            continue
        if len(text) < 60 and TRANSCRIPT.match(text):
            heading = line.start()
        if len(text) < LABEL and (ENDING.match(text) or ASIDE.match(text)):
            continue
        found = INLINE.match(text[:LABEL]) or BRACKETED.match(text[:LABEL])
        if found and _named(found["name1"]):
            above = found.re is BRACKETED and not found["words"].strip()
            at = line.end() if above else line.start() + found.start("words")
            labels.append(_label(found, "1", at, line.start(), above))
        elif len(text) < 160 and (found := ABOVE.match(text)) and _named(found["name1"] or found["name2"]):
            labels.append(_label(found, "1" if found["name1"] else "2", line.end(), line.start(), True))
    above_ones = [label for label in labels if label.above]
    return (above_ones if len(above_ones) >= FEWEST_TIMED and len(above_ones) * 2 > len(labels) else labels), lines, heading


DATE = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)[a-zäé]*\.? \d{1,2}$|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)


def _named(name: str) -> bool:
    digits = sum(char.isdigit() for char in name)
    return is_name(name) and not DATE.match(name) and (name[0].isalpha() or digits >= (7 if name[0] == "+" else 9))  # a telephone, not a date


def _label(found: re.Match[str], n: str, start: int, line: int, above: bool) -> Label:
    held = found.groupdict()
    t = "1" if held.get("time1") else "2"
    time, half = held.get(f"time{t}"), held.get(f"half{t}") or held.get(f"day{t}")
    return Label(start, line, held[f"name{n}"].strip(), seconds_of(time), above, (held.get(f"title{n}") or "").strip(), half is not None)


def _rarer_labels(source: str, lines: int) -> list[Label]:
    """Labels of the less common layouts, [] if none carries the text."""
    two = [
        Label(found.end(), found.start(), found["name"].strip(), seconds_of(found["time"]), True, "", found["half"] is not None)
        for found in TWO_LINES.finditer(source)
        if is_name(found["name"])
    ]
    if len(two) >= FEWEST_TIMED and len({label.name for label in two}) in range(2, len(two)):
        return two
    spelled = [Label(found.end(), found.start(), found["name"].strip(), _spelled(found), True) for found in SPELLED.finditer(source) if is_name(found["name"])]
    if len(spelled) >= FEWEST_TIMED and len({label.name for label in spelled}) in range(2, len(spelled)):
        return spelled
    for pattern, share in ((DASHED, 0.6), (BESIDE, 0.6), (MARKED, 0.6), (ALONE, 0.25), (HEADED, 0.25)):
        labels = [
            label
            for line in re.finditer(r"[^\r\n\u2028\u2029]+", source)
            if (found := pattern.match(line.group()[:2000])) and is_name((label := _rarer_label(found.groupdict(), line, found)).name)
        ]
        names = {label.name.casefold() for label in labels}
        if len(labels) >= FEWEST and len(names) * 2 <= len(labels) and len(names) > 1 and len(labels) >= share * lines:
            return labels
    return []


def _rarer_label(held: dict[str, str | None], line: re.Match[str], found: re.Match[str]) -> Label:
    start = line.start() + found.start("words") if "words" in held else line.end()
    return Label(start, line.start(), (held["name"] or held.get("name2") or "").strip(), seconds_of(held.get("time") or held.get("time2")))


def _spelled(found: re.Match[str]) -> float:
    return float(int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60 + int(found["seconds"]))


def _without_lead_ins(labels: list[Label]) -> list[Label]:
    """Labels without lines such as "Here is what we need:", which lead to a list of the same speaker: small words, once, and no time."""
    counts = Counter(label.name for label in labels)
    kept = [label for label in labels if counts[label.name] > 1 or label.time is not None or not LEAD_IN.match(label.name)]
    return kept if len({label.name for label in kept}) > 1 else labels


LEAD_IN = re.compile(r"\S+(?: \S+)+ [^\W\d_A-ZÀ-Þ][^\WA-ZÀ-Þ]*$")
"""Three words or more, the last in small letters."""


def _run_on(source: str) -> list[Label]:
    """Labels within lines, where names recur and the text begins with one."""
    found = [Label(mark.end(), mark.start("name"), mark["name"].strip(), None) for mark in RUN_ON.finditer(source) if is_name(mark["name"])]
    counts = Counter(label.name for label in found)
    labels = [label for label in found if counts[label.name] > 1 or " " in label.name]
    recurring = [name for name, count in counts.items() if count > 1]
    return labels if len(labels) >= FEWEST and len(recurring) > 1 and not source[: labels[0].line].strip() and len(recurring) * 2 >= len(counts) else []


def _is_transcript(labels: list[Label], lines: int) -> bool:
    speakers = [label.name.casefold() for label in labels]
    names = set(speakers)
    if all(UNHEARD.match(name) for name in names):
        return len(labels) >= 4 and len(labels) * 2 >= lines
    if len(names) < 2 or len(labels) < 3:
        return len(labels) >= 2 and len(labels) == lines and len(names) == 2
    speaks_again = len(labels) - len(names)
    timed = sum(label.time is not None for label in labels)
    times = [label.time for label in labels if label.above and label.time is not None]
    if speaks_again and len(times) >= FEWEST_TIMED and len(times) == len(labels) and times == sorted(times):
        return True
    return (speaks_again >= 1 or timed >= 3) and len(labels) * 3 >= lines and speaks_again * 5 >= len(labels)


def _in_order(labels: list[Label], source: str) -> list[Label]:
    """"Rodriguez, James" as James Rodriguez, where people of the talk are called by the second word and not by the first."""
    turned = {(label.name, label.title) for label in labels if label.title[:1].isupper() and not TITLE.search(label.title) and label.title.casefold() not in NOT_FIRST}
    if not turned:
        return labels
    said = Counter(re.findall(r"\w+", source))
    listed = Counter(word for label in labels for word in re.findall(r"\w+", f"{label.name} {label.title}"))
    called = {pair for pair in turned if said[pair[1].split()[0]] - listed[pair[1].split()[0]] > said[pair[0].split()[0]] - listed[pair[0].split()[0]]}
    return [label._replace(name=f"{label.title} {label.name}") if (label.name, label.title) in called else label for label in labels]
