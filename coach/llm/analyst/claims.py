"""Evidence, nominated without a model. In: a Reading and the playbook. Out: an ExtractReply.

A criterion with a topic is read by the classifier and by its likeness to the playbook's example sentences; one without a
topic by the likeness alone. Only the strongest few units a criterion and polarity are nominated, later before earlier
of equals.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from coach.ask import Brief
from coach.conversation import Kind
from coach.cues import decides_alone, is_hope, is_question
from coach.evidence import Claim, ExtractReply, Polarity
from coach.llm.analyst.deals import deals_of
from coach.llm.analyst.reading import Reading
from coach.llm.analyst.units import Unit
from coach.playbook import Criterion
from coach.textmodel.features import features

SIGNS: tuple[tuple[Polarity, str], ...] = (("supports", "+"), ("undermines", "-"))
SURE = 0.15  # probability from which a unit is nominated
ALONE = 0.5  # and what words of deciding alone are worth at least
ALIKE = 0.34  # cosine with an example from which a unit counts as saying the same
MOST = 3  # units a criterion and polarity
FAINT = 0.3  # share of the probability of the surest one on a criterion, for or against it, below which others are left out
FEWEST_WORDS = 3
HEAD = re.compile(r"^\W*(?:call|meeting|mtg|visit|zoom|demo|notes?|debrief)\b[^.!?:]*$", re.IGNORECASE)
"""The first line of notes that says who met whom: no statement."""
PLAIN = -0.5  # log odds of selling from which no word of trade is needed
LIKELY = -2.0  # and from which one is enough
MANY = 8  # windows of a long talk
LONG_TALK = -1.5  # log odds of selling that a long talk has to reach: chance finds price and date in any meeting


def extract(reading: Reading, brief: Brief) -> ExtractReply:
    """Claims on each criterion, whether anybody sells, and the deals that the text is about."""
    stating = [at for at, unit in enumerate(reading.units) if _states(unit, at)]
    claims = [claim for criterion in brief.playbook.criteria for claim in _claims(criterion, reading, stating)]
    claims += _hopes(reading, {claim.line for claim in claims}, claims)
    sales = is_sales(reading)
    return ExtractReply(
        selling="reads like selling" if sales else "does not read like selling",
        sales=sales,
        deals=tuple(deals_of(reading)),
        claims=tuple(sorted(claims, key=lambda claim: claim.line)),
    )


def is_sales(reading: Reading) -> bool:
    """Whether anybody sells anything here: it sounds so, and unless it plainly does, it speaks of trade."""
    long = len(reading.windows) >= MANY
    return reading.sales > (LONG_TALK if long else LIKELY) and (reading.trade > 0 or reading.sales >= PLAIN)


def _hopes(reading: Reading, taken: set[int], claims: list[Claim]) -> Iterator[Claim]:
    """The rep's optimism about the deal as a whole, shown beside a criterion that has words of its own: it counts for nothing."""
    if not claims:
        return
    found = [at for at, unit in enumerate(reading.units) if unit.turn.kind is Kind.NOTES and unit.turn.index not in taken and is_hope(unit.text)]
    for at in found[:MOST]:
        unit = reading.units[at]
        yield Claim(line=unit.turn.index, quote=unit.text, criterion=claims[0].criterion, polarity="supports", hope=True)


def _states(unit: Unit, at: int) -> bool:
    """Whether a unit can be a statement of theirs, or a report of one."""
    if unit.rep or (at == 0 and HEAD.match(unit.text)) or unit.text.count(" ") < FEWEST_WORDS - 1:
        return False
    return unit.turn.kind is Kind.NOTES or not is_question(unit.text)


def _claims(criterion: Criterion, reading: Reading, stating: list[int]) -> Iterator[Claim]:
    best: list[tuple[float, int, Polarity]] = []
    for at in stating:
        unit = reading.units[at]
        scored = [(_score(criterion, polarity, sign, reading, at), at, polarity) for polarity, sign in SIGNS]
        top = max(scored)
        if criterion.topic == "authority" and decides_alone(unit.text):
            top = (max(top[0], ALONE), at, "supports")
        if top[0] >= SURE:
            best.append(top)
    floor = FAINT * max((score for score, _, _ in best), default=0.0)
    for polarity, _ in SIGNS:
        mine = sorted((row for row in best if row[2] == polarity and row[0] >= floor), reverse=True)[:MOST]
        for _, at, _ in mine:
            unit = reading.units[at]
            hope = unit.turn.kind is Kind.NOTES and (is_hope(unit.text) or reading.score(at, "=hope") > SURE)
            yield Claim(line=unit.turn.index, quote=unit.text, criterion=criterion.id, polarity=polarity, hope=hope)


def _score(criterion: Criterion, polarity: Polarity, sign: str, reading: Reading, at: int) -> float:
    learned = reading.score(at, criterion.topic + sign) if criterion.topic else 0.0
    if criterion.topic and learned < SURE / 4:
        return learned
    examples = criterion.examples.supports if polarity == "supports" else criterion.examples.undermines
    like = likeness(reading.hashed[at], examples)
    return max(learned, SURE + like - ALIKE if like >= ALIKE else 0.0)


def likeness(mine: frozenset[int], examples: tuple[str, ...]) -> float:
    """Cosine of a text's feature numbers with those of the example most like it, 0 to 1."""
    if not mine:
        return 0.0
    where, sizes = _index(examples)
    shared = [0] * len(sizes)
    for number in mine & where.keys():
        for at in where[number]:
            shared[at] += 1
    return max((both / (len(mine) * size) ** 0.5 for both, size in zip(shared, sizes, strict=True) if size), default=0.0)


@lru_cache(maxsize=256)
def _index(examples: tuple[str, ...]) -> tuple[dict[int, list[int]], list[int]]:
    """In which examples each feature number occurs, and how many each example has."""
    numbers = [set(features(example)) for example in examples]
    where: dict[int, list[int]] = {}
    for at, mine in enumerate(numbers):
        for number in mine:
            where.setdefault(number, []).append(at)
    return where, [len(mine) for mine in numbers]
