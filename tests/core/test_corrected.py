"""What a rep says of a review, and what is kept of it."""

from datetime import UTC, datetime

import pytest

from coach.corrected import Said, asked, found, label, opened, quotes, row_of
from coach.errors import InputError, StoreError
from coach.llm.analyst import Analyst
from coach.readers import read
from coach.review import Review, review
from tests.core.builders import TODAY, playbook

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTE = """Call with Zora Quill (VP Ops) and Raj (IT). Mail zora.canary@canary.com, ring +44 20 7946 0958.
Zora: "we lose two orders a week because nobody picks up the phone"
Zora said nothing is set aside this year.
Raj wants a security review first. Quill likes it, I think this is a done deal."""
TALK = read(NOTE, "zora quill.txt")


@pytest.fixture(scope="module")
def made() -> Review:
    return review(TALK, playbook(), Analyst(), TODAY)


def said(kind: str, **more: object) -> Said:
    return Said.model_validate({"kind": kind, **more})


def test_nothing_that_leads_to_a_person_is_kept(made: Review) -> None:
    why = "Zora Quill told me on +44 20 7946 0958 that zora.canary@canary.com is dead"
    row = row_of(said("missed", criterion="need", polarity="supports", quote=found("Zora said nothing is set aside", TALK), why=why), made, TALK, NOW, "1")
    kept = row.model_dump_json().casefold()
    assert [canary for canary in ("zora", "quill", "raj", "canary@", "7946", "0958") if canary in kept] == []
    assert "person1" in kept


def test_a_correction_comes_back_whole_with_each_quote_in_the_note_as_it_was_kept(made: Review) -> None:
    item = made.evidence[0]
    row = row_of(said("not_evidence", criterion=item.criterion, polarity=item.polarity, quote=item.quote, why="A greeting."), made, TALK, NOW, "1")
    kept = opened(row.model_copy(update={"id": 7}))
    assert (kept.id, kept.at, kept.state, kept.said.kind, kept.said.why) == (7, NOW, "new", "not_evidence", "A greeting.")
    assert kept.said.quote == kept.review.evidence[0].quote
    assert all(kept.conversation.source[quote.start : quote.end] == quote.text for quote in quotes(kept))
    assert kept.review.provenance == made.provenance
    assert kept.review.verdict.stage == made.verdict.stage
    assert [turn.kind for turn in kept.conversation.turns] == [turn.kind for turn in TALK.turns]


def test_two_corrections_of_one_note_are_known_as_such(made: Review) -> None:
    first, second = (row_of(said(kind), made, TALK, NOW, "1") for kind in ("good", "useless_question"))
    assert first.note == second.note


@pytest.mark.parametrize(
    "broken",
    [{"review": "{}"}, {"said": "no"}, {"conversation": '{"source": "other words"}'}, {"said": '{"kind": "made up"}'}],
    ids=["no_review", "no_words", "another_note", "another_kind"],
)
def test_a_row_that_does_not_fit_together_is_refused_with_its_number(broken: dict[str, str], made: Review) -> None:
    row = row_of(said("good"), made, TALK, NOW, "1")
    with pytest.raises(StoreError, match="Correction 3 is damaged"):
        opened(row.model_copy(update={"id": 3, **broken}))


def test_words_that_were_missed_are_found_however_they_were_copied() -> None:
    assert found("  “we lose two orders\n a week ", TALK).text == "we lose two orders a week"
    assert found("Raj wants", TALK).text == "Raj wants"  # two words, and only one place


def test_of_words_that_stand_twice_those_are_meant_that_were_selected() -> None:
    first, last = TALK.source.index("a"), TALK.source.rindex("a")
    assert found("a", TALK, start=last).start == last
    assert found("a", TALK, start=first).start == first
    with pytest.raises(InputError, match="more than once"):
        found("a", TALK)


def test_a_selection_that_takes_the_name_along_is_cut_to_what_was_said() -> None:
    talk = read("Rep: what hurts?\nDana: we lose two orders a week.\nRep: and then?\nDana: then it is late.", "call.txt")
    turn = talk.turns[1]
    line = talk.source.index("Dana:")
    quote = found(talk.source[line : turn.end], talk, start=line)
    assert (quote.text, quote.start, quote.turn) == (talk.text(turn), turn.start, turn.index)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("we win two orders a week", "do not stand in the note"),
        ("", "do not stand in the note"),
        ("set aside this year. Raj wants a security", "do not stand|run over several"),
        ("x" * 2_001, "A few words are enough"),
    ],
)
def test_words_that_are_no_quote_are_refused_with_what_to_do(words: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        found(words, TALK)


def test_a_correction_that_says_nothing_new_or_too_much_is_refused(made: Review) -> None:
    with pytest.raises(InputError, match="names already"):
        row_of(said("wrong_stage", stage=label(made)), made, TALK, NOW, "1")
    with pytest.raises(InputError, match="Say it in a sentence"):
        row_of(said("good", why="x" * 1001), made, TALK, NOW, "1")


def test_the_questions_are_those_of_the_coaching(made: Review) -> None:
    assert made.advice.kind == "skeptical"
    assert asked(made) == [question.ask for question in made.advice.questions]
