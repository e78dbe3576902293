"""Where a value comes from, and what stands in for a value that nobody can give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

__all__ = ["Figure", "Missing", "Mode", "Provenance"]

Mode = Literal["live", "snapshot", "simulated", "computed"]


class Provenance(Struct, frozen=True):
    """Where a value comes from. `as_of` is the moment the value describes, aware UTC; `note` is for people:
    the caveat or the method. `known_at` is when the value could first be known; None means at `as_of`."""

    source: str
    mode: Mode
    as_of: datetime
    note: str | None = None
    known_at: datetime | None = None

    @property
    def visible_from(self) -> datetime:
        """The first moment at which a question may be answered with this value."""
        return self.as_of if self.known_at is None else max(self.as_of, self.known_at)


class Figure(Struct, frozen=True):
    """One value beside its origin. `unit` is a currency or an asset's symbol, or "percent" (12.5 means 12.5 %)."""

    value: float
    unit: str
    provenance: Provenance


class Missing(Struct, frozen=True):
    """A field nobody can give, and why; never filled in with zero."""

    field: str
    reason: str
