"""Kraken candles: its own tickers, its own names of pairs, 720 bars and no more, and errors at 200."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import Candle, CandleSeries, Provenance
from cryptodesk.market.sources.kraken import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import (
    AAVE,
    BTC,
    DOGE,
    ETH,
    NOW,
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


@pytest.mark.parametrize(
    ("asset_id", "currency", "pair"),
    [(BTC, "USD", "XBTUSD"), (DOGE, "USD", "XDGUSD"), (ETH, "EUR", "ETHEUR"), (AAVE, "USD", "AAVEUSD")],
)
def test_pairs_are_asked_for_by_the_exchanges_own_tickers(asset_id: int, currency: str, pair: str) -> None:
    query = structs.replace(DAILY, ids=(asset_id,), quote_currency=currency)
    (request,) = ask(SOURCE, query)
    assert request.path == "/0/public/OHLC"
    assert dict(request.params) == {
        "pair": pair,
        "interval": "1440",
        # Exclusive: the day that begins a second later is the first.
        "since": str(int((at("2026-09-09") - timedelta(days=400)).timestamp()) - 1),
    }


def test_the_pair_is_found_under_whatever_name_the_exchange_gives_it() -> None:
    series = candles(SOURCE, DAILY, payload(SOURCE, "ohlc_1d"))
    assert [bar.opened_at.day for bar in series.candles] == [5, 6, 7, 8]
    # Between close and volume stands the average price.
    assert series.candles[0] == Candle(at("2026-09-05"), 110000.01, 111500.0, 109200.5, 111020.1, 12034.5512)
    assert (series.instrument, series.quote_currency) == ("XBTUSD", "USD")
    assert series.provenance == Provenance("kraken", "live", at("2026-09-09"), "spot, Kraken BTC/USD")


def test_what_lies_further_back_than_it_remembers_is_left_to_others() -> None:
    oldest = at("2026-09-09") - timedelta(days=719)
    assert len(ask(SOURCE, structs.replace(DAILY, start=oldest))) == 1
    assert ask(SOURCE, structs.replace(DAILY, start=oldest - timedelta(days=1))) == ()
    assert ask(SOURCE, structs.replace(DAILY, as_of=NOW - timedelta(days=400))) == ()


def test_its_weeks_begin_on_thursdays_and_are_not_offered() -> None:
    assert ask(SOURCE, structs.replace(DAILY, interval="1w")) == ()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("EQuery:Unknown asset pair", UpstreamRejected),
        ("EGeneral:Invalid arguments", UpstreamRejected),
        ("EGeneral:Too many requests", UpstreamRateLimited),
        ("EAPI:Rate limit exceeded", UpstreamRateLimited),
        ("EService: Throttled: 1788955345", UpstreamRateLimited),
        ("EService:Unavailable", UpstreamUnavailable),
        ("EService:Busy", UpstreamUnavailable),
        ("EGeneral:Permission denied", UpstreamUnavailable),
        ("EGeneral:Internal error", UpstreamUnavailable),
        ("ESomething:New", UpstreamUnavailable),
    ],
)
def test_errors_come_at_200_and_mean_what_they_say(told: str, expected: type[Exception]) -> None:
    error = refusal(SOURCE, body({"error": [told]}))
    assert isinstance(error, expected)
    assert told.partition(":")[0] in error.message
    assert told not in error.message
    assert error.body is not None
    assert error.body["text"] == told


def test_a_warning_is_no_error() -> None:
    answered = payload(SOURCE, "ohlc_1d").replace(b'"error": []', b'"error": ["WGeneral:Deprecated"]')
    assert b"WGeneral" in answered
    assert len(candles(SOURCE, DAILY, answered).candles) == 4


@pytest.mark.parametrize("result", [None, [], {}, {"last": 1}, {"A": [], "B": [], "last": 1}, {"A": {}, "last": 1}])
def test_a_result_of_another_form_is_a_bad_answer(result: object) -> None:
    with pytest.raises(UpstreamBadAnswer, match="kraken"):
        read(SOURCE, DAILY, body({"error": [], "result": result}))


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, DAILY)
