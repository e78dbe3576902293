"""Candles of CoinMarketCap: of tokens, of coins, and of coins made from daily quotes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import Candle, CandleSeries
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from cryptodesk.market.visibility import visible_at
from tests.market.sources.payloads.coinmarketcap import NOW, PEPE, ask, load, read, ways, well

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
BARS = "/ohlcv/historical"
QUOTES = "/cryptocurrency/quotes/historical"


def day(number: int) -> datetime:
    return datetime(2026, 9, number, tzinfo=UTC)


def params(query: Query[Any], path: str) -> dict[str, str]:
    return dict(ask(KEYED, query, path)[1][0].params)


def test_a_tokens_candles_are_sorted_complete_and_whole() -> None:
    query = Query(kind=CandleSeries, ids=(PEPE,), interval="1d")
    (series,) = read(FREE, query, "/k-line/candles", load("kline"))
    assert [candle.opened_at for candle in series.candles] == [day(7), day(8)]
    assert series.candles[1] == Candle(day(8), 1.2, 1.45, 1.1, 1.4, 140000 / 1.4, 140000)
    assert (series.asset_id, series.quote_currency, series.interval) == (PEPE, "USD", "1d")
    assert series.provenance.as_of == day(9)
    assert series.record_began_at == day(7)


def test_an_open_question_about_a_token_is_asked_by_count_and_a_span_by_milliseconds() -> None:
    query = Query(kind=CandleSeries, ids=(PEPE,), interval="4h", limit=30)
    assert params(query, "/k-line/candles") == {
        "platform": "ethereum",
        "address": PEPE.partition(":")[2],
        "interval": "4h",
        "unit": "usd",
        "pm": "p",
        "limit": "31",
    }
    query = Query(kind=CandleSeries, ids=(PEPE,), interval="5m", start=day(8), end=day(9))
    asked = params(query, "/k-line/candles")
    assert (asked["interval"], asked["from"], asked["to"]) == ("5min", "1788825600000", "1788912000000")
    assert "limit" not in asked


def test_a_token_without_candles_yet_is_no_error_and_candles_of_another_form_are() -> None:
    query = Query(kind=CandleSeries, ids=(PEPE,), interval="1d")
    assert read(FREE, query, "/k-line/candles", well([])) == ()
    assert read(FREE, query, "/k-line/candles", well(None)) == ()
    with pytest.raises(UpstreamBadAnswer):
        read(FREE, query, "/k-line/candles", well([[1, 2], ["x"] * 7]))


def test_tokens_have_candles_in_dollars_alone() -> None:
    assert not ways(FREE, Query(kind=CandleSeries, ids=(PEPE,), quote_currency="EUR"))


def test_a_coins_candles_need_a_key_and_leave_out_impossible_and_open_bars() -> None:
    query = Query(kind=CandleSeries, ids=(1,), interval="1d", start=day(5), end=day(10))
    assert not ways(FREE, query)
    (series,) = read(KEYED, query, BARS, load("ohlcv_one"))
    assert [candle.opened_at for candle in series.candles] == [day(7), day(8)]
    assert series.candles[0] == Candle(day(7), 60000, 62500.5, 59000, 62000, 31e9 / 62000, 31e9)
    assert (series.asset_id, series.instrument) == (1, "BTC")
    assert "average over all markets" in (series.provenance.note or "")


def test_the_exclusive_start_is_a_step_earlier_and_the_end_is_the_end() -> None:
    query = Query(kind=CandleSeries, ids=(1,), interval="1d", start=day(5), end=day(8))
    asked = params(query, BARS)
    assert (asked["time_start"], asked["time_end"], asked["time_period"]) == ("2026-09-04", "2026-09-08", "daily")
    hourly = Query(kind=CandleSeries, ids=(1,), interval="1h", start=day(8), end=day(9))
    asked = params(hourly, BARS)
    assert (asked["time_start"], asked["interval"]) == ("2026-09-07T23:00:00.000Z", "hourly")


def test_several_coins_come_as_a_map() -> None:
    row = {
        "time_open": "2026-09-07T00:00:00.000Z",
        "quote": {"USD": dict.fromkeys(("open", "high", "low", "close"), 2)},
    }
    row["quote"]["USD"]["volume"] = 10
    body = well({str(one): {"id": one, "symbol": "X", "quotes": [row]} for one in (1, 1027)})
    series = read(KEYED, Query(kind=CandleSeries, ids=(1, 1027), interval="1d"), BARS, body)
    assert [one.asset_id for one in series] == [1, 1027]


@pytest.mark.parametrize("interval", ["5m", "15m", "4h", "1w"])
def test_an_interval_it_does_not_make_is_not_asked_for(interval: Any) -> None:
    assert not ways(KEYED, Query(kind=CandleSeries, ids=(1,), interval=interval))


def test_a_daily_bar_lies_between_two_daily_quotes_and_says_so() -> None:
    query = Query(kind=CandleSeries, ids=(1,), interval="1d", start=day(6))
    (series,) = read(KEYED, query, QUOTES, load("quotes_history"))
    # 7 September has no turnover at its close, so it is left out; the open of the 6th is its own first quote.
    assert series.candles == (
        Candle(day(6), 60000, 61000, 60000, 61000, 30.5e9 / 61000, 30.5e9),
        Candle(day(8), 62000, 62000, 61500, 61500, 24.6e9 / 61500, 24.6e9),
    )
    assert "high and low are those of open and close alone" in (series.provenance.note or "")


def test_bars_from_quotes_come_after_every_true_candle() -> None:
    query = Query(kind=CandleSeries, ids=(1,), interval="1d")
    assert [requests[0].path for _, requests in ways(KEYED, query)] == [
        "/v2/cryptocurrency/ohlcv/historical",
        "/v3/cryptocurrency/quotes/historical",
    ]
    assert ask(KEYED, query, QUOTES)[0].preference > 50


def test_the_moment_of_the_question_cuts_a_series() -> None:
    moment = day(8) + timedelta(hours=1)
    query = Query(kind=CandleSeries, ids=(1,), interval="1d", as_of=moment)
    (series,) = read(KEYED, query, BARS, load("ohlcv_one"))
    seen = visible_at(series, moment)
    assert seen is not None
    assert [candle.opened_at for candle in seen.candles] == [day(7)]
    assert params(query, BARS)["time_end"] == "2026-09-08"


def test_no_more_than_a_thousand_bars_are_paid_for() -> None:
    query = Query(kind=CandleSeries, ids=(1,), interval="1d", start=NOW - timedelta(days=5000))
    (request,) = ask(KEYED, query, BARS)[1]
    assert request.weight == 10
