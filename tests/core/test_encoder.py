"""The encoder and its pieces of words: what is read is read whole, in its order, and the same each time."""

import numpy as np
import pytest

from coach.llm.analyst.units import said, units_of
from coach.readers import read
from coach.textmodel import HEADS
from coach.textmodel.encoder import BEFORE, LONGEST, OPINIONS, PAIR, STRETCH, Said, hear, see, stretches
from coach.textmodel.pieces import LONGEST as LONGEST_WORD
from coach.textmodel.pieces import pieces, vocabulary

YES = [Said("So what shall I tell the depot?", "rep", "Maria"), Said("Tell them two lorries, I've signed it and sent it back.", "said", "Dana owner")]
NO = [Said("So what shall I tell the depot?", "rep", "Maria"), Said("Tell them nothing, my brother decides that and he hates it.", "said", "Dana owner")]


def _long(count: int) -> list[Said]:
    return [Said(f"We lose about {at} crates a day in the cold store, and nobody knows why.", "notes") for at in range(count)]


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    names = {number: piece for piece, number in vocabulary().items()}
    assert [names[number] for number in pieces("Unaffordable, déjà vu!")] == ["una", "##ff", "##ord", "##able", ",", "de", "##ja", "vu", "!"]


@pytest.mark.parametrize("word", ["x" * (LONGEST_WORD + 1), "\ud800", "ﷺ" * 3], ids=["too long", "half a pair", "foreign to it"])
def test_a_word_that_has_no_pieces_is_one_unknown_piece_at_least(word: str) -> None:
    assert vocabulary()["[UNK]"] in pieces(word)


def test_every_passage_is_scored_in_one_stretch() -> None:
    parts = list(stretches(_long(100)))
    assert [at for part in parts for at, _, _ in part.scored] == list(range(100))
    assert len(parts) > 3
    assert all(len(part.numbers) <= STRETCH for part in parts)


def test_a_stretch_begins_with_what_was_said_before_it() -> None:
    first, second = list(stretches(_long(40)))[:2]
    begins = second.scored[0][1]
    assert 1 < begins <= BEFORE + 2
    scored = first.numbers[: first.scored[-1][2]]
    assert second.numbers[1 : begins - 1] == scored[2 - begins :]


@pytest.mark.parametrize("count", range(1, 12))
def test_pieces_stand_in_pairs(count: int) -> None:
    assert all(len(part.numbers) % PAIR == 0 for part in stretches([Said("crates " * count, "notes"), *_long(20)]))


def test_a_passage_without_end_is_cut_and_one_without_words_has_a_place() -> None:
    (part,) = stretches([Said("crates " * 500, "notes"), Said("", "notes")])
    assert [end - first for _, first, end in part.scored] == [LONGEST, 1]


def test_nothing_is_read_as_nothing() -> None:
    seen = see([])
    assert seen.passages.shape == (0, len(HEADS))
    assert seen.stretches.shape == (0, len(OPINIONS))
    assert hear([]).shape == (0, len(HEADS))


def test_a_yes_scores_above_a_no_in_the_same_place() -> None:
    yes, no = see(YES), see(NO)
    for head in ("=verbal", "=signed"):
        assert yes.passages[1, HEADS.index(head)] > no.passages[1, HEADS.index(head)]
    assert no.passages[1, HEADS.index("authority-")] > yes.passages[1, HEADS.index("authority-")]
    assert yes.stretches[0, OPINIONS.index("yes")] > no.stretches[0, OPINIONS.index("yes")]


def test_the_same_passages_give_the_same_scores() -> None:
    assert np.array_equal(see(_long(60)).passages, see(_long(60)).passages)


def test_passages_heard_alone_do_not_know_of_each_other() -> None:
    alone = hear([(YES[1], YES[0].text)])
    beside = hear([(YES[1], YES[0].text), (YES[1], YES[0].text)])
    assert np.allclose(alone[0], beside[0], atol=1e-3)
    assert np.allclose(beside[0], beside[1], atol=1e-3)


def test_a_passage_heard_alone_is_heard_after_what_was_said_before_it() -> None:
    after, alone, other = hear([(YES[1], YES[0].text), (YES[1], ""), (NO[1], NO[0].text)])
    assert not np.allclose(after, alone, atol=1e-3)
    assert after[HEADS.index("=signed")] > other[HEADS.index("=signed")]


def test_the_first_words_of_a_turn_say_who_speaks_and_in_which_role() -> None:
    conversation = read("Maria Alvarez (Account Executive): Shall we?\nDana Lee (owner): We lose crates. It has to stop.\n", "call")
    passages = said(conversation, units_of(conversation))
    assert [passage.who.split()[:1] for passage in passages] == [["Maria"], ["Dana"], []]
    assert "owner" in passages[1].who.casefold()
