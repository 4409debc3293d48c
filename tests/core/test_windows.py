"""A long text in windows: every word is in one, borders are inside another, and nothing grows out of proportion."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.ask import Answerer
from coach.conversation import Conversation, Kind, Side, Turn
from coach.errors import PromptTooLong
from coach.grounding import Evidence, Quote
from coach.longread import merged, plan
from coach.readers import read
from coach.windows import LINE, LONGEST_PIECE, MOST, MOST_NAMED, OVERLAP, WINDOW, Window, ending, people_in, size, tokens, windows
from tests.core.builders import LINEAR, TODAY, grows_like, playbook, row

LLM = Answerer(name="m", is_llm=True, window=2_000)


def talk(*said: str) -> Conversation:
    """A transcript of these utterances, by two people in turn."""
    return read("\n".join(f"{'Sam (rep)' if at % 2 else 'Dana (buyer)'}: {words}" for at, words in enumerate(said)))


def shown(conversation: Conversation, window: Window) -> list[str]:
    return [conversation.source[piece.start : piece.end] for piece in window.pieces]


TALKS = st.lists(st.text(st.sampled_from("ab .é中"), min_size=1, max_size=400).map(lambda text: f"a{text}a"), min_size=2, max_size=80)


@given(TALKS, st.integers(60, 900))
def test_every_character_of_every_turn_is_in_a_window_and_in_order(said: list[str], most: int) -> None:
    conversation = talk(*said)
    try:
        parts = windows(conversation, most)
    except PromptTooLong:
        return
    seen: dict[int, set[int]] = {turn.index: set() for turn in conversation.turns}
    for part in parts:
        assert [piece.start for piece in part.pieces] == sorted(piece.start for piece in part.pieces)
        for piece in part.pieces:
            seen[piece.turn] |= set(range(piece.start, piece.end))
    assert all(seen[turn.index] == set(range(turn.start, turn.end)) for turn in conversation.turns)


@pytest.mark.parametrize("most", range(400, 900, 20))
def test_any_two_neighbouring_lines_stand_together_in_some_window(most: int) -> None:
    conversation = talk(*["We talked about the weather " * (1 + at * at % 7) for at in range(200)])
    parts = windows(conversation, most)
    assert len(parts) > 5
    together = {(a.turn, b.turn) for part in parts for a, b in pairwise(part.pieces)}
    assert all((at, at + 1) in together for at in range(len(conversation.turns) - 1))


def test_windows_overlap_by_a_few_turns_and_keep_to_their_size() -> None:
    conversation = talk(*["We talked about the weather and the way to the station for a while"] * 300)
    parts = windows(conversation, 1_000)
    assert len(parts) > 5
    for one, two in pairwise(parts):
        assert one.last - two.first + 1 == OVERLAP == 6
    for part in parts:
        assert sum(tokens(text) + LINE for text in shown(conversation, part)) <= 1_000
    assert [part.name for part in parts] == [f"part {at} of {len(parts)}" for at in range(1, len(parts) + 1)]


def test_a_turn_that_is_too_long_is_cut_at_the_end_of_a_sentence() -> None:
    said = "We lose two orders a week because nobody picks up the phone. " * 200
    conversation = read(f"Sam (rep): Well?\nDana (buyer): {said.strip()}\nSam (rep): I see.\nDana (buyer): Yes.")
    pieces = [piece for part in windows(conversation, 1_500) for piece in part.pieces if piece.turn == 1]
    assert len(pieces) > 5
    for piece in pieces:
        text = conversation.source[piece.start : piece.end].strip()
        assert text.startswith("We lose")
        assert text.endswith("phone.")
        assert tokens(text) <= LONGEST_PIECE


@pytest.mark.parametrize(
    ("text", "about"),
    [
        row("nothing", "", 0),
        row("English", "We lose two orders a week.", 7),
        row("accents", "déjà vu", 4),
        row("Chinese", "我们买了", 4),
        row("emoji", "👍👍", 2),
    ],
)
def test_tokens_are_a_quarter_of_the_plain_characters_and_one_for_each_other(text: str, about: int) -> None:
    assert tokens(text) == about


def test_the_end_is_the_last_part_of_the_text_and_never_empty() -> None:
    conversation = talk(*[f"line {at} about nothing much at all" for at in range(200)])
    end = ending(conversation, 10_000)
    assert end.last == 199
    assert 165 <= end.first <= 175
    assert len(ending(conversation, 1).pieces) == 1


PLANS = [
    row("a page goes whole and once", 40, 1, False),
    row("half an hour goes whole, with a second look", 400, 1, True),
    row("a day goes in parts, each looked at twice", 6_000, None, True),
]


@pytest.mark.parametrize(("turns", "parts", "twice"), PLANS)
def test_what_will_be_asked_is_known_before_the_first_request(turns: int, parts: int | None, twice: bool) -> None:
    conversation = talk(*["We talked about the weather and the way to the station for a while"] * turns)
    way = plan(conversation, playbook(), TODAY, Answerer(name="m", is_llm=True, window=30_000))
    assert way.twice is twice
    if parts:
        assert len(way.parts) == parts
        assert way.end.window is None
    else:
        assert len(way.parts) >= size(conversation) / WINDOW
        assert way.end.window is not None
    assert way.requests == len(way.parts) * (1 + twice) + 3


def test_an_answerer_without_a_window_is_shown_any_text_whole() -> None:
    conversation = talk(*["We talked about the weather"] * 20_000)
    way = plan(conversation, playbook(), TODAY, Answerer(name="o", is_llm=False))
    assert (len(way.parts), way.parts[0].window, way.twice) == (1, None, False)


TOO_LONG = [
    row("a megabyte on one line", "Dana said that they lose two orders a week and so on. " * 20_000),
    row("a megabyte of one word", "x" * 1_000_000),
    row("ten thousand speakers", "\n".join(f"Person{at} Name{at}: We talked about it for a while and so on\nPerson{at} Name{at}: yes" for at in range(10_000))),
    row("a megabyte of short lines", "Sam: yes\nDana: no\n" * 55_000),
]


@pytest.mark.parametrize("text", TOO_LONG)
def test_a_text_that_would_run_up_a_bill_is_refused_before_the_first_request(text: str) -> None:
    conversation = read(text)
    with pytest.raises(PromptTooLong, match=r"about [\d,]+ tokens.*Split it by call, or use the offline review"):
        plan(conversation, playbook(), TODAY, Answerer(name="m", is_llm=True, window=30_000))


@pytest.mark.parametrize("most", [1_000, 30_000])
def test_there_are_never_more_windows_than_the_most(most: int) -> None:
    conversation = talk(*["We talked about the weather and the way to the station for a while"] * 9_000)
    try:
        assert len(windows(conversation, most)) <= MOST
    except PromptTooLong:
        assert size(conversation) > MOST * min(most, WINDOW) / 2


def test_a_crowd_that_is_only_named_does_not_fill_the_windows() -> None:
    crowd = [f"Will {chr(97 + at // 26)}{chr(97 + at % 26)}son Montgomery Featherstone: Will do." for at in range(600)]
    conversation = read("\n".join([*crowd, *("Ann: We will see.\nBob: We will." for _ in range(600))]))
    last = windows(conversation, 2_000)[-1]
    assert len(conversation.people) > 600
    assert len(list(people_in(conversation, last))) <= MOST_NAMED + 2


def test_the_end_of_a_text_in_one_endless_line_is_bounded() -> None:
    end = ending(read("word " * 150_000), 2_000)
    assert sum(piece.end - piece.start for piece in end.pieces) <= 8_000


def evidence(start: int, end: int, polarity: str, criterion: str = "budget", turn: int = 0, basis: str = "said") -> Evidence:
    quote = Quote(text="x" * (end - start), start=start, end=end, turn=turn)
    return Evidence.model_validate({"criterion": criterion, "polarity": polarity, "basis": basis, "side": Side.PROSPECT, "speaker": None, "quote": quote})


FOR, AGAINST = "supports", "undermines"
MERGED = [
    row("the same words twice count once", [(0, 9, FOR), (0, 9, FOR)], [(0, 9, FOR)]),
    row("of the same words the longer quote stays", [(0, 9, FOR), (4, 20, FOR)], [(4, 20, FOR)]),
    row("on the same words what speaks against stays", [(0, 30, FOR), (10, 20, AGAINST)], [(10, 20, AGAINST)]),
    row("in either order", [(10, 20, AGAINST), (0, 30, FOR)], [(10, 20, AGAINST)]),
    row("words side by side are two", [(0, 9, FOR), (9, 20, AGAINST)], [(0, 9, FOR), (9, 20, AGAINST)]),
    row("later words come later", [(50, 60, AGAINST), (0, 9, FOR)], [(0, 9, FOR), (50, 60, AGAINST)]),
    row("a hope gives way to words", [(0, 9, FOR, "budget", 0, "hope"), (0, 9, FOR)], [(0, 9, FOR)]),
    row("another criterion is another matter", [(0, 9, FOR), (0, 9, AGAINST, "need")], [(0, 9, FOR), (0, 9, AGAINST, "need")]),
]


@pytest.mark.parametrize(("found", "kept"), MERGED)
def test_what_several_windows_found_is_put_together_by_place(found: list[tuple[int, int, str]], kept: list[tuple[int, int, str]]) -> None:
    assert merged(evidence(*row) for row in found) == [evidence(*row) for row in kept]


def test_more_text_takes_its_share_more_time() -> None:
    def work(times: int) -> Callable[[], object]:
        turns = tuple(Turn(index=at, start=at * 30, end=at * 30 + 29, speaker="Dana", kind=Kind.TRANSCRIPT) for at in range(times))
        conversation = Conversation(source="We talked about the weather. \n" * times, turns=turns, kind=Kind.TRANSCRIPT)
        return lambda: (size(conversation), ending(conversation, 10_000))

    assert grows_like(work, most=50_000) <= LINEAR


def test_the_day_and_the_playbook_are_those_of_the_whole() -> None:
    conversation = talk(*["We talked about the weather and the way to the station for a while"] * 300)
    way = plan(conversation, playbook(), date(2026, 5, 12), LLM)
    assert len(way.parts) > 1
    assert {part.today for part in (*way.parts, way.end)} == {date(2026, 5, 12)}
    assert all(part.conversation is conversation for part in way.parts)
