"""What a question about the future asks: a target, by when, bought or sold, with what leverage."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.reading import Reading

__all__ = ["DEFAULT_DAYS", "Horizon", "Slots", "horizon_of", "read_ahead"]

DEFAULT_DAYS = 30
_MOST_DAYS = 3650


class Slots(Struct, frozen=True):
    """`target` is a price in `currency`, `factor` one as a multiple of today's. Of the horizon `days` were said, or
    `ahead` is a stretch of the calendar (of which `by` means the first day), or `ends` the year, quarter or month, or the `year` stood by itself.
    `levels`: entry, target or stop were asked for, or technical analysis."""

    kind: Literal["forecast", "advice"]
    target: Decimal | None = None
    factor: Decimal | None = None
    currency: str = ""
    days: int | None = None
    ahead: Period | None = None
    by: bool = False
    ends: Literal["", "year", "quarter", "month"] = ""
    levels: bool = False
    leverage: int | None = None
    year: int | None = None


class Horizon(Struct, frozen=True):
    days: int
    label: str
    is_said: bool


_UNITS = {"hour": 1, "day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "decade": 3650}
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "couple of": 2,
    "few": 3,
}
_COUNTED = Pattern(
    r"\b(?:in|within|over|for|during|after)(?: the)?(?: next| coming| following)? (?P<n>\d{1,4}|couple of|few|an?|one|two|three|four|five|six|ten)[- ](?P<u>day|week|fortnight|month|quarter|year|decade)s?\b(?! ago)"
    r"|\bnext (?P<n2>\d{1,4}|couple of|few|two|three|four|five|six|ten) (?P<u2>day|week|month|quarter|year)s?\b"
)
_NEXT = Pattern(
    r"\b(?:next|coming|following) (?P<u>week|month|quarter|year|decade)\b|\bthis (?P<u2>week)\b|\b(?P<tomorrow>tomorrow|tonight|today)\b"
)
_ENDS = Pattern(
    r"\b(?:(?:end of|close of|by|before)(?: the| this)?|this) (?P<u>year|quarter|month)(?:'?s? end)?\b|\b(?P<short>eoy|eom|year[- ]end)\b"
)
_BY = Pattern(r"\b(?:by|before|until|till)\b")
_REACH = Pattern(
    r"\b(?:reach(?:es|ing)?|hit(?:s|ting)?|to|at|above|below|over|under|past|pass(?:es)?|surpass|break(?:s|ing)?|cross(?:es)?|touch(?:es)?|be|target|worth|see)\b(?:\s+(?:a|the|its|price|of|level|out|back|through|even|\$|usd))*\s*\$?$"
)
_FACTOR = Pattern(
    r"(?<![\w.])(?P<x>\d{1,4}(?:\.\d+)?)x\b(?! (?:long|short|lever|position|margin))|\b(?P<double>double)\b|\b(?P<triple>triple)\b"
)
_LEVERAGE = Pattern(
    r"\b(?P<x>\d{1,3})x\b(?=.{0,12}\b(?:long|short|lever|position|margin|futures?|perps?)\b)|\b(?:leverage|margin) (?:of )?(?P<y>\d{1,3})x?\b"
)
_YEAR = Pattern(r"(?<![\w.,$])20[2-4]\d(?![\w%]|[.,]\d)")
_LEVELS = Pattern(
    r"\bentr(?:y|ies)\b|\btp\b|\bsl\b|\btake[- ]profits?\b|\bstop[- ]loss(?:es)?\b|\bta\b|\btechnical\w*\b|\brsi\b|\bmacd\b|\bsupports?\b|\bresistances?\b|\bset-?ups?\b|\btrading (?:tips?|signals?|plans?|ideas?|strateg\w+)\b|\bchart\b|\bover(?:bought|sold)\b"
)


def read_ahead(reading: Reading, kind: Literal["forecast", "advice"]) -> Slots:
    target, currency = _target(reading)
    factor, leverage = _FACTOR.search(reading.masked), _LEVERAGE.search(reading.masked)
    ends = _ENDS.search(reading.masked)
    return Slots(
        kind,
        target,
        None if target is not None or factor is None else _multiple(factor),
        currency,
        _days(reading.masked),
        reading.ahead,
        _BY.search(reading.masked) is not None,
        "" if ends is None else _end_of(ends),
        _LEVELS.search(reading.masked) is not None,
        None if leverage is None else max(min(int(leverage["x"] or leverage["y"]), 200), 1),
        None if (year := _YEAR.search(reading.masked)) is None else int(year.group()),
    )


def _target(reading: Reading) -> tuple[Decimal | None, str]:
    """The first sum of money, or the first number behind a word such as "reach"; a year is none."""
    for amount in reading.amounts:
        if amount.unit == "%" or amount.value <= 0:
            continue
        before = _REACH.search(reading.masked[max(amount.start - 40, 0) : amount.start])
        is_multiple = reading.masked[amount.end : amount.end + 1] == "x"
        if not is_multiple and (amount.unit or (before and not _is_year(amount.value, before.group()))):
            return amount.value, amount.unit
    return None, ""


def _is_year(value: Decimal, before: str) -> bool:
    return (
        value == value.to_integral_value() and 2020 <= value <= 2100 and not before.startswith(("reach", "hit", "to "))
    )


def _multiple(found: re.Match[str]) -> Decimal:
    if found["double"]:
        return Decimal(2)
    return Decimal(3) if found["triple"] else Decimal(found["x"])


def _end_of(found: re.Match[str]) -> Literal["year", "quarter", "month"]:
    short = found["short"]
    if short:
        return "month" if short == "eom" else "year"
    unit = found["u"]
    return "quarter" if unit == "quarter" else "month" if unit == "month" else "year"


def _days(masked: str) -> int | None:
    counted = _COUNTED.search(masked)
    if counted is not None:
        said, unit = counted["n"] or counted["n2"], counted["u"] or counted["u2"]
        return max(min((_WORDS.get(said) or int(said)) * _UNITS[unit], _MOST_DAYS), 1)
    near = _NEXT.search(masked)
    if near is None:
        return None
    return 1 if near["tomorrow"] else _UNITS[near["u"] or near["u2"]]


def horizon_of(slots: Slots, today: date, period: Period | None = None) -> Horizon:
    """How many days ahead are meant; thirty where nothing was said. `period` is what a follow-up may have said."""
    end = _calendar_end(slots, today)
    if end is not None and end > today:
        days = min((end - today).days, _MOST_DAYS)
        return Horizon(days, f"the {days:,} days to {end.isoformat()}", True)
    if slots.days is not None:
        return Horizon(slots.days, f"{slots.days:,} days" if slots.days > 1 else "1 day", True)
    if period is not None and period.kind == "days":
        return Horizon(period.count, f"{period.count:,} days", True)
    return Horizon(DEFAULT_DAYS, f"{DEFAULT_DAYS} days", False)


def _calendar_end(slots: Slots, today: date) -> date | None:
    if slots.ahead is not None:
        return slots.ahead.start if slots.by else slots.ahead.end
    if slots.ends == "year":
        return date(today.year, 12, 31)
    if slots.ends:
        month = today.month if slots.ends == "month" else (today.month + 2) // 3 * 3
        return _last_day(today.year, month)
    return date(slots.year, 12, 31) if slots.year is not None and slots.days is None else None


def _last_day(year: int, month: int) -> date:
    first = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first.toordinal() - 1)
