"""Evaluates one arithmetic expression: tokens, then postfix steps, then a stack of Decimals. Never Python's `eval`.

Binding, tightest first: postfix percent; power (right-associative); unary minus and plus; `* / // %`; `+ -`.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, localcontext

from msgspec import Struct

from cryptodesk.tools._arithmetic_functions import CONSTANTS, FUNCTIONS, MAX_EXPONENT, OPERATORS, Function, out_of_range
from cryptodesk.tools._arithmetic_tokens import ExpressionError, Token, syntax_error, tokenize

__all__ = ["DIGITS", "MAX_DEPTH", "Evaluation", "ExpressionError", "evaluate", "format_decimal"]

DIGITS = 50
MAX_DEPTH = 32
# Guard digits, so that 1/3*3 is 1 after the last rounding.
_WORKING_DIGITS = DIGITS + 10
_LARGEST = Decimal("1e308")
_PLAIN_EXPONENTS = range(-30, DIGITS + 1)

_SUMS = ("+", "-")
_PRODUCTS = ("*", "/", "//", "%")
_POWERS = ("^", "**")


class Evaluation(Struct, frozen=True):
    """`is_exact`: no digit of the true value is missing. A rounding that the caller asked for is no loss."""

    value: Decimal
    is_exact: bool


class _Call(Struct, frozen=True):
    """Replaces the top `arity` values of the stack by what `function` makes of them."""

    function: Function
    arity: int


_Step = str | Decimal | _Call


def evaluate(expression: str, precision: int | None = None) -> Evaluation:
    """The value to 50 digits, half-even; with `precision`, rounded to at most so many decimals.

    Raises: ExpressionError, and nothing else whatever the text."""
    steps = _Parser(tokenize(expression)).parse()
    working, final = _context(_WORKING_DIGITS), _context(DIGITS)
    try:
        value = final.plus(_run(steps, working))
    except (decimal.Overflow, decimal.Underflow):
        raise out_of_range() from None
    if value.copy_abs() >= _LARGEST:
        raise out_of_range()
    is_exact = not (working.flags[Inexact] or final.flags[Inexact])
    return Evaluation(value if precision is None else _to_decimals(value, precision), is_exact)


def format_decimal(value: Decimal) -> str:
    """Without trailing zeros; plain notation up to 50 digits, like `1.5e+60` beyond."""
    if value == 0:
        return "0"
    plain = value.adjusted() in _PLAIN_EXPONENTS
    return format(value.normalize(_context(DIGITS)), "f" if plain else "e")


def _context(digits: int) -> Context:
    """A context of its own, never the thread's. Its exponents leave room for intermediate values beyond the limits."""
    traps = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Underflow]
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=-9999, Emax=9999, capitals=0, clamp=0, traps=traps)


def _to_decimals(value: Decimal, precision: int) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -precision:
        return value
    with localcontext(_context(DIGITS + 310)) as wide:
        return value.quantize(Decimal(1).scaleb(-precision), context=wide)


def _run(steps: Sequence[_Step], context: Context) -> Decimal:
    stack: list[Decimal] = []
    for step in steps:
        if isinstance(step, _Call):
            values = stack[-step.arity :]
            del stack[-step.arity :]
            stack.append(step.function.compute(values, context))
        else:
            stack.append(context.create_decimal(step))
    return stack[0]


class _Parser:
    """Turns tokens into postfix steps by recursive descent, one method a level of binding."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._steps: list[_Step] = []

    def parse(self) -> list[_Step]:
        self._sum()
        if self._peek().kind != "end":
            raise syntax_error(self._peek().position)
        return self._steps

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _take(self, *operators: str) -> str | None:
        token = self._peek()
        if token.kind != "operator" or token.text not in operators:
            return None
        self._next += 1
        return token.text

    def _expect(self, operator: str) -> None:
        if self._take(operator) is None:
            raise syntax_error(self._peek().position)

    def _emit(self, function: Function, arity: int) -> None:
        self._steps.append(_Call(function, arity))

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"expression nested too deeply: more than {MAX_DEPTH} levels")
        yield
        self._depth -= 1

    def _sum(self) -> None:
        self._product()
        while operator := self._take(*_SUMS):
            self._product()
            self._emit(OPERATORS[operator], 2)

    def _product(self) -> None:
        self._signed()
        while operator := self._take(*_PRODUCTS):
            self._signed()
            self._emit(OPERATORS[operator], 2)

    def _signed(self) -> None:
        is_negative = False
        while sign := self._take(*_SUMS):
            is_negative ^= sign == "-"
        self._power()
        if is_negative:
            self._emit(OPERATORS["negate"], 1)

    def _power(self) -> None:
        self._primary()
        while self._is_postfix_percent():
            self._next += 1
            self._emit(OPERATORS["percent"], 1)
        if self._take(*_POWERS):
            with self._deeper():
                self._signed()
            self._emit(OPERATORS["^"], 2)

    def _is_postfix_percent(self) -> bool:
        """12% is 0.12 before an operator, a closing bracket, a comma or the end; elsewhere `%` is modulo."""
        after = self._peek(1)
        return self._peek().text == "%" and after.kind in ("operator", "end") and after.text != "("

    def _primary(self) -> None:
        token = self._peek()
        if token.kind == "number":
            self._next += 1
            self._steps.append(_literal(token))
        elif token.kind == "name":
            self._next += 1
            self._name(token)
        else:
            self._expect("(")
            with self._deeper():
                self._sum()
            self._expect(")")

    def _name(self, token: Token) -> None:
        if token.text in CONSTANTS:
            self._steps.append(CONSTANTS[token.text])
        elif token.text in FUNCTIONS:
            self._call(token.text, FUNCTIONS[token.text])
        else:
            raise ExpressionError(f"unknown name {token.text!r}")

    def _call(self, name: str, function: Function) -> None:
        self._expect("(")
        arity = 0
        with self._deeper():
            while arity == 0 or self._take(","):
                self._sum()
                arity += 1
        self._expect(")")
        if arity < function.fewest or (function.most is not None and arity > function.most):
            raise ExpressionError(f"wrong number of arguments for {name!r}: {_arity_wanted(function)}, got {arity}")
        self._emit(function, arity)


def _arity_wanted(function: Function) -> str:
    if function.most == function.fewest:
        return f"expected {function.fewest}"
    return f"expected {function.fewest} to {function.most}" if function.most else f"expected {function.fewest} or more"


def _literal(token: Token) -> str:
    """The number's text as Decimal reads it. Raises: ExpressionError for an exponent beyond 1000."""
    text = token.text.replace("_", "").replace(",", "")
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        raise out_of_range()
    return text
