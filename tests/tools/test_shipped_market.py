"""The tools over the price record and the catalogue that ship with the product."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market import migrations
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries
from cryptodesk.market.shipped import load_shipped
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from cryptodesk.tools import ToolServices
from tests.tools.fakes import output_of

NOW = datetime(2026, 9, 20, tzinfo=UTC)
IDS = {"BTC": 1, "ETH": 1027, "SOL": 5426, "BNB": 1839, "XRP": 52, "DOGE": 74, "ZEC": 1437}


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[ToolServices]:
    path = tmp_path / "desk.db"
    apply_migrations(path, migrations.COMPONENT, migrations.MIGRATIONS)
    with SqliteDatabase(path) as database:
        await ensure_snapshot(database)
        directory = AssetDirectory()
        yield ToolServices(FixedClock(NOW), directory, StoredFeed(database, directory.assets))


async def test_symbols_resolve_to_their_ids(services: ToolServices) -> None:
    for symbol, asset_id in IDS.items():
        output = await output_of("cmc_id_lookup", {"query": symbol, "limit": 1}, services)
        assert output["coin_id_look_up_result"][0]["asset_id"] == asset_id


async def test_every_shipped_asset_is_priced_in_one_call(services: ToolServices) -> None:
    held = await services.market.find(Query(kind=CandleSeries, interval="1d", as_of=NOW))
    ids = [series.asset_id for series in held.records]
    output = await output_of("cmc_market_data", {"asset_type": "coin", "ids": ids}, services)
    rows = output["market_data_result"]["results"]
    assert sorted(row["asset_id"] for row in rows) == sorted(ids)
    assert len(ids) == 10
    assert all(row["price"] > 0 and row["last_updated"] == "2026-09-10T00:00:00Z" for row in rows)
    assert (output["as_of"], output["age_days"]) == ("2026-09-10T00:00:00Z", 10.0)


async def test_the_figures_are_those_of_the_shipped_file(services: ToolServices) -> None:
    shipped: dict[str, Any] = {
        str(item.candle.opened_at.date()): item.candle
        for item in load_shipped().candles
        if item.instrument == "ETHUSDT"
    }
    asked = {
        "asset_type": "coin",
        "ids": [1027],
        "metrics": ["price", "returns", "history"],
        "history": {"time_start": "2024-03-01", "time_end": "2024-03-31"},
    }
    output = await output_of("cmc_market_data", asked, services)
    (row,) = output["market_data_result"]["results"]
    last, week = shipped["2026-09-09"].close, shipped["2026-09-02"].close
    assert row["price"] == last
    assert row["percent_change_7d"] == pytest.approx((last / week - 1) * 100, rel=1e-6)
    march = [f"2024-03-{day:02}" for day in range(1, 32)]
    assert row["history"]["rows"] == [[day, pytest.approx(shipped[day].close, rel=1e-7)] for day in march]
    assert {origin["source"] for origin in output["provenance"]} == {"binance_usdm"}
    assert {origin["mode"] for origin in output["provenance"]} == {"snapshot"}
