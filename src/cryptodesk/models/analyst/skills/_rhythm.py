"""Sums that are put in again and again, in words: how much, how often, and on which days that falls."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.moments import shift_months
from cryptodesk.models.analyst.reading import Reading

__all__ = ["Slots", "purchase_days", "read_rhythm"]

Unit = Literal["day", "week", "month"]
_DAY = timedelta(days=1)
_DCA = Pattern(
    r"\bdca(?:'?d|'?ed|'?ing)?\b|\bdollar[- ]cost[- ]averag\w*|\bcost[- ]averag\w+|\bsavings? plan\b|\brecurring (?:buys?|purchases?|investments?)\b"
)
_EVERY = Pattern(
    r"\b(?:every|each|per|an?|once an?) (?:(?P<other>other|second|2nd) |(?P<count>\d{1,2}|two|three|four|six) )?(?P<unit>day|week|fortnight|month|quarter|year)s?\b"
    r"|/ ?(?P<slash>day|week|month|year)\b|\b(?P<adverb>daily|weekly|bi-?weekly|fortnightly|monthly|quarterly|yearly|annually)\b"
)
_VERB = Pattern(
    r"\b(?:invest\w*|put(?:ting)?|b(?:uy|uying|ought)|purchas\w*|spen[dt]\w*|sav(?:e|ed|ing)|stack\w*|add(?:ed|ing)?|worth)\b"
)
_ADVERBS: dict[str, tuple[int, Unit]] = {
    "daily": (1, "day"), "weekly": (1, "week"), "biweekly": (2, "week"), "bi-weekly": (2, "week"),
    "fortnightly": (2, "week"), "monthly": (1, "month"), "quarterly": (3, "month"), "yearly": (12, "month"), "annually": (12, "month"),
}  # fmt: skip
_UNITS: dict[str, tuple[int, Unit]] = {
    "day": (1, "day"), "week": (1, "week"), "fortnight": (2, "week"), "month": (1, "month"), "quarter": (3, "month"), "year": (12, "month"),
}  # fmt: skip
_COUNTS = {"two": 2, "three": 3, "four": 4, "six": 6}


class Slots(Struct, frozen=True):
    """`amount` of `currency` is put in every `every` of `unit`."""

    amount: Decimal
    currency: str
    every: int
    unit: Unit

    @property
    def rhythm(self) -> str:
        return f"every {self.unit}" if self.every == 1 else f"every {self.every} {self.unit}s"


def read_rhythm(reading: Reading) -> Slots | None:
    """None where no sum or no rhythm is said; a plan that is named without its rhythm is a monthly one."""
    rhythm = _rhythm(reading)
    named = _DCA.search(reading.masked) is not None
    sums = [one for one in reading.amounts if one.unit != "%" and one.value > 0]
    money_sums = [one for one in sums if one.unit]
    amount = next(iter(money_sums or (sums if named or rhythm else [])), None)
    if amount is None or (rhythm is None and not named) or not (named or _VERB.search(reading.masked) or money_sums):
        return None
    every, unit = rhythm or (1, "month")
    return Slots(amount.value, amount.unit or "USD", every, unit)


def _rhythm(reading: Reading) -> tuple[int, Unit] | None:
    match = _EVERY.search(reading.masked)
    if match is None:
        return None
    if match["adverb"]:
        return _ADVERBS[match["adverb"]]
    every, unit = _UNITS[match["unit"] or match["slash"]]
    said = match["count"]
    count = 2 if match["other"] else 1 if said is None else _COUNTS.get(said) or max(int(said), 1)
    return every * count, unit


def purchase_days(first: date, last: date, slots: Slots) -> Iterator[date]:
    """From the first day on, in the rhythm; of months the same day, or the last one there is."""
    count = 0
    while True:
        step = count * slots.every
        day = (
            shift_months(first, step)
            if slots.unit == "month"
            else first + step * (7 if slots.unit == "week" else 1) * _DAY
        )
        if day > last:
            return
        yield day
        count += 1
