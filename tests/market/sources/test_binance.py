"""Binance spot candles: what is asked, what is made of the documented answer, and its errors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected
from cryptodesk.market.query import Query
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Provenance
from cryptodesk.market.sources._figures import milliseconds
from cryptodesk.market.sources.binance import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import (
    AAVE,
    BTC,
    ETH,
    USDT,
    ask,
    at,
    body,
    candles,
    live_through,
    payload,
    read,
    refusal,
)

DAILY = Query(kind=CandleSeries, ids=(BTC,), interval="1d")


def test_the_last_four_hundred_days_are_asked_for_by_bars_that_are_over() -> None:
    (request,) = ask(SOURCE, DAILY)
    assert (request.path, request.method, request.weight) == ("/api/v3/klines", "GET", 2)
    assert dict(request.params) == {
        "symbol": "BTCUSDT",
        "interval": "1d",
        "startTime": str(milliseconds(at("2026-09-09") - timedelta(days=400))),
        "endTime": str(milliseconds(at("2026-09-09")) - 1),
        "limit": "400",
    }


@pytest.mark.parametrize("interval", INTERVALS)
def test_every_interval_is_offered_under_its_own_name(interval: str) -> None:
    (request,) = ask(SOURCE, Query(kind=CandleSeries, ids=(BTC,), interval=interval))
    assert dict(request.params)["interval"] == interval


def test_candles_are_read_with_their_market_said_and_without_the_bar_that_is_not_over() -> None:
    series = candles(SOURCE, DAILY, payload(SOURCE, "klines_1d"))
    assert [bar.opened_at for bar in series.candles] == [at(f"2026-09-0{day}") for day in (5, 6, 7, 8)]
    assert series.candles[0] == Candle(
        at("2026-09-05"), 110000.01, 111500.0, 109200.5, 111020.1, 12034.5512, 12034.5512 * 111020.1
    )
    assert (series.asset_id, series.interval, series.instrument) == (BTC, "1d", "BTCUSDT")
    assert series.quote_currency == "USDT"
    assert series.record_began_at == at("2026-09-05")
    assert series.provenance == Provenance("binance", "live", at("2026-09-09"), "spot, Binance BTC/USDT")


def test_dollars_are_the_only_money_that_is_stood_for() -> None:
    in_euros, in_yen = (
        Query(kind=CandleSeries, ids=(BTC,), quote_currency=currency, interval="1d") for currency in ("EUR", "JPY")
    )
    (request,) = ask(SOURCE, in_euros)
    assert dict(request.params)["symbol"] == "BTCEUR"
    assert candles(SOURCE, in_euros, payload(SOURCE, "klines_1d")).quote_currency == "EUR"
    assert ask(SOURCE, in_yen) == ()


def test_a_coin_has_no_candles_in_itself() -> None:
    assert ask(SOURCE, Query(kind=CandleSeries, ids=(USDT,), interval="1d")) == ()


def test_a_recorded_instrument_in_other_money_is_not_taken_for_one_in_dollars() -> None:
    assert ask(SOURCE, Query(kind=CandleSeries, ids=(AAVE,), interval="1d")) == ()


def test_an_unlisted_instrument_is_refused_by_name() -> None:
    error = refusal(SOURCE, b'{"code":-1121,"msg":"Invalid symbol."}', status=400)
    assert isinstance(error, UpstreamRejected)
    assert error.message == "binance does not list what was asked for (-1121)"
    assert error.body == {"error_code": "-1121", "text": "Invalid symbol."}


def test_too_much_weight_is_a_limit_whatever_the_status() -> None:
    error = refusal(SOURCE, b'{"code":-1003,"msg":"Too much request weight used; current limit is 6000."}', status=403)
    assert isinstance(error, UpstreamRateLimited)


def test_an_answer_without_one_readable_bar_is_a_bad_answer() -> None:
    with pytest.raises(UpstreamBadAnswer, match="no candle can be read"):
        read(SOURCE, DAILY, body([[1, 2], "x", None, {}]))


def test_no_bars_at_all_is_no_record_and_no_error() -> None:
    assert read(SOURCE, DAILY, b"[]") == []


def test_a_second_asset_keeps_its_own_bars() -> None:
    both = Query(kind=CandleSeries, ids=(BTC, ETH), interval="1d")
    found = read(SOURCE, both, payload(SOURCE, "klines_1d"), b"[]")
    assert [series.asset_id for series in found] == [BTC]
    found = read(SOURCE, both, b"[]", payload(SOURCE, "klines_1d"))
    assert [(series.asset_id, series.instrument) for series in found] == [(ETH, "ETHUSDT")]


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, DAILY)
