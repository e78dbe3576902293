"""What is known of an asset at one moment."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.market.records.provenance import Figure, Missing

__all__ = ["Quote"]


class Quote(Struct, frozen=True):
    """What is known of an asset at one moment: `figures` by field name, and the asked fields that are `missing`.

    `times` holds the moments that belong to figures ("ath" -> when it was reached)."""

    asset_id: int
    symbol: str
    quote_currency: str
    as_of: datetime
    figures: dict[str, Figure]
    missing: tuple[Missing, ...] = ()
    times: dict[str, datetime] = {}

    def value(self, field: str) -> float | None:
        """The figure's bare value, or None when it is missing."""
        figure = self.figures.get(field)
        return None if figure is None else figure.value
