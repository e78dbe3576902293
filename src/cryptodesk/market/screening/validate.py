"""Checks filters and orders, wherever they come from: known field, fitting operator and value, nothing impossible."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import Any

from cryptodesk.core.errors import ToolArgumentError
from cryptodesk.market.screening.amounts import plain_number, read_amount
from cryptodesk.market.screening.fields import FIELDS, AssetType, Field
from cryptodesk.market.screening.names import canonical_platform, canonical_tag
from cryptodesk.market.screening.records import Filter, Sort
from cryptodesk.market.screening.table import read_moment

__all__ = ["MAX_FILTERS", "check_possible", "check_together", "validate_filters", "validate_sort"]

MAX_FILTERS = 12
_MAX_TEXT = 100
_MAX_TEXTS = 50

_NUMERIC_OPS = ("lt", "lte", "gt", "gte", "eq", "ne")
_TEXT_OPS = ("eq", "ne", "in", "contains")
_TAG_OPS = ("eq", "ne", "in", "contains")
_OPS = {"number": _NUMERIC_OPS, "date": _NUMERIC_OPS, "text": _TEXT_OPS, "tags": _TAG_OPS}


def validate_filters(filters: Sequence[Filter], asset_type: AssetType) -> tuple[Filter, ...]:
    """The filters with their values in the form `screen` takes: "50m" as a number, tags and chains by their one name.

    Raises: ToolArgumentError `invalid arguments: filters[0].value: ...`"""
    if len(filters) > MAX_FILTERS:
        raise _refused("filters", f"at most {MAX_FILTERS} filters, got {len(filters)}")
    checked = tuple(_checked(f"filters[{place}]", wanted, asset_type) for place, wanted in enumerate(filters))
    check_together("filters", checked)
    return checked


def validate_sort(sort: Sort, asset_type: AssetType) -> Sort:
    """Raises: ToolArgumentError if the field is unknown or has no order."""
    field = _field("sort.field", sort.field, asset_type)
    if field.kind not in {"number", "date"}:
        orders = [name for name, known in FIELDS[asset_type].items() if known.kind in {"number", "date"}]
        raise _refused("sort.field", f"{sort.field!r} is text and has no order; use one of {', '.join(orders)}")
    if sort.order not in {"asc", "desc"}:
        raise _refused("sort.order", f"{sort.order!r} is neither 'asc' nor 'desc'")
    return sort


def _checked(path: str, wanted: Filter, asset_type: AssetType) -> Filter:
    field = _field(f"{path}.field", wanted.field, asset_type)
    if wanted.op not in _OPS[field.kind]:
        ops = ", ".join(_OPS[field.kind])
        raise _refused(
            f"{path}.op", f"{wanted.op!r} does not apply to {field.name}, a {field.kind} field; use one of {ops}"
        )
    value = _value(f"{path}.value", wanted, field)
    return Filter(field.name, wanted.op, value)


def _field(path: str, name: str, asset_type: AssetType) -> Field:
    known = FIELDS[asset_type]
    if name in known:
        return known[name]
    close = difflib.get_close_matches(str(name)[:_MAX_TEXT], known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise _refused(path, f"unknown field {str(name)[:_MAX_TEXT]!r} for {asset_type}{hint} Known: {', '.join(known)}")


def _value(path: str, wanted: Filter, field: Field) -> Any:
    if field.kind == "number":
        number = _number(path, wanted.value, field)
        check_possible(path, field, Filter(field.name, wanted.op, number))
        return plain_number(number)
    if field.kind == "date":
        if not isinstance(wanted.value, str) or math.isnan(read_moment(wanted.value[:32])):
            raise _refused(path, f"{wanted.value!r} is no date; write it as 'YYYY-MM-DD'")
        return wanted.value[:10]
    return _texts(path, wanted, field)


def _number(path: str, value: Any, field: Field) -> float:
    if isinstance(value, str):
        return _read_number(path, value[:_MAX_TEXT], field)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(path, f"{field.name} takes a number, got {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _refused(path, f"{field.name} takes a finite number, got {value!r}"[:200])
    return number


def _read_number(path: str, text: str, field: Field) -> float:
    amount = read_amount(text.strip().lower())
    if amount is None or amount.end != len(text.strip()) or amount.problem or amount.is_open:
        raise _refused(path, f"{text!r} is no number")
    if amount.note:
        raise _refused(path, f"{text!r} can be read in two ways; write a plain number")
    fits = {"usd": {"USD", ""}, "percent": {"%", ""}, "ratio": {"%", "x", ""}}.get(field.unit, {""})
    if field.unit == "days" and amount.days is not None:
        return amount.days
    if amount.unit not in fits or amount.days is not None:
        raise _refused(path, f"the unit of {text!r} does not fit {field.name} ({field.unit})")
    return amount.value / 100 if field.unit == "ratio" and amount.unit == "%" else amount.value


def _texts(path: str, wanted: Filter, field: Field) -> str | tuple[str, ...]:
    values = wanted.value if isinstance(wanted.value, list | tuple) else (wanted.value,)
    if isinstance(wanted.value, list | tuple) and wanted.op != "in":
        raise _refused(path, f"{wanted.op!r} takes one text, got a list; use 'in'")
    if not values or len(values) > _MAX_TEXTS:
        raise _refused(path, f"takes 1 to {_MAX_TEXTS} texts, got {len(values)}")
    if not all(isinstance(value, str) and 0 < len(value.strip()) <= _MAX_TEXT for value in values):
        raise _refused(path, f"{field.name} takes text of 1 to {_MAX_TEXT} characters")
    folded = tuple(_fold(field, value) for value in values)
    return folded if wanted.op == "in" else folded[0]


def _fold(field: Field, value: str) -> str:
    if field.kind == "tags":
        return canonical_tag(value)
    return canonical_platform(value) if field.name == "platform" else value.strip().casefold()


def check_possible(path: str, field: Field, wanted: Filter) -> None:
    """Raises: ToolArgumentError if the bound lies beyond what the field's values can be."""
    value = wanted.value
    if value < field.lowest:
        raise _refused(path, f"{field.name} is never below {plain_number(field.lowest)}, got {plain_number(value)}")
    if value > field.highest:
        raise _refused(path, f"{field.name} is never above {plain_number(field.highest)}, got {plain_number(value)}")
    if (wanted.op == "lt" and value == field.lowest) or (wanted.op == "gt" and value == field.highest):
        side = "below" if wanted.op == "lt" else "above"
        raise _refused(path, f"{field.name} is never {side} {plain_number(value)}: nothing could match")


def check_together(path: str, filters: Sequence[Filter]) -> None:
    """Raises: ToolArgumentError if two filters exclude each other."""
    _check_texts(path, filters)
    lows: dict[str, Filter] = {}
    highs: dict[str, Filter] = {}
    for wanted in filters:
        if wanted.op in {"gt", "gte", "eq"} and _is_comparable(wanted):
            lows[wanted.field] = max(
                lows.get(wanted.field, wanted), wanted, key=lambda low: (low.value, low.op == "gt")
            )
        if wanted.op in {"lt", "lte", "eq"} and _is_comparable(wanted):
            highs[wanted.field] = min(
                highs.get(wanted.field, wanted), wanted, key=lambda top: (top.value, top.op != "lt")
            )
    for field in lows.keys() & highs.keys():
        low, high = lows[field], highs[field]
        if low.value > high.value or (low.value == high.value and "t" in {low.op[-1], high.op[-1]}):
            raise _refused(path, f"{field} cannot be both {_said(low)} and {_said(high)}")


def _check_texts(path: str, filters: Sequence[Filter]) -> None:
    rejected = {(wanted.field, wanted.value) for wanted in filters if wanted.op == "ne"}
    held: dict[str, Any] = {}
    for wanted in filters:
        if wanted.op != "eq":
            continue
        if (wanted.field, wanted.value) in rejected:
            raise _refused(path, f"{wanted.field} cannot both be and not be {wanted.value!r}")
        # An asset has many tags, but one of everything else.
        if (
            wanted.field != "tag"
            and isinstance(wanted.value, str)
            and held.setdefault(wanted.field, wanted.value) != wanted.value
        ):
            raise _refused(path, f"{wanted.field} cannot be both {held[wanted.field]!r} and {wanted.value!r}")


def _is_comparable(wanted: Filter) -> bool:
    return isinstance(wanted.value, int | float) or wanted.field.startswith("date_")


_SAID = {"lt": "below", "lte": "at most", "gt": "above", "gte": "at least", "eq": "equal to"}


def _said(wanted: Filter) -> str:
    return f"{_SAID[wanted.op]} {wanted.value}"


def _refused(path: str, why: str) -> ToolArgumentError:
    return ToolArgumentError(f"invalid arguments: {path}: {why}")
