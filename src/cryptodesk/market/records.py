"""Standard market records. Observations are `float` and never travel without their `Provenance`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

__all__ = [
    "INTERVALS",
    "Asset",
    "AssetMatch",
    "Candle",
    "CandleSeries",
    "Figure",
    "Interval",
    "MatchKind",
    "Missing",
    "Mode",
    "Provenance",
    "Quote",
]

Mode = Literal["live", "snapshot", "simulated", "computed"]

Interval = Literal["5m", "15m", "1h", "4h", "1d", "1w"]

INTERVALS: dict[Interval, timedelta] = {
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "1w": timedelta(weeks=1),
}

MatchKind = Literal[
    "exact_id",
    "exact_address",
    "exact_symbol",
    "exact_slug",
    "exact_name",
    "exact_alias",
    "former_symbol",
    "prefix",
    "word",
    "substring",
    "fuzzy",
]


class Provenance(Struct, frozen=True):
    """Where a value comes from. `as_of` is the moment the value describes, aware UTC; `note` is for people:
    the caveat or the method."""

    source: str
    mode: Mode
    as_of: datetime
    note: str | None = None


class Asset(Struct, frozen=True):
    """One crypto asset. `asset_id` is CoinMarketCap's; `rank` is 1 for the largest, None if unranked; `max_supply` is
    in coins, as exact decimal text; `exchange_symbols` maps a market ("binance_usdm") to the asset's instrument there
    ("BTCUSDT"); `sources` are the records its identity was checked against, on `verified_at`."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    rank: int | None = None
    is_active: bool = True
    aliases: tuple[str, ...] = ()
    former_symbols: tuple[str, ...] = ()
    platform: str | None = None
    token_address: str | None = None
    summary: str = ""
    launched: str | None = None
    max_supply: str | None = None
    exchange_symbols: dict[str, str] = {}
    coingecko_id: str | None = None
    sources: tuple[str, ...] = ()
    verified_at: date | None = None


class AssetMatch(Struct, frozen=True):
    """An asset a query may mean. `score` is 0..1; `rivals` are ids of other assets that match in the same way."""

    asset: Asset
    match: MatchKind
    score: float
    rivals: tuple[int, ...] = ()


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

    asset_id: int
    interval: Interval
    quote_currency: str
    instrument: str
    record_began_at: datetime
    provenance: Provenance
    candles: tuple[Candle, ...]


class Figure(Struct, frozen=True):
    """One value beside its origin. `unit` is a currency or an asset's symbol, or "percent" (12.5 means 12.5 %)."""

    value: float
    unit: str
    provenance: Provenance


class Missing(Struct, frozen=True):
    """A field nobody can give, and why; never filled in with zero."""

    field: str
    reason: str


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
