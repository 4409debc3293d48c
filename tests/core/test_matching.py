"""Evidence of two readings, matched up by place. Rows that must not be paired matter as much as rows that must."""

import pytest

from coach.conversation import Side
from coach.grounding import Evidence, Quote
from coach.matching import Match, matched
from tests.core.builders import row

TEXT = "We lose forty grand a quarter. Nothing is set aside this year. Send it to Marcus, he signs."


def found(words: str, criterion: str = "need", polarity: str = "supports", basis: str = "said") -> Evidence:
    """A piece of evidence cut from the text."""
    start = TEXT.index(words)
    quote = Quote(text=words, start=start, end=start + len(words), turn=0)
    return Evidence.model_validate({"criterion": criterion, "polarity": polarity, "basis": basis, "side": Side.PROSPECT, "speaker": None, "quote": quote})


def kinds(matches: tuple[Match, ...]) -> list[str]:
    return [match.which for match in matches]


@pytest.mark.parametrize(
    ("left", "right", "which"),
    [
        row("the same words taken the same way", [found("forty grand")], [found("forty grand")], ["same"]),
        row("longer words over shorter ones", [found("We lose forty grand a quarter.")], [found("forty grand")], ["same"]),
        row("the same words for another criterion", [found("set aside")], [found("set aside", "budget")], ["differs"]),
        row("the same words, for and against", [found("set aside", "budget")], [found("set aside", "budget", "undermines")], ["differs"]),
        row("hope and fact", [found("he signs", basis="hope")], [found("he signs")], ["differs"]),
        row("words that only stand beside each other", [found("We lose")], [found(" forty")], ["left", "right"]),
        row("nothing on the right", [found("We lose")], [], ["left"]),
        row("nothing on the left", [], [found("We lose")], ["right"]),
        row("nothing at all", [], [], []),
        row("one is not used twice", [found("forty grand"), found("grand a quarter")], [found("forty grand")], ["same", "left"]),
    ],
)
def test_what_is_the_same_is_told_by_its_place(left: list[Evidence], right: list[Evidence], which: list[str]) -> None:
    assert kinds(matched(left, right)) == which


def test_of_two_on_the_same_words_each_goes_with_its_own_criterion() -> None:
    left = [found("set aside", "budget"), found("set aside", "timeline")]
    right = [found("set aside", "timeline"), found("set aside", "budget")]
    assert kinds(matched(left, right)) == ["same", "same"]


def test_the_pair_that_shares_most_words_wins() -> None:
    pairs = matched([found("forty grand a quarter")], [found("lose forty"), found("grand a quarter")])
    assert [(match.which, match.right and match.right.quote.text) for match in pairs] == [("right", "lose forty"), ("same", "grand a quarter")]


def test_pairs_come_in_the_order_of_the_text_and_nothing_is_lost() -> None:
    left = [found("he signs"), found("We lose"), found("this year", "budget")]
    right = [found("Marcus"), found("We lose", "budget")]
    pairs = matched(left, right)
    assert [match.place for match in pairs] == sorted(match.place for match in pairs)
    assert [match.left for match in pairs if match.left] and {id(match.left) for match in pairs if match.left} == set(map(id, left))
    assert {id(match.right) for match in pairs if match.right} == set(map(id, right))


def test_turned_round_it_says_the_same_the_other_way() -> None:
    left, right = [found("forty grand"), found("he signs")], [found("grand a", "budget"), found("set aside")]
    other = {"left": "right", "right": "left"}
    assert [other.get(which, which) for which in kinds(matched(left, right))] == kinds(matched(right, left))
