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


def test_whoever_talks_far_less_like_a_seller_than_the_rep_is_taken_for_a_buyer() -> None:
    conversation = read(
        "Farah: So that's the loading dock sensors, four doors. We install in a day and we train your people the same afternoon, and our "
        "support is on the phone all week.\n"
        "Miguel: Our drivers wait forty minutes a day at those doors.\n"
        "Farah: With our platform you'd see each dock on one screen. We've done it for three other customers, and I can send you the references.\n"
        "Miguel: Ruth, you wanted to see this.\n"
        "Farah: I'll send over the proposal with the price for the four doors, and we can have a technician with you next week.\n"
        "Ruth: Put it in, all four doors. I own the place.\n",
        "call.txt",
    )
    assert {person.name: person.side for person in conversation.people} == {"Farah": Side.REP, "Miguel": Side.PROSPECT, "Ruth": Side.PROSPECT}


MAIL = "From: {writer}\nSent: Tue 9:52\nTo: {reader}\nSubject: Re: compressor\n\n{words}\n"
BUYER = "The old one died again with two trucks on the lifts. I own the shop and the money is in the account. Drop it off on Friday, we will take the big one."
SELLERS = [
    row("asks for the signature", "You said that the old one died. Our price holds until Friday. Shall I send the contract for you to sign?"),
    row("confirms the order", "Thank you for the order. You take the big one because the old one died, out of repairs. We deliver on Friday."),
    row("sums up the call", "To confirm what we agreed: you decide alone and the budget is 40k. You go with us. Let me know if that is wrong."),
]


def test_a_mail_that_states_what_only_a_buyer_can_is_from_the_buying_side() -> None:
    (turn, *_) = [turn for turn in read(MAIL.format(writer="Deke Sandoval", reader="Priscilla", words=BUYER)).turns if turn.speaker]
    assert turn.side is Side.PROSPECT


@pytest.mark.parametrize("words", SELLERS)
def test_a_seller_who_repeats_what_the_buyer_said_is_not_taken_for_the_buyer(words: str) -> None:
    (turn, *_) = [turn for turn in read(MAIL.format(writer="Priscilla", reader="Deke Sandoval", words=words)).turns if turn.speaker]
    assert turn.side is not Side.PROSPECT
