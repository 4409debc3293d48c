"""Sides that the rep names hold; what was inferred from ways of talking gives way to them; nobody is invented."""

import pytest

from coach.conversation import Side
from coach.errors import InputError
from coach.readers import name_sides, read
from tests.core.builders import row

TWO = "Maria: hm\nDana: hm\nMaria: ok\nDana: ok"
ROLES = "Maria Lee (account executive): hm\nDana Fox (CFO): hm\nMaria Lee (account executive): ok\nDana Fox (CFO): ok"

NAMED = [
    row("the other of two follows", TWO, {"Dana": Side.PROSPECT}, {"Maria": Side.REP, "Dana": Side.PROSPECT}),
    row("both are named", TWO, {"Dana": Side.REP, "Maria": Side.REP}, {"Maria": Side.REP, "Dana": Side.REP}),
    row("unknown is an answer", ROLES, {"Dana": Side.UNKNOWN}, {"Maria Lee": Side.REP, "Dana Fox": Side.UNKNOWN}),
    row("a first name is enough", ROLES, {"maria": Side.PROSPECT}, {"Maria Lee": Side.PROSPECT, "Dana Fox": Side.REP}),
    row("nobody is named", ROLES, {}, {"Maria Lee": Side.REP, "Dana Fox": Side.PROSPECT}),
]


@pytest.mark.parametrize(("text", "sides", "then"), NAMED)
def test_the_sides_that_the_rep_names_hold(text: str, sides: dict[str, Side], then: dict[str, Side]) -> None:
    conversation = name_sides(read(text), sides)
    assert {turn.speaker: turn.side for turn in conversation.turns} == then
    assert {person.name: person.side for person in conversation.people} == then


def test_naming_sides_twice_is_naming_them_once() -> None:
    once = name_sides(read(TWO), {"Dana": Side.PROSPECT})
    assert name_sides(once, {"Dana": Side.PROSPECT}) == once


def test_a_side_can_be_taken_back() -> None:
    conversation = name_sides(name_sides(read(TWO), {"Dana": Side.PROSPECT}), {"Dana": Side.REP})
    assert {turn.speaker: turn.side for turn in conversation.turns} == {"Maria": Side.PROSPECT, "Dana": Side.REP}


def test_somebody_who_is_not_in_the_text_gets_no_side() -> None:
    with pytest.raises(InputError, match=r"Nobody in call\.txt is called Zoe"):
        name_sides(read(TWO, "call.txt"), {"Zoe": Side.REP})
