"""`cmc_market_data`: open interest, funding, liquidations and holders of coins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cryptodesk.market.records import DerivativesMarket, Holders, Liquidations
from cryptodesk.tools import ToolServices
from tests.tools.fakes import NOW, make_listing, make_series, make_services, origin, output_of, rising


def contract(exchange: str, **changes: Any) -> DerivativesMarket:
    values: dict[str, Any] = {"provenance": origin(NOW, "live", exchange), **changes}
    return DerivativesMarket(asset_id=1, exchange=exchange, instrument="BTC-PERP", kind="perpetual", **values)


BIG = contract("okx", open_interest_usd=3e9, volume_24h_usd=6e9, funding_rate_pct=0.02, funding_period_hours=8.0)
HOURLY = contract("hyper", open_interest_usd=1e9, volume_24h_usd=2e9, funding_rate_pct=0.005, funding_period_hours=1.0)
LIAR = contract("liar", open_interest_usd=9e9, volume_24h_usd=5e9, is_outlier=True)
REFUSED = contract("refused", open_interest_usd=2e9, exclusions=("volume does not fit",))


async def ask(*records: Any, metrics: tuple[str, ...] = ("derivatives",), **arguments: Any) -> Any:
    services: ToolServices = make_services(make_listing(), make_series(1, rising(30_000, 100)), *records)
    asked = {"asset_type": "coin", "ids": [1], "metrics": list(metrics), **arguments}
    return await output_of("cmc_market_data", asked, services)


def row_of(output: Any) -> Any:
    (row,) = output["market_data_result"]["results"]
    return row


def gaps(output: Any) -> dict[str, str]:
    return {gap["field"]: gap["reason"] for gap in output["unavailable"]}


def origin_of(output: Any, field: str) -> Any:
    (found,) = [one for one in output["provenance"] if field in one["fields"]]
    return found


async def test_open_interest_leaves_out_what_its_source_excludes_and_shows_it_beside() -> None:
    output = await ask(BIG, HOURLY, LIAR, REFUSED)
    row = row_of(output)
    assert row["open_interest"] == 4e9
    assert row["open_interest_reported"] == 15e9
    assert row["futures_volume_24h"] == 8e9
    assert origin_of(output, "open_interest")["note"] == (
        "sum over 2 markets on 2 exchanges, without 2 that their source excludes as unbelievable"
    )
    assert origin_of(output, "open_interest")["source"] == "okx + hyper"
    assert output["source"] == ["okx", "hyper", "liar", "refused"]


async def test_without_exclusions_there_is_one_sum() -> None:
    assert "open_interest_reported" not in row_of(await ask(BIG, HOURLY))


async def test_funding_is_over_eight_hours_and_weighted_by_volume() -> None:
    output = await ask(BIG, HOURLY, LIAR)
    # 0.005 an hour is 0.04 over eight; (0.02 * 6 + 0.04 * 2) / 8.
    assert row_of(output)["funding_rate_pct_8h"] == pytest.approx(0.025)
    note = origin_of(output, "funding_rate_pct_8h")["note"]
    assert note == "percent per 8 hours, paid by longs where positive; weighted by 24-hour volume over hyper, okx"


async def test_funding_of_markets_without_volume_is_a_plain_mean_and_says_so() -> None:
    one = contract("a", funding_rate_pct=0.01, funding_period_hours=8.0)
    other = contract("b", funding_rate_pct=0.03, funding_period_hours=8.0)
    output = await ask(one, other)
    assert row_of(output)["funding_rate_pct_8h"] == pytest.approx(0.02)
    assert "plain mean over a, b" in origin_of(output, "funding_rate_pct_8h")["note"]
    # A sum of nothing is no zero.
    assert "open_interest" not in row_of(output)
    assert gaps(output)["open_interest"] == "no source at hand gives it for this asset"


async def test_at_most_eight_exchanges_are_listed_the_largest_first_and_the_excluded_last() -> None:
    many = [contract(f"x{n}", open_interest_usd=1e9 + n) for n in range(10)]
    rows = row_of(await ask(*many, LIAR))["by_exchange"]
    assert [row["exchange"] for row in rows] == [f"x{n}" for n in range(9, 1, -1)]
    few = row_of(await ask(BIG, HOURLY, LIAR))["by_exchange"]
    assert [row["exchange"] for row in few] == ["okx", "hyper", "liar"]
    assert few[-1] == {"exchange": "liar", "open_interest": 9e9, "volume_24h": 5e9, "is_excluded": True}
    assert few[1]["funding_rate_pct_8h"] == pytest.approx(0.04)


async def test_liquidations_are_given_by_window() -> None:
    hour = Liquidations(asset_id=1, window_hours=1, provenance=origin(), total_usd=3e6, long_usd=2e6, short_usd=1e6)
    day = Liquidations(asset_id=1, window_hours=24, provenance=origin(), total_usd=9e6)
    month = Liquidations(asset_id=1, window_hours=720, provenance=origin(), total_usd=9e9)
    output = await ask(hour, day, month)
    assert row_of(output)["liquidations"] == {"1h": {"total": 3e6, "long": 2e6, "short": 1e6}, "24h": {"total": 9e6}}
    assert {"open_interest", "funding_rate_pct_8h"} <= set(gaps(output))


async def test_parts_of_different_moments_are_dated_by_the_oldest() -> None:
    older = contract("old", open_interest_usd=1e9, provenance=origin(NOW - timedelta(hours=2), "live", "old"))
    told = origin_of(await ask(BIG, older), "open_interest")
    assert told["as_of"] == "2026-09-12T04:00:00Z"
    assert told["note"].endswith("parts are of 2026-09-12T04:00:00Z to 2026-09-12T06:00:00Z")


async def test_in_another_currency_only_rates_are_given() -> None:
    output = await ask(BIG, convert="BTC")
    row = row_of(output)
    assert row["funding_rate_pct_8h"] == pytest.approx(0.02)
    assert not {"open_interest", "by_exchange", "futures_volume_24h", "liquidations"} & set(row)
    assert gaps(output)["open_interest"] == "known in USD only: ask with convert USD"


async def test_a_source_of_derivatives_that_failed_is_named() -> None:
    services = make_services(make_listing(), failing={DerivativesMarket: "okx"})
    output = await output_of(
        "cmc_market_data", {"asset_type": "coin", "ids": [1], "metrics": ["derivatives"]}, services
    )
    reasons = [gap["reason"] for gap in output["unavailable"]]
    assert reasons == ["okx: no answer", "no source of open interest, funding or liquidations is at hand"]


async def test_holders_are_counted_and_their_distribution_given() -> None:
    held = Holders(
        asset_id="1",
        provenance=origin(),
        holders=50_000_000,
        whales_pct=40.0,
        others_pct=60.0,
        by_value={"usd_0_to_1k": 9},
        by_time={"traders": 2},
    )
    row = row_of(await ask(held, metrics=("holders",)))
    assert (row["holders"], row["holder_shares"]) == (50_000_000, {"whales_pct": 40.0, "others_pct": 60.0})
    assert (row["holders_by_value"], row["holders_by_time"]) == ({"usd_0_to_1k": 9}, {"traders": 2})


async def test_an_empty_record_of_holders_is_no_answer() -> None:
    output = await ask(Holders(asset_id="1", provenance=origin()), metrics=("holders",))
    assert gaps(output)["holders"] == "no source of holder counts is at hand"
