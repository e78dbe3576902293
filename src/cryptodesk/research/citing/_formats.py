"""A cell's value as a reader wants it: currency, magnitude, sign, by a small set of formats."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite
from typing import Literal, get_args

from cryptodesk.verification.meanings import Meaning

__all__ = ["FORMATS", "Format", "is_share", "written"]

Format = Literal["default", "short", "signed", "size"]
FORMATS: tuple[Format, ...] = get_args(Format)

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_POWERS = ((12, " trillion", "T"), (9, " billion", "B"), (6, " million", "M"))
_FIRST_MAGNITUDE = 1_000_000
_SHARES = frozenset({"percent", "points"})


def is_share(meaning: Meaning) -> bool:
    """Whether the value is a percentage (12.5 means 12.5 %)."""
    return meaning.unit in _SHARES or (
        meaning.aspect in {"change", "from_high", "from_low"} and meaning.unit != "money"
    )


def written(value: float, meaning: Meaning, currency: str, style: Format) -> str:
    """`signed` says a plus too, `size` leaves the sign to the words, `short` writes $1.57T."""
    if not isfinite(value):
        return "n/a"
    size = abs(value) if style == "size" else value
    is_told = style == "signed" or (style != "size" and is_share(meaning) and meaning.aspect == "change")
    plus = "+" if value > 0 and is_told else ""
    minus = "-" if size < 0 else ""
    number = Decimal(repr(abs(value)))
    if is_share(meaning):
        # A funding rate of 0.0137 % must not become 0.01 %.
        places = 2 if number >= Decimal("0.1") or not number else min(2 - number.adjusted(), 12)
        return f"{plus}{minus}{_plain(number, places)}%"
    body = _amount(number, is_short=style == "short")
    if meaning.unit == "money":
        sign = _SIGNS.get(currency)
        return f"{plus}{minus}{sign}{body}" if sign else f"{plus}{minus}{body} {currency}"
    return f"{plus}{minus}{body}{' gwei' if meaning.unit == 'gwei' else ''}"


def _amount(number: Decimal, *, is_short: bool) -> str:
    if number >= _FIRST_MAGNITUDE:
        for power, word, letter in _POWERS:
            if number >= Decimal(10) ** power:
                return f"{_plain(number.scaleb(-power), 2)}{letter if is_short else word}"
    if number == number.to_integral_value():
        return f"{number:,.0f}"
    if is_short and number >= 1_000:
        return f"{_plain(number.scaleb(-3), 1)}K"
    # Below one, four digits that count.
    places = 2 if number >= 1 else min(3 - number.adjusted(), 18)
    return _plain(number, places)


def _plain(number: Decimal, places: int) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN):,f}"
