"""Reads single cells of a table: moments and numbers as people and programs write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

__all__ = ["RowError", "parse_moment", "parse_number"]

# Larger numbers are finer units: seconds until the year 5138, then milliseconds, microseconds, nanoseconds.
_LARGEST_SECONDS = 10**11
_NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][-+]?\d+)?|-?\.\d+([eE][-+]?\d+)?")
_SECOND_DIGITS = 10
_EARLIEST = 1_230_768_000  # 2009: nothing was traded before
_LATEST = 7_258_118_400  # 2200


class RowError(ValueError):
    """What is wrong with one row. The message names the column and quotes the cell."""


def parse_moment(text: object, column: str) -> int:
    """Unix seconds from unix seconds, milli-, micro- or nanoseconds, or from an ISO 8601 date or time; a time without a
    zone is UTC. Raises: RowError."""
    if isinstance(text, str) and text.isdecimal() and text.isascii() and len(text) == _SECOND_DIGITS:
        seconds = int(text)
    else:
        seconds = _any_moment(text, column)
    if not _EARLIEST <= seconds < _LATEST:
        raise RowError(f"{column}: {_short(text)} is outside 2009 to 2199")
    return seconds


def _any_moment(text: object, column: str) -> int:
    try:
        return _unix(float(str(text))) if _is_number(text) else _iso(str(text))
    except (ValueError, OverflowError):
        raise RowError(f"{column}: {_short(text)} is no moment") from None


def parse_number(text: object, column: str) -> float:
    """A finite number with a point and without separators. Raises: RowError."""
    if isinstance(text, str):
        try:
            number = float(text)
        except ValueError:
            number = math.nan
    elif isinstance(text, int | float) and not isinstance(text, bool):
        number = float(text)
    else:
        number = math.nan
    if not math.isfinite(number):
        raise RowError(f"{column}: {_short(text)} is no finite number (a point for decimals, no separators)")
    return number


def _is_number(text: object) -> bool:
    if isinstance(text, str):
        return _NUMBER.fullmatch(text.strip()) is not None
    return isinstance(text, int | float) and not isinstance(text, bool)


def _unix(number: float) -> int:
    for _ in range(3):
        if abs(number) < _LARGEST_SECONDS:
            break
        number /= 1000
    return math.floor(number)


def _iso(text: str) -> int:
    moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return math.floor(moment.timestamp())


def _short(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= 40 else shown[:39] + "…"
