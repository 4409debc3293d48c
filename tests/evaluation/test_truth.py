"""Evidence held against gold quotes: the counts of MUC, and what a quote may not do to be found."""

import pytest

from coach.conversation import Side
from coach.evaluation.cases import EvalCase
from coach.evaluation.truth import LONGEST, match, overlap, words_in
from coach.evidence import Polarity
from coach.grounding import Evidence, Folded, Quote
from tests.core.builders import row
from tests.evaluation.builders import MISSING, no_case, quote, status

WORDS = [f"w{at}" for at in range(120)]
SOURCE = "Dana: No, we do not have  budget — “not this year”. We’d need  the CFO’s nod."


def gold_of(*spans: tuple[int, int, Polarity], required: bool = True) -> EvalCase:
    """A note of numbered words with gold quotes on need, each from word to word, the last left out."""
    quotes = [quote(" ".join(WORDS[a:b]), polarity, required) for a, b, polarity in spans]
    criteria = dict.fromkeys(("budget", "authority"), MISSING) | {"need": status("at_risk", *quotes)}
    return no_case(note=" ".join(WORDS) + ".", traps=[], gold={"decided_by": [], "against": [], "criteria": criteria})


def says(case: EvalCase, a: int, b: int, polarity: Polarity = "supports", criterion: str = "need") -> Evidence:
    """Evidence on the words from `a` to `b`."""
    start = case.note.index(WORDS[a] + " ")
    end = case.note.index(WORDS[b - 1]) + len(WORDS[b - 1])
    cut = Quote(text=case.note[start:end], start=start, end=end, turn=0)
    return Evidence(criterion=criterion, polarity=polarity, basis="said", side=Side.PROSPECT, speaker=None, quote=cut)


def muc(case: EvalCase, *found: Evidence) -> tuple[float, float]:
    """Precision and recall with half credit for parts."""
    made = match(case, found)
    credit = sum(1.0 if pair.exact else 0.5 for pair in made.agreeing)
    return credit / (len(made.pairs) + len(made.spurious)), credit / (len(made.pairs) + len(made.missed))


def test_two_short_quotes_in_one_long_gold_are_one_part_and_one_too_many() -> None:
    case = gold_of((10, 20, "supports"), (40, 44, "supports"))
    assert muc(case, says(case, 10, 13), says(case, 16, 19), says(case, 40, 44)) == (0.5, 0.75)  # as nervaluate counts it


def test_a_gold_clause_inside_a_quoted_sentence_is_found() -> None:
    case = gold_of((10, 16, "supports"))
    (pair,) = match(case, (says(case, 2, 22),)).pairs
    assert not pair.exact  # 6 of 20 words: their union would have called it missed


@pytest.mark.parametrize(
    ("gold", "found", "pairs", "exact"),
    [
        row("half of the shorter is enough", (10, 20), (15, 25), 1, False),
        row("less than half of it is not", (10, 20), (16, 26), 0, False),
        row("four in five words of both are exact", (10, 14), (10, 15), 1, True),
        row("fewer are a part", (10, 14), (10, 16), 1, False),
        row("the same words are exact", (10, 14), (10, 14), 1, True),
        row("as long as the longest allowed is found", (10, 14), (5, 5 + LONGEST), 1, False),
        row("one word longer finds nothing, or quoting everything would find everything", (10, 14), (5, 6 + LONGEST), 0, False),
        row("three times a long gold is found", (10, 30), (5, 65), 1, False),
        row("more than three times a long gold is not", (10, 30), (5, 66), 0, False),
    ],
)
def test_how_much_two_quotes_have_to_share(gold: tuple[int, int], found: tuple[int, int], pairs: int, exact: bool) -> None:
    case = gold_of((*gold, "supports"))
    made = match(case, (says(case, *found),))
    assert (len(made.pairs), any(pair.exact for pair in made.pairs)) == (pairs, exact)


def test_the_same_polarity_is_matched_before_the_other() -> None:
    case = gold_of((10, 20, "supports"))
    made = match(case, (says(case, 10, 20, "undermines"), says(case, 10, 16)))
    assert (len(made.agreeing), len(made.flipped), len(made.spurious)) == (1, 0, 1)


def test_the_opposite_of_the_gold_is_a_flip_and_neither_missed_nor_spurious() -> None:
    case = gold_of((10, 20, "supports"))
    made = match(case, (says(case, 10, 20, "undermines"),))
    assert (len(made.agreeing), len(made.flipped), len(made.missed), len(made.spurious)) == (0, 1, 0, 0)


def test_the_right_words_on_another_criterion_are_missed_and_spurious() -> None:
    case = gold_of((10, 20, "supports"))
    made = match(case, (says(case, 10, 20, criterion="budget"),))
    assert (len(made.missed), len(made.spurious)) == (1, 1)


def test_one_quote_matches_one_gold_at_the_most() -> None:
    case = gold_of((10, 14, "supports"), (16, 20, "supports"))
    made = match(case, (says(case, 10, 20),))
    assert (len(made.pairs), len(made.missed)) == (1, 1)


def test_the_closer_quote_is_matched_and_the_order_they_come_in_does_not_count() -> None:
    case = gold_of((10, 20, "supports"))
    near, far = says(case, 10, 20), says(case, 14, 24)
    for found in ((near, far), (far, near)):
        made = match(case, found)
        assert [pair.found for pair in made.pairs] == [near]
        assert made.spurious == (far,)


def test_words_are_counted_where_they_begin_and_nothing_shares_nothing() -> None:
    text = "we can't, no."
    assert len(words_in((0, len(text)), text)) == 4  # we, can, t, no
    assert overlap((0, 2), (10, 12), text) == (0.0, 0.0, 1)
    assert overlap((7, 8), (7, 8), text)[0] in (0.0, 1.0)
    assert overlap((8, 10), (0, 13), text) == (0.0, 0.0, 0)  # no words at all


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("we do have budget", False),
        ('we do not have budget - "not this year"', True),
        ("We'd need the CFO's nod", True),
        ("ave budget", False),
        ("we do not ... CFO's nod", False),
        ("we do not", True),
    ],
)
def test_quotes_are_found_exactly_or_not_at_all(words: str, stands: bool) -> None:
    places = list(Folded(SOURCE).find(Folded(words).text.strip()))
    assert bool(places) == stands
    if words.startswith("we do not have"):
        start, end = places[0]
        assert SOURCE[start:end] == "we do not have  budget — “not this year”"  # its own characters, both spaces and curly quotes
