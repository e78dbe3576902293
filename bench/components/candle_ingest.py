"""How fast candles come into the database: from a source as a series, and from a CSV file with all its checks."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.components import Component, Figure
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.intake.ingest import ingest_file
from cryptodesk.market.intake.rows import IngestOptions
from cryptodesk.market.opening import open_market_store
from cryptodesk.market.records import Candle, CandleSeries, Provenance

__all__ = ["COMPONENT"]

CANDLES = 100_000
STEP = timedelta(minutes=5)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-candles-") as folder:
        path = Path(folder) / "desk.db"
        series_seconds = asyncio.run(_save_series(path))
        file_seconds = _ingest_file(path, Path(folder) / "candles.csv")
    # The goal, 100,000 a second, as a time.
    return [
        Figure(
            "100,000 candles of a source into SQLite", series_seconds, "s", f"{CANDLES / series_seconds:,.0f}/s", 1.0
        ),
        Figure("100,000 candles of a CSV file into SQLite", file_seconds, "s", f"{CANDLES / file_seconds:,.0f}/s", 1.0),
    ]


async def _save_series(path: Path) -> float:
    bars = tuple(Candle(BEGAN + place * STEP, 100.0, 101.5, 99.25, 100.5, 12.5, 1250.0) for place in range(CANDLES))
    origin = Provenance("bench", "live", BEGAN + CANDLES * STEP)
    series = CandleSeries(1, "5m", "USD", "BTC-USD", BEGAN, origin, bars)
    with open_market_store(path) as database:
        began = time.process_time()
        await StoredFeed(database).save_candles(series)
        return time.process_time() - began


def _ingest_file(path: Path, file: Path) -> float:
    first = int(BEGAN.timestamp())
    with file.open("w") as out:
        out.write("time,open,high,low,close,volume,quote_volume\n")
        out.writelines(f"{first + place * 300},100.01,101.52,99.25,100.5,12.503,1250.7\n" for place in range(CANDLES))
    options = IngestOptions(asset="2", interval="5m", source="bench", currency="USD")
    with open_market_store(path) as database:
        began = time.process_time()
        ingest_file(database, file, options, int, now=first)
        return time.process_time() - began


COMPONENT = Component("candle ingest", measure)
