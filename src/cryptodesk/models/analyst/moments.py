"""Dates in words: "14 March 2024", "Q3 2025", "last month", "90 days ago", as stretches of calendar days."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.happenings import easter

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
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTHS = {name: index for index, name in enumerate(_NAMES, 1)} | {
    name[:3]: index for index, name in enumerate(_NAMES, 1)
}
MONTHS["sept"] = 9

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>20[0-9]{2}|19[0-9]{2}|'[12]\d)(?![\d,.]*\d|%)"
_DAYS_IN_WORDS = (  # noqa: SIM905 - a list of thirty words
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth"
    " twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_DAY_NUMBERS = {word: number for number, word in enumerate(_DAYS_IN_WORDS, 1)}
_DAY_WORD = "|".join(word.replace("-", "[ -]") for word in sorted(_DAYS_IN_WORDS, key=len, reverse=True))
_DAY = rf"(?P<day>(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|\.(?= ))?|{_DAY_WORD})"
_COUNT = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "a couple": 2, "couple of": 2, "three": 3, "a few": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20, "twenty-four": 24, "thirty": 30,
    "sixty": 60, "ninety": 90, "a hundred": 100, "one hundred": 100,
}  # fmt: skip
_COUNT_WORDS = "|".join(sorted(_COUNT, key=len, reverse=True))
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_OLDEST = 1990

# Days of the calendar that have a name and the same date each year; the longer names first.
_FEASTS = {
    "christmas eve": (12, 24), "christmas": (12, 25), "xmas": (12, 25), "boxing": (12, 26),
    "new year's eve": (12, 31), "new years eve": (12, 31), "new year's": (1, 1), "new years": (1, 1),
    "new year": (1, 1), "valentine's": (2, 14), "valentines": (2, 14), "halloween": (10, 31),
}  # fmt: skip

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
    year = int(match["y"])
    return _single(_date(year if year > 99 else 2000 + year, int(match["m"]), int(match["d"])), match)


def _either_way(match: re.Match[str], today: date) -> Moment | None:
    """Day and month in the order that only one of them allows; where both do, nothing is guessed."""
    one, two, said = int(match["one"]), int(match["two"]), int(match["y"])
    year = said if said > 99 else 2000 + said
    readings = {day for day in (_date(year, two, one), _date(year, one, two)) if day is not None}
    if len(readings) < 2:
        return _single(next(iter(readings), None), match)
    first, second = sorted(readings)
    problem = f"{match.group()} may be {first.isoformat()} or {second.isoformat()}: write the date as one of these."
    return Moment(first, first, match.end(), match.group(), problem=problem)


def _feast(match: re.Match[str], today: date) -> Moment | None:
    month, day = _FEASTS[match["feast"]]
    candidate = date(_year_number(match["year"]) if match["year"] else today.year, month, day)
    if not match["year"] and candidate > today:
        candidate = candidate.replace(year=today.year - 1)
    return _single(candidate, match, has_year=bool(match["year"]))


def _day_and_month(match: re.Match[str], today: date) -> Moment | None:
    month, day = MONTHS[match["month"]], _day_number(match["day"])
    if match["year"]:
        return _single(_date(_year_number(match["year"]), month, day), match)
    candidate = _date(today.year, month, day)
    if candidate is None or candidate > today:
        candidate = _date(today.year - 1, month, day)
    return _single(candidate, match, has_year=False)


def _year_number(said: str) -> int:
    return 2000 + int(said[1:]) if said.startswith("'") else int(said)


def _day_number(said: str) -> int:
    digits = said.rstrip("stndrh.")
    return int(digits) if digits.isdigit() else _DAY_NUMBERS[said.replace(" ", "-")]


def _day_of_month(match: re.Match[str], today: date) -> Moment | None:
    """ "The 15th of last month"; with no month named, the newest such day."""
    day, which = _day_number(match["day"]), match["which"]
    if which is None:
        back = 0 if day <= today.day else 1
        return _single(_date(*_year_month(shift_months(today, -back)), day), match, has_year=False)
    back = 0 if which in {"this month", "the current month", "the month"} else 1
    return _single(_date(*_year_month(shift_months(today, -back)), day), match)


def _month_and_year(match: re.Match[str], today: date) -> Moment | None:
    month, said = MONTHS[match["month"]], match["year"]
    year = _year_number(said) if said else today.year - (month > today.month)
    start, end = _month(year, month)
    return Moment(start, end, match.end(), f"{_NAMES[month - 1].capitalize()} {year}", bool(said), not said)


def _same_day(match: re.Match[str], today: date) -> Moment | None:
    """ "On this day last year"."""
    months = {"month": -1, "year": -12}.get(match["unit"])
    return _single(today - timedelta(days=7) if months is None else shift_months(today, months), match)


# "Twenty days ago" is not what "a hundred and twenty days ago" says.
_OF_A_LARGER = ("hundred ", "hundred and ", "thousand ", "thousand and ")


def _long_ago(match: re.Match[str], today: date) -> Moment | None:
    """ "A year and a half ago", "two months and a week ago"."""
    if match.string[: match.start()].endswith(_OF_A_LARGER):
        return None
    count, unit = (0, match["unit"]) if match["count"] == "half a" else (_number(match["count"]), match["unit"])
    months = count * _MONTHS_OF.get(unit, 0)
    days = count * _DAYS_OF.get(unit, 0)
    if match["half"] or match["half2"] or match["count"] == "half a":
        months += _MONTHS_OF.get(unit, 0) // 2
        days += {"month": 15, "week": 4}.get(unit, 0)
    if match["count2"]:
        months += _number(match["count2"]) * _MONTHS_OF.get(match["unit2"], 0)
        days += _number(match["count2"]) * _DAYS_OF.get(match["unit2"], 0)
    return _single(shift_months(today, -min(months, 12 * 99)) - timedelta(days=min(days, 3_000)), match)


_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


def _number(said: str) -> int:
    return _COUNT.get(said) or int(said)


def _before_last(match: re.Match[str], today: date) -> Moment | None:
    """ "The month before last"; a week begins on Monday."""
    unit = match["unit"]
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 14)
        return Moment(monday, monday + timedelta(days=6), match.end(), f"the week of {monday.isoformat()}")
    if unit == "month":
        start, end = _month(*_year_month(shift_months(today, -2)))
        return Moment(start, end, match.end(), f"{_NAMES[start.month - 1].capitalize()} {start.year}")
    year = today.year - 2
    return Moment(date(year, 1, 1), date(year, 12, 31), match.end(), str(year))


def _month_of_year_before(match: re.Match[str], today: date) -> Moment | None:
    """ "June last year", "4 July of last year", "last June"."""
    month = MONTHS[match["month"]]
    year = today.year - (match["which"] != "this" if match["which"] else month >= today.month)
    if match["day"]:
        return _single(_date(year, month, _day_number(match["day"])), match)
    start, end = _month(year, month)
    return Moment(start, end, match.end(), f"{_NAMES[month - 1].capitalize()} {year}")


def _weekday_of_week(match: re.Match[str], today: date) -> Moment | None:
    """ "Tuesday of last week": weeks begin on Monday."""
    back = 0 if match["which"] == "this" else 7
    monday = today - timedelta(days=today.weekday() + back)
    return _single(monday + timedelta(days=_WEEKDAYS.index(match["weekday"])), match)


def _days_of_month(match: re.Match[str], today: date) -> Moment | None:
    """ "The first week of May", "the last ten days of June"."""
    inner = moment_at(match.string, match.end(), today)
    if inner is None or inner.problem or inner.start == inner.end:
        return None
    which = match["which"]
    count = _number(match["count"] or "one") * (7 if match["unit"] == "week" else 1)
    if which in {"last", "final"}:
        start, end = inner.end - timedelta(days=count - 1), inner.end
    else:
        start = inner.start + timedelta(days=count * (_ORDINALS.get(which, 1) - 1))
        end = start + timedelta(days=count - 1)
    if start < inner.start or end > inner.end:
        return None
    label = start.isoformat() if start == end else f"{start.isoformat()} to {end.isoformat()}"
    return Moment(start, end, inner.stop, label, inner.has_year)


def _week_of(match: re.Match[str], today: date) -> Moment | None:
    inner = moment_at(match.string, match.end(), today)
    if inner is None or inner.problem or inner.start != inner.end:
        return None
    start, end = inner.start, inner.start + timedelta(days=6)
    return Moment(start, end, inner.stop, f"{start.isoformat()} to {end.isoformat()}", inner.has_year)


def _end_of_unit(match: re.Match[str], today: date) -> Moment | None:
    """ "Year-end 2023", "the start of the year"; without a year the newest one that is over has ended."""
    year = _year_number(match["year"]) if match["year"] else None
    if match["edge"] in {"start", "beginning", "turn", "dawn", "opening", "outset", "first day"}:
        start = today.replace(day=1) if match["unit"] == "month" else date(year or today.year, 1, 1)
        return _single(start, match)
    if match["unit"] == "month":
        return _single(today.replace(day=1) - timedelta(days=1), match)
    return _single(date(year or today.year - 1, 12, 31), match)


def _quarter_of(match: re.Match[str], today: date) -> Moment | None:
    """ "2021's first quarter"."""
    year, quarter = _year_number(match["year"]), _ORDINALS.get(match["ordinal"] or "") or int(match["q"])
    start, end = date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]
    return Moment(start, end, match.end(), f"Q{quarter} {year}")


_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _season(match: re.Match[str], today: date) -> Moment | None:
    """Three whole months, as in the north; a winter bears the year in which it begins. Without a year the newest."""
    first, which = _SEASONS[match["season"]], match["which"]
    if match["season"] == "fall" and not match["year"] and which is None:
        return None
    year = _year_number(match["year"]) if match["year"] else today.year
    start = date(year, first, 1)
    if not match["year"]:
        over = shift_months(start, 3)
        if start > today or (which in {"last", "the last"} and over > today):
            start = shift_months(start, -12)
    end = shift_months(start, 3) - timedelta(days=1)
    label = f"{match['season']} {start.year} ({start.isoformat()} to {end.isoformat()})"
    return Moment(start, end, match.end(), label, bool(match["year"]), is_plain=not match["year"] and which is None)


def _easter(match: re.Match[str], today: date) -> Moment | None:
    year = _year_number(match["year"]) if match["year"] else today.year
    day = easter(year)
    return _single(easter(year - 1) if not match["year"] and day > today else day, match, has_year=bool(match["year"]))


def _part_of_year(match: re.Match[str], today: date) -> Moment | None:
    """ "Early 2024", "mid-2023", "late last year": four months each."""
    year = _year_number(match["year"]) if match["year"] else today.year - (match["which"] == "last")
    first = {"early": 1, "mid": 5, "late": 9}[match["part"][:5].strip("- ")[:5]]
    end = shift_months(date(year, first, 1), 4) - timedelta(days=1)
    return Moment(date(year, first, 1), end, match.end(), f"{match['part'].strip('- ')} {year}")


def _part_of_month(match: re.Match[str], today: date) -> Moment | None:
    """ "Mid-March 2024": the days 11 to 20; "early" and "late" are the days before and after these."""
    inner = moment_at(match.string, match.end(), today)
    if inner is None or inner.problem or inner.start.day != 1 or (inner.end - inner.start).days > _LONGEST_MONTH:
        return None
    first, last = {"early": (1, 10), "mid": (11, 20), "late": (21, inner.end.day)}[match["part"].strip("- ")[:5]]
    start, end = inner.start.replace(day=first), inner.start.replace(day=last)
    return Moment(start, end, inner.stop, f"{match['part'].strip('- ')}-{inner.label}", inner.has_year)


_LONGEST_MONTH = 31


def _quarter(match: re.Match[str], today: date) -> Moment | None:
    said = match["q"] or match["q2"]
    quarter = int(said) if said else _ORDINALS[match["ordinal"]]
    if match["short"] and 2000 + int(match["short"]) > today.year:
        return None
    year = _short_year(match) if match["year"] or match["short"] else today.year - (quarter > (today.month + 2) // 3)
    start, end = date(year, quarter * 3 - 2, 1), _month(year, quarter * 3)[1]
    return Moment(start, end, match.end(), f"Q{quarter} {year}", bool(match["year"] or match["short"]))


def _short_year(match: re.Match[str]) -> int:
    return _year_number(match["year"]) if match["year"] else 2000 + int(match["short"])


def _half(match: re.Match[str], today: date) -> Moment | None:
    half = int(match["h"]) if match["h"] else _ORDINALS[match["ordinal"]]
    year = _year_number(match["year"]) if match["year"] else today.year - (half == 2 and today.month < 7)
    start, end = date(year, 1 if half == 1 else 7, 1), _month(year, 6 if half == 1 else 12)[1]
    return Moment(
        start, end, match.end(), f"the {'first' if half == 1 else 'second'} half of {year}", bool(match["year"])
    )


def _year(match: re.Match[str], today: date) -> Moment | None:
    year = _year_number(match["year"])
    return Moment(date(year, 1, 1), date(year, 12, 31), match.end(), str(year), True, True)


def _yesterday(match: re.Match[str], today: date) -> Moment | None:
    days = {"today": 0, "now": 0, "yesterday": 1}.get(match["word"], 2)
    return _single(today - timedelta(days=days), match)


def _ago(match: re.Match[str], today: date) -> Moment | None:
    if match.string[: match.start()].endswith(_OF_A_LARGER):
        return None
    count = _COUNT.get(match["count"]) or int(match["count"])
    unit = match["unit"]
    if unit in _DAYS_OF:
        back = min(count * _DAYS_OF[unit], (today - date(_OLDEST, 1, 1)).days)
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
    day = inner.end if match["edge"] in {"end", "close", "last day", "final day"} else inner.start
    return Moment(day, day, inner.stop, day.isoformat(), inner.has_year)


_FORMS: tuple[tuple[Pattern, Reader], ...] = tuple(
    (Pattern(pattern), read)
    for pattern, read in (
        (
            rf"(?:the )?(?P<part>early|mid|late)(?:dle)?(?: part)?[- ]+(?:of |in )?(?:{_YEAR}|(?P<which>last|this) year)(?![\d-])",
            _part_of_year,
        ),
        (r"(?:the )?(?P<part>early|mid|late)(?:dle)?(?: part)?[- ]+(?:of )?(?=[a-z])", _part_of_month),
        (
            rf"(?:the )?(?:(?P<which>last|this|this past|past|the last) )?(?P<season>summer|winter|spring|autumn|fall)(?![a-z-])(?: (?:of )?{_YEAR})?",
            _season,
        ),
        (rf"easter(?: (?:sunday|weekend|day))?(?![a-z])(?: (?:of |in )?{_YEAR})?", _easter),
        (
            r"(?:on |at )?(?:this|the same|same|that same) (?:very )?(?:day|date|time)(?: in| of)?,? (?:the )?(?:last|previous) (?P<unit>week|month|year)(?![a-z])",
            _same_day,
        ),
        (
            rf"(?:about |around |roughly |exactly )?(?P<count>half a|\d{{1,3}}|{_COUNT_WORDS})(?P<half> and a half)? (?P<unit>day|week|month|year)s?(?: and (?:(?P<half2>a half)|(?P<count2>\d{{1,3}}|{_COUNT_WORDS}) (?P<unit2>day|week|month)s?))? (?:ago|back|earlier|prior)(?![a-z])",
            _long_ago,
        ),
        (r"(?:the )?(?P<unit>week|month|year) before last(?![a-z])", _before_last),
        (
            rf"(?:(?:the )?{_DAY}(?: of)?[ -])?{_MONTH}(?: the {_DAY.replace('?P<day>', '?:')})?,?(?: of| in)? (?P<which>last|this|the previous|the last) year(?![a-z])",
            _month_of_year_before,
        ),
        (
            rf"(?:last|this past|past|the previous)(?P<which>(?!))?(?P<day>(?!))? {_MONTH}(?![a-z]| \d)",
            _month_of_year_before,
        ),
        (
            rf"(?P<weekday>{'|'.join(_WEEKDAYS)})(?: of| in)? (?P<which>last|this|the previous) week(?![a-z])",
            _weekday_of_week,
        ),
        (
            rf"(?:the )?(?P<which>first|second|third|fourth|1st|2nd|3rd|4th|last|final|opening) (?:(?P<count>\d{{1,2}}|{_COUNT_WORDS}) )?(?P<unit>day|week)s? (?:of|in) (?=[a-z\d])",
            _days_of_month,
        ),
        (r"(?:the )?week (?:of|from|starting|beginning)(?: on)? (?:the )?(?=[a-z\d])", _week_of),
        (rf"(?:the )?(?P<unit>year|month)[- ](?P<edge>end)(?: of)?(?:,? {_YEAR})?(?![a-z])", _end_of_unit),
        (
            r"(?:the )?(?:very )?(?P<edge>start|beginning|turn|dawn|opening|outset|first day) of (?:the|this) (?P<unit>year|month)(?P<year>(?!))?(?![a-z]| (?:of )?\d)",
            _end_of_unit,
        ),
        (
            rf"{_YEAR}'s (?:q(?P<q>[1-4])|(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?![a-z\d])",
            _quarter_of,
        ),
        (rf"(?:the )?(?:(?:full|whole|entire|calendar) )?year (?:of )?{_YEAR}", _year),
        (r"(?P<y>20[0-2]\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)", _numeric),
        (r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>[12]\d)(?![\d.])", _numeric),
        (r"(?P<y>(?:19|20)\d\d)[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)(?!\d)(?:t[\d:.]+z?)?", _numeric),
        (r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>20\d\d)(?!\d)", _numeric),
        (r"(?P<one>\d\d?)[/-](?P<two>\d\d?)[/-](?P<y>20\d\d|[12]\d)(?!\d)", _either_way),
        (rf"(?P<feast>{'|'.join(_FEASTS)})(?: day(?! of))?(?![a-z])(?:,? (?:of |in )?{_YEAR})?", _feast),
        (rf"(?:the )?{_DAY}(?: of)?[ -]{_MONTH}(?![a-z])(?:,? ?(?:of |in )?-?{_YEAR})?", _day_and_month),
        (rf"{_MONTH} (?:the )?{_DAY}(?![\d.:%]|,\d)(?:,? (?:of |in )?{_YEAR})?", _day_and_month),
        (rf"{_MONTH}(?![a-z])(?:,? (?:of )?{_YEAR})?", _month_and_year),
        (
            rf"(?:the )?(?:q(?P<q>[1-4])|(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th) quarter|(?P<q2>[1-4])q(?=[ '-]?\d\d))(?![a-z])(?!\d(?!\d))(?:,? (?:of |in )?{_YEAR}|[ -]?'?(?P<short>[12]\d)(?![\d.,%:]|\d))?",
            _quarter,
        ),
        (
            rf"(?:the )?(?:h(?P<h>[12])|(?P<ordinal>first|second|1st|2nd) half)(?![a-z0-9])(?:,? (?:of |in )?{_YEAR})?",
            _half,
        ),
        (
            r"(?:the )?(?:very )?(?P<edge>start|beginning|end|close|turn|dawn|opening|outset|first day|last day|final day) (?:day )?(?:of|in) (?:the )?(?:(?:year|month) (?:of )?)?",
            _edge,
        ),
        (
            rf"(?:the )?(?P<day>(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)|{_DAY_WORD})(?: day)? (?:of|in) (?P<which>last month|the (?:last|previous|prior) month|this month|the current month|the month)(?![a-z])",
            _day_of_month,
        ),
        (
            r"the (?P<day>(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th))(?P<which>(?!))?(?=[ ?.!]*$|,? (?:and|or|versus|vs|at|close|price|what|how)\b)",
            _day_of_month,
        ),
        (r"(?P<word>yesterday|today|now|(?:the )?day before yesterday)(?![a-z])", _yesterday),
        (
            rf"(?:exactly |about |some |around |roughly |like )?(?P<count>\d{{1,4}}|{_COUNT_WORDS}) (?P<unit>day|week|fortnight|month|year)s? (?:ago|back|earlier|prior)(?![a-z])",
            _ago,
        ),
        (r"(?P<which>last|previous|prior|this|the current|current) (?P<unit>month|quarter|year)(?![a-z])", _last_unit),
        (rf"(?:(?:last|this|on) )?(?P<weekday>{'|'.join(_WEEKDAYS)})(?![a-z])", _weekday),
        (_YEAR, _year),
    )
)
