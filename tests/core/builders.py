"""Data in one line. In: a few words. Out: conversations, evidence, commitments and playbooks as the code has them."""

import gc
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from coach.commitment import CanDecide, Commitment, Level, Object, Opinion
from coach.conversation import Conversation, Kind, Person, Side, Span, Turn
from coach.evidence import Claim, Polarity
from coach.grounding import Basis, Evidence, Quote
from coach.playbook import Playbook
from coach.settings import Settings
from coach.verdict import Sight, standings

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
TODAY = date(2026, 3, 2)  # a Monday
SHIPPED = ("default", "bant", "meddpicc", "spiced")


def row(sentence: str, *values: object) -> object:
    """A row of a decision table, with the sentence that says what it stands for."""
    return pytest.param(*values, id=sentence)


@cache
def playbook(id: str = "default") -> Playbook:
    """A shipped playbook."""
    return Settings(prompts=ROOT / "prompts").playbook(id)


def text_of(*lines: str, kind: Kind = Kind.TRANSCRIPT, planted: str = "", people: tuple[Person, ...] = ()) -> Conversation:
    """A conversation of one turn a line. "Dana: words" is said by a prospect, "Rep: ..." by the rep, "?Sam: ..." by nobody
    knows which side, "> words" is planned, "# words" is a summary. `planted` are the words that speak to software."""
    source = "\n".join(lines)
    turns: list[Turn] = []
    at = 0
    for index, line in enumerate(lines):
        name, colon, _ = line.partition(": ")
        worth = {">": Kind.PLAN, "#": Kind.SUMMARY}.get(line[:1], kind)
        speaker = name.lstrip("?") if colon and worth is kind and kind is not Kind.NOTES else None
        side = Side.UNKNOWN if speaker is None or name.startswith("?") else Side.REP if speaker.startswith("Rep") else Side.PROSPECT
        skipped = len(name) + 2 if speaker else 2 if worth is not kind else 0
        turns.append(Turn(index=index, start=at + skipped, end=at + len(line), speaker=speaker, side=side, kind=worth))
        at += len(line) + 1
    spans = (Span(start=source.index(planted), end=source.index(planted) + len(planted)),) if planted else ()
    return Conversation(source=source, kind=kind, turns=tuple(turns), people=people, planted=spans)


def notes(*lines: str, planted: str = "", people: tuple[Person, ...] = ()) -> Conversation:
    """A rep's notes, one line a turn."""
    return text_of(*lines, kind=Kind.NOTES, planted=planted, people=people)


def claim(line: int, quote: str, criterion: str = "budget", polarity: Polarity = "supports", hope: bool = False) -> Claim:
    """A claim as an answerer makes it."""
    return Claim(line=line, quote=quote, criterion=criterion, polarity=polarity, hope=hope)


def at(turn: int, text: str = "some words", start: int | None = None) -> Quote:
    """A quote of that turn, in a text whose turns are a hundred characters long unless `start` says otherwise."""
    begin = turn * 100 if start is None else start
    return Quote(text=text, start=begin, end=begin + len(text), turn=turn)


def evidence(sign: str, turn: int = 0, basis: Basis = "said", text: str = "some words") -> Evidence:
    """Evidence by a short name: "need+" speaks for a need, "need-" against it."""
    polarity: Polarity = "supports" if sign.endswith("+") else "undermines"
    return Evidence(criterion=sign[:-1], polarity=polarity, basis=basis, side=Side.PROSPECT, speaker="Dana", quote=at(turn, text))


def yes(
    turn: int = 5,
    level: Level = "verbal",
    *,
    by: str | None = "Dana",
    to: Object = "purchase",
    can_decide: CanDecide = "yes",
    basis: Basis = "said",
    side: Side = Side.PROSPECT,
    condition: str | None = None,
    taken_back: int | None = None,
    deal: str | None = None,
    start: int | None = None,
) -> Commitment:
    """A grounded commitment: a plain yes to buying by somebody who can decide, unless said otherwise."""
    return Commitment(
        level=level,
        to=to,
        by=by,
        side=side,
        can_decide=can_decide,
        basis=basis,
        quote=at(turn, "we will take it", start),
        condition=condition or ("if" if level == "conditional" else None),
        taken_back=None if taken_back is None else at(taken_back, "scrap that"),
        deal=deal,
    )


def sight(
    *commitments: Commitment,
    found: tuple[Evidence, ...] = (),
    refusal: Quote | None = None,
    opinion: Opinion = "stage_2",
    sales: bool = True,
    readable: bool = True,
    book: str = "default",
) -> Sight:
    """What was found in one text; the model agrees with a yes unless said otherwise."""
    return Sight(
        readable=readable,
        sales=sales,
        evidence=list(found),
        standings=standings(list(found), playbook(book)),
        commitments=list(commitments),
        refusal=refusal,
        opinion=opinion,
    )


def grows_like(work: Callable[[int], Callable[[], object]], least: int = 500, most: int = 500_000, tries: int = 4) -> float:
    """How many times more processor time `TIMES` as much input takes; asked again while it looks worse than `LINEAR`, and the best is given.

    `work(n)` prepares input of size n and gives what is measured. The size is doubled from small until the work can be told
    from noise, so that work that explodes is caught while it is cheap. The time of this thread alone is counted: what else
    the machine does is not in it. Work that grows with the square would need `TIMES` * `TIMES`, far over the bound.
    """

    def seconds(n: int) -> float:
        run = work(n)
        gc.disable()
        try:
            start = time.thread_time()
            run()
            return time.thread_time() - start
        finally:
            gc.enable()

    size = least
    while size < most and min(seconds(size), seconds(size)) < MEASURABLE:
        size *= 2
    best = float("inf")
    while tries and best > LINEAR:
        best = min(best, seconds(TIMES * size) / max(seconds(size), MEASURABLE / 2))
        tries -= 1
    return best


TIMES = 8
LINEAR = 24  # three times what is ideal, and less than half of what the square would take
MEASURABLE = 0.02  # seconds
