"""Finds the rows of a table that pass every filter, in order."""

from __future__ import annotations

import heapq
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.screening.names import canonical_platform, canonical_tag
from cryptodesk.market.screening.records import Filter, Sort
from cryptodesk.market.screening.table import Column, ScreenTable, read_moment

__all__ = ["Screened", "screen"]

Rows = Sequence[int]

_DAY_SECONDS = 86_400.0
_SAMPLE = 64


class Screened(Struct, frozen=True):
    """`rows` are indices into the table, in order; `total_matched` counts those beyond the limit too."""

    total_matched: int
    rows: tuple[int, ...]


def screen(table: ScreenTable, filters: Iterable[Filter], sort: Sort | None = None, limit: int = 10) -> Screened:
    """A missing number or date passes no filter; a missing text or tag passes `ne` alone. Rows whose sort value is
    missing come last, whatever the order; equal ones keep the table's order.

    Raises: ToolFailed if the table lacks a field."""
    everything = range(len(table))
    sample = list(everything[:: max(1, len(table) // _SAMPLE)])
    rows: Rows = everything
    # The filter that leaves the fewest rows goes first.
    for wanted in sorted(filters, key=lambda wanted: len(_passing(table, sample, wanted))):
        rows = _passing(table, rows, wanted)
    ordered = rows[:limit] if sort is None else _first(_column(table, sort.field), rows, sort.order == "desc", limit)
    return Screened(len(rows), tuple(ordered))


def _passing(table: ScreenTable, rows: Rows, wanted: Filter) -> Rows:
    if wanted.field in table.tags:
        return _by_tag(table.tags[wanted.field], rows, wanted)
    if wanted.field in table.texts:
        return _by_text(table.texts[wanted.field], rows, wanted)
    column = _column(table, wanted.field)
    if isinstance(wanted.value, str):
        return _by_day(column, rows, wanted)
    return _by_number(column, rows, wanted)


def _column(table: ScreenTable, field: str) -> Column:
    try:
        return table.numbers[field]
    except KeyError:
        raise ToolFailed(f"the data at hand cannot be screened by {field!r}: they do not hold it") from None


def _by_number(column: Column, rows: Rows, wanted: Filter) -> Rows:
    """Comparisons with NaN are false, `!=` apart."""
    values, bound = column.values, wanted.value
    if wanted.op not in _NUMERIC_OPS:
        raise ToolFailed(f"{wanted.field!r} is a number: {wanted.op!r} does not apply to it")
    if not _can_match(column, wanted):
        return []
    if column.known == len(values) and _all_match(column, wanted):
        return rows
    if wanted.op == "ne":
        return [row for row in rows if not math.isnan(value := values[row]) and value != bound]
    if isinstance(rows, range):
        # The first filter reads every row: half the time without the look-ups.
        return _scanned(values, wanted.op, bound)
    return _narrowed(values, rows, wanted.op, bound)


def _scanned(values: Sequence[float], op: str, bound: float) -> Rows:
    match op:
        case "lt":
            return [row for row, value in enumerate(values) if value < bound]
        case "lte":
            return [row for row, value in enumerate(values) if value <= bound]
        case "gt":
            return [row for row, value in enumerate(values) if value > bound]
        case "gte":
            return [row for row, value in enumerate(values) if value >= bound]
    return [row for row, value in enumerate(values) if value == bound]


def _narrowed(values: Sequence[float], rows: Rows, op: str, bound: float) -> Rows:
    match op:
        case "lt":
            return [row for row in rows if values[row] < bound]
        case "lte":
            return [row for row in rows if values[row] <= bound]
        case "gt":
            return [row for row in rows if values[row] > bound]
        case "gte":
            return [row for row in rows if values[row] >= bound]
    return [row for row in rows if values[row] == bound]


_NUMERIC_OPS = frozenset({"lt", "lte", "gt", "gte", "eq", "ne"})

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def _can_match(column: Column, wanted: Filter) -> bool:
    extreme = column.lowest if wanted.op in {"lt", "lte"} else column.highest
    return column.known > 0 and (wanted.op not in _HOLDS or _HOLDS[wanted.op](extreme, wanted.value))


def _all_match(column: Column, wanted: Filter) -> bool:
    extreme = column.highest if wanted.op in {"lt", "lte"} else column.lowest
    return wanted.op in _HOLDS and _HOLDS[wanted.op](extreme, wanted.value)


def _by_day(column: Column, rows: Rows, wanted: Filter) -> Rows:
    """A date stands for its whole day: "after" begins with the next one."""
    begins = read_moment(wanted.value)
    ends = begins + _DAY_SECONDS
    field = wanted.field
    match wanted.op:
        case "lt" | "gte":
            return _by_number(column, rows, Filter(field, wanted.op, begins))
        case "lte":
            return _by_number(column, rows, Filter(field, "lt", ends))
        case "gt":
            return _by_number(column, rows, Filter(field, "gte", ends))
        case "eq":
            return [row for row in rows if begins <= column.values[row] < ends]
        case "ne":
            return [row for row in rows if (at := column.values[row]) < begins or at >= ends]
    raise ToolFailed(f"{field!r} is a date: {wanted.op!r} does not apply to it")


def _by_tag(sets: Sequence[frozenset[str]], rows: Rows, wanted: Filter) -> Rows:
    tags = frozenset(map(canonical_tag, _texts(wanted.value)))
    if wanted.op == "ne":
        return [row for row in rows if tags.isdisjoint(sets[row])]
    if len(tags) == 1:
        (tag,) = tags
        return [row for row in rows if tag in sets[row]]
    return [row for row in rows if not tags.isdisjoint(sets[row])]


def _by_text(column: Sequence[str | None], rows: Rows, wanted: Filter) -> Rows:
    fold = canonical_platform if wanted.field == "platform" else str.casefold
    asked = tuple(map(fold, _texts(wanted.value)))
    if wanted.op == "contains":
        return [row for row in rows if (text := column[row]) is not None and any(part in text for part in asked)]
    if wanted.op == "ne":
        return [row for row in rows if column[row] not in asked]
    return [row for row in rows if column[row] in asked]


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _first(column: Column, rows: Rows, is_descending: bool, limit: int) -> list[int]:
    if is_descending:
        return heapq.nlargest(limit, rows, key=column.falling.__getitem__)
    return heapq.nsmallest(limit, rows, key=column.rising.__getitem__)
