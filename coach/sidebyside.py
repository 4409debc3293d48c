"""One note, two set-ups. In: a conversation, A and B. Out: what each made of it, side by side, as values, Markdown or JSON.

The two are asked at once, each in a thread. One that fails has its sentence and leaves the other alone. Costs are tokens times
the price that somebody wrote down; without one there is none. Writes nothing.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Literal, NamedTuple

from coach.advice import NoAdvice, Ruthless, Skeptical
from coach.conversation import Conversation
from coach.errors import CoachError
from coach.grounding import Evidence
from coach.llm.budget import Purse
from coach.matching import Match, matched
from coach.playbook import Playbook
from coach.render import wording
from coach.render.inert import escaped
from coach.review import Review, Watch, review
from coach.settings import Settings
from coach.setups import Setup

Letter = Literal["A", "B"]
Step = Callable[[Letter, str], None]
"""Told which side begins which step. It is called from the side's own thread."""
WORDS = {"same": "both", "differs": "both, read differently", "left": "only A", "right": "only B"}


class Tried(NamedTuple):
    """What one side made of the note. `error` says why there is no review; `seconds` is wall time, `usd` None where no price is known."""

    setup: Setup
    review: Review | None = None
    playbook: Playbook | None = None
    error: str = ""
    seconds: float = 0.0
    usd: float | None = None


class Both(NamedTuple):
    """Both sides of one note."""

    conversation: Conversation
    a: Tried
    b: Tried

    @property
    def matches(self) -> tuple[Match, ...]:
        """The evidence of both, matched up by place; that of one alone if the other failed."""
        return matched(*(side.review.evidence if side.review else () for side in (self.a, self.b)))


def both(settings: Settings, conversation: Conversation, sides: tuple[Setup, Setup], today: date, on_step: Step) -> Both:
    """Asks both sides at once. Their requests are paid from one purse if the settings have limits."""
    purse = settings.purse()
    letters: tuple[Letter, Letter] = ("A", "B")
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(_tried, settings, conversation, setup, today, _told(on_step, letter), purse) for letter, setup in zip(letters, sides, strict=True)]
        a, b = (future.result() for future in asked)
    return Both(conversation, a, b)


def _told(on_step: Step, letter: Letter) -> Callable[[str], None]:
    return lambda step: on_step(letter, step)


def _tried(settings: Settings, conversation: Conversation, setup: Setup, today: date, tell: Callable[[str], None], purse: Purse | None) -> Tried:  # noqa: PLR0913 - a thread's task
    start = time.perf_counter()
    try:
        playbook = setup.held_against(settings)
        made = review(conversation, playbook, setup.ask(settings, purse), today, Watch(tell))
        rate = settings.rate(setup.model) if setup.is_live else None
    except CoachError as error:
        tell("Failed")
        return Tried(setup, error=str(error), seconds=time.perf_counter() - start)
    tell("Done")
    usage = made.provenance.usage
    known = rate is not None and usage.tokens_in is not None and usage.tokens_out is not None
    usd = rate.usd(usage.tokens_in or 0, usage.tokens_out or 0) if rate and known else None
    return Tried(setup, made, playbook, seconds=time.perf_counter() - start, usd=usd)


def took(side: Tried) -> str:
    """What a side took, in a few words."""
    parts = [f"{side.seconds:.1f} s"]
    if side.review and side.review.provenance.is_llm:
        usage = side.review.provenance.usage
        parts.append(f"{usage.calls} calls")
        parts += [f"{n:,} tokens {way}" for n, way in ((usage.tokens_in, "in"), (usage.tokens_out, "out")) if n is not None]
        parts.append(f"${side.usd:.4f}" if side.usd is not None else "no price known")
    return ", ".join(parts)


def advised(side: Tried) -> tuple[tuple[str, str], ...]:
    """A side's advice as pairs of what it is and its words: what to do first, the no, each question or step."""
    if side.review is None:
        return ()
    advice = side.review.advice
    first = ("first", advice.first)
    match advice:
        case Skeptical():
            return (first, ("the no", advice.the_no.text), *((wording.label(q.criterion), f"“{q.ask}” ({q.whom})") for q in advice.questions))
        case Ruthless():
            return (first, *((f"{wording.SIDES[step.side]}, by {wording.day(step.due)}", f"{step.what} ({step.owner})") for step in advice.plan))
        case NoAdvice():
            return (first,)


def markdown(tried: Both) -> str:
    """Both sides as Markdown in which only our own words are live."""
    a, b = tried.a, tried.b
    rows = [
        ("", "A", "B"),
        ("---", "---", "---"),
        ("Set-up", *(escaped(side.setup.title) for side in (a, b))),
        ("Verdict", *(escaped(side.review.verdict.headline if side.review else side.error) for side in (a, b))),
        ("Stage", *(escaped(wording.kicker(side.review)) if side.review else "-" for side in (a, b))),
        ("Rule", *(escaped(side.review.verdict.rule) if side.review else "-" for side in (a, b))),
        ("Took", *(escaped(took(side)) for side in (a, b))),
    ]
    blocks = ["# " + escaped(f"{tried.conversation.name}: A beside B"), _table(rows)]
    found = [("Who has it", "Words", "A takes it as", "B takes it as"), ("---",) * 4, *(_match(match) for match in tried.matches)]
    blocks += ["## Evidence", _table(found) if len(found) > 2 else "None."]
    for letter, side in (("A", a), ("B", b)):
        if side.review:
            blocks += [f"## Advice of {letter}", "\n".join(f"- **{escaped(what)}:** {escaped(words)}" for what, words in advised(side))]
    return "\n\n".join(blocks) + "\n"


def _match(match: Match) -> tuple[str, ...]:
    one = match.left or match.right
    assert one is not None
    return WORDS[match.which], f"“{escaped(one.quote.text)}”", *(escaped(taken(side)) if side else "-" for side in (match.left, match.right))


def taken(one: Evidence) -> str:
    """What a piece of evidence is taken as."""
    sign = "for" if one.polarity == "supports" else "against"
    return f"{sign} {wording.label(one.criterion).lower()}, {one.basis}"


def _table(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def as_json(tried: Both) -> str:
    """Both sides as one object, with the matched evidence as places in the two lists."""
    data = {"a": _side(tried.a), "b": _side(tried.b), "evidence": list(_places(tried))}
    return json.dumps(data, indent=2)  # ASCII only: it does nothing to a terminal


def _side(side: Tried) -> dict[str, object]:
    made = json.loads(side.review.model_dump_json(by_alias=True)) if side.review else None
    return {"setup": side.setup.model_dump(mode="json"), "review": made, "error": side.error or None, "seconds": side.seconds, "usd": side.usd}


def _places(tried: Both) -> Iterator[dict[str, object]]:
    lists = [list(side.review.evidence) if side.review else [] for side in (tried.a, tried.b)]
    for match in tried.matches:
        at = [next((n for n, one in enumerate(held) if one is piece), None) for held, piece in zip(lists, match, strict=True)]
        yield {"which": match.which, "a": at[0], "b": at[1], "differs": list(match.differs)}
