"""`cmc_market_data` of coins that have a listing: which value wins, and what is never mixed silently."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.market.records import Asset, CandleSeries, CoinListing
from cryptodesk.tools import ToolServices
from tests.tools.fakes import (
    ASSETS,
    BITCOIN,
    DAY,
    ETHEREUM,
    LAST_DAY,
    NOW,
    make_listing,
    make_series,
    make_services,
    origin,
    output_of,
    rising,
    run_tool,
)

CLOSE = LAST_DAY + DAY  # the close of the candles' last day, 2026-09-10 00:00
STRANGER = Asset(77_777, "Stranger", "STR", "stranger")


async def market(services: ToolServices, *, as_of: datetime | None = None, **arguments: Any) -> Any:
    return await output_of("cmc_market_data", {"asset_type": "coin", "ids": [1], **arguments}, services, as_of=as_of)


def row_of(output: Any) -> Any:
    (row,) = output["market_data_result"]["results"]
    return row


def gaps(output: Any) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in output["unavailable"]}


def origin_of(output: Any, field: str) -> Any:
    (found,) = [one for one in output["provenance"] if field in one["fields"]]
    return found


async def test_of_two_values_the_later_one_is_shown() -> None:
    candles = make_series(1, rising(30_000, 100))
    live = await market(make_services(make_listing(), candles), metrics=["price"])
    assert (row_of(live)["price"], origin_of(live, "price")["mode"]) == (70_000.0, "live")
    assert row_of(live)["last_updated"] == "2026-09-12T06:00:00Z"
    old = await market(make_services(make_listing(as_of=CLOSE - DAY), candles), metrics=["price"])
    assert (row_of(old)["price"], origin_of(old, "price")["source"]) == (69_900.0, "exchange_perpetuals")


async def test_of_two_values_of_one_moment_the_listing_s_is_shown() -> None:
    services = make_services(make_listing(as_of=CLOSE), make_series(1, rising(30_000, 100)))
    assert row_of(await market(services, metrics=["price"]))["price"] == 70_000.0


async def test_a_listing_made_from_the_same_candles_gives_way_to_them() -> None:
    derived = make_listing(
        provenance=origin(CLOSE, "snapshot", "exchange_perpetuals", "computed from daily candles"), price=69_900.0
    )
    output = await market(make_services(derived, make_series(1, rising(30_000, 100))), metrics=["market_cap", "price"])
    assert origin_of(output, "market_cap")["source"] == "exchange_perpetuals × bitcoin_block_schedule"
    assert "rank" not in row_of(output)


async def test_figures_that_only_one_side_has_come_from_it() -> None:
    listing = make_listing(percent_change_7d=1.5, percent_change_1h=0.25, market_cap_dominance=55.0)
    metrics = ["market_cap", "returns", "volume"]
    output = await market(make_services(listing, make_series(1, rising(30_000, 100))), metrics=metrics)
    row = row_of(output)
    assert (row["percent_change_7d"], row["percent_change_1h"]) == (1.5, 0.25)
    assert (row["market_cap_dominance"], row["rank"], row["market_cap"]) == (55.0, 1, 1.4e12)
    # A year before the last close it stood at 33,400: that is of the candles, and dated so.
    assert row["percent_change_1y"] == pytest.approx(100 * 36_500 / 33_400, rel=1e-7)
    assert origin_of(output, "percent_change_1y")["as_of"] == "2026-09-10T00:00:00Z"
    assert row["turnover"] == pytest.approx(35e9 / 1.4e12)


async def test_a_change_of_days_ago_does_not_stand_beside_a_price_of_today() -> None:
    listing = make_listing(as_of=CLOSE - 3 * DAY, percent_change_1h=0.25)
    output = await market(make_services(listing, make_series(1, rising(30_000, 100))), metrics=["price", "returns"])
    assert "percent_change_1h" not in row_of(output)
    assert gaps(output)["percent_change_1h"] == "the last value known, 0.25, is of 2026-09-07 00:00 UTC (lister)"


@pytest.mark.parametrize("age_days", [1, 7])
async def test_a_later_price_times_an_earlier_supply_says_both_dates(age_days: int) -> None:
    listing = make_listing(
        ETHEREUM, CLOSE - age_days * DAY, price=2_300.0, market_cap=2.76e11, circulating_supply=1.2e8
    )
    services = make_services(listing, make_series(1027, rising(2_000, 1)))
    output = await market(services, ids=[1027], metrics=["price", "market_cap"])
    row, told = row_of(output), origin_of(output, "market_cap")
    assert (row["price"], row["market_cap"]) == (2_399.0, 2_399.0 * 1.2e8)
    assert (told["mode"], told["source"]) == ("computed", "exchange_perpetuals × lister")
    assert told["note"] == (
        "price of 2026-09-10 00:00 UTC (exchange_perpetuals) × circulating supply of "
        f"{CLOSE - age_days * DAY:%Y-%m-%d %H:%M} UTC (lister)"
    )


async def test_a_price_and_a_supply_more_than_a_week_apart_are_not_multiplied() -> None:
    listing = make_listing(ETHEREUM, CLOSE - 8 * DAY, price=2_300.0, market_cap=2.76e11, circulating_supply=1.2e8)
    services = make_services(listing, make_series(1027, rising(2_000, 1)))
    output = await market(services, ids=[1027], metrics=["price", "market_cap", "supply"])
    row = row_of(output)
    assert (row["price"], "market_cap" in row, "rank" in row) == (2_399.0, False, False)
    assert gaps(output)["market_cap"] == "the last value known, 2.76e+11, is of 2026-09-02 00:00 UTC (lister)"
    # A supply changes slowly; it is given with its date.
    assert (row["circulating_supply"], origin_of(output, "circulating_supply")["as_of"]) == (
        1.2e8,
        "2026-09-02T00:00:00Z",
    )


async def test_bitcoin_s_worth_follows_its_issuance_however_old_the_listing_is() -> None:
    listing = make_listing(as_of=CLOSE - 300 * DAY)
    services = make_services(listing, make_series(1, rising(30_000, 100)))
    output = await market(services, metrics=["market_cap"])
    assert row_of(output)["market_cap"] == pytest.approx(69_900 * 20.08e6, rel=0.001)
    assert "bitcoin_block_schedule" in origin_of(output, "market_cap")["source"]


async def test_an_all_time_high_is_the_higher_of_the_two_with_its_own_day() -> None:
    long_ago = datetime(2021, 11, 10, tzinfo=NOW.tzinfo)
    candles = make_series(1, rising(30_000, 100))
    higher = make_listing(as_of=CLOSE - 2 * DAY, ath=90_000.0, ath_time=long_ago, atl=40_000.0, atl_time=long_ago)
    row = row_of(await market(make_services(higher, candles), metrics=["price", "price_stats"]))
    assert (row["ath"], row["ath_time"]) == (90_000.0, "2021-11-10")
    assert row["percent_from_ath"] == pytest.approx((69_900 - 90_000) / 90_000 * 100)
    # The record's own low of 29,999 is lower than the listed one.
    assert (row["atl"], row["atl_time"]) == (29_999.0, "2025-08-06")


async def test_a_listing_alone_is_enough() -> None:
    output = await market(make_services(make_listing()), metrics=["price", "market_cap", "returns", "price_stats"])
    row, missing = row_of(output), gaps(output)
    assert (row["price"], row["market_cap"]) == (70_000.0, 1.4e12)
    assert missing["returns"] == missing["price_stats"] == "no daily candles of it are at hand"
    assert output["as_of"] == "2026-09-12T06:00:00Z"


async def test_liquidity_is_the_split_by_venue_and_the_number_of_pairs() -> None:
    listing = make_listing(num_market_pairs=12_000, cex_volume_24h=33e9, dex_volume_24h=2e9)
    output = await market(make_services(listing), metrics=["liquidity", "market_pairs"])
    row = row_of(output)
    assert (row["num_market_pairs"], row["cex_volume_24h"], row["dex_volume_24h"]) == (12_000, 33e9, 2e9)
    assert gaps(output) == {
        "market_pairs": "no source of single pairs with their depth is at hand; num_market_pairs counts them"
    }


async def test_a_simulated_listing_is_labelled_once() -> None:
    simulated = make_listing(provenance=origin(NOW, "simulated", "world", "world 7"))
    other = make_listing(ETHEREUM, provenance=origin(NOW, "simulated", "world", "world 7"))
    output = await market(make_services(simulated, other), ids=[1, 1027], metrics=["price", "volume"])
    assert output["notes"] == ["simulated data: an invented market, nothing of it is real", "world 7"]
    assert {one["mode"] for one in output["provenance"]} == {"simulated"}


async def test_a_coin_only_the_market_data_knows_is_answered_from_its_listing() -> None:
    listing = make_listing(STRANGER)
    hostile = structs.replace(listing, name="Stran\u202eger" + "x" * 500, symbol="S" * 90)
    output = await market(make_services(hostile, make_listing()), ids=[1, 77_777, 88_888], metrics=["price"])
    rows = output["market_data_result"]["results"]
    assert [row["asset_id"] for row in rows] == [1, 77_777]
    assert rows[1]["name"].startswith("Strangerxx")
    assert (len(rows[1]["name"]), len(rows[1]["symbol"])) == (80, 24)
    assert gaps(output)["ids"] == "asset not found: 88888"


async def test_a_coin_that_is_no_longer_traded_keeps_its_last_values_and_does_not_age_the_others() -> None:
    gone = Asset(9_500, "Gone", "GON", "gone", is_active=False, successor_id=1)
    last = datetime(2024, 5, 1, tzinfo=NOW.tzinfo)
    services = make_services(
        make_series(9_500, rising(5, 0), days=40, last_day=last), make_listing(), assets=(*ASSETS, gone)
    )
    output = await market(services, ids=[9_500, 1], metrics=["price"])
    row = output["market_data_result"]["results"][0]
    assert (row["is_active"], row["successor_id"], row["price"]) == (False, 1, 5.0)
    assert row["last_updated"] == "2024-05-02T00:00:00Z"
    assert output["as_of"] == "2026-09-12T06:00:00Z"
    alone = await market(services, ids=[9_500], metrics=["price"])
    assert (alone["as_of"], alone["age_days"] > 800) == ("2024-05-02T00:00:00Z", True)


async def test_an_ambiguous_name_s_warning_is_passed_on() -> None:
    old = Asset(28_321, "POL (ex-MATIC)", "POL", "pol", former_symbols=("MATIC",))
    output = await market(make_services(make_listing(old), assets=(*ASSETS, old)), ids=["MATIC"], metrics=["price"])
    assert row_of(output)["resolved_from"] == "MATIC"
    assert output["notes"][0].startswith("MATIC: MATIC is a former ticker of POL (ex-MATIC)")


async def test_a_source_that_failed_is_named_beside_what_the_next_one_gave() -> None:
    services = make_services(make_series(1, rising(30_000, 100)), failing={CoinListing: "lister", CandleSeries: "bars"})
    output = await market(services, metrics=["price"])
    assert row_of(output)["price"] == 69_900.0
    assert {gap["reason"] for gap in output["unavailable"]} == {"lister: no answer", "bars: no answer"}


async def test_nothing_later_than_the_moment_asked_about_is_used() -> None:
    services = make_services(make_listing(), make_series(1, rising(30_000, 100)))
    output = await market(services, as_of=CLOSE, metrics=["price"])
    assert row_of(output)["price"] == 69_900.0


async def test_what_did_not_exist_then_is_not_found() -> None:
    young = Asset(9_600, "Young", "YNG", "young", launched="2026-08")
    services = make_services(make_series(9_600, rising(5, 0), days=10), assets=(*ASSETS, young))
    trace = await run_tool(
        "cmc_market_data", {"asset_type": "coin", "ids": [9_600]}, services, as_of=CLOSE - timedelta(days=400)
    )
    assert trace.error_message == "asset not found: 9600"


# Live quotes and how many daily records are read beside them


async def test_beside_live_quotes_few_daily_records_are_read() -> None:
    assets = tuple(Asset(n, f"Asset {n}", f"A{n}", f"asset-{n}") for n in range(1, 9))
    records = [make_listing(asset) for asset in assets] + [make_series(n, rising(10, 0)) for n in range(1, 9)]
    services = make_services(*records, assets=assets)
    output = await market(services, ids=list(range(1, 9)), metrics=["price", "returns"])
    rows = output["market_data_result"]["results"]
    assert ["percent_change_1y" in row for row in rows] == [True] * 5 + [False] * 3
    assert gaps(output)["returns"].startswith("1y, 3y, ytd and all-time changes")
    assert all(row["price"] == 70_000.0 for row in rows)


async def test_a_live_price_needs_no_daily_record() -> None:
    services = make_services(make_listing(), make_series(1, rising(30_000, 100)))
    await market(services, metrics=["price", "market_cap", "volume"])
    kinds = [query.kind for query in services.market.queries]  # type: ignore[attr-defined]
    assert kinds == [CoinListing]


# Currencies


async def test_a_listing_in_the_currency_asked_for_is_taken_as_it_is() -> None:
    euro = make_listing(quote_currency="EUR", price=60_000.0, market_cap=1.2e12)
    output = await market(make_services(make_listing(), euro), convert="EUR", metrics=["price", "market_cap"])
    assert output["market_data_result"]["quote_currency"] == "EUR"
    assert (row_of(output)["price"], row_of(output)["market_cap"]) == (60_000.0, 1.2e12)


async def test_dollar_figures_are_never_given_as_another_currency_s() -> None:
    output = await market(make_services(make_listing()), convert="EUR", metrics=["price", "market_cap", "supply"])
    assert output["market_data_result"]["results"] == []
    assert gaps(output)["convert"].startswith("no rate of EUR is at hand")


async def test_a_state_s_money_is_no_coin_of_that_name() -> None:
    impostor = Asset(9_700, "Euro Coin", "EUR", "euro-coin", rank=300)
    services = make_services(
        make_series(1, rising(100, 0)), make_series(9_700, rising(2, 0)), assets=(BITCOIN, impostor)
    )
    assert gaps(await market(services, convert="EUR"))["convert"].startswith("no rate of EUR is at hand")


async def test_a_cross_takes_the_supply_of_a_dollar_listing_and_no_money_of_it() -> None:
    listing = make_listing(ETHEREUM, CLOSE, price=2_399.0, market_cap=9e99, volume_24h=9e99, circulating_supply=1.2e8)
    services = make_services(listing, make_series(1, rising(30_000, 100)), make_series(1027, rising(2_000, 1)))
    output = await market(services, ids=[1027], convert="BTC", metrics=["price", "market_cap", "volume", "supply"])
    row = row_of(output)
    assert row["market_cap"] == pytest.approx(2_399 / 69_900 * 1.2e8, rel=1e-6)
    assert row["volume_24h"] == pytest.approx(1_399 / 69_900, rel=1e-6)
    assert row["circulating_supply"] == 1.2e8


async def test_a_dollar_listing_asked_for_in_tether_says_that_one_is_taken_for_the_other() -> None:
    output = await market(make_services(make_listing()), convert="USDT", metrics=["price"])
    assert row_of(output)["price"] == 70_000.0
    assert output["notes"] == ["quotes are in USD; 1 USD is taken as 1 USDT"]
