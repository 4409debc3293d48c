"""Dates as people say them, from the day of the note. What is no day is not guessed."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.dates import MONTHS, WEEKDAYS, dates
from tests.core.builders import LINEAR, grows_like, row

MONDAY = date(2026, 3, 2)


def found(text: str, today: date = MONDAY) -> list[tuple[str, str]]:
    return [(text[a:b], day.isoformat()) for a, b, day in dates(text, today)]


DAYS = [
    row("an ISO date", "by 2026-04-15 please", "2026-04-15"),
    row("day and month", "sign by 15 April", "2026-04-15"),
    row("month and day", "sign by April 15", "2026-04-15"),
    row("with an ending", "sign by April 15th.", "2026-04-15"),
    row("the ... of ...", "on the 3rd of June", "2026-06-03"),
    row("a short month", "Jan 15th works", "2026-01-15"),
    row("a short month with a stop", "on 1 Aug. we start", "2026-08-01"),
    row("with a year", "15 April 2027", "2027-04-15"),
    row("with a year after a comma", "April 15, 2027", "2027-04-15"),
    row("in capitals", "BY APRIL 15", "2026-04-15"),
    row("month first with slashes", "on 4/15", "2026-04-15"),
    row("day first where it cannot be a month", "on 15/4", "2026-04-15"),
    row("the thirteenth is no month", "on 13/4", "2026-04-13"),
    row("slashes and a year", "4/15/2027", "2027-04-15"),
    row("slashes and a short year", "15/04/27", "2027-04-15"),
    row("dots", "am 15.04.", "2026-04-15"),
    row("dots and a year", "am 15.4.2027 geht es los", "2027-04-15"),
    row("today", "I send it today", "2026-03-02"),
    row("tomorrow", "and sign tomorrow", "2026-03-03"),
    row("a weekday is the next one", "by Friday", "2026-03-06"),
    row("the weekday of today is in a week", "see you Monday", "2026-03-09"),
    row("next Friday", "next Friday", "2026-03-06"),
    row("last Friday is past", "last Friday they met", "2026-02-27"),
    row("last Monday, on a Monday", "last Monday", "2026-02-23"),
    row("a short weekday", "on Thurs at 3", "2026-03-05"),
    row("in two weeks", "live in two weeks", "2026-03-16"),
    row("in 10 days", "done in 10 days", "2026-03-12"),
    row("within a week", "within a week", "2026-03-09"),
    row("end of the month", "by the end of the month", "2026-03-31"),
    row("end of the week", "end of this week", "2026-03-06"),
    row("end of a month", "end of February", "2026-02-28"),
    row("a bare day to come", "lapses on the 31st", "2026-03-31"),
    row("a bare day of today", "on the 2nd", "2026-03-02"),
    row("a bare day that has passed is of next month", "on the 1st", "2026-04-01"),
    # without a year: the nearest, past or to come
    row("a month ago is past", "on 14 Feb they met", "2026-02-14"),
    row("across the end of the year, back", "since 20 December", "2025-12-20"),
    row("half a year is still to come", "by 30 August", "2026-08-30"),
    # other languages
    row("German", "Unterschrift bis 3. Juni", "2026-06-03"),
    row("German month with an umlaut", "am 9. März", "2026-03-09"),
    row("German weekday", "am Freitag", "2026-03-06"),
    row("German next weekday", "nächsten Dienstag", "2026-03-03"),
    row("German tomorrow", "ich unterschreibe morgen", "2026-03-03"),
    row("Dutch", "voor 3 juni tekenen", "2026-06-03"),
    row("Dutch weekday", "donderdag", "2026-03-05"),
    row("French", "signer le 3 juin", "2026-06-03"),
    row("French first", "dès le 1er avril", "2026-04-01"),
    row("French weekday", "vendredi", "2026-03-06"),
    row("Spanish", "firmar el 3 de junio", "2026-06-03"),
    row("Spanish with a year", "el 3 de junio de 2027", "2027-06-03"),
    row("Spanish tomorrow", "firmamos mañana", "2026-03-03"),
    row("Portuguese", "até 3 de março", "2026-03-03"),
    row("Portuguese weekday", "na sexta-feira", "2026-03-06"),
    row("Italian", "entro il 3 giugno", "2026-06-03"),
    row("Italian weekday", "venerdì", "2026-03-06"),
]


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_date_is_read_as_it_was_meant(text: str, day: str) -> None:
    assert [d for _, d in found(text)] == [day]


NONE = [
    row("a bare month", "some time in May"),
    row("a season", "before the summer"),
    row("a quarter", "money in Q3"),
    row("may, the verb", "they may sign"),
    row("march, the verb", "they march on"),
    row("a time", "at 10:30"),
    row("a price", "it costs $4.15 or €12.05"),
    row("a price with a slash", "$4/15 seats"),
    row("a percentage", "March 30% off"),
    row("a version", "we run 2.4.1"),
    row("a decimal at the end of a sentence", "they gave us 4.5."),
    row("around the clock", "24/7 support"),
    row("half and half", "it is 50/50"),
    row("a fraction", "2/3 of the team, 1/2 of the rest"),
    row("a day that does not exist", "on 31 April or 30 February or 32 May"),
    row("an ISO day that does not exist", "2026-02-30"),
    row("a month that does not exist", "on 13/13"),
    row("a bare day that no month has", "on the 32nd"),
    row("a floor", "on the 3rd floor"),
    row("a time of many", "for the 3rd time"),
    row("a part of a word", "mayor 15, marching 3, friday's"[:12]),
    row("a greeting", "Guten Morgen, Herr Weber"),
    row("a part of the day", "por la mañana"),
    row("a number that goes on", "order 4/15/20267"),
    row("nothing", ""),
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    assert found(text) == []


LEAPS = [
    row("in a leap year", "29 February", date(2028, 1, 10), ["2028-02-29"]),
    row("from the year before", "Feb 29", date(2027, 12, 1), ["2028-02-29"]),
    row("from the year after", "Feb 29", date(2029, 1, 15), ["2028-02-29"]),
    row("where none is near", "29 February", date(2026, 3, 2), []),
    row("with a year that has none", "29 February 2027", date(2027, 1, 1), []),
    row("the end of that month", "end of February", date(2028, 1, 10), ["2028-02-29"]),
    row("said on that day", "today", date(2028, 2, 29), ["2028-02-29"]),
    row("a year from that day", "1 March", date(2028, 2, 29), ["2028-03-01"]),
    row("a bare 29th in January", "the 29th", date(2028, 1, 30), ["2028-02-29"]),
]


@pytest.mark.parametrize(("text", "today", "days"), LEAPS)
def test_the_leap_day_comes_every_fourth_year(text: str, today: date, days: list[str]) -> None:
    assert [d for _, d in found(text, today)] == days


BARE = [
    row("in a month that has it", date(2026, 10, 14), ["2026-10-31"]),
    row("on that day", date(2026, 10, 31), ["2026-10-31"]),
    row("in a month that lacks it", date(2026, 11, 14), []),
    row("at the end of the year", date(2026, 12, 31), ["2026-12-31"]),
]


@pytest.mark.parametrize(("today", "days"), BARE)
def test_the_31st_is_a_day_of_this_month_or_none(today: date, days: list[str]) -> None:
    assert [d for _, d in found("lapses on the 31st", today)] == days


def test_a_day_that_this_month_has_and_the_next_lacks_is_not_guessed() -> None:
    assert found("on the 30th", date(2026, 1, 31)) == []


def test_all_dates_come_in_order_with_their_places() -> None:
    text = "January 15th, the old contract lapses on the 31st. So paper has to be done by December 12th."
    assert found(text, date(2026, 10, 14)) == [("January 15th", "2027-01-15"), ("the 31st", "2026-10-31"), ("December 12th", "2026-12-12")]


@pytest.mark.parametrize("name", [*MONTHS, *WEEKDAYS])
def test_every_name_of_a_month_or_weekday_is_found(name: str) -> None:
    text = f"on 5 {name} or so" if name in MONTHS else f"on {name} or so"
    ((_, _, day),) = dates(text, MONDAY)
    assert (day.month == MONTHS[name]) if name in MONTHS else (day.weekday() == WEEKDAYS[name])


PIECES = st.sampled_from(
    ["1", "31", "29", "/", ".", "-", " ", "th", "2026", "May", "Feb", "the ", "of ", "end ", "in ", "two ", "weeks", "Friday", "tomorrow", "00", "99", ","]
)


@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_any_text_on_any_day_gives_places_in_order_and_never_fails(text: str, today: date) -> None:
    at = 0
    for start, end, _ in dates(text, today):
        assert at <= start < end <= len(text)
        at = end


@pytest.mark.parametrize("today", [date.min, date.max])
def test_the_first_and_the_last_day_do_not_break_it(today: date) -> None:
    text = "today tomorrow Friday last Friday in 99 weeks end of the month end of May the 31st 29 February 1/1"
    assert list(dates(text, today)) is not None


@pytest.mark.parametrize("piece", ["on 5 May ", "1/", "5.", "the ", "may ", "in two ", "9" * 7, "end of the "])
def test_more_text_takes_its_share_more_time(piece: str) -> None:
    def work(n: int) -> Callable[[], object]:
        text = piece * (n // len(piece))
        return lambda: list(dates(text, MONDAY))

    assert grows_like(work) <= LINEAR
