"""`cmc_technical_analysis`: the recorded figures, every class and interval, and what cannot be given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.market import migrations
from cryptodesk.market.feeds.simulated import SimulatedFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import (
    Asset,
    Candle,
    CandleSeries,
    CoinListing,
    GlobalMetrics,
    MetricPoint,
    MetricSeries,
    Provenance,
    TokenListing,
)
from cryptodesk.market.simulation.world import SimulatedWorld
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from cryptodesk.tools import ToolServices
from tests.tools.fakes import DAY, LAST_DAY, NOW, FakeFeed, make_series, make_services, output_of, rising, run_tool

HOUR = timedelta(hours=1)
ORIGIN = Provenance("a_vendor", "live", NOW)
TOKEN = "ethereum:0x" + "ab" * 20


async def analyse(services: ToolServices | None = None, *, as_of: datetime | None = None, **arguments: Any) -> Any:
    return await output_of(
        "cmc_technical_analysis", {"asset_type": "coin", "id": 1, **arguments}, services, as_of=as_of
    )


async def failure(services: ToolServices | None = None, **arguments: Any) -> str | None:
    trace = await run_tool("cmc_technical_analysis", {"asset_type": "coin", **arguments}, services)
    assert (trace.status, trace.output) == ("failed", None)
    return trace.error_message


def result_of(output: Any) -> Any:
    return output["technical_analysis_result"]


def gaps(output: Any) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in output["unavailable"]}


def market_points(count: int = 60, step: timedelta = DAY, last: datetime = LAST_DAY + DAY) -> MetricSeries:
    """Total market cap 1,000 + 10 a step, its last value at `last`."""
    points = tuple(MetricPoint(last - (count - 1 - index) * step, 1_000.0 + 10 * index) for index in range(count))
    granularity = {DAY: "1d", HOUR: "1h"}[step]
    origin = Provenance("a_vendor", "live", last)
    return MetricSeries(
        metric="total_market_cap",
        entity="market",
        unit="USD",
        granularity=granularity,
        provenance=origin,
        points=points,
    )


# The recorded figures

# As a data server printed them for Bitcoin on 2026-06-10, from spot prices; the shipped record is of a perpetual.
GOLDEN = {
    "close": (61820.48, 0.0025),
    "pivotPoint": (61962.19, 0.001),
    "simple_moving_average_7_day": (62511.42, 0.001),
    "simple_moving_average_30_day": (73076.76, 0.001),
    "simple_moving_average_200_day": (78240.34, 0.001),
    "exponential_moving_average_7_day": (63603.18, 0.001),
    "exponential_moving_average_30_day": (70621.85, 0.001),
    "exponential_moving_average_200_day": (80102.83, 0.001),
    "macdLine": (-4129.58, 0.002),
    "signalLine": (-3200.19, 0.005),
    "swingHigh": (82326.23, 0.001),
    "swingLow": (59108.92, 0.001),
    "23.6%": (76846.95, 0.001),
    "38.2%": (73457.22, 0.001),
    "50.0%": (70717.58, 0.001),
    "61.8%": (67977.93, 0.001),
    "78.6%": (64077.42, 0.001),
    "127.2%": (88641.34, 0.001),
    "161.8%": (96674.53, 0.001),
    "200.0%": (105543.55, 0.001),
}
GOLDEN_RSI = {"rsi7": 21.9, "rsi14": 23.89, "rsi21": 28.67}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolServices]:
    path = tmp_path_factory.mktemp("shipped") / "desk.db"
    apply_migrations(path, migrations.COMPONENT, migrations.MIGRATIONS)
    with SqliteDatabase(path) as database:
        asyncio.run(ensure_snapshot(database))
        directory = AssetDirectory()
        clock = FixedClock(datetime(2026, 11, 1, tzinfo=UTC))
        yield ToolServices(clock, directory, StoredFeed(database, directory.assets))


async def test_the_recorded_figures_come_out_of_the_shipped_record(shipped: ToolServices) -> None:
    output = await analyse(shipped, as_of=datetime(2026, 6, 10, 15, tzinfo=UTC))
    result = result_of(output)
    assert (result["asset_id"], result["interval"], result["bar_time"]) == (1, "1d", "2026-06-10T00:00:00Z")
    assert result["bar_opened_at"] == "2026-06-09T00:00:00Z"
    levels = result["fibonacciLevels"]
    found = {
        "close": result["close"],
        "pivotPoint": result["pivotPoint"],
        **result["moving_averages"],
        **result["macd"],
        **levels["retracementLevels"],
        **levels["extensionLevels"],
        "swingHigh": levels["swingHigh"],
        "swingLow": levels["swingLow"],
    }
    for name, (recorded, tolerance) in GOLDEN.items():
        assert found[name] == pytest.approx(recorded, rel=tolerance), name
    for name, recorded in GOLDEN_RSI.items():
        assert round(result["rsi"][name], 1) == pytest.approx(recorded, abs=0.401), name
    macd = result["macd"]
    assert macd["histogram"] == pytest.approx(macd["macdLine"] - macd["signalLine"], rel=1e-4)
    assert (output["unavailable"], output["source"], result["bars"]) == ([], ["binance_usdm"], 400)


async def test_weeks_are_gathered_from_the_shipped_days(shipped: ToolServices) -> None:
    result = result_of(await analyse(shipped, as_of=datetime(2026, 6, 10, tzinfo=UTC), interval="1w"))
    assert (result["bar_opened_at"], result["bar_time"]) == ("2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z")
    assert result["moving_averages"]["simple_moving_average_200_day"] is not None


async def test_a_record_that_ended_is_used_whole_and_its_age_is_said(shipped: ToolServices) -> None:
    output = await analyse(shipped)
    assert (result_of(output)["bar_time"], result_of(output)["bars"]) == ("2026-09-10T00:00:00Z", 400)
    assert output["age_days"] == 52.0
    assert any("52.0 days before the moment asked about" in note for note in output["notes"])


async def test_a_record_that_ended_beyond_the_window_is_still_found(shipped: ToolServices) -> None:
    later = ToolServices(FixedClock(datetime(2030, 1, 1, tzinfo=UTC)), shipped.assets, shipped.market)
    assert result_of(await analyse(later))["bars"] == 400


async def test_hours_that_nobody_has_are_said_and_nothing_is_made_up(shipped: ToolServices) -> None:
    output = await analyse(shipped, interval="1h")
    result = result_of(output)
    assert (result["close"], result["bar_time"], result["bars"]) == (None, None, 0)
    assert set(result["rsi"].values()) == {None}
    assert gaps(output)["technical_analysis_result"] == "no 1h candles of Bitcoin (BTC) are at hand"


# Bars


async def test_levels_follow_by_hand_from_the_last_bars() -> None:
    """Closes rise by 100 to 69,900; each bar spans its close plus and minus 1."""
    result = result_of(await analyse())
    assert result["close"] == 69_900
    assert result["moving_averages"]["simple_moving_average_7_day"] == 69_600
    assert result["moving_averages"]["simple_moving_average_30_day"] == 68_450
    assert result["fibonacciLevels"]["swingHigh"] == 69_901
    assert result["fibonacciLevels"]["swingLow"] == 66_999
    assert result["fibonacciLevels"]["retracementLevels"]["50.0%"] == 68_450
    assert result["fibonacciLevels"]["extensionLevels"]["200.0%"] == 66_999 + 2 * 2_902
    assert result["rsi"] == {"rsi7": 100.0, "rsi14": 100.0, "rsi21": 100.0}
    assert result["pivotPoint"] == 69_900
    assert result["supports"] == [69_899, 69_898, 69_897]
    assert result["resistances"] == [69_901, 69_902, 69_903]


async def test_a_bar_that_is_still_open_is_not_used() -> None:
    result = result_of(await analyse(as_of=datetime(2026, 9, 9, 23, 59, tzinfo=UTC)))
    assert (result["bar_time"], result["close"]) == ("2026-09-09T00:00:00Z", 69_800)


async def test_a_feed_that_hands_out_an_open_bar_does_not_get_it_used() -> None:
    class Careless(FakeFeed):
        async def find(self, query: Any) -> Any:
            return await super().find(structs.replace(query, as_of=NOW + 10 * DAY))

    feed = Careless(make_series(1, rising(100, 1), last_day=NOW.replace(hour=0)))
    services = make_services()
    result = result_of(await analyse(ToolServices(services.clock, services.assets, feed)))
    assert result["bar_time"] == "2026-09-12T00:00:00Z"


async def test_too_few_bars_give_nulls_and_each_is_named() -> None:
    output = await analyse(id=5426)
    result = result_of(output)
    assert result["bars"] == 20
    assert result["moving_averages"]["simple_moving_average_7_day"] == 100
    assert result["moving_averages"]["simple_moving_average_30_day"] is None
    assert result["macd"] == {"macdLine": None, "signalLine": None, "histogram": None}
    assert result["fibonacciLevels"] is None
    missing = gaps(output)
    assert missing["moving_averages.simple_moving_average_200_day"] == "needs 200 bars, 20 usable"
    assert missing["macd.macdLine"] == "needs 26 bars, 20 usable"
    assert missing["rsi.rsi14"] == "the price did not move over 20 bars"
    assert "moving_averages.simple_moving_average_7_day" not in missing


async def test_bars_that_are_missing_within_are_counted() -> None:
    whole = make_series(1, rising(100, 1))
    holed = structs.replace(whole, candles=(*whole.candles[:350], *whole.candles[353:]))
    output = await analyse(make_services(holed))
    assert result_of(output)["bars"] == 397
    assert any(note.startswith("3 bars are missing among the last 397") for note in output["notes"])


async def test_an_impossible_latest_price_is_no_basis() -> None:
    series = make_series(1, rising(100, 1))
    broken = structs.replace(series.candles[-1], close=float("nan"))
    output = await analyse(make_services(structs.replace(series, candles=(*series.candles[:-1], broken))))
    assert result_of(output)["close"] is None
    assert "impossible price" in gaps(output)["technical_analysis_result"]


@pytest.mark.parametrize(("interval", "length"), [("1h", HOUR), ("4h", 4 * HOUR), ("1d", DAY), ("1w", 7 * DAY)])
async def test_every_interval_reads_its_own_bars(interval: Any, length: timedelta) -> None:
    first = datetime(2026, 1, 5, tzinfo=UTC)
    candles = tuple(Candle(first + index * length, 5, 7, 3, 5.0 + index, 1) for index in range(30))
    closed_at = candles[-1].opened_at + length
    series = CandleSeries(1, interval, "USD", "BTC-USD", first, Provenance("x", "live", closed_at), candles)
    output = await analyse(make_services(series, now=closed_at + length / 2), interval=interval)
    result = result_of(output)
    assert (result["interval"], result["close"], result["bars"]) == (interval, 34, 30)
    assert result["bar_time"] == closed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert not any("not current" in note for note in output["notes"])


async def test_questions_within_one_bar_ask_a_source_the_same() -> None:
    feed = FakeFeed(make_series(1, rising(100, 1), days=500))
    services = make_services()
    for minutes in (1, 59):
        clock = FixedClock(NOW + timedelta(minutes=minutes))
        await analyse(ToolServices(clock, services.assets, feed))
    starts = [query.start for query in feed.queries if query.kind is CandleSeries]
    assert starts[:2] == starts[2:] == [datetime(2025, 8, 7, tzinfo=UTC), datetime(2025, 8, 6, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("indicator", "fields"),
    [
        ("moving_averages", {"moving_averages"}),
        ("macd", {"macd"}),
        ("rsi", {"rsi"}),
        ("fibonacci", {"fibonacciLevels"}),
        ("pivot_points", {"pivotPoint", "supports", "resistances"}),
    ],
)
async def test_only_the_asked_indicators_come_back(indicator: str, fields: set[str]) -> None:
    every = {"moving_averages", "macd", "rsi", "fibonacciLevels", "pivotPoint", "supports", "resistances"}
    output = await analyse(id=5426, indicators=[indicator])
    assert every & set(result_of(output)) == fields
    assert all(gap["field"].partition(".")[0].partition("[")[0] in fields for gap in output["unavailable"])
    assert set(output["provenance"][1]["fields"]) == fields


# Subjects


async def test_a_name_in_place_of_an_id_is_forgiven_and_said() -> None:
    result = result_of(await analyse(id="Ether"))
    assert (result["asset_id"], result["resolved_from"]) == (1027, "Ether")


async def test_numeric_text_is_an_id() -> None:
    assert "resolved_from" not in result_of(await analyse(id="1027"))


async def test_a_ticker_of_several_coins_is_asked_back() -> None:
    assert "may mean 9001 (Twin One), 9002 (Twin Two)" in str(await failure(id="TWIN"))


async def test_unknown_ids_are_not_found() -> None:
    assert await failure(id=123_456) == "asset not found: 123456"
    assert await failure(asset_type="onchain_token", id="no:where:at all") == "asset not found: no:where:at all"


@pytest.mark.parametrize("given", [{}, {"id": "  "}, {"id": None}])
@pytest.mark.parametrize("asset_type", ["coin", "onchain_token"])
async def test_an_id_is_required_of_assets(given: dict[str, Any], asset_type: str) -> None:
    message = await failure(asset_type=asset_type, **given)
    assert str(message).startswith("invalid arguments: id: is required")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"interval": "5m"}, "1d, 1h, 1w, 4h"),
        ({"indicators": ["stochastic"]}, "fibonacci, macd, moving_averages, pivot_points, rsi"),
        ({"asset_type": "nft"}, "coin, onchain_token, total_market_cap"),
    ],
)
async def test_values_beyond_the_schema_are_answered_with_the_allowed_ones(
    arguments: dict[str, Any], named: str
) -> None:
    assert named in str(await failure(**{"id": 1, **arguments}))


async def test_a_coin_without_candles_says_so() -> None:
    output = await analyse(id=2010)
    assert gaps(output)["technical_analysis_result"] == "no 1d candles of Cardano (ADA) are at hand"
    assert (output["source"], output["as_of"]) == ([], "2026-09-12T06:00:00Z")


async def test_a_coin_that_only_the_listings_know_is_analysed() -> None:
    listing = CoinListing(asset_id=77, name="New\u202e Coin", symbol="NEW", slug="new", provenance=ORIGIN)
    result = result_of(await analyse(make_services(listing, make_series(77, rising(10, 1))), id=77))
    assert (result["asset_id"], result["name"], result["bars"]) == (77, "New Coin", 400)


async def test_a_source_that_failed_is_named() -> None:
    services = make_services()
    failing = FakeFeed(failing={CandleSeries: "kraken"})
    output = await analyse(ToolServices(services.clock, services.assets, failing))
    assert {"field": "technical_analysis_result", "reason": "kraken: no answer"} in output["unavailable"]


def token_candles() -> CandleSeries:
    return structs.replace(make_series(0, rising(1, 1)), asset_id=TOKEN)


def a_token() -> TokenListing:
    platform, _, address = TOKEN.partition(":")
    return TokenListing(
        asset_id=TOKEN, name="A Token", symbol="TKN", platform=platform, address=address, provenance=ORIGIN
    )


@pytest.mark.parametrize("given", [TOKEN, TOKEN.upper().replace("0X", "0x"), "eth:" + TOKEN.partition(":")[2]])
async def test_onchain_tokens_are_found_under_any_spelling(given: str) -> None:
    services = make_services(a_token(), token_candles())
    result = result_of(await analyse(services, asset_type="onchain_token", id=given))
    assert (result["asset_id"], result["symbol"], result["close"]) == (TOKEN, "TKN", 400)


async def test_a_coin_named_as_a_token_is_taken_by_its_contract() -> None:
    platform, _, address = TOKEN.partition(":")
    coin = Asset(50, "Wrapped Thing", "WTH", "wrapped-thing", platform=platform, token_address=address)
    services = make_services(a_token(), token_candles(), assets=(coin,))
    result = result_of(await analyse(services, asset_type="onchain_token", id="WTH"))
    assert (result["asset_id"], result["resolved_from"]) == (TOKEN, "WTH")


async def test_a_coin_without_a_contract_is_no_token() -> None:
    assert "Bitcoin has no contract on record" in str(await failure(asset_type="onchain_token", id="Bitcoin"))


async def test_a_bare_address_that_nobody_knows_needs_its_chain() -> None:
    message = await failure(asset_type="onchain_token", id="0x" + "12" * 20)
    assert str(message).endswith("name its chain as <platform>:<address>")


# The whole market


async def total(*records: Any, **arguments: Any) -> Any:
    services = make_services(*records)
    return await output_of("cmc_technical_analysis", {"asset_type": "total_market_cap", **arguments}, services)


def metrics() -> GlobalMetrics:
    return GlobalMetrics(provenance=ORIGIN, total_market_cap=1_600.0, total_volume_24h=90.0)


async def test_the_whole_market_is_drawn_from_its_closes_and_that_is_said() -> None:
    """Closes 1,000 to 1,590: the swing's first bar opens at 1,290, the last bar spans 1,580 to 1,590."""
    output = await total(market_points(), metrics())
    result = result_of(output)
    assert (result["close"], result["bar_time"], result["bars"]) == (1_590, "2026-09-10T00:00:00Z", 60)
    assert (result["fibonacciLevels"]["swingHigh"], result["fibonacciLevels"]["swingLow"]) == (1_590, 1_290)
    assert result["pivotPoint"] == pytest.approx((1_590 + 1_580 + 1_590) / 3)
    assert (result["currentMarketCap"], result["currentVolume"]) == (1_600, 90)
    assert any(note.startswith("only closes of the whole market are recorded") for note in output["notes"])
    assert "asset_id" not in result


async def test_closes_alone_need_no_word_where_no_level_was_asked_for() -> None:
    output = await total(market_points(), metrics(), indicators=["rsi"])
    assert output["notes"] == ["the record ends 2.2 days before the moment asked about: these figures are not current"]


async def test_a_value_within_the_bar_is_none_of_its_close() -> None:
    series = market_points()
    noon = MetricPoint(NOW - timedelta(hours=1), 5_000.0)
    output = await total(structs.replace(series, points=(*series.points, noon)), metrics())
    assert result_of(output)["close"] == 1_590


async def test_four_hour_bars_of_the_market_come_from_what_is_given_finer() -> None:
    class Hourly(FakeFeed):
        async def find(self, query: Any) -> Any:
            finer = structs.replace(query, interval="1h") if query.kind is MetricSeries else query
            return await super().find(finer)

    hours = market_points(239, HOUR, NOW)
    services = make_services()
    output = await output_of(
        "cmc_technical_analysis",
        {"asset_type": "total_market_cap", "interval": "4h", "indicators": ["rsi"]},
        ToolServices(services.clock, services.assets, Hourly(hours)),
    )
    assert result_of(output)["bar_time"] == "2026-09-12T04:00:00Z"
    assert result_of(output)["close"] == hours.points[-3].value


async def test_without_a_record_of_the_market_its_figures_of_now_remain() -> None:
    output = await total(metrics())
    assert result_of(output)["currentMarketCap"] == 1_600
    assert result_of(output)["close"] is None
    assert gaps(output)["technical_analysis_result"] == "no 1d record of the total market cap is at hand"


async def test_without_any_source_of_the_market_nothing_is_filled_in() -> None:
    output = await total(make_series(1, rising(1, 1)))
    assert {"technical_analysis_result", "currentMarketCap", "currentVolume"} <= set(gaps(output))
    assert result_of(output)["currentVolume"] is None


# The simulated world


@pytest.fixture(scope="module")
def simulated() -> ToolServices:
    clock = FixedClock(NOW)
    return ToolServices(clock, AssetDirectory(), SimulatedFeed(SimulatedWorld(7, size=150), clock))


@pytest.mark.parametrize("interval", ["1h", "4h", "1d", "1w"])
async def test_simulated_coins_have_every_indicator(simulated: ToolServices, interval: str) -> None:
    output = await analyse(simulated, interval=interval)
    assert (output["unavailable"], result_of(output)["bars"]) == ([], 400)
    assert {origin["mode"] for origin in output["provenance"]} == {"simulated"}
    assert sum("simulated data" in note for note in output["notes"]) == 1


@pytest.mark.parametrize("interval", ["1h", "4h", "1d", "1w"])
async def test_the_simulated_market_is_analysed_as_a_whole(simulated: ToolServices, interval: str) -> None:
    output = await output_of(
        "cmc_technical_analysis", {"asset_type": "total_market_cap", "interval": interval}, simulated
    )
    result = result_of(output)
    assert result["bars"] >= 59
    assert result["fibonacciLevels"]["swingHigh"] > result["fibonacciLevels"]["swingLow"]
    assert result["currentMarketCap"] == pytest.approx(result["close"], rel=0.5)


async def test_the_simulated_past_is_answered_as_it_was(simulated: ToolServices) -> None:
    moment = datetime(2024, 3, 5, 12, tzinfo=UTC)
    output = await analyse(simulated, as_of=moment)
    assert result_of(output)["bar_time"] == "2024-03-05T00:00:00Z"
