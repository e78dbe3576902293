"""`cmc_market_data` and `cmc_id_lookup` over a simulated world: every class, every metric, the dead and the false."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.feeds.simulated import SimulatedFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Query
from cryptodesk.market.records import CategoryListing, ExchangeListing, NftListing, TokenListing
from cryptodesk.market.simulation.world import SimulatedWorld
from cryptodesk.tools import ToolServices
from cryptodesk.tools.market_data import Metric
from tests.tools.fakes import output_of

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
KINDS = {"onchain_token": TokenListing, "exchange": ExchangeListing, "category": CategoryListing, "nft": NftListing}
METRICS = [metric for metric in get_args(Metric) if metric != "history"]


@pytest.fixture(scope="module")
def services() -> ToolServices:
    world = SimulatedWorld(7, size=300)
    clock = FixedClock(NOW)
    return ToolServices(clock, AssetDirectory(world.assets_at(NOW)), SimulatedFeed(world, clock))


async def first_id(services: ToolServices, asset_type: str) -> Any:
    if asset_type == "coin":
        return 1
    found = await services.market.find(Query(kind=KINDS[asset_type], as_of=NOW, limit=1))
    return found.records[0].asset_id


@pytest.mark.parametrize("asset_type", ["coin", "onchain_token", "exchange", "category", "nft"])
async def test_every_metric_of_every_class_is_there_or_named(services: ToolServices, asset_type: str) -> None:
    asset_id = await first_id(services, asset_type)
    for metric in METRICS:
        output = await output_of(
            "cmc_market_data", {"asset_type": asset_type, "ids": [asset_id], "metrics": [metric]}, services
        )
        (row,) = output["market_data_result"]["results"]
        told = {field for one in output["provenance"] for field in one["fields"]}
        identity = {"asset_id", "name", "symbol", "slug", "last_updated", "record_from", "platform", "address", "kind"}
        assert set(row) - identity - {"coin_asset_id", "title", "native_currency", "resolved_from"} == told
        assert told or output["unavailable"], metric
        assert {one["mode"] for one in output["provenance"]} <= {"simulated"}
        assert (output["notes"][:1] == ["simulated data: an invented market, nothing of it is real"]) == bool(told)


@pytest.mark.parametrize("interval", ["5m", "15m", "1h", "4h", "1d", "1w"])
@pytest.mark.parametrize("series", ["close", "ohlcv", "market_cap", "volume"])
async def test_every_history_is_there_or_named(services: ToolServices, interval: str, series: str) -> None:
    asked = {"interval": interval, "series": series, "count": 5}
    arguments = {"asset_type": "coin", "ids": [1], "metrics": ["history"], "history": asked}
    output = await output_of("cmc_market_data", arguments, services)
    (row,) = output["market_data_result"]["results"]
    if "history" in row:
        assert len(row["history"]["rows"]) == 5
        assert all(cell is not None for cells in row["history"]["rows"] for cell in cells)
        times = [cells[0] for cells in row["history"]["rows"]]
        assert times == sorted(times)
    else:
        assert (series, interval) in {("market_cap", "5m"), ("market_cap", "15m"), ("market_cap", "4h")}
        assert [gap["field"] for gap in output["unavailable"]] == ["history"]


async def test_a_delisted_coin_keeps_its_last_values(services: ToolServices) -> None:
    gone = next(asset for asset in services.assets.assets if not asset.is_active)
    output = await output_of("cmc_market_data", {"asset_type": "coin", "ids": [gone.asset_id, 1]}, services)
    dead, alive = output["market_data_result"]["results"]
    assert (dead["is_active"], dead["price"] > 0) == (False, True)
    assert dead["last_updated"] < alive["last_updated"] == output["as_of"]


async def test_twenty_coins_fit_and_are_those_of_the_list(services: ToolServices) -> None:
    ids = [asset.asset_id for asset in services.assets.assets if asset.is_active][:20]
    asked = {"asset_type": "coin", "ids": ids, "metrics": ["price", "market_cap", "volume"]}
    output = await output_of("cmc_market_data", asked, services)
    rows = output["market_data_result"]["results"]
    assert [row["asset_id"] for row in rows] == ids
    assert all(row["turnover"] == pytest.approx(row["volume_24h"] / row["market_cap"], rel=1e-6) for row in rows)


async def test_the_past_is_answered_as_it_was(services: ToolServices) -> None:
    then = NOW - timedelta(days=200)
    asked = {"asset_type": "coin", "ids": [1], "metrics": ["price", "price_stats"]}
    output = await output_of("cmc_market_data", asked, services, as_of=then)
    past = await output_of(
        "cmc_market_data",
        {"asset_type": "coin", "ids": [1], "history": {"interval": "1h", "time_end": then.isoformat(), "count": 1}},
        services,
    )
    (row,), (later,) = output["market_data_result"]["results"], past["market_data_result"]["results"]
    assert row["last_updated"] == f"{then:%Y-%m-%dT%H:%M:%SZ}"
    assert row["price"] == pytest.approx(later["history"]["rows"][-1][1], rel=1e-6)


async def test_every_class_is_found_by_the_names_in_its_own_list(services: ToolServices) -> None:
    for asset_type, kind in KINDS.items():
        found = await services.market.find(Query(kind=kind, as_of=NOW))
        for record in found.records[:5]:
            output = await output_of("cmc_id_lookup", {"query": record.name, "asset_type": asset_type}, services)
            rows = output[f"{asset_type}_id_look_up_result"]
            assert record.asset_id in [row["asset_id"] for row in rows], record.name


async def test_a_false_ether_is_warned_of(services: ToolServices) -> None:
    output = await output_of("cmc_id_lookup", {"query": "ETH"}, services)
    first, *others = output["coin_id_look_up_result"]
    assert first["asset_id"] == 1027
    false = [row for row in others if row["symbol"] == "ETH"]
    assert false
    assert all(row["warning"].startswith("not Ethereum (ETH, id 1027)") for row in false)
