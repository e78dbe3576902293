"""The JSON text of a tool's result: rounded floats, and never more bytes than allowed."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.tools._tool import HARD_LIMIT

__all__ = ["encode_result", "encoded_size", "round_floats"]

_LONGEST_TEXT_WHEN_CUT = 300
# Histories have tens of thousands of cells; a call for each of these would double the time.
_WHOLE = frozenset({str, int, bool, type(None)})


def encode_result(result: Struct, *, size_limit: int, float_digits: int | None = 8) -> str:
    """Compact JSON. Where it exceeds `size_limit` bytes, the longest lists lose their tails and the top level says
    `"truncated": true`; what lists cannot bring below the hard limit, long texts do.

    Raises: ToolFailed if even that is too long."""
    payload = round_floats(msgspec.to_builtins(result), float_digits)
    text = msgspec.json.encode(payload)
    if len(text) > size_limit and isinstance(payload, dict):
        payload["truncated"] = True
        _cut_lists(payload, size_limit)
        text = msgspec.json.encode(payload)
    if len(text) > HARD_LIMIT:
        text = msgspec.json.encode(_cut_texts(payload))
    if len(text) > HARD_LIMIT:
        raise ToolFailed(f"result too large: {len(text)} bytes, at most {HARD_LIMIT} allowed")
    return text.decode()


def encoded_size(payload: Any) -> int:
    """Bytes of `payload` as compact JSON."""
    return len(msgspec.json.encode(payload))


def round_floats(value: Any, digits: int | None) -> Any:
    """`value` with each float at `digits` significant digits; None where a float is not finite."""
    return _rounded(value, None if digits is None else f"%.{digits}g")


def _rounded(value: Any, form: str | None) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return value if form is None else float(form % value)
    if isinstance(value, dict):
        return {name: child if type(child) in _WHOLE else _rounded(child, form) for name, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [child if type(child) in _WHOLE else _rounded(child, form) for child in value]
    return value


def _cut_lists(payload: dict[str, Any], size_limit: int) -> None:
    """Takes from the list that weighs most until the whole fits or only single items are left."""
    while (excess := encoded_size(payload) - size_limit) > 0:
        lists = [candidate for candidate in _lists_in(payload) if len(candidate) > 1]
        if not lists:
            return
        heaviest = max(lists, key=_own_size)
        average = max(encoded_size(heaviest) // len(heaviest), 1)
        kept = len(heaviest) - max(excess // average, 1)
        del heaviest[max(kept, 1) :]


def _own_size(items: list[Any]) -> int:
    """Bytes of the list without those of the lists inside it."""
    return encoded_size(items) - sum(encoded_size(inner) for inner in _lists_in(items)[1:])


def _lists_in(value: Any) -> list[list[Any]]:
    """Every list below `value` except table rows: half a row would be another row."""
    if isinstance(value, dict):
        return [found for child in value.values() for found in _lists_in(child)]
    if isinstance(value, list):
        nested = [found for child in value if isinstance(child, dict) for found in _lists_in(child)]
        return [value, *nested]
    return []


def _cut_texts(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT_WHEN_CUT:
        return value[:_LONGEST_TEXT_WHEN_CUT] + "…"
    if isinstance(value, dict):
        return {name: _cut_texts(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_cut_texts(child) for child in value]
    return value
