"""Figures and dates as text. Every function is pure; what is no finite number has no text (None)."""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

__all__ = ["big_money", "coins", "day", "money", "number", "percent", "plural", "to_decimal", "trimmed"]

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_NUMERIC = (int, float, str, Decimal)
_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))


def to_decimal(value: Any) -> Decimal | None:
    """The exact decimal a JSON number shows; None for anything that is no finite number."""
    if type(value) is float:  # nearly all are, and no float is too large
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and abs(exact.adjusted()) < 400 else None


def trimmed(value: Decimal, places: int) -> str:
    """Rounded to at most `places` decimals, with thousands commas and no trailing zeros."""
    text = _fixed(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(value: Decimal, places: int) -> str:
    return f"{_rounded(value, places):,.{places}f}"


def _rounded(value: Decimal, places: int) -> Decimal:
    if value.adjusted() + places > 26:  # the default context holds 28 digits; such a figure has no cents to lose
        return value
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return abs(rounded) if rounded == 0 else rounded


def money(value: Any, currency: str = "USD") -> str | None:
    """A price: two decimals from 10 up, up to four below it, four significant digits below 1."""
    exact = to_decimal(value)
    if exact is None:
        return None
    return _with_currency(_price(abs(exact)), exact < 0, currency)


def _price(value: Decimal) -> str:
    if value == 0 or value >= 10:
        return _fixed(value, 2)
    if value < 1:
        return _fixed(value, min(3 - value.adjusted(), 20))
    text = _fixed(value, 4)
    return text[:-2] + text[-2:].rstrip("0")


def big_money(value: Any, currency: str = "USD") -> str | None:
    """A sum of the market's size: "$1.26 trillion", "$845.20 million"; below a million like `money`."""
    exact = to_decimal(value)
    if exact is None:
        return None
    for scale, word in _SCALES:
        if abs(exact) >= scale:
            return _with_currency(f"{_fixed(abs(exact) / scale, 2)} {word}", exact < 0, currency)
    return money(value, currency)


def _with_currency(figure: str, is_negative: bool, currency: str) -> str:
    sign = "-" if is_negative else ""
    return f"{sign}{_SIGNS[currency]}{figure}" if currency in _SIGNS else f"{sign}{figure} {currency}"


def percent(value: Any, *, signed: bool = True) -> str | None:
    """Percent points with two decimals: 5.1 -> "+5.10%". A change that rounds to nothing carries no sign."""
    exact = to_decimal(value)
    if exact is None:
        return None
    text = _fixed(exact, 2)
    places = 2
    if text == "0.00" and exact != 0 and not signed:
        places = min(3 - exact.adjusted(), 12)
        text = _fixed(exact, places)
    plus = "+" if signed and _rounded(exact, places) > 0 else ""
    return f"{plus}{text}%"


def coins(value: Any, symbol: str) -> str | None:
    """An amount of an asset: whole coins from a thousand up, otherwise up to eight decimals."""
    exact = to_decimal(value)
    if exact is None:
        return None
    figure = trimmed(exact, 0 if abs(exact) >= 1000 else 8)
    return f"{figure} {symbol}".strip()


def number(value: Any) -> str | None:
    """A bare result of arithmetic: up to eight decimals below a million, up to two above."""
    exact = to_decimal(value)
    if exact is None:
        return None
    if exact != 0 and (abs(exact) >= Decimal(10) ** 18 or abs(exact) < Decimal(10) ** -8):
        return f"{exact:.8g}".replace("e", "E")
    return trimmed(exact, 8 if abs(exact) < 10**6 else 2)


def day(moment: date) -> str:
    return moment.isoformat()


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
