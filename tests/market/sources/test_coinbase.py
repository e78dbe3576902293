"""Coinbase Exchange candles: newest first, low before high, and no bars of four hours or a week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRejected
from cryptodesk.market.query import Query
from cryptodesk.market.records import Candle, CandleSeries, Provenance
from cryptodesk.market.sources.coinbase import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import AAVE, BTC, USDT, ask, at, candles, live_through, payload, refusal

DAILY = Query(kind=CandleSeries, ids=(BTC,), interval="1d", start=at("2026-09-01"))


def test_four_hundred_days_are_two_requests_of_which_neither_holds_more_than_three_hundred() -> None:
    first, second = ask(SOURCE, Query(kind=CandleSeries, ids=(BTC,), interval="1d"))
    began = at("2026-09-09") - timedelta(days=400)
    assert first.path == second.path == "/products/BTC-USD/candles"
    assert dict(first.params) == {
        "granularity": "86400",
        "start": began.isoformat(),
        # Both ends are inclusive.
        "end": (began + timedelta(days=299)).isoformat(),
    }
    assert dict(second.params)["start"] == (began + timedelta(days=300)).isoformat()
    assert dict(second.params)["end"] == "2026-09-08T00:00:00+00:00"


@pytest.mark.parametrize("interval", ["4h", "1w"])
def test_intervals_that_the_exchange_does_not_have_are_left_to_others(interval: str) -> None:
    assert ask(SOURCE, Query(kind=CandleSeries, ids=(BTC,), interval=interval)) == ()


def test_candles_are_turned_round_and_their_columns_told_apart() -> None:
    series = candles(SOURCE, DAILY, payload(SOURCE, "candles_1d"))
    assert [bar.opened_at.day for bar in series.candles] == [5, 6, 7, 8]
    assert series.candles[0] == Candle(at("2026-09-05"), 110000.01, 111500.0, 109200.5, 111020.1, 12034.5512)
    assert (series.instrument, series.quote_currency) == ("BTC-USD", "USD")
    assert series.provenance == Provenance("coinbase", "live", at("2026-09-09"), "spot, Coinbase BTC/USD")


def test_a_recorded_instrument_gives_the_ticker_in_other_money_too() -> None:
    (request,) = ask(SOURCE, Query(kind=CandleSeries, ids=(AAVE,), quote_currency="EUR", start=at("2026-09-01")))
    assert request.path == "/products/AAVE-EUR/candles"


def test_a_coin_pegged_to_the_dollar_has_candles_in_dollars_here() -> None:
    (request,) = ask(SOURCE, Query(kind=CandleSeries, ids=(USDT,), start=at("2026-09-01")))
    assert request.path == "/products/USDT-USD/candles"


def test_an_unknown_product_is_refused_by_name_and_a_message_at_200_is_a_bad_answer() -> None:
    assert isinstance(refusal(SOURCE, b'{"message":"NotFound"}', status=404), UpstreamRejected)
    assert isinstance(refusal(SOURCE, b'{"message":"Internal"}'), UpstreamBadAnswer)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, DAILY)
