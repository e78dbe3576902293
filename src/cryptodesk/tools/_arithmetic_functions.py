"""The functions, constants and operators of arithmetic expressions, over Decimal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext

from msgspec import Struct

from cryptodesk.tools._arithmetic_tokens import ExpressionError

__all__ = ["CONSTANTS", "FUNCTIONS", "MAX_EXPONENT", "OPERATORS", "Function", "out_of_range"]

MAX_EXPONENT = 1000

CONSTANTS = {
    "pi": Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"),
    "e": Decimal("2.71828182845904523536028747135266249775724709369995957496696762772407663035354759"),
}

Values = Sequence[Decimal]
_HUNDRED = Decimal(100)


class Function(Struct, frozen=True):
    """`compute` gets between `fewest` and `most` values (None: any number) and the context to round in."""

    compute: Callable[[Values, Context], Decimal]
    fewest: int
    most: int | None


def out_of_range() -> ExpressionError:
    return ExpressionError("result out of range")


def _domain_error(why: str) -> ExpressionError:
    return ExpressionError(f"domain error: {why}")


def _divide(a: Decimal, b: Decimal, context: Context) -> Decimal:
    if b == 0:
        raise ExpressionError("division by zero")
    return context.divide(a, b)


def _floor_divide(a: Decimal, b: Decimal, context: Context) -> Decimal:
    return context.plus(_floor_divmod(a, b, context)[0])


def _modulo(a: Decimal, b: Decimal, context: Context) -> Decimal:
    return context.plus(_floor_divmod(a, b, context)[1])


def _floor_divmod(a: Decimal, b: Decimal, context: Context) -> tuple[Decimal, Decimal]:
    """Exact quotient, rounded towards minus infinity, and remainder, with the sign of `b`: as Python's integers do."""
    if b == 0:
        raise ExpressionError("division by zero")
    if a.adjusted() - b.adjusted() > MAX_EXPONENT:
        raise out_of_range()
    with localcontext(context) as wide:
        wide.prec = 4 * context.prec + 2 * (abs(a.adjusted()) + abs(b.adjusted()))
        quotient, remainder = divmod(a, b)
        if remainder and (remainder < 0) != (b < 0):
            return quotient - 1, remainder + b
        return quotient, remainder


def _power(base: Decimal, exponent: Decimal, context: Context) -> Decimal:
    if exponent.copy_abs() > MAX_EXPONENT:
        raise out_of_range()
    if exponent == 0:
        return Decimal(1)
    if base == 0 and exponent < 0:
        raise ExpressionError("division by zero")
    if base < 0 and exponent != exponent.to_integral_value():
        raise _domain_error("power of a negative number with a fractional exponent")
    if exponent == exponent.to_integral_value():
        return _integer_power(base, int(exponent), context)
    return context.power(base, exponent)


def _integer_power(base: Decimal, exponent: int, context: Context) -> Decimal:
    """By repeated squaring, so that a power that fits the digits comes out exact and unflagged."""
    result, square, left = Decimal(1), base, abs(exponent)
    while left:
        if left & 1:
            result = context.multiply(result, square)
        left >>= 1
        if left:
            square = context.multiply(square, square)
    return result if exponent > 0 else context.divide(Decimal(1), result)


def _sqrt(values: Values, context: Context) -> Decimal:
    if values[0] < 0:
        raise _domain_error("sqrt of a negative number")
    return context.sqrt(values[0])


def _positive(value: Decimal, name: str) -> Decimal:
    if value <= 0:
        raise _domain_error(f"{name} of a number that is not positive")
    return value


def _ln(values: Values, context: Context) -> Decimal:
    return context.ln(_positive(values[0], "ln"))


def _log10(values: Values, context: Context) -> Decimal:
    return context.log10(_positive(values[0], "log10"))


def _log(values: Values, context: Context) -> Decimal:
    value, base = _positive(values[0], "log"), _positive(values[1], "log base")
    if base == 1:
        raise _domain_error("log with base 1")
    if base == 10:
        return context.log10(value)
    return context.divide(context.ln(value), context.ln(base))


def _sum(values: Values, context: Context) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = context.add(total, value)
    return total


def _avg(values: Values, context: Context) -> Decimal:
    return context.divide(_sum(values, context), Decimal(len(values)))


def _round(values: Values, context: Context) -> Decimal:
    decimals = values[1] if len(values) > 1 else Decimal(0)
    if decimals != decimals.to_integral_value() or decimals.copy_abs() > 50:
        raise _domain_error("round to a number of decimals that is not an integer in -50..50")
    return _quantize(values[0], int(decimals), ROUND_HALF_EVEN, context)


def _quantize(value: Decimal, decimals: int, rounding: str, context: Context) -> Decimal:
    """Rounding that was asked for loses no digits in the sense of `exact`, hence a context with flags of its own."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -decimals:
        return value
    with localcontext(context) as wide:
        wide.prec = context.prec + MAX_EXPONENT + abs(value.adjusted())
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _pct_change(values: Values, context: Context) -> Decimal:
    before, after = values
    return context.multiply(_divide(context.subtract(after, before), before, context), _HUNDRED)


def _cagr(values: Values, context: Context) -> Decimal:
    before, after, years = values
    if years == 0:
        raise ExpressionError("division by zero")
    if before <= 0 or after <= 0 or years < 0:
        raise _domain_error("cagr of a number that is not positive")
    growth = _power(context.divide(after, before), context.divide(Decimal(1), years), context)
    return context.multiply(context.subtract(growth, Decimal(1)), _HUNDRED)


FUNCTIONS = {
    "abs": Function(lambda values, context: context.abs(values[0]), 1, 1),
    "min": Function(lambda values, _: min(values), 1, None),
    "max": Function(lambda values, _: max(values), 1, None),
    "sum": Function(_sum, 1, None),
    "avg": Function(_avg, 1, None),
    "round": Function(_round, 1, 2),
    "floor": Function(lambda values, context: _quantize(values[0], 0, ROUND_FLOOR, context), 1, 1),
    "ceil": Function(lambda values, context: _quantize(values[0], 0, ROUND_CEILING, context), 1, 1),
    "sqrt": Function(_sqrt, 1, 1),
    "ln": Function(_ln, 1, 1),
    "log10": Function(_log10, 1, 1),
    "log": Function(_log, 2, 2),
    "exp": Function(lambda values, context: context.exp(values[0]), 1, 1),
    "pct_change": Function(_pct_change, 2, 2),
    "cagr": Function(_cagr, 3, 3),
}

OPERATORS: dict[str, Function] = {
    "+": Function(lambda values, context: context.add(values[0], values[1]), 2, 2),
    "-": Function(lambda values, context: context.subtract(values[0], values[1]), 2, 2),
    "*": Function(lambda values, context: context.multiply(values[0], values[1]), 2, 2),
    "/": Function(lambda values, context: _divide(values[0], values[1], context), 2, 2),
    "//": Function(lambda values, context: _floor_divide(values[0], values[1], context), 2, 2),
    "%": Function(lambda values, context: _modulo(values[0], values[1], context), 2, 2),
    "^": Function(lambda values, context: _power(values[0], values[1], context), 2, 2),
    "negate": Function(lambda values, context: context.minus(values[0]), 1, 1),
    "percent": Function(lambda values, context: context.divide(values[0], _HUNDRED), 1, 1),
}
