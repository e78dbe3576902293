"""Dates in words: "14 March 2024", "Q3 2025", "last month", "90 days ago", as stretches of calendar days."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["MONTHS", "Moment", "moment_at", "shift_months"]


class Moment(Struct, frozen=True):
    """Calendar days `start` to `end`, both included, read up to position `stop`.

    `has_year` tells whether the year was said; without it the most recent such date is meant.
    `problem` says why the words are no date. `is_plain` marks forms like "may" or "2025" that are a date only beside a word such as "in" or "since".
    """

    start: date
    end: date
    stop: int
    label: str
    has_year: bool = True
    is_plain: bool = False
    problem: str | None = None


_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTHS = {name: index for index, name in enumerate(_NAMES, 1)} | {
    name[:3]: index for index, name in enumerate(_NAMES, 1)
}
MONTHS["sept"] = 9

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>20[0-9]{2}|19[0-9]{2})(?![\d,.]*\d|%)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_COUNT = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_OLDEST = 1990

# Days of the calendar that have a name and the same date each year; the longer names first.
_FEASTS = {
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "boxing": (12, 26),
    "new year's eve": (12, 31),
    "new years eve": (12, 31),
    "new year's": (1, 1),
    "new years": (1, 1),
    "new year": (1, 1),
    "valentine's": (2, 14),
    "valentines": (2, 14),
    "halloween": (10, 31),
}

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Reader = Callable[[re.Match[str], date], Moment | None]


def moment_at(lowered: str, position: int, today: date) -> Moment | None:
    """The date that begins at `position`; None if none does."""
    for pattern, read in _FORMS:
        match = pattern.match(lowered, position)
        if match:
            moment = read(match, today)
            if moment is not None:
                return moment
    return None


def shift_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day. Clamped to the years 1990 to 9998."""
    index = day.year * 12 + day.month - 1 + months
    year = min(max(index // 12, _OLDEST), 9998)
    month = index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _single(day: date | None, match: re.Match[str], *, has_year: bool = True) -> Moment | None:
    if day is None:
        said = match.group()
        return Moment(
            date(_OLDEST, 1, 1), date(_OLDEST, 1, 1), match.end(), said, problem=f"{said} is no day of the calendar"
        )
    return Moment(day, day, match.end(), day.isoformat(), has_year)


def _numeric(match: re.Match[str], today: date) -> Moment | None:
    return _single(_date(int(match["y"]), int(match["m"]), int(match["d"])), match)


def _either_way(match: re.Match[str], today: date) -> Moment | None:
    """Day and month in the order that only one of them allows; where both do, nothing is guessed."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["y"])
    readings = {day for day in (_date(year, two, one), _date(year, one, two)) if day is not None}
    if len(readings) < 2:
        return _single(next(iter(readings), None), match)
    first, second = sorted(readings)
    problem = f"{match.group()} may be {first.isoformat()} or {second.isoformat()}: write the date as one of these."
    return Moment(first, first, match.end(), match.group(), problem=problem)


def _feast(match: re.Match[str], today: date) -> Moment | None:
    month, day = _FEASTS[match["feast"]]
    candidate = date(int(match["year"]) if match["year"] else today.year, month, day)
    if not match["year"] and candidate > today:
        candidate = candidate.replace(year=today.year - 1)
    return _single(candidate, match, has_year=bool(match["year"]))


def _day_and_month(match: re.Match[str], today: date) -> Moment | None:
    month, day = MONTHS[match["month"]], int(match["day"])
    if match["year"]:
        return _single(_date(int(match["year"]), month, day), match)
    candidate = _date(today.year, month, day)
    if candidate is None or candidate > today:
        candidate = _date(today.year - 1, month, day)
    return _single(candidate, match, has_year=False)


def _month_and_year(match: re.Match[str], today: date) -> Moment | None:
    month, said = MONTHS[match["month"]], match["year"]
    year = int(said) if said else today.year - (month > today.month)
    start, end = _month(year, month)
    return Moment(start, end, match.end(), f"{_NAMES[month - 1].capitalize()} {year}", bool(said), not said)


def _quarter(match: re.Match[str], today: date) -> Moment | None:
    quarter = int(match["q"]) if match["q"] else _ORDINALS[match["ordinal"]]
    year = int(match["year"]) if match["year"] else today.year - (quarter > (today.month + 2) // 3)
    start, end = date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]
    return Moment(start, end, match.end(), f"Q{quarter} {year}", bool(match["year"]))


def _half(match: re.Match[str], today: date) -> Moment | None:
    half = int(match["h"]) if match["h"] else _ORDINALS[match["ordinal"]]
    year = int(match["year"]) if match["year"] else today.year - (half == 2 and today.month < 7)
    start, end = date(year, 1 if half == 1 else 7, 1), _month(year, 6 if half == 1 else 12)[1]
    return Moment(
        start, end, match.end(), f"the {'first' if half == 1 else 'second'} half of {year}", bool(match["year"])
    )


def _year(match: re.Match[str], today: date) -> Moment | None:
    year = int(match["year"])
    return Moment(date(year, 1, 1), date(year, 12, 31), match.end(), str(year), True, True)


def _yesterday(match: re.Match[str], today: date) -> Moment | None:
    days = {"today": 0, "now": 0, "yesterday": 1}[match["word"]]
    return _single(today - timedelta(days=days), match)


def _ago(match: re.Match[str], today: date) -> Moment | None:
    count = _COUNT.get(match["count"]) or int(match["count"])
    unit = match["unit"]
    if unit in {"day", "week"}:
        back = min(count * (7 if unit == "week" else 1), (today - date(_OLDEST, 1, 1)).days)
        return _single(today - timedelta(days=back), match)
    return _single(shift_months(today, -min(count, 999) * (12 if unit == "year" else 1)), match)


def _last_unit(match: re.Match[str], today: date) -> Moment | None:
    unit, back = match["unit"], 0 if match["which"] in {"this", "the current", "current"} else 1
    if unit == "month":
        start, end = _month(*_year_month(shift_months(today, -back)))
        return Moment(start, end, match.end(), f"{_NAMES[start.month - 1].capitalize()} {start.year}")
    if unit == "quarter":
        first = shift_months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), -3 * back)
        end = _month(*_year_month(shift_months(first, 2)))[1]
        return Moment(first, end, match.end(), f"Q{(first.month + 2) // 3} {first.year}")
    year = today.year - back
    return Moment(date(year, 1, 1), date(year, 12, 31), match.end(), str(year))


def _weekday(match: re.Match[str], today: date) -> Moment | None:
    """The newest such day before today."""
    back = (today.weekday() - _WEEKDAYS.index(match["weekday"]) - 1) % 7 + 1
    return _single(today - timedelta(days=back), match)


def _year_month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _edge(match: re.Match[str], today: date) -> Moment | None:
    inner = moment_at(match.string, match.end(), today)
    if inner is None:
        return None
    day = inner.end if match["edge"] in {"end", "close"} else inner.start
    return Moment(day, day, inner.stop, day.isoformat(), inner.has_year)


_FORMS: tuple[tuple[Pattern, Reader], ...] = tuple(
    (Pattern(pattern), read)
    for pattern, read in (
        (r"(?P<y>(?:19|20)\d\d)[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)(?!\d)(?:t[\d:.]+z?)?", _numeric),
        (r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>20\d\d)(?!\d)", _numeric),
        (r"(?P<one>\d\d?)[/-](?P<two>\d\d?)[/-](?P<y>20\d\d)(?!\d)", _either_way),
        (rf"(?P<feast>{'|'.join(_FEASTS)})(?: day(?! of))?(?![a-z])(?:,? (?:of |in )?{_YEAR})?", _feast),
        (rf"(?:the )?{_DAY}(?: of)?[ -]{_MONTH}(?![a-z])(?:,? ?-?{_YEAR})?", _day_and_month),
        (rf"{_MONTH} (?:the )?{_DAY}(?![\d.:%]|,\d)(?:,? {_YEAR})?", _day_and_month),
        (rf"{_MONTH}(?![a-z])(?:,? (?:of )?{_YEAR})?", _month_and_year),
        (
            rf"(?:the )?(?:q(?P<q>[1-4])|(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?![a-z0-9])(?:,? (?:of |in )?{_YEAR})?",
            _quarter,
        ),
        (
            rf"(?:the )?(?:h(?P<h>[12])|(?P<ordinal>first|second|1st|2nd) half)(?![a-z0-9])(?:,? (?:of |in )?{_YEAR})?",
            _half,
        ),
        (r"(?:the )?(?P<edge>start|beginning|end|close|turn) of (?:the )?(?:year )?", _edge),
        (r"(?P<word>yesterday|today|now)(?![a-z])", _yesterday),
        (
            r"(?P<count>\d{1,4}|an?|one|two|three|four|five|six|ten|twelve) (?P<unit>day|week|month|year)s? (?:ago|back|earlier)(?![a-z])",
            _ago,
        ),
        (r"(?P<which>last|previous|prior|this|the current|current) (?P<unit>month|quarter|year)(?![a-z])", _last_unit),
        (rf"(?:(?:last|this|on) )?(?P<weekday>{'|'.join(_WEEKDAYS)})(?![a-z])", _weekday),
        (_YEAR, _year),
    )
)
