"""Bars of one market."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["INTERVALS", "Candle", "CandleSeries", "Interval"]

Interval = Literal["5m", "15m", "1h", "4h", "1d", "1w"]

INTERVALS: dict[Interval, timedelta] = {
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}


class Candle(Struct, frozen=True, gc=False):
    """One bar. Prices are in the series' quote currency; `volume` in coins and `quote_volume` in the quote currency
    are of the series' one market alone."""

    opened_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float | None = None


class CandleSeries(Struct, frozen=True):
    """Candles of one asset, oldest first, all complete. `provenance.as_of` is the close of the last one.

    `record_began_at` is the first candle the record holds, asked for or not; `instrument` is the market's own name
    of what was traded."""

    asset_id: int | str
    interval: Interval
    quote_currency: str
    instrument: str
    record_began_at: datetime
    provenance: Provenance
    candles: tuple[Candle, ...]

    @property
    def key(self) -> str:
        return f"{self.asset_id}:{self.interval}"
