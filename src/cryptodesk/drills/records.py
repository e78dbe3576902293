"""What a drill found out: one row a case."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

__all__ = ["DrillReport", "DrillRow"]


class DrillRow(Struct, frozen=True):
    """One fault through one way in on one wire. `at` is after how many frames it struck, where that was varied.
    `charged` says in words what the ledger has, `billed_usd` is what the provider counts, reported or not."""

    fault: str
    way: str
    wire: str
    model_id: str
    at: int | None
    saw: str
    status: int | None
    frames: int | None
    terminator: str
    error: str
    asked: int
    charged: str
    charged_usd: Decimal
    is_estimated: bool
    billed: str
    billed_usd: Decimal
    outcome: str
    breaches: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        return not self.breaches


class DrillReport(Struct, frozen=True):
    """`books` are problems of the ledger as a whole after all rows."""

    rows: tuple[DrillRow, ...]
    books: tuple[str, ...]
    seconds: float

    @property
    def is_kept(self) -> bool:
        return not self.books and all(row.is_kept for row in self.rows)
