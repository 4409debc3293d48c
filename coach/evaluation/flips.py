"""Which cases to look at. In: two sides of a comparison. Out: the cases in reading order, false yes first, and how many may not be named.

Of the holdout only numbers are given unless somebody asks for its cases: whoever reads which of them failed begins to tune
on them. That goes for the gate's findings as well, whose words may name a case. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

from coach.evaluation.cases import Label
from coach.evaluation.gate import Finding, exit_code, why_not
from coach.evaluation.metrics import BY_ID
from coach.evaluation.results import PASSING, About, Result, Run
from coach.evaluation.sides import Side

Way = Literal["false yes", "broken", "moved", "mended", "wrong"]
WAYS: tuple[Way, ...] = ("false yes", "broken", "moved", "mended", "wrong")
WAY_WORDS: dict[Way, str] = {
    "false yes": "says yes where there is none, and did not before",
    "broken": "passed before and does not now",
    "moved": "another stage, and passes as before or fails as before",
    "mended": "passes now and did not before",
    "wrong": "does not pass",
}
NAMED = re.compile(r"[a-z0-9-]+")


class Said(NamedTuple):
    """What one side gave on a case; a baseline kept only the stage and whether it passed."""

    label: Label | None
    passed: bool
    rule: str = ""
    quote: str = ""
    against: str = ""


class Turn(NamedTuple):
    """A case to look at. `before` is None if nothing is compared; `why` says why it does not pass now, empty if it does."""

    about: About
    way: Way
    before: Said | None
    now: Said
    why: str


class Listing(NamedTuple):
    """Cases in reading order, and how often each thing happened in cases that are not named."""

    turns: tuple[Turn, ...]
    hidden: dict[Way, int]


def flips(a: Side, b: Side, holdout: bool) -> Listing:
    """The cases that pass on one side only, or get another stage. `holdout`: name those of the holdout too."""
    found = []
    for id, result in b.run.by_case.items():
        if (other := a.run.by_case.get(id)) and (result.answer or other.answer):
            before, now = _said(other, a), _said(result, b)
            if (before.label, before.passed) != (now.label, now.passed):
                found.append(Turn(result.about, _way(result.about, before, now), before, now, _why(result)))
    return _listing(found, holdout)


def failing(b: Side, holdout: bool) -> Listing:
    """The cases that do not pass, those that say yes where there is none first."""
    turns = []
    for result in b.run.results:
        if not result.passed:
            now = _said(result, b)
            turns.append(Turn(result.about, "false yes" if _false_yes(result.about, now) else "wrong", None, now, _why(result)))
    return _listing(turns, holdout)


def _said(result: Result, side: Side) -> Said:
    answer, passed = result.answer, side.passed.get(result.about.id, False)
    return Said(answer.label, passed, answer.rule, answer.quote or "", answer.against or "") if answer else Said(None, passed)


def _why(result: Result) -> str:
    return "" if result.passed else why_not(result)


def _false_yes(about: About, said: Said) -> bool:
    return said.label == 2 and 2 not in about.accept


def _way(about: About, before: Said, now: Said) -> Way:
    if _false_yes(about, now) and not _false_yes(about, before):
        return "false yes"
    return "broken" if before.passed > now.passed else "mended" if now.passed > before.passed else "moved"


def _listing(found: list[Turn], holdout: bool) -> Listing:
    turns = sorted(found, key=lambda turn: (WAYS.index(turn.way), turn.about.id))
    hidden = Counter(turn.way for turn in turns if turn.about.split == "holdout" and not holdout)
    return Listing(tuple(turn for turn in turns if holdout or turn.about.split == "dev"), {way: hidden[way] for way in WAYS if hidden[way]})


class Judged(NamedTuple):
    """The gate's verdict on one line, and what else it found."""

    passed: bool
    line: str
    rest: tuple[str, ...]


def judged(run: Run, findings: list[Finding], holdout: bool) -> Judged:
    """The verdict of the gate in words that name no holdout case, unless `holdout`."""
    told = [(one.fails, text) for one, text in zip(findings, _told(run, findings, holdout), strict=True)]
    failing, notes = ([text for fails, text in told if fails == wanted] for wanted in (True, False))
    rest = tuple(dict.fromkeys((*failing[1:], *notes)))
    if not failing:
        return Judged(True, f"{run.suite}: passed the gate. {len(run.results)} cases.", rest)
    word = "not judged, too many cases without an answer" if exit_code(findings) == 4 else "failed the gate"
    return Judged(False, f"{run.suite}: {word}. {failing[0]}", rest)


def _told(run: Run, findings: Iterable[Finding], holdout: bool) -> list[str]:
    hidden = set() if holdout else {result.about.id for result in run.results if result.about.split == "holdout"}
    listed = list(findings)
    closed = [bool(hidden & {*NAMED.findall(one.text), *([one.case] if one.case else [])}) for one in listed]
    counts = Counter(one.kind for one, shut in zip(listed, closed, strict=True) if shut)
    return [f"{counts[one.kind]} more on the holdout ({one.kind}), not named here." if shut else one.text for one, shut in zip(listed, closed, strict=True)]


class Fault(NamedTuple):
    """A figure of one case that is not perfect and says why. `decides`: the case does not pass because of it."""

    title: str
    hits: float
    of: float
    why: tuple[str, ...]
    decides: bool


def faults(result: Result) -> list[Fault]:
    """What is wrong with a case, first what makes it fail."""
    found = []
    for score in result.scores:
        metric, decides = BY_ID.get(score.metric), score.metric in PASSING
        if metric and (score.why or decides) and (score.hits < score.of if metric.high else score.hits > 0):
            found.append(Fault(metric.title, score.hits, score.of, score.why, decides))
    return sorted(found, key=lambda fault: not fault.decides)
