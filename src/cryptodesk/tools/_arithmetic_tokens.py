"""Splits an arithmetic expression into tokens, and draws the line between a thousands comma and a separator."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.core.patterns import Pattern

__all__ = ["MAX_TOKENS", "ExpressionError", "Token", "syntax_error", "tokenize"]

MAX_TOKENS = 200

TokenKind = Literal["number", "name", "operator", "end"]

_SPACE = Pattern(r"[ \t\r\n]*")
_NAME = Pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = Pattern(r"\*\*|//|[-+*/%^(),]")
_DIGITS = r"\d+(?:_\d+)*"
_TAIL = rf"(?:[eE][+-]?{_DIGITS})?"
_PLAIN = Pattern(rf"(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS}){_TAIL}", re.ASCII)
_THOUSANDS = Pattern(rf"[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.(?:{_DIGITS})?)?{_TAIL}(?![\d_])", re.ASCII)
# `max(1,000, 2)`: either reading may be meant, and the wrong one would go unseen.
_DOUBTFUL = Pattern(r"[1-9]\d{0,2},0\d\d(?!\d)", re.ASCII)


class ExpressionError(ToolArgumentError):
    """The expression has no value; the message says why."""


class Token(Struct, frozen=True):
    """`position` counts characters from 0."""

    kind: TokenKind
    text: str
    position: int


def syntax_error(position: int) -> ExpressionError:
    return ExpressionError(f"syntax error at position {position}")


def tokenize(expression: str) -> list[Token]:
    """The tokens in order, the last of kind "end".

    A comma groups thousands where it cannot separate arguments (`65,000 * 2`), and separates inside a call.
    Raises: ExpressionError for a character outside the grammar, a doubtful comma, or more than 200 tokens."""
    tokens: list[Token] = []
    calls: list[bool] = []
    position = _skip_space(expression, 0)
    while position < len(expression):
        token = _next_token(expression, position, in_call=bool(calls) and calls[-1])
        _track_call(token, tokens, calls)
        tokens.append(token)
        if len(tokens) > MAX_TOKENS:
            raise ExpressionError(f"expression too long: more than {MAX_TOKENS} tokens")
        position = _skip_space(expression, position + len(token.text))
    tokens.append(Token("end", "", len(expression)))
    return tokens


def _skip_space(expression: str, position: int) -> int:
    match = _SPACE.match(expression, position)
    return match.end() if match else position


def _track_call(token: Token, before: list[Token], calls: list[bool]) -> None:
    if token.text == "(":
        calls.append(bool(before) and before[-1].kind == "name")
    elif token.text == ")" and calls:
        calls.pop()


def _next_token(expression: str, position: int, *, in_call: bool) -> Token:
    if number := _number(expression, position, in_call=in_call):
        return Token("number", number, position)
    if match := _NAME.match(expression, position):
        return Token("name", match.group(), position)
    if match := _OPERATOR.match(expression, position):
        return Token("operator", match.group(), position)
    raise syntax_error(position)


def _number(expression: str, position: int, *, in_call: bool) -> str | None:
    if in_call and (doubtful := _DOUBTFUL.match(expression, position)):
        raise syntax_error(position + doubtful.group().index(","))
    pattern = _PLAIN if in_call else _THOUSANDS
    match = pattern.match(expression, position) or _PLAIN.match(expression, position)
    return match.group() if match else None
