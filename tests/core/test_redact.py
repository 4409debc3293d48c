"""What is taken for somebody's, and the way back. Each row is a text with the parts that have to go in ⟦brackets⟧, or none."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from coach.redact import Pseudonyms, counted, redact
from tests.core.builders import LINEAR, grows_like

HIDDEN = [
    "write to ⟦dana.whitfield+sales@northgate-logistics.co.uk⟧.",
    "write to ⟦dana at northgate dot com⟧ today",
    "an address in the East: ⟦иван@пример.рф⟧",
    "my cell is ⟦5551234567⟧",
    "call me on ⟦555-1234⟧",
    "US ⟦(415) 555-2671⟧ and ⟦415-555-2671⟧ and ⟦1 415.555.2671⟧",
    "UK ⟦020 7946 0958⟧, mobile ⟦07700 900123⟧, from abroad ⟦+44 20 7946 0958⟧ or ⟦0044 20 7946 0958⟧",
    "DE ⟦030 / 1234567⟧, ⟦+49 (0)30 1234567⟧",
    "FR ⟦06 12 34 56 78⟧ or ⟦06.12.34.56.78⟧",
    "ES ⟦612 345 678⟧, NO ⟦22 33 44 55⟧, IN ⟦98765 43210⟧, CN ⟦138 1234 5678⟧, JP ⟦03-1234-5678⟧, BR ⟦(11) 91234-5678⟧",
    "رقمي ⟦+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧⟧",
    "my number is ⟦five five five, one two three four⟧",
    "card ⟦4111 1111 1111 1111⟧ 12/27, and ⟦5500-0000-0000-0004⟧, and ⟦378282246310005⟧",
    "account ⟦DE89 3704 0044 0532 0130 00⟧ BIC COBADEFF, also ⟦gb82west12345698765432⟧",
    "the key is ⟦sk-abcdefghijklmnop1234⟧ or ⟦AKIAABCDEFGHIJKLMNOP⟧, password: ⟦hunter22⟧",
    "⟦-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----⟧",
]
KEPT = [
    "40,000 a quarter, 1 200 000 €, $4155552671, EUR 612 345 678, 250 000 000 a year",
    "on 2026-03-02 at 10:30, or 02.03.2026, or 3/2/2026 10:00-11:30",
    "order 4500123456, invoice 2024001234, PO 88123456, ticket #1234567",
    "version 10.20.30.40, server 192.168.10.12, ratio 1.5 2.5 3.5",
    "between 200-1000 units, 12-15 people, 2024-2025, Q1 2026",
    "card number 4111 1111 1111 1112 has a slip, account DE89 3704 0044 0532 0130 01 too",
    "look at polka dot dresses, meet at 10 dot",
    "order 0001234567 and part 00123456",
]


@pytest.mark.parametrize("row", HIDDEN)
def test_what_leads_to_a_person_is_found_in_whole(row: str) -> None:
    plain = row.replace("⟦", "").replace("⟧", "")
    wanted = re.findall(r"⟦(.*?)⟧", row, re.DOTALL)
    assert [plain[s.start : s.end] for s in redact(plain).spots] == wanted


@pytest.mark.parametrize("row", KEPT)
def test_money_dates_and_order_numbers_stay(row: str) -> None:
    assert redact(row).text == row


@pytest.mark.parametrize(
    ("names", "text", "hidden"),
    [
        (
            ["Dana Whitfield"],
            "Dana Whitfield called. dana's boss, WHITFIELD, agreed; Danas did not.",
            "Person1 called. Person1's boss, Person1, agreed; Danas did not.",
        ),
        (["Dana Smith", "Dana Jones"], "Dana Smith, Dana Jones, Dana", "Person1, Person2, Person3"),
        (["Will"], "Will will sign.", "Person1 will sign."),
        (["O'Brien", "Jean-Luc Roux"], "O’Brien and Jean-Luc, not Luc", "Person1 and Person2, not Luc"),
        (["田中", "김민수"], "田中さんは来た。김민수는 갔다", "Person1さんは来た。Person2는 갔다"),
        (["Speaker 1", "Rep", "CFO", "Customer 2"], "Speaker 1: our CFO met the rep", "Speaker 1: our CFO met the rep"),
        (["Ann"], "Annual plans, Anna, ann_x", "Annual plans, Anna, Person1_x"),
        (["Kim"], "Person1 met Kim", "Person1 met Person2"),
    ],
    ids=[
        "any_form_of_a_name",
        "namesakes",
        "a_name_that_is_a_word",
        "joints",
        "without_blanks",
        "labels_are_no_names",
        "parts_of_words",
        "a_placeholder_of_the_note",
    ],
)
def test_names_of_the_list_become_people(names: list[str], text: str, hidden: str) -> None:
    assert redact(text, names).text == hidden


def test_the_same_value_has_the_same_placeholder_however_it_is_written() -> None:
    made = redact("ring (415) 555-2671, that is 415.555.2671; a@b.com, A@B.com; c@d.com")
    assert made.text == "ring [phone 1], that is [phone 1]; [email 1], [email 1]; [email 2]"
    assert counted(made.spots) == "3 e-mail addresses, 2 phone numbers"


def test_what_is_hidden_later_has_the_placeholders_of_before_and_words_come_back() -> None:
    names = Pseudonyms(["Dana Whitfield", "Raj"])
    names.hide("Raj said dana.w@northgate.com, ring 020 7946 0958")
    assert names.hide("Ask Dana and Raj, not dana.w@northgate.com").text == "Ask Person2 and Person1, not [email 1]"
    assert names.restore("Ask person 2 and Person1 on [phone 1], not Person9.") == "Ask Dana Whitfield and Raj on 020 7946 0958, not Person9."


def test_a_stretch_that_a_cut_goes_through_is_hidden_on_both_sides() -> None:
    text = "one 020 7946 0958 two"
    made = Pseudonyms([]).hide(text, [10])
    assert made.text == "one [phone 1][phone 2] two"


FOUND = ["Dana", "Dana Whitfield", "dana@x.com", "4111 1111 1111 1111", "+44 20 7946 0958", "DE89 3704 0044 0532 0130 00", "sk-abcdefghijklmnop1234", "田中"]
NEAR = ["40,000", "Person1", "[email 1]", "2026-03-02", "ß", "é", "👍🏽", "\n", "a@", "@b.c", "+", "(0", " - ", "."]
PARTS = some.sampled_from(FOUND + NEAR)
TEXTS = some.lists(some.one_of(PARTS, some.text(max_size=8)), max_size=25).map(" ".join)
NAMES = some.lists(some.sampled_from(["Dana Whitfield", "Dana Jones", "田中", "X Æ", "will", "'", "Rep", "a b c d e f g h"]), max_size=4)


@given(TEXTS, NAMES, some.data())
@settings(max_examples=300, deadline=None)
@example("Dana Dana", ["Dana"], None)
def test_every_offset_goes_there_and_back(text: str, names: list[str], data: some.DataObject | None) -> None:
    made = redact(text, names)
    pieces, at, to = [], 0, 0
    for spot in made.spots:
        assert at <= spot.start < spot.end <= len(text)
        assert text[at : spot.start] == made.text[to : spot.at]
        pieces += [text[at : spot.start], text[spot.start : spot.end]]
        assert made.forth(spot.start, spot.end) == (spot.at, spot.to)
        assert made.back(spot.at, spot.to) == (spot.start, spot.end)
        at, to = spot.end, spot.to
    assert "".join([*pieces, text[at:]]) == text
    assert text[at:] == made.text[to:]
    if data is not None and text:
        start = data.draw(some.integers(0, len(text)))
        end = data.draw(some.integers(start, len(text)))
        a, b = made.forth(start, end)
        c, d = made.back(a, b)
        assert 0 <= a <= b <= len(made.text)
        assert (c <= start and d >= end) or start == end  # it may grow, over what a placeholder stands for
        cut = [s for s in made.spots if s.start < end and s.end > start]
        if not cut:
            assert made.text[a:b] == text[start:end]


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_nothing_that_was_found_is_left_in_the_text(text: str) -> None:
    made = redact(text, ["Dana Whitfield", "田中"])
    for canary in ("Dana", "Whitfield", "dana@x.com", "4111 1111 1111 1111", "0532 0130", "abcdefghijklmnop1234", "田中"):
        if any(canary in text[s.start : s.end] for s in made.spots):
            assert canary not in made.text or canary in text  # a part may stand in the text by itself
    again = redact(made.text, ["Dana Whitfield", "田中"])
    assert [s.kind for s in again.spots if s.kind in ("email", "person", "iban", "card")] == []


@pytest.mark.parametrize(
    "piece", ["1 ", "+1", "a@", "@", "a@b.", "Dana ", "(0 ", "DE89 ", "one ", "-----BEGIN PRIVATE KEY", "4111 ", "eyJ", "password: ", "a at b dot "]
)
def test_more_text_takes_its_share_more_time(piece: str) -> None:
    def work(n: int):  # type: ignore[no-untyped-def]
        text = piece * (n // len(piece))
        return lambda: redact(text, ["Dana Whitfield"])

    assert grows_like(work, most=200_000) <= LINEAR
