"""Sentences end where people end them, and no character of the text gets lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.sentences import LONGEST, sentences
from tests.core.builders import LINEAR, grows_like, row

CUTS = [
    row("two sentences", "We like it. We have no money.", ["We like it.", "We have no money."]),
    row("one without a stop", "we like it", ["we like it"]),
    row("nothing", "", []),
    row("blanks", " \t\n ", []),
    row("blanks at the edges are left out", "  We like it.   Yes. ", ["We like it.", "Yes."]),
    row("a question and an exclamation", "Really? Yes! Ok.", ["Really?", "Yes!", "Ok."]),
    row("several marks end one sentence", "What?! No... Yes", ["What?!", "No...", "Yes"]),
    row("an ellipsis in one character", "Well… no", ["Well…", "no"]),
    row("lines end sentences", "no stop here\nnor here\r\nend", ["no stop here", "nor here", "end"]),
    row("line and paragraph separators end sentences", "one\u2028two\u2029three", ["one", "two", "three"]),
    row("a closing quote mark belongs to the sentence", 'She said "yes." Then she left.', ['She said "yes."', "Then she left."]),
    row("a curly closing quote mark too", "She said “never.” Then she left.", ["She said “never.”", "Then she left."]),
    row("a bracket too", "It works (mostly.) We take it.", ["It works (mostly.)", "We take it."]),
    row("a sentence that opens with a quote mark", "He left. “Never again.” Fine.", ["He left.", "“Never again.”", "Fine."]),
    row("a Spanish question", "Sí. ¿Cuánto cuesta? Mucho.", ["Sí.", "¿Cuánto cuesta?", "Mucho."]),
    row("a decimal is no end", "It costs 1.5 million. Fine.", ["It costs 1.5 million.", "Fine."]),
    row("dots after a short form end a sentence", "It took 5 hrs... Then we stopped.", ["It took 5 hrs...", "Then we stopped."]),
    row("a title is no end", "Mr. Webb met Dr. Lee. Fine.", ["Mr. Webb met Dr. Lee.", "Fine."]),
    row("an abbreviation is no end", "Signs approx. in Sept. with Acme Inc. or so. Fine.", ["Signs approx. in Sept. with Acme Inc. or so.", "Fine."]),
    row("short forms of notes are no end", "Mtg. w. the VP. of ops. Fine.", ["Mtg. w. the VP. of ops.", "Fine."]),
    row("no is a word before a word", "No. We sign in the sun. Fine.", ["No.", "We sign in the sun.", "Fine."]),
    row("no is short for a number before one", "Quote no. 7 is fine. Yes.", ["Quote no. 7 is fine.", "Yes."]),
    row("a month is short before a day", "We sign on Dec. 12 or Mon. at noon. Yes.", ["We sign on Dec. 12 or Mon. at noon.", "Yes."]),
    row("an initial is no end", "J. Webb signs. Fine.", ["J. Webb signs.", "Fine."]),
    row("I is a word, no initial", "So do I. We sign.", ["So do I.", "We sign."]),
    row("a German date is no end", "Wir starten am 15. Januar. Gut.", ["Wir starten am 15. Januar.", "Gut."]),
    row("an ordinal before a small letter is no end", "Der 3. mai passt. Gut.", ["Der 3. mai passt.", "Gut."]),
    row("a number may end a sentence", "We have 12. They have more.", ["We have 12.", "They have more."]),
    row("a file name is no end", "See plan.txt and acme.com. Fine.", ["See plan.txt and acme.com.", "Fine."]),
    row("a sentence in Chinese", "我们没有预算。 明年再说。", ["我们没有预算。", "明年再说。"]),
    row("no blank after the stop, no end", "yes.no", ["yes.no"]),
]


@pytest.mark.parametrize(("text", "cuts"), CUTS)
def test_sentences_end_where_people_end_them(text: str, cuts: list[str]) -> None:
    assert [text[a:b] for a, b in sentences(text)] == cuts


def test_a_part_of_the_text_is_cut_with_offsets_into_the_whole() -> None:
    text = "Zero. One two. Three four. Five."
    assert [text[a:b] for a, b in sentences(text, 6, 26)] == ["One two.", "Three four."]


def test_text_without_a_stop_is_cut_at_a_blank() -> None:
    text = "word " * 1_000
    cuts = [text[a:b] for a, b in sentences(text)]
    assert all(len(cut) <= LONGEST for cut in cuts)
    assert {word for cut in cuts for word in cut.split()} == {"word"}


def test_a_word_without_an_end_is_cut_all_the_same() -> None:
    assert [b - a for a, b in sentences("x" * 1_500)] == [600, 600, 300]


PIECES = st.sampled_from(
    ["Yes", "no", " ", ".", "?", "…", '"', "”", "(", ")", "Mr.", "15.", "Jan", "\n", "\r\n", "\u2028", "1.5", "e.g.", "。", "\x0b", "\x85", "i"]
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80))
def test_no_character_but_blanks_gets_lost_in_any_text(text: str) -> None:
    spans = list(sentences(text))
    assert spans == sorted(spans)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        at = end
    assert not text[at:].strip()


SHAPES = [
    row("sentences", lambda n: "We like it. " * (n // 12)),
    row("one word", lambda n: "x" * n),
    row("blanks", lambda n: "a" + " " * n + "b"),
    row("stops", lambda n: "." * n),
    row("stops and quote marks", lambda n: '."' * (n // 2)),
    row("stops and brackets", lambda n: ".)" * (n // 2) + " x"),
    row("stops far from blanks", lambda n: ". " + "”" * n),
    row("abbreviations", lambda n: "Mr. " * (n // 4)),
    row("empty lines", lambda n: "\n" * n),
]


@pytest.mark.parametrize("make", SHAPES)
def test_more_text_takes_its_share_more_time(make: Callable[[int], str]) -> None:
    def work(n: int) -> Callable[[], object]:
        text = make(n)
        return lambda: list(sentences(text))

    assert grows_like(work) <= LINEAR
