"""What a screen is made of: filters, an order, and what was understood of a request."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

__all__ = ["Filter", "Interpreted", "Op", "Sort", "State"]

Op = Literal["lt", "lte", "gt", "gte", "eq", "ne", "in", "contains"]
# Which assets are screened: those that are traded, those that no longer are, or both.
State = Literal["active", "inactive", "any"]


class Filter(Struct, frozen=True):
    """`value` is a number, a text, a date as ISO text, or for `in` a tuple of texts."""

    field: str
    op: Op
    value: Any


class Sort(Struct, frozen=True):
    field: str
    order: Literal["asc", "desc"] = "desc"


class Interpreted(Struct, frozen=True):
    """What was understood of a request in words. All filters hold at once; `state` is None where nothing is said of it.

    `ignored` are the parts of the request that had no effect, in its own words; `notes` say what was mended, assumed
    or could not be done, and why."""

    filters: tuple[Filter, ...] = ()
    sort: Sort | None = None
    limit: int | None = None
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    state: State | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        return not self.filters and self.sort is None and self.limit is None and self.state is None
