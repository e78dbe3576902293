"""`cmc_market_data` of coins over daily candles alone: what the desk can say without any listing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from cryptodesk.market.records import Asset, Candle
from cryptodesk.tools import ToolServices
from tests.tools.fakes import (
    ASSETS,
    DAY,
    LAST_DAY,
    NOTE,
    make_series,
    make_services,
    output_of,
    rising,
    run_tool,
)

CLOSES = ["price", "returns"]


async def market(services: ToolServices | None = None, *, as_of: datetime | None = None, **arguments: Any) -> Any:
    return await output_of("cmc_market_data", {"asset_type": "coin", "ids": [1], **arguments}, services, as_of=as_of)


async def failure(**arguments: Any) -> str | None:
    trace = await run_tool("cmc_market_data", {"asset_type": "coin", "ids": [1], **arguments})
    assert (trace.status, trace.output) == ("failed", None)
    return trace.error_message


async def history(services: ToolServices | None = None, *, as_of: datetime | None = None, **asked: Any) -> Any:
    """The output of a call for Bitcoin's history alone."""
    return await market(services, as_of=as_of, metrics=["history"], history=asked)


def only_row(output: Any) -> Any:
    (row,) = output["market_data_result"]["results"]
    return row


def rows_of(output: Any) -> Any:
    return only_row(output)["history"]["rows"]


def gaps(output: Any) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in output["unavailable"]}


def origins_of(output: Any, field: str) -> list[Any]:
    return [origin for origin in output["provenance"] if field in origin["fields"]]


# Latest values


async def test_a_price_and_its_changes_are_those_of_the_closes() -> None:
    row = only_row(await market(metrics=CLOSES))
    # The last close is 30,000 + 100 * 399; a week before it was 700 less, a month 3,000.
    assert row["price"] == 69_900.0
    assert row["percent_change_24h"] == pytest.approx(100 * 100 / 69_800, rel=1e-7)
    assert row["percent_change_7d"] == pytest.approx(100 * 700 / 69_200, rel=1e-7)
    assert row["percent_change_30d"] == pytest.approx(100 * 3_000 / 66_900, rel=1e-7)
    assert row["percent_change_1y"] == pytest.approx(100 * 36_500 / 33_400, rel=1e-7)
    assert row["percent_change_all"] == pytest.approx(100 * 39_900 / 30_000, rel=1e-7)
    assert (row["record_from"], row["last_updated"]) == ("2025-08-06", "2026-09-10T00:00:00Z")


async def test_the_default_is_price_market_cap_volume_and_returns_in_dollars() -> None:
    output = await market()
    row = only_row(output)
    assert {"price", "market_cap", "fully_diluted_market_cap", "volume_24h", "percent_change_7d"} <= set(row)
    assert not {"circulating_supply", "ath", "history"} & set(row)
    assert output["market_data_result"]["quote_currency"] == "USD"
    assert row["volume_24h"] == 1399.0
    assert row["fully_diluted_market_cap"] == pytest.approx(69_900 * 21e6)


async def test_every_value_has_exactly_one_origin_with_source_and_time() -> None:
    metrics = ["price", "market_cap", "volume", "returns", "supply", "price_stats", "history"]
    output = await market(ids=[1, 1027, 5426], metrics=metrics)
    told = {"asset_id", "name", "symbol", "slug", "last_updated", "record_from"}
    for row in output["market_data_result"]["results"]:
        for field in set(row) - told:
            found = [
                origin
                for origin in origins_of(output, field)
                if row["asset_id"] in origin.get("asset_ids", [row["asset_id"]])
            ]
            assert len(found) == 1, field
            assert found[0]["source"]
            assert found[0]["mode"] in {"snapshot", "computed"}
            assert found[0]["as_of"] == "2026-09-10T00:00:00Z"


async def test_a_value_computed_of_two_sources_says_so() -> None:
    output = await market(metrics=["market_cap"])
    (origin,) = origins_of(output, "market_cap")
    assert (origin["source"], origin["mode"]) == ("exchange_perpetuals × bitcoin_block_schedule", "computed")
    assert output["source"] == ["exchange_perpetuals", "bitcoin_block_schedule", "catalogue"]


async def test_volume_is_said_to_be_of_one_market() -> None:
    (origin,) = origins_of(await market(metrics=["volume"]), "volume_24h")
    assert origin["note"] == "of one market alone over the last UTC day, not of all trading"


async def test_dollars_are_said_to_be_tether() -> None:
    assert (await market())["notes"] == [NOTE, "prices are in USDT; 1 USDT is taken as 1 USD"]
    assert (await market(convert="USDT"))["notes"] == [NOTE]


async def test_the_age_counts_from_the_last_complete_bar() -> None:
    output = await market()
    # From 2026-09-10 00:00 to the clock's 2026-09-12 06:00.
    assert (output["as_of"], output["age_days"]) == ("2026-09-10T00:00:00Z", 2.2)


async def test_as_of_is_the_oldest_row_s() -> None:
    services = make_services(
        make_series(1, rising(10, 1)), make_series(1027, rising(10, 1), last_day=LAST_DAY - 5 * DAY)
    )
    output = await market(services, ids=[1, 1027], metrics=["price"])
    assert output["as_of"] == "2026-09-05T00:00:00Z"
    assert [origin.get("asset_ids") for origin in output["provenance"]] == [[1], [1027]]


async def test_what_is_missing_is_named_and_never_zero() -> None:
    output = await market(ids=[5426], metrics=["price", "market_cap", "returns", "supply"])
    row, missing = only_row(output), gaps(output)
    assert "market_cap" not in row
    assert "percent_change_1y" not in row
    assert missing["market_cap"] == missing["supply"] == "no source of SOL's supply is at hand"
    assert missing["percent_change_1y"].startswith("the record begins on 2026-08-21")
    assert missing["percent_change_1h"] == "the record holds daily candles only"


async def test_what_all_assets_miss_is_said_once() -> None:
    output = await market(ids=[1, 1027], metrics=["returns"])
    hours = [gap for gap in output["unavailable"] if gap["field"] == "percent_change_1h"]
    assert hours == [{"field": "percent_change_1h", "reason": "the record holds daily candles only"}]


@pytest.mark.parametrize("metric", ["liquidity", "market_pairs", "derivatives", "holders"])
async def test_a_metric_without_a_source_is_unavailable(metric: str) -> None:
    output = await market(metrics=["price", metric])
    assert gaps(output)[metric].startswith("no source of ")
    assert only_row(output)["price"] == 69_900.0


async def test_price_extremes_are_of_the_record_with_their_days() -> None:
    output = await market(metrics=["price_stats"])
    row = only_row(output)
    assert (row["ath"], row["ath_time"]) == (69_901.0, "2026-09-09")
    assert (row["atl"], row["atl_time"]) == (29_999.0, "2025-08-06")
    assert (row["high_24h"], row["low_24h"]) == (69_901.0, 69_899.0)
    (origin,) = origins_of(output, "ath")
    assert origin["fields"] == ["ath", "ath_time", "atl", "atl_time", "percent_from_ath", "percent_from_atl"]
    assert origin["note"] == "within the record (since record_from), not necessarily of all time"
    assert row["record_from"] == "2025-08-06"


async def test_an_earlier_as_of_sees_nothing_later() -> None:
    moment = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
    output = await market(as_of=moment, metrics=["price", "price_stats", "history"])
    row = only_row(output)
    assert (row["price"], row["ath"]) == (69_000.0, 69_001.0)
    assert row["history"]["rows"][-1] == ["2026-08-31", 69_000.0]
    assert (output["as_of"], output["age_days"]) == ("2026-09-01T00:00:00Z", 0.5)


# Which assets


async def test_names_and_numeric_strings_are_taken_for_ids() -> None:
    output = await market(ids=["1", "ETH", "ethereum"], metrics=["price"])
    rows = output["market_data_result"]["results"]
    assert [(row["asset_id"], row.get("resolved_from")) for row in rows] == [(1, None), (1027, "ETH")]


async def test_an_unknown_id_among_known_ones_is_named() -> None:
    output = await market(ids=[1, 77, "TWIN"], metrics=["price"])
    assert only_row(output)["asset_id"] == 1
    assert output["unavailable"] == [
        {"field": "ids", "reason": "asset not found: 77", "asset_id": "77"},
        {"field": "ids", "reason": "'TWIN' may mean 9001 (Twin One), 9002 (Twin Two): give the id", "asset_id": "TWIN"},
    ]


async def test_only_unknown_ids_fail() -> None:
    assert await failure(ids=[77]) == "asset not found: 77"


async def test_a_known_asset_without_candles_is_named() -> None:
    output = await market(ids=[2010])
    assert output["market_data_result"]["results"] == []
    assert output["unavailable"] == [
        {"field": "market_data", "reason": "no market data of Cardano (ADA) is at hand", "asset_id": 2010}
    ]
    assert (output["as_of"], output["source"]) == ("2026-09-12T06:00:00Z", [])


@pytest.mark.parametrize("asset_type", ["onchain_token", "exchange", "category", "nft"])
async def test_another_asset_class_is_unavailable(asset_type: str) -> None:
    output = await market(asset_type=asset_type, ids=["whatever"])
    assert output["market_data_result"]["results"] == []
    assert gaps(output) == {asset_type: f"no source of {asset_type.replace('_', ' ')} data is at hand"}


# Currencies


async def test_a_price_in_bitcoin_is_the_cross_of_the_closes() -> None:
    output = await market(ids=[1027], convert="btc", metrics=["price", "returns", "volume", "price_stats"])
    row = only_row(output)
    assert output["market_data_result"]["quote_currency"] == "BTC"
    assert row["price"] == pytest.approx(2_399 / 69_900, rel=1e-7)
    before = 2_392 / 69_200
    assert row["percent_change_7d"] == pytest.approx((2_399 / 69_900 - before) / before * 100, rel=1e-6)
    assert row["volume_24h"] == pytest.approx(1_399 / 69_900, rel=1e-7)
    assert "high_24h" not in row
    assert "not of the same moment" in gaps(output)["price_stats"]
    assert origins_of(output, "price")[0]["mode"] == "computed"
    assert output["notes"][-1].startswith("BTC figures divide each USDT price by that of BTC at the same moment")


async def test_a_coin_counted_in_itself_is_one() -> None:
    assert only_row(await market(convert="BTC", metrics=["price"]))["price"] == 1.0


async def test_a_cross_ends_with_the_shorter_record() -> None:
    services = make_services(
        make_series(1, rising(10, 0), last_day=LAST_DAY - 3 * DAY), make_series(1027, rising(5, 0))
    )
    output = await market(services, ids=[1027], convert="BTC", metrics=["price"])
    assert (only_row(output)["price"], output["as_of"]) == (0.5, "2026-09-07T00:00:00Z")


@pytest.mark.parametrize("currency", ["EUR", "ADA", "XX"])
async def test_a_currency_without_a_rate_is_unavailable(currency: str) -> None:
    output = await market(convert=currency)
    assert output["market_data_result"]["results"] == []
    assert gaps(output)["convert"].startswith(f"no rate of {currency} is at hand")


async def test_a_cross_has_closes_and_no_bars() -> None:
    asked = {"count": 2}
    output = await market(ids=[1027], convert="BTC", metrics=["history"], history=asked)
    assert rows_of(output)[-1] == ["2026-09-09", pytest.approx(2_399 / 69_900, rel=1e-7)]
    bars = await market(ids=[1027], convert="BTC", history={**asked, "series": "ohlcv"})
    assert "highs and lows are not known in BTC" in gaps(bars)["history"]


# History


async def test_history_is_thirty_closes_oldest_first_by_default() -> None:
    output = await market(metrics=["history"])
    table = only_row(output)["history"]
    assert (table["interval"], table["headers"], len(table["rows"])) == ("1d", ["time", "close"], 30)
    assert table["rows"][0] == ["2026-08-11", 67_000.0]
    assert table["rows"][-1] == ["2026-09-09", 69_900.0]
    assert not {"truncated", "note"} & set(table)


async def test_a_history_object_alone_asks_for_history() -> None:
    assert len(rows_of(await market(history={"count": 2}))) == 2


async def test_a_range_holds_both_its_days_whatever_the_count() -> None:
    output = await history(time_start="2026-08-01", time_end="2026-08-31", count=30)
    assert [rows_of(output)[0][0], rows_of(output)[-1][0], len(rows_of(output))] == ["2026-08-01", "2026-08-31", 31]
    assert origins_of(output, "history")[0]["as_of"] == "2026-09-01T00:00:00Z"


@pytest.mark.parametrize(
    ("asked", "first", "last", "rows"),
    [
        ({"time_start": "2026-09-01"}, "2026-09-01", "2026-09-09", 9),
        ({"time_start": "2026-09-01", "count": 3}, "2026-09-01", "2026-09-03", 3),
        ({"time_end": "2026-09-05", "count": 3}, "2026-09-03", "2026-09-05", 3),
        ({"time_end": "2026-09-05"}, "2026-08-07", "2026-09-05", 30),
        ({"time_start": "2026-09-01T00:00:00Z", "time_end": "2026-09-03T00:00:00Z"}, "2026-09-01", "2026-09-02", 2),
        ({"time_start": "2026-09-01T02:00:00+02:00", "count": 1}, "2026-09-01", "2026-09-01", 1),
        ({"time_start": "2026-09-01T12:00", "count": 1}, "2026-09-02", "2026-09-02", 1),
        ({"time_start": "2026-09-03", "time_end": "2026-09-03"}, "2026-09-03", "2026-09-03", 1),
    ],
)
async def test_a_span_is_what_its_ends_and_count_say(asked: dict[str, Any], first: str, last: str, rows: int) -> None:
    found = rows_of(await history(**asked))
    assert (found[0][0], found[-1][0], len(found)) == (first, last, rows)


@pytest.mark.parametrize(
    "asked",
    [
        {"time_start": "2026-10-01"},
        {"time_start": "2030-01-01", "time_end": "2030-02-01"},
        {"time_end": "2020-01-01"},
        {"time_start": "2019-01-01", "time_end": "2019-12-31"},
    ],
)
async def test_a_span_outside_the_record_is_empty_and_says_what_the_record_holds(asked: dict[str, Any]) -> None:
    output = await history(**asked)
    assert rows_of(output) == []
    assert gaps(output)["history"] == ("no bars in the span asked for: the record runs from 2025-08-06 to 2026-09-09")
    assert output["as_of"] == "2026-09-10T00:00:00Z"


@pytest.mark.parametrize(
    "asked",
    [
        {"time_start": "2025-08-01", "time_end": "2025-08-10"},
        {"time_start": "2026-09-01", "time_end": "2026-09-30"},
        {"time_end": "2025-08-10", "count": 9},
    ],
)
async def test_a_span_that_the_record_covers_in_part_says_so(asked: dict[str, Any]) -> None:
    table = only_row(await history(**asked))["history"]
    assert table["rows"]
    assert table["note"] == "the record runs from 2025-08-06 to 2026-09-09"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"time_start": "2026-09-05", "time_end": "2026-09-01"},
            "history.time_end: '2026-09-01' is before time_start '2026-09-05'",
        ),
        (
            {"time_start": "yesterday"},
            "history.time_start: expected YYYY-MM-DD or an ISO 8601 date and time, got 'yesterday'",
        ),
        (
            {"time_end": "2026-02-30"},
            "history.time_end: expected YYYY-MM-DD or an ISO 8601 date and time, got '2026-02-30'",
        ),
        (
            {"time_end": "9999-12-31"},
            "history.time_end: expected YYYY-MM-DD or an ISO 8601 date and time, got '9999-12-31'",
        ),
        ({"count": 366}, "history.count: Expected int <= 365"),
        ({"interval": "2d"}, "history.interval: Invalid enum value '2d', expected one of 15m, 1d, 1h, 1w, 4h, 5m"),
    ],
)
async def test_a_span_that_means_nothing_is_refused(asked: dict[str, Any], message: str) -> None:
    assert await failure(metrics=["history"], history=asked) == f"invalid arguments: {message}"


async def test_bars_have_open_high_low_close_and_volume() -> None:
    table = only_row(await history(series="ohlcv", count=1))["history"]
    assert table["headers"] == ["time", "open", "high", "low", "close", "volume"]
    assert table["rows"] == [["2026-09-09", 69_800.0, 69_901.0, 69_899.0, 69_900.0, 1_399.0]]


async def test_volume_history_is_of_one_market() -> None:
    output = await history(series="volume", count=2)
    assert rows_of(output) == [["2026-09-08", 1_398.0], ["2026-09-09", 1_399.0]]
    assert origins_of(output, "history")[0]["note"] == "volume in USD, on this market (COIN1) alone"


async def test_market_cap_history_uses_the_supply_of_each_day() -> None:
    output = await history(series="market_cap", count=2)
    (_, before), (_, after) = rows_of(output)
    # Each day's supply: some 450 coins more than the day before's.
    assert 69_800 * 20.0e6 < before < 69_800 * 20.2e6
    assert after / 69_900 - before / 69_800 == pytest.approx(450, abs=1)
    assert origins_of(output, "history")[0]["mode"] == "computed"


async def test_market_cap_history_without_a_known_supply_is_unavailable() -> None:
    output = await market(ids=[1027], metrics=["history"], history={"series": "market_cap"})
    assert "history" not in only_row(output)
    assert gaps(output)["history"] == "no source of this asset's past supply is at hand"


@pytest.mark.parametrize("interval", ["5m", "15m", "1h", "4h"])
async def test_an_interval_without_candles_is_unavailable(interval: str) -> None:
    output = await history(interval=interval)
    assert gaps(output)["history"] == f"no {interval} candles are at hand; 1d and 1w are"


async def test_weeks_are_whole_and_begin_on_monday() -> None:
    output = await history(interval="1w", series="ohlcv", count=2)
    table = only_row(output)["history"]
    # 2026-09-09 is a Wednesday: its week is not complete. Monday 2026-08-31 is day 390 of the record.
    assert table["interval"] == "1w"
    assert [row[0] for row in table["rows"]] == ["2026-08-24", "2026-08-31"]
    assert table["rows"][-1][1:] == [68_900.0, 69_601.0, 68_999.0, 69_600.0, sum(1390.0 + day for day in range(7))]
    assert origins_of(output, "history")[0]["as_of"] == "2026-09-07T00:00:00Z"


async def test_a_weekly_close_is_dated_by_the_day_it_closed() -> None:
    assert rows_of(await history(interval="1w", count=1)) == [["2026-09-06", 69_600.0]]


async def test_a_week_with_a_missing_day_is_left_out() -> None:
    series = make_series(1, rising(10, 1), days=21, last_day=datetime(2026, 9, 6, tzinfo=UTC))
    holed = msgspec.structs.replace(series, candles=series.candles[:10] + series.candles[11:])
    assert [row[0] for row in rows_of(await history(make_services(holed), interval="1w"))] == [
        "2026-08-23",
        "2026-09-06",
    ]


def long_services(days: int, *ids: int) -> ToolServices:
    assets = tuple(Asset(n, f"Asset {n}", f"A{n}", f"asset-{n}") for n in ids)
    return make_services(*(make_series(n, lambda index: 12_345.678 + index / 7, days=days) for n in ids), assets=assets)


async def test_a_year_of_closes_is_given_whole() -> None:
    output = await history(long_services(400, 1), count=365)
    assert len(rows_of(output)) == 365
    assert "truncated" not in output


async def test_more_than_a_year_is_thinned_and_keeps_the_newest() -> None:
    output = await history(long_services(2_000, 1), time_start="2021-04-01", time_end="2026-09-09")
    table = only_row(output)["history"]
    assert output["truncated"] is table["truncated"] is True
    days = [datetime.fromisoformat(row[0]) for row in table["rows"]]
    step = int(table["interval"].removesuffix("d"))
    assert 200 < len(days) <= 365
    assert days[-1].date() == LAST_DAY.date()
    assert {later - earlier for earlier, later in pairwise(days[1:])} == {timedelta(days=step)}
    assert "bars were too many to list" in table["note"]


async def test_joined_bars_lose_no_extreme_and_no_volume() -> None:
    span = {"time_start": "2021-04-01", "time_end": "2026-09-09"}
    asset = Asset(1, "Asset 1", "A1", "asset-1")
    spiked = make_series(1, lambda index: 12_345.678 + index / 7, days=2_000)
    candles = list(spiked.candles)
    old = candles[1_000]
    candles[1_000] = Candle(old.opened_at, old.open, 99_999.0, 1.0, old.close, old.volume, old.quote_volume)
    changed = make_services(msgspec.structs.replace(spiked, candles=tuple(candles)), assets=(asset,))
    rows = rows_of(await history(changed, **span, series="ohlcv"))
    assert max(row[2] for row in rows) == 99_999.0
    assert min(row[3] for row in rows) == 1.0
    inside = [candle for candle in candles if candle.opened_at >= datetime(2021, 4, 1, tzinfo=UTC)]
    assert sum(row[5] for row in rows) == sum(candle.quote_volume or 0 for candle in inside)


async def test_histories_of_several_assets_share_the_size() -> None:
    ids = [1, 2, 3, 4, 5]
    trace = await run_tool(
        "cmc_market_data",
        {"asset_type": "coin", "ids": ids, "metrics": ["price", "history"], "history": {"count": 365}},
        long_services(400, *ids),
    )
    assert trace.output is not None
    assert 8_000 < len(trace.output) <= 12_000
    rows = msgspec.json.decode(trace.output)["market_data_result"]["results"]
    assert [row["asset_id"] for row in rows] == ids
    assert {row["history"]["rows"][-1][0] for row in rows} == {"2026-09-09"}


async def test_assets_that_do_not_fit_are_named() -> None:
    ids = list(range(1, 21))
    metrics = ["price", "market_cap", "volume", "returns", "supply", "price_stats", "history"]
    trace = await run_tool(
        "cmc_market_data",
        {"asset_type": "coin", "ids": ids, "metrics": metrics, "history": {"series": "ohlcv"}},
        long_services(400, *ids),
    )
    assert trace.output is not None
    assert len(trace.output) <= 12_000
    output = msgspec.json.decode(trace.output)
    shown = [row["asset_id"] for row in output["market_data_result"]["results"]]
    left_out = [gap["asset_id"] for gap in output["unavailable"] if "did not fit" in gap["reason"]]
    assert shown == ids[: len(shown)]
    assert sorted(shown + left_out) == ids


async def test_twenty_prices_fit() -> None:
    ids = list(range(1, 21))
    output = await market(long_services(400, *ids), ids=ids, metrics=["price", "returns"])
    assert len(output["market_data_result"]["results"]) == 20


# Bad arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ids": []}, "ids: Expected array of length >= 1"),
        ({"ids": list(range(21))}, "ids: Expected array of length <= 20"),
        ({"ids": [1.5]}, "ids[0]: Expected int | str, got float"),
        ({"convert": "U$D"}, "convert: Expected str matching regex '^[A-Z0-9]{2,10}$'"),
        (
            {"asset_type": "stock"},
            "asset_type: Invalid enum value 'stock', expected one of category, coin, exchange, nft, onchain_token",
        ),
    ],
)
async def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    assert await failure(**arguments) == f"invalid arguments: {message}"


def test_the_fixture_s_twins_share_a_symbol() -> None:
    assert sorted(asset.symbol for asset in ASSETS).count("TWIN") == 2


async def test_notes_on_prices_are_left_out_where_no_figure_rests_on_them() -> None:
    output = await market(ids=[1], metrics=["supply"])
    assert output["source"] == ["bitcoin_block_schedule", "catalogue"]
    assert output["notes"] == []
