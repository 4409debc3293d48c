"""What may be said in coaching, and what the eval's own lints say of it."""

import pytest

from coach.evaluation.scorers.wording import alike, anchored, closed, invented, leads, stock
from tests.core.builders import LINEAR, grows_like
from tests.evaluation.builders import no_case, seen


@pytest.mark.parametrize(
    "text",
    [
        "What would make this a no?",
        "And what lost to it?",
        "To what extent does it hurt?",
        "In your words, what is broken?",
        "Can you walk me through the last one?",
        "Could you tell me who else decides?",
        "At what price does this stop being worth a fight for you?",
        "Besides your own yes, whose does it take for this to be signed?",
        "The last time money was found for something unplanned, what did your boss want to see first?",
        "Of everything on your desk this month, what comes before this?",
        "If Marcus says no, what happens next?",
        "If it slips what happens?",
        "Once your boss says yes, what still has to happen before anyone can sign?",
        "Marcus signs. How does he decide?",
        "You said “not this year.” What would change that?",
        "Well, so, and then what?",
    ],
)
def test_an_open_question_is_open(text: str) -> None:
    assert closed(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Is the budget approved?",
        "Do you know what it costs?",
        "So, is that a yes?",
        "Is it true, what he said?",
        "If Marcus agrees, would you sign?",
        "Could you sign by Friday?",
        "You will sign, yes?",
        "Budget approved?",
        "",
    ],
)
def test_a_closed_question_is_closed(text: str) -> None:
    assert closed(text) == f"closed: “{text}”"


@pytest.mark.parametrize("piece", ["if a ", "if a, ", "when a, ", "well, ", "on a, ", "let's say a, ", " ", "“if. "])
def test_a_question_of_many_clauses_takes_no_longer_than_its_length(piece: str) -> None:
    assert grows_like(lambda n: lambda: closed(piece * n + "is it"), least=8) <= LINEAR


@pytest.mark.parametrize(
    "text",
    [
        "Don't you agree that this pays for itself?",
        "Wouldn’t it be good to start in May?",
        "Surely this saves an hour?",
        "So you are ready to sign?",
        "This pays for itself, right?",
        "What do you love most about it?",
        "How great would it be to have this in May?",
        "You'd agree that it is urgent?",
    ],
)
def test_a_leading_question_leads(text: str) -> None:
    assert leads(text) is not None


@pytest.mark.parametrize("text", ["What would make this a no?", "Who is right for this?", "How does Marcus decide?", "What do you like least about it?"])
def test_a_fair_question_does_not_lead(text: str) -> None:
    assert leads(text) is None


@pytest.mark.parametrize("text", ["Let us touch base", "I am checking in", "circling back on it", "Any news?", "Follow up with Dana", "leverage the need"])
def test_stock_phrases_are_stock(text: str) -> None:
    assert stock(text) is not None


@pytest.mark.parametrize("text", ["Send Dana the sums", "Check the invoice", "The news is that Marcus signs", "The base of the machine"])
def test_plain_words_are_not_stock(text: str) -> None:
    assert stock(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Ask Dana about Marcus", None),
        ("ask about Zebediah", "Zebediah is not in the note"),
        ("What would the 98,765 buy?", "98,765 is not in the note"),
        ("Sign by 2031-05-09", None),  # a date; whether it is in reach is asked elsewhere
        ("on a Monday in March", None),
        ("in 2026", None),  # the year of the note
    ],
)
def test_numbers_and_names_have_to_stand_in_the_note_or_the_playbook(text: str, fault: str | None) -> None:
    found = invented(text, seen(no_case()))
    assert (found is None) if fault is None else (found is not None and found.startswith(fault))


@pytest.mark.parametrize(
    ("text", "specific"),
    [("What would Dana lose?", True), ("Who sends the proposal when the orders are lost?", True), ("What is next?", False), ("How is it?", False)],
)
def test_a_line_is_about_this_note_if_it_names_something_of_it(text: str, specific: bool) -> None:
    assert anchored(text, seen(no_case())) == specific


def test_near_copies_are_alike_and_the_same_words_for_the_opposite_are_not() -> None:
    assert alike("When does the contract end, Dana?", "When does the contract end, dana?!")
    assert not alike("What happens if the pilot fails?", "What happens if the pilot succeeds?")
    assert not alike("When does the contract end?", "Why does the contract end?")
