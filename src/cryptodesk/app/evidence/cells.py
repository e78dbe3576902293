"""From a figure's cell to the tool output it names: is that value there?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

__all__ = ["check_cell"]

_NOT_DIGITS = re.compile(r"[^0-9.]")
_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")


class _Missing(Exception):
    pass


def check_cell(
    cell: Mapping[str, Any],
    figure: Mapping[str, Any],
    calls: Mapping[str, Mapping[str, Any]],
    *,
    is_redacted: bool = False,
) -> tuple[str, bool]:
    """What is wrong, empty where nothing is; and whether the value was found at the place that is named. It is not
    where the value was computed from what stands there, as the change over a history is; nor where the result is the
    user's own, and what the user wrote was left out."""
    call = calls.get(cell["call_id"])
    if call is None and is_redacted:
        return "", False
    if call is None or call.get("content") is None:
        return f"it names a result of {cell['call_id']!r}, which the file does not have", False
    if call["name"] not in ("", cell["tool"]):
        return f"it names {cell['tool']}, but {cell['call_id']!r} called {call['name']}", False
    if cell["path"] == "/":
        return (
            "" if str(cell.get("value")) in call["content"] else f"{cell.get('value')!r} is not in that output"
        ), True
    try:
        found = _at(_parsed(call["content"]), cell["path"])
    except _Missing:
        return f"{cell['call_id']} has no cell {cell['path']}", False
    if found is _COMPUTED:
        return "", False
    if _agrees(found, cell.get("value"), figure):
        return "", True
    return f"cell {cell['path']} of {cell['call_id']} holds {str(found)[:80]!r}, not {cell.get('value')!r}", False


_COMPUTED = object()


@lru_cache(maxsize=64)
def _parsed(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _Missing from None


def _at(document: Any, pointer: str) -> Any:
    """A table's rows are lists; its headers name their columns. Raises: _Missing."""
    headers: Sequence[Any] = ()
    for escaped in pointer.split("/")[1:]:
        token = escaped.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            if token not in document and "rows" in document:
                return _COMPUTED
            headers = document.get("headers", headers)
            document = _member(document, token)
        elif isinstance(document, list):
            place = headers.index(token) if token in headers and not token.isdigit() else token
            document = _item(document, place)
        else:
            raise _Missing
    return document


def _member(document: Mapping[str, Any], token: str) -> Any:
    if token not in document:
        raise _Missing
    return document[token]


def _item(document: Sequence[Any], place: Any) -> Any:
    if not str(place).isdigit() or int(place) >= len(document):
        raise _Missing
    return document[int(place)]


def _agrees(found: Any, value: Any, figure: Mapping[str, Any]) -> bool:
    """Whether the place holds the value: itself, a day as a moment of it, or in a text the figure's own digits."""
    if type(found) in (int, float) and type(value) in (int, float):
        return bool(found == value)
    if not isinstance(found, str):
        return bool(found == value)
    if isinstance(value, str) and found.startswith(value):
        return True
    digits = _NOT_DIGITS.sub("", str(figure.get("was") or figure["text"])).strip(".")
    numbers = {number.replace(",", "").rstrip(".") for number in _NUMBERS.findall(found)}
    return digits in numbers or (type(value) in (int, float) and any(float(number) == value for number in numbers))
