"""The whole market in mode auto against vendors on loopback: figures come live, bad days are named and survived."""

from __future__ import annotations

import asyncio
import gc
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.query import Found, Query
from cryptodesk.market.records import CandleSeries, CoinListing, FearGreed, ProtocolTvl
from cryptodesk.market.unpack import ensure_snapshot
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.system.vendors_on_loopback import NOW, VENDORS, LocalDesk, TickingClock, local_desk, open_desk_database, well

BITCOIN: dict[str, Any] = {"asset_type": "coin", "ids": [1], "metrics": ["price"]}
BARS: dict[str, Any] = {"asset_type": "coin", "ids": [1], "metrics": ["history"], "history": {"count": 3}}
MOOD: dict[str, Any] = {"include": ["fear_greed"]}
# Shorter than a slow day, longer than an honest answer from loopback takes on a busy machine.
PATIENCE_SECONDS = 0.8
# One of each way to fail; every source is put through all of them on its own.
NAMED = (
    "silence", "slow body", "hang-up", "reset in the body", "truncated body", "html", "null", "busy in a 200",
    "busy in a 500", "403 html", "429 with Retry-After", "redirect in a circle", "gzip bomb", "no http",
)  # fmt: skip
DAYS = {day.name: day for day in BAD_DAYS if day.name in NAMED}
every_day = pytest.mark.parametrize("day", DAYS.values(), ids=str)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all that ships, unpacked once."""
    folder = tmp_path_factory.mktemp("unpacked")
    with open_desk_database(folder) as database:
        asyncio.run(ensure_snapshot(database))
    return folder


@pytest.fixture
def folder(unpacked: Path, tmp_path: Path) -> Path:
    shutil.copytree(unpacked, tmp_path, dirs_exist_ok=True)
    return tmp_path


def sources_of(output: dict[str, Any]) -> list[tuple[str, str]]:
    return [(origin["source"], origin["mode"]) for origin in output["provenance"]]


def gaps_of(output: dict[str, Any]) -> str:
    return "; ".join(gap["reason"] for gap in output["unavailable"])


def turn(desk: LocalDesk, day: BadDay, *vendors: str) -> None:
    for vendor in vendors:
        desk.servers[vendor].play = day.play


async def test_each_kind_of_figure_comes_live_and_names_its_source(folder: Path) -> None:
    async with local_desk(folder) as desk:
        price = await desk.ask("cmc_market_data", **BITCOIN)
        assert price["market_data_result"]["results"][0]["price"] == 61820.48
        assert sources_of(price) == [("coinmarketcap", "live")]
        assert price["unavailable"] == []
        bars = await desk.ask("cmc_market_data", **BARS)
        assert bars["market_data_result"]["results"][0]["history"]["rows"][-1] == ["2026-09-08", 113500.0]
        assert sources_of(bars) == [("binance", "live")]
        mood = await desk.ask("cmc_sentiment", **MOOD)
        assert mood["sentiment_result"]["fear_greed"]["index"] == 40
        assert ("coinmarketcap", "live") in sources_of(mood)
        locked = await desk.market.feed.find(Query(kind=ProtocolTvl, ids=("aave",)))
        assert {record.provenance.source for record in locked.records} == {"defillama"}


@every_day
async def test_on_a_bad_day_of_the_first_vendor_the_next_one_answers_and_the_first_is_named(
    day: BadDay, folder: Path
) -> None:
    async with local_desk(folder) as desk:
        turn(desk, day, "coinmarketcap")
        output = await desk.ask("cmc_market_data", **BITCOIN)
    assert sources_of(output) == [("coingecko", "live")]
    assert "coinmarketcap: " in gaps_of(output)
    assert "127.0.0.1" not in f"{output}"


@every_day
async def test_on_a_bad_day_of_every_vendor_the_store_answers_with_its_date(day: BadDay, folder: Path) -> None:
    async with local_desk(folder, patience_seconds=PATIENCE_SECONDS) as desk:
        turn(desk, day, *VENDORS)
        output = await desk.ask("cmc_market_data", **BITCOIN)
    (row,) = output["market_data_result"]["results"]
    assert row["price"] > 0
    assert sources_of(output) == [("binance_usdm", "snapshot")]
    assert output["as_of"] == "2026-09-09T00:00:00Z"
    named = gaps_of(output)
    assert "coinmarketcap: " in named or f"live: no answer within {PATIENCE_SECONDS:g} s" in named
    assert "127.0.0.1" not in f"{output}"


async def test_vendors_fail_one_after_the_other_and_come_back(folder: Path) -> None:
    clock = FixedClock(NOW)
    day = DAYS["busy in a 500"]
    asked: Query[Any] = Query(kind=FearGreed)
    async with local_desk(folder, clock) as desk:
        seen = [await source_of(desk, asked)]
        for vendor in ("coinmarketcap", "alternative_me"):
            turn(desk, day, vendor)
            # Past what is fresh, past what may still be shown of it, and past the memory of a failure.
            clock.moment += timedelta(hours=9)
            seen.append(await source_of(desk, asked))
        for vendor in ("alternative_me", "coinmarketcap"):
            desk.servers[vendor].play = well(vendor)
            clock.moment += timedelta(minutes=5)
            seen.append(await source_of(desk, asked))
    stored, back = seen[2], seen[3:]
    assert seen[:2] == [("coinmarketcap", "live", ()), ("alternative_me", "live", ("coinmarketcap",))]
    # What was kept of the better day.
    assert (stored[1], stored[2]) == ("snapshot", ("coinmarketcap", "alternative_me"))
    assert back == [("alternative_me", "live", ("coinmarketcap",)), ("coinmarketcap", "live", ())]


async def source_of(desk: LocalDesk, query: Query[Any]) -> tuple[str, str, tuple[str, ...]]:
    found: Found[Any] = await desk.market.feed.find(query)
    origin = found.records[0].provenance
    return origin.source, origin.mode, tuple(gap.source for gap in found.unavailable)


async def test_two_hundred_questions_at_once_are_a_few_requests(folder: Path) -> None:
    async with local_desk(folder) as desk:
        outputs = await asyncio.gather(
            *(desk.ask("cmc_market_data", **(BITCOIN if place % 2 else BARS)) for place in range(200))
        )
        assert [sources_of(output) for output in outputs] == [[("binance", "live")], [("coinmarketcap", "live")]] * 100
        assert {vendor: len(server.requests) for vendor, server in desk.servers.items()} == {
            "coinmarketcap": 1,
            "coingecko": 0,
            "binance": 1,
            "alternative_me": 0,
            "defillama": 0,
        }


async def test_on_a_bad_day_two_hundred_questions_are_no_storm(folder: Path) -> None:
    day = DAYS["429 with Retry-After"]
    async with local_desk(folder) as desk:
        turn(desk, day, *VENDORS)
        queries = [Query(kind=CoinListing, ids=(1 + place % 20,)) for place in range(200)]
        await asyncio.gather(*(desk.market.feed.find(query) for query in queries))
        assert all(len(server.requests) <= 6 for server in desk.servers.values())


async def test_closing_while_vendors_keep_silent_leaves_nothing_behind(folder: Path) -> None:
    day = DAYS["silence"]
    async with local_desk(folder, patience_seconds=30.0) as desk:
        turn(desk, day, *VENDORS)
        queries: list[Query[Any]] = [Query(kind=CoinListing, ids=(1,)), Query(kind=FearGreed)]
        queries += [Query(kind=CandleSeries, ids=(asset_id,)) for asset_id in (1, 1027, 5426)]
        waiting = [asyncio.create_task(desk.market.feed.find(query)) for query in queries]
        await asyncio.gather(*(desk.servers[vendor].came.wait() for vendor in ("coinmarketcap", "binance")))
        await desk.market.__aexit__()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, Found) for answer in answers), answers
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_dated_by_its_fetch_is_told_at_once(folder: Path) -> None:
    async with local_desk(folder, TickingClock()) as desk:
        output = await desk.ask("cmc_market_data", asset_type="coin", ids=[1975], metrics=["price"])
    assert sources_of(output) == [("coinmarketcap", "live")]
