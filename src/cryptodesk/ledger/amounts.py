"""Sums of money: exact, or refused."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Context, Decimal, Inexact

__all__ = ["NOTHING", "add", "divide_down", "multiply", "parse_amount", "subtract", "to_text"]

NOTHING = Decimal(0)

# Raises rather than rounds.
_EXACT = Context(prec=200, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact])
_BILLIONTH = Decimal("1E-9")
_CUT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX, rounding=ROUND_DOWN)
# More digits than this on either side are no sum of money but an attack on the sums.
_MOST_DIGITS = 40

add = _EXACT.add
subtract = _EXACT.subtract
multiply = _EXACT.multiply


def divide_down(amount: Decimal, by: int) -> Decimal:
    """To the billionth of a dollar; never more than the exact quotient."""
    return _CUT.quantize(_CUT.divide(amount, Decimal(by)), _BILLIONTH)


def to_text(amount: Decimal) -> str:
    """Every digit, without an exponent; "NaN" for what is not known."""
    return format(amount, "f")


def parse_amount(text: str) -> Decimal:
    """An amount that is not below zero. Raises: ValueError for anything else."""
    try:
        amount = Decimal(text.strip())
    except ArithmeticError:
        raise ValueError(f"{text[:60]!r} is no amount of USD") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{text[:60]!r} is no amount of USD from 0 on")
    exponent = amount.as_tuple().exponent
    if amount.adjusted() > _MOST_DIGITS or (isinstance(exponent, int) and exponent < -_MOST_DIGITS):
        raise ValueError(f"{text[:60]!r} has more digits than money has")
    return amount
