"""A store over an empty database, and small records to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.market.records import (
    INTERVALS,
    Candle,
    CandleSeries,
    CoinListing,
    Interval,
    MetricPoint,
    MetricSeries,
    Mode,
    Provenance,
)
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["DAY", "HOUR", "NOON", "candles", "coin", "metric", "open_database", "origin"]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@contextmanager
def open_database(folder: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(folder / "desk.db") as opened:
        apply_migrations(opened.path, COMPONENT, MIGRATIONS)
        yield opened


def origin(
    as_of: datetime = NOON, source: str = "somewhere", mode: Mode = "live", known_at: datetime | None = None
) -> Provenance:
    return Provenance(source, mode, as_of, None, known_at)


def coin(asset_id: int, price: float | None = 1.0, as_of: datetime = NOON, **others: Any) -> CoinListing:
    provenance = others.pop("provenance", origin(as_of))
    return CoinListing(
        asset_id=asset_id,
        name=f"Coin {asset_id}",
        symbol=f"C{asset_id}",
        slug=f"coin-{asset_id}",
        provenance=provenance,
        price=price,
        **others,
    )


def candles(
    start: datetime, closes: list[float], interval: Interval = "1d", *, asset_id: int | str = 1, **named: Any
) -> CandleSeries:
    length = INTERVALS[interval]
    bars = tuple(
        Candle(start + place * length, close, close + 1, close / 2, close, 10.0, 10 * close)
        for place, close in enumerate(closes)
    )
    return CandleSeries(
        asset_id,
        interval,
        named.get("currency", "USD"),
        named.get("instrument", "BTC-USD"),
        start,
        origin(start + len(closes) * length, named.get("source", "somewhere"), known_at=named.get("known_at")),
        bars,
    )


def metric(start: datetime, values: list[float], as_of: datetime, **named: Any) -> MetricSeries:
    return MetricSeries(
        metric=named.get("metric", "tvl"),
        entity=named.get("entity", "1"),
        unit=named.get("unit", "USD"),
        granularity="1d",
        provenance=origin(as_of, named.get("source", "somewhere"), known_at=named.get("known_at")),
        points=tuple(MetricPoint(start + place * DAY, value) for place, value in enumerate(values)),
    )
