"""Binance futures: contracts as they are now, and funding and open interest day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected
from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, MetricPoint, MetricSeries, Provenance
from cryptodesk.market.sources._figures import milliseconds
from cryptodesk.market.sources.binance_usdm import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import (
    AAVE,
    BTC,
    CONTEXT,
    ETH,
    LINK,
    LUNA,
    NOW,
    PEPE,
    answer,
    ask,
    at,
    body,
    live_through,
    payload,
    read,
    refusal,
    route,
)

MARKETS = Query(kind=DerivativesMarket)
BITCOIN = Query(kind=DerivativesMarket, ids=(BTC,))
PRICES, PERIODS = payload(SOURCE, "premium_index"), payload(SOURCE, "funding_info")
FUNDING = Query(kind=MetricSeries, ids=(BTC,), metric="funding_rate", start=at("2026-09-06"))
INTEREST = Query(kind=MetricSeries, ids=(BTC,), metric="open_interest", start=at("2026-09-07"))
DAY = timedelta(days=1)


def paths(query: Query[Any]) -> list[tuple[str, str | None]]:
    return [(request.path, dict(request.params).get("symbol")) for request in ask(SOURCE, query)]


# Now


def test_the_whole_list_is_three_requests_and_one_asset_two_more_of_its_own() -> None:
    bulk = [("/fapi/v1/premiumIndex", None), ("/fapi/v1/fundingInfo", None)]
    own = [("/fapi/v1/ticker/24hr", "BTCUSDT"), ("/fapi/v1/openInterest", "BTCUSDT")]
    assert paths(MARKETS) == [*bulk, ("/fapi/v1/ticker/24hr", None)]
    assert paths(BITCOIN) == [*bulk, *own]
    assert [request.weight for request in ask(SOURCE, MARKETS)] == [10, 1, 40]


def test_of_several_assets_only_recorded_instruments_are_asked_for_one_by_one() -> None:
    asked = {symbol for _, symbol in paths(structs.replace(MARKETS, ids=(BTC, ETH, AAVE)))}
    assert asked == {None, "BTCUSDT", "AAVEUSDT"}
    assert ("/fapi/v1/openInterest", "ETHUSDT") in paths(structs.replace(MARKETS, ids=(ETH,)))


def test_a_perpetual_carries_what_four_answers_say_of_it() -> None:
    ticker, interest = payload(SOURCE, "ticker_btc"), payload(SOURCE, "open_interest_btc")
    found = {market.instrument: market for market in read(SOURCE, BITCOIN, PRICES, PERIODS, ticker, interest)}
    assert found["BTCUSDT"] == DerivativesMarket(
        asset_id=BTC,
        exchange="Binance",
        instrument="BTCUSDT",
        kind="perpetual",
        provenance=Provenance(
            "binance_usdm", "live", at("2026-09-09 12:02:27"), "perpetual, Binance BTCUSDT; USDT taken for US dollars"
        ),
        open_interest_usd=91000.5 * 113250.4,
        volume_24h_usd=20385000000.5,
        funding_rate_pct=pytest.approx(0.0081),
        funding_period_hours=8.0,
        next_funding_at=at("2026-09-09 16:00"),
        mark_price=113250.4,
        index_price=113240.11,
    )
    assert set(found) == {"BTCUSDT", "BTCUSDC", "BTCUSDT_261225"}
    assert found["BTCUSDC"].open_interest_usd is None
    assert "USDC taken" in (found["BTCUSDC"].provenance.note or "")


def test_a_contract_that_ends_has_no_funding() -> None:
    found = {one.instrument: one for one in read(SOURCE, MARKETS, PRICES, PERIODS, payload(SOURCE, "tickers"))}
    dated = found["BTCUSDT_261225"]
    assert (dated.kind, dated.funding_rate_pct, dated.funding_period_hours) == ("future", None, None)


def test_the_list_holds_assets_known_without_doubt_with_their_own_periods() -> None:
    found = {one.instrument: one for one in read(SOURCE, MARKETS, PRICES, PERIODS, payload(SOURCE, "tickers"))}
    assert set(found) == {"BTCUSDT", "BTCUSDC", "BTCUSDT_261225", "1000PEPEUSDT", "AAVEUSDT"}
    pepe = found["1000PEPEUSDT"]
    assert (pepe.asset_id, pepe.funding_period_hours, pepe.volume_24h_usd) == (PEPE, 4.0, 336_000_000.0)
    assert pepe.mark_price == pytest.approx(0.0000112)
    # Nobody is told zero where nothing is known.
    assert all(market.open_interest_usd is None for market in found.values())


def test_the_past_is_not_asked_for_as_it_is_now() -> None:
    assert ask(SOURCE, structs.replace(BITCOIN, as_of=NOW - timedelta(minutes=2))) == ()


# Day by day


def test_funding_is_asked_for_in_pieces_that_one_answer_can_hold() -> None:
    pieces = [dict(request.params) for request in ask(SOURCE, structs.replace(FUNDING, start=None))]
    today = at("2026-09-09")
    assert [(piece["startTime"], piece["endTime"], piece["limit"]) for piece in pieces] == [
        (str(milliseconds(today - first * DAY)), str(milliseconds(today - last * DAY) - 1), "1000")
        for first, last in ((400, 240), (240, 80), (80, 0))
    ]


def test_a_days_funding_is_the_sum_of_its_settlements_and_the_running_day_is_left_out() -> None:
    (series,) = read(SOURCE, FUNDING, payload(SOURCE, "funding_rate_btc"))
    assert [point.at for point in series.points] == [at("2026-09-06"), at("2026-09-07"), at("2026-09-08")]
    assert [point.value for point in series.points] == [
        pytest.approx(0.010 + 0.008 - 0.002),
        pytest.approx(3 * 0.005),
        pytest.approx(0.010 + 0.010 + 0.009),
    ]
    assert (series.metric, series.entity, series.unit, series.granularity) == (
        "funding_rate",
        "1",
        "percent_per_day",
        "1d",
    )
    assert series.provenance == Provenance(
        "binance_usdm", "live", at("2026-09-09"), "perpetual, Binance BTCUSDT; sum of the day's settlements"
    )


def test_a_day_that_was_not_over_when_it_was_fetched_is_left_out_whenever_it_is_read() -> None:
    early = answer(payload(SOURCE, "funding_rate_btc"), fetched_at=at("2026-09-08 20:00"))
    (series,) = route(SOURCE, MetricSeries).to_records([early], FUNDING, CONTEXT)
    assert [point.at for point in series.points] == [at("2026-09-06"), at("2026-09-07")]


def test_a_question_about_a_moment_asks_for_days_over_by_then() -> None:
    (request,) = ask(SOURCE, structs.replace(FUNDING, as_of=at("2026-09-08 23:59")))
    assert dict(request.params)["endTime"] == str(milliseconds(at("2026-09-08")) - 1)
    (request,) = ask(SOURCE, structs.replace(FUNDING, end=at("2026-09-07 12:00")))
    assert dict(request.params)["endTime"] == str(milliseconds(at("2026-09-08")) - 1)
    assert ask(SOURCE, structs.replace(FUNDING, start=at("2026-09-09"))) == ()


def test_an_answer_cut_off_by_its_limit_does_not_give_a_day_in_part() -> None:
    start = at("2026-04-01")
    hourly = [
        {"symbol": "BTCUSDT", "fundingTime": milliseconds(start) + hour * 3_600_000, "fundingRate": "0.00001"}
        for hour in range(1000)
    ]
    (series,) = read(SOURCE, structs.replace(FUNDING, start=start, end=start + 100 * DAY), body(hourly))
    # 1,000 hours are 41 days and 16 hours.
    assert len(series.points) == 41
    assert {round(point.value, 12) for point in series.points} == {0.024}


def test_open_interest_reaches_back_a_month_and_to_the_last_midnight() -> None:
    (request,) = ask(SOURCE, structs.replace(INTEREST, start=at("2020-01-01")))
    params = dict(request.params)
    assert (request.path, params["symbol"], params["period"]) == ("/futures/data/openInterestHist", "BTCUSDT", "1d")
    assert params["startTime"] == str(milliseconds(at("2026-09-09") - 29 * DAY))
    assert params["endTime"] == str(milliseconds(at("2026-09-10")) - 1)
    assert ask(SOURCE, structs.replace(INTEREST, start=at("2020-01-01"), end=at("2026-01-01"))) == ()


def test_open_interest_is_in_dollars_at_each_midnight() -> None:
    (series,) = read(SOURCE, INTEREST, payload(SOURCE, "open_interest_hist_btc"))
    assert series.points == tuple(
        MetricPoint(at(f"2026-09-0{day}"), value)
        for day, value in ((7, 9900000000.25), (8, 9950000000.25), (9, 10000000000.25))
    )
    assert (series.unit, series.provenance.as_of) == ("USD", at("2026-09-09"))


def test_without_a_metric_both_are_given_and_other_metrics_are_left_to_others() -> None:
    both = structs.replace(INTEREST, metric=None)
    funding, interest = payload(SOURCE, "funding_rate_btc"), payload(SOURCE, "open_interest_hist_btc")
    assert [series.metric for series in read(SOURCE, both, funding, interest)] == ["funding_rate", "open_interest"]
    assert ask(SOURCE, structs.replace(INTEREST, metric="tvl")) == ()
    assert ask(SOURCE, structs.replace(INTEREST, interval="1h")) == ()
    assert ask(SOURCE, structs.replace(INTEREST, ids=None)) == ()


def test_a_coin_traded_by_the_thousand_is_asked_for_under_that_name() -> None:
    assert paths(structs.replace(FUNDING, ids=(PEPE,))) == [("/fapi/v1/fundingRate", "1000PEPEUSDT")]
    assert paths(structs.replace(FUNDING, ids=(LINK,))) == []


def test_funding_from_before_its_launch_is_another_assets() -> None:
    (request,) = ask(SOURCE, structs.replace(FUNDING, ids=(LUNA,), start=at("2022-01-01"), end=at("2022-06-10")))
    assert dict(request.params)["startTime"] == str(milliseconds(at("2022-05-28")))


def test_rows_of_another_contract_are_not_taken() -> None:
    other = payload(SOURCE, "funding_rate_btc").replace(b'"BTCUSDT"', b'"ETHUSDT"')
    with pytest.raises(UpstreamBadAnswer, match="no row can be read"):
        read(SOURCE, FUNDING, other)


def test_no_rows_are_no_series_and_no_error() -> None:
    assert read(SOURCE, FUNDING, b"[]") == []


# Errors


def test_codes_mean_the_same_at_any_status() -> None:
    assert isinstance(refusal(SOURCE, b'{"code":-1121,"msg":"Invalid symbol."}', 400), UpstreamRejected)
    assert isinstance(refusal(SOURCE, b'{"code":-1003,"msg":"Too many requests"}', 429), UpstreamRateLimited)
    assert isinstance(refusal(SOURCE, b'{"code":-1130,"msg":"parameter startTime is invalid"}'), UpstreamRejected)


@pytest.mark.parametrize("query", [MARKETS, FUNDING, INTEREST], ids=["now", "funding", "interest"])
@pytest.mark.parametrize("raw", [b"[1, 2]", b'[{"symbol": 1}]', b'"x"'])
def test_an_answer_of_another_form_is_a_bad_answer(query: Query[Any], raw: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer, match="binance_usdm"):
        read(SOURCE, query, raw, context=CONTEXT)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, MARKETS, FUNDING, INTEREST)
