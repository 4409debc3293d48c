"""Dates that people say. In: a text and the day it was written. Out: (start, end, day) for each date found, in order.

Knows "15 January", "Jan 15th", "15.01.", "2026-01-15", "1/15", weekdays, today and tomorrow, "in two weeks", "end of the
month", "the 31st". Without a year the nearest such day is meant, past or to come; a named weekday is the next one, never
today. A slash date is read month first, unless that is no date; a dotted one without a year has a month of two digits, or
decimals would be dates. Never guesses a day for a bare month, season or quarter.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar januari janvier enero janeiro gennaio",
            "february feb februar februari février febrero fevereiro febbraio",
            "march mar märz maart mars marzo março",
            "april apr avril abril aprile",
            "may mai mei mayo maio maggio",
            "june jun juni juin junio junho giugno",
            "july jul juli juillet julio julho luglio",
            "august aug augustus août agosto",
            "september sep sept septembre septiembre setembro settembre",
            "october oct oktober okt octobre octubre outubro ottobre",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre diciembre dezembro dicembre",
        ),
        1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag maandag lundi lunes segunda-feira lunedì",
            "tuesday tue tues dienstag dinsdag mardi martes terça-feira martedì",
            "wednesday wed mittwoch woensdag mercredi miércoles quarta-feira mercoledì",
            "thursday thu thurs donnerstag donderdag jeudi jueves quinta-feira giovedì",
            "friday fri freitag vrijdag vendredi viernes sexta-feira venerdì",
        )
    )
    for name in names.split()
}
COUNT = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_FORMS = re.compile(
    rf"""(?<![\w.,/€$£-])(?:
      (?P<iso>\d{{4}}-\d\d-\d\d)
    | (?P<daymonth>(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\ (?:of\ |de\ )?(?P<m1>{_MONTH})\b\.?(?:,?\ (?:de\ )?(?P<y1>20\d\d))?)
    | (?P<monthday>(?P<m2>{_MONTH})\.?\ (?:the\ )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%])(?:,?\ (?P<y2>20\d\d))?)
    | (?P<dotted>(?P<d3>\d{{1,2}})\.(?P<m3>\d{{1,2}})\.(?:(?P<y3>20\d\d|\d\d)|(?<=\.\d\d\.))(?!\d))
    | (?!24/7)(?P<slash>(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/(?P<y4>20\d\d|\d\d))?(?![\d/]|\ of\b))
    | (?P<near>today|tomorrow|heute|(?<!guten\ )morgen|demain|(?<!la\ )(?<!esta\ )mañana|amanhã|domani)
    | (?P<weekday>(?:next\ |this\ |nächsten\ |volgende\ |(?P<last>last\ |letzten\ |afgelopen\ ))?(?P<w>{"|".join(sorted(WEEKDAYS, key=len, reverse=True))}))
    | (?P<inn>(?:in|within)\ (?P<n>\d{{1,2}}|{"|".join(COUNT)})\ (?P<unit>day|week)s?)
    | (?P<eom>end\ of\ (?:the\ |this\ )?(?P<eomof>month|week|{_MONTH}))
    | (?:the\ )(?P<bare>\d{{1,2}})(?:st|nd|rd|th)(?!\ (?:floor|of|time|year|quarter|generation|street|avenue))
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def dates(text: str, today: date) -> Iterator[tuple[int, int, date]]:
    """Start, end and day of each date in `text`."""
    for found in _FORMS.finditer(text):
        day = _day(found, today)
        if day is not None:
            yield found.start(), found.end(), day


def _day(found: re.Match[str], today: date) -> date | None:
    part = found.groupdict()
    try:
        if part["iso"]:
            return date.fromisoformat(part["iso"])
        if part["daymonth"]:
            return _next(today, int(part["d1"]), MONTHS[part["m1"].casefold()], part["y1"])
        if part["monthday"]:
            return _next(today, int(part["d2"]), MONTHS[part["m2"].casefold()], part["y2"])
        if part["dotted"]:
            return _next(today, int(part["d3"]), int(part["m3"]), part["y3"])
        if part["slash"]:
            a, b = int(part["a"]), int(part["b"])
            return _next(today, b, a, part["y4"]) if a <= 12 else _next(today, a, b, part["y4"])
        if part["near"]:
            return today + timedelta(days=part["near"].casefold() not in ("today", "heute"))
        if part["weekday"]:
            ahead = WEEKDAYS[part["w"].casefold()] - today.weekday()
            return today - timedelta(days=(-ahead - 1) % 7 + 1) if part["last"] else today + timedelta(days=(ahead - 1) % 7 + 1)
        if part["inn"]:
            n = COUNT.get(part["n"].casefold()) or int(part["n"])
            return today + timedelta(days=n * (7 if part["unit"].casefold() == "week" else 1))
        if part["eom"]:
            return _end_of(part["eomof"].casefold(), today)
        return _bare(int(part["bare"]), today)
    except (ValueError, OverflowError):
        return None


def _next(today: date, day: int, month: int, year: str | None) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    years = [y for y in (today.year - 1, today.year, today.year + 1) if (month, day) != (2, 29) or y % 4 == 0]
    return min((date(y, month, day) for y in years), key=lambda d: abs(d - today))


def _end_of(what: str, today: date) -> date:
    if what == "week":
        return today + timedelta(days=(4 - today.weekday()) % 7)
    first = today.replace(day=1) if what == "month" else _next(today, 1, MONTHS[what], None)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _bare(day: int, today: date) -> date:
    this = today.replace(day=day)
    return this if this >= today else (today.replace(day=1) + timedelta(days=32)).replace(day=day)
