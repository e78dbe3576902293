"""Hostile names of assets: whatever a coin calls itself, ids and figures stay those of who was asked for."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.tools import ToolTrace
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset
from cryptodesk.settings import Settings
from cryptodesk.tools import ToolServices
from tests.documents.attacks import Attack, of_kind
from tests.system.poisoning import NOW as MOMENT
from tests.tools.fakes import BITCOIN, ETHEREUM, NOW, FakeFeed, make_listing, run_tool

HOSTILE_ID = 9100
NUMBERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cmc_market_data", {"asset_type": "coin", "ids": [1], "metrics": ["price"]}),
    ("cmc_asset_screener", {"query": "coins with a price above 100", "asset_type": "coin"}),
)


def services(attack: Attack | None) -> ToolServices:
    """Two coins at 70,000, and one that is worth a dollar and is called by the attack."""
    imposter = [] if attack is None else [Asset(HOSTILE_ID, attack.name, attack.symbol, "hostile", rank=4_000)]
    assets = (BITCOIN, ETHEREUM, *imposter)
    listings = [make_listing(asset, price=1.0 if asset in imposter else 70_000.0) for asset in assets]
    return ToolServices(FixedClock(NOW), AssetDirectory(assets), FakeFeed(*listings))


def assert_is_readable(trace: ToolTrace) -> None:
    assert trace.status == "completed", trace.error_message
    json.loads(trace.model_content)
    hidden = {mark for mark in trace.model_content if unicodedata.category(mark) in {"Cf", "Cc", "Co", "Cs"}}
    assert not hidden, f"{trace.name} shows {hidden!r}"


def figures_of(trace: ToolTrace) -> Any:
    """What is told of the coins; how many rows were looked at may well be one more."""
    content = json.loads(trace.model_content)
    found = content.get("asset_screener_result", content)
    return (
        [(row["asset_id"], row["name"], row["price"]) for row in found["results"]] if found is not content else content
    )


def test_there_are_names_of_every_trick() -> None:
    assert len(of_kind("name")) >= 25


@pytest.mark.parametrize("attack", of_kind("name"), ids=str)
async def test_a_hostile_name_changes_no_number_and_no_id(attack: Attack) -> None:
    said = []
    for desk in (services(None), services(attack)):
        looked = await run_tool("cmc_id_lookup", {"query": "bitcoin"}, desk)
        assert_is_readable(looked)
        traces = [await run_tool(name, arguments, desk) for name, arguments in NUMBERS]
        for trace in traces:
            assert_is_readable(trace)
        first = json.loads(looked.model_content)["coin_id_look_up_result"][0]["asset_id"]
        said.append((first, *map(figures_of, traces)))
    assert said[0] == said[1]


@pytest.mark.parametrize("attack", of_kind("name"), ids=str)
async def test_a_hostile_name_that_is_asked_for_is_shown_short_and_readable(attack: Attack) -> None:
    desk = services(attack)
    arguments = {"asset_type": "coin", "ids": [HOSTILE_ID], "metrics": ["price"]}
    asked = await run_tool("cmc_market_data", arguments, desk)
    screened = await run_tool(
        "cmc_asset_screener", {"query": "coins with a price below 100", "asset_type": "coin"}, desk
    )
    for trace in (asked, screened):
        assert_is_readable(trace)
        assert len(trace.model_content) < 4_000


async def test_the_hostile_names_of_the_simulated_world_are_shown_as_names(tmp_path_factory: Any) -> None:
    """Each is looked up, priced and screened as it stands."""
    settings = Settings(home=tmp_path_factory.mktemp("names"), data="simulated")
    async with Desk(settings, FixedClock(MOMENT)) as desk:
        assert desk.market.world is not None
        coins = [coin.asset for coin in desk.market.world.market.coins if coin.origin in ("hostile", "lookalike")]
        assert len(coins) >= 20
        for coin in coins[:30]:
            looked = await desk.call_tool("cmc_id_lookup", json.dumps({"query": coin.name[:100]}))
            priced = await desk.call_tool(
                "cmc_market_data", json.dumps({"asset_type": "coin", "ids": [coin.asset_id], "metrics": ["price"]})
            )
            assert_is_readable(looked)
            if priced.status == "completed":
                assert_is_readable(priced)
        bitcoin = await desk.call_tool("cmc_id_lookup", json.dumps({"query": "bitcoin"}))
        assert json.loads(bitcoin.model_content)["coin_id_look_up_result"][0]["asset_id"] == 1
