"""OKX: candles in UTC that say whether they are over, perpetuals with the period of their funding, errors at 200."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import CandleSeries, DerivativesMarket, Provenance
from cryptodesk.market.sources._figures import milliseconds
from cryptodesk.market.sources.okx import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import (
    AAVE,
    BTC,
    LINK,
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

DAILY = Query(kind=CandleSeries, ids=(BTC,), interval="1d", start=at("2026-09-01"))
SWAPS = Query(kind=DerivativesMarket)
ANSWERS = tuple(payload(SOURCE, name) for name in ("funding_rate", "open_interest", "mark_price", "tickers"))


def test_days_are_asked_for_in_utc_between_two_exclusive_ends() -> None:
    (request,) = ask(SOURCE, DAILY)
    assert request.path == "/api/v5/market/history-candles"
    assert dict(request.params) == {
        "instId": "BTC-USDT",
        "bar": "1Dutc",
        "after": str(milliseconds(at("2026-09-09"))),
        "before": str(milliseconds(at("2026-09-01")) - 1),
        "limit": "8",
    }


def test_candles_are_oldest_first_and_the_unconfirmed_one_is_dropped() -> None:
    series = candles(SOURCE, DAILY, payload(SOURCE, "history_candles_1d"))
    assert [bar.opened_at.day for bar in series.candles] == [5, 6, 7, 8]
    assert series.candles[0].quote_volume == pytest.approx(12034.5512 * 111020.1)
    assert (series.instrument, series.quote_currency) == ("BTC-USDT", "USDT")
    assert series.provenance == Provenance("okx", "live", at("2026-09-09"), "spot, OKX BTC/USDT")


def test_a_bar_that_is_not_confirmed_is_dropped_though_its_time_has_passed() -> None:
    late = payload(SOURCE, "history_candles_1d").replace(b'"1"\n', b'"0"\n', 1)
    assert [bar.opened_at.day for bar in candles(SOURCE, DAILY, late).candles] == [5, 6, 7]


def test_perpetuals_carry_what_four_answers_say_of_them() -> None:
    found = {market.instrument: market for market in read(SOURCE, SWAPS, *ANSWERS)}
    assert list(found) == ["BTC-USDT-SWAP", "BTC-USD-SWAP", "AAVE-USDT-SWAP"]
    assert found["BTC-USDT-SWAP"] == DerivativesMarket(
        asset_id=BTC,
        exchange="OKX",
        instrument="BTC-USDT-SWAP",
        kind="perpetual",
        provenance=Provenance(
            "okx", "live", at("2026-09-09 12:02:28"), "perpetual, OKX BTC-USDT-SWAP; USDT taken for US dollars"
        ),
        open_interest_usd=3302851539.0,
        volume_24h_usd=90000 * 113250.0,
        funding_rate_pct=0.0075,
        funding_period_hours=8.0,
        next_funding_at=at("2026-09-09 16:00"),
        mark_price=113250.4,
    )
    assert found["BTC-USD-SWAP"].provenance.note == "perpetual, OKX BTC-USD-SWAP"
    assert found["AAVE-USDT-SWAP"].funding_period_hours == 4.0
    assert found["AAVE-USDT-SWAP"].volume_24h_usd is None


def test_of_the_whole_list_only_assets_known_without_doubt_are_kept() -> None:
    assert {market.asset_id for market in read(SOURCE, SWAPS, *ANSWERS)} == {BTC, AAVE}
    assert read(SOURCE, structs.replace(SWAPS, ids=(LINK,)), *ANSWERS) == []


def test_a_period_that_cannot_be_is_unknown_and_not_eight_hours() -> None:
    odd = ANSWERS[0].replace(str(milliseconds(at("2026-09-10"))).encode(), str(milliseconds(at("2026-09-09"))).encode())
    found = {market.instrument: market for market in read(SOURCE, SWAPS, odd, *ANSWERS[1:])}
    assert found["BTC-USDT-SWAP"].funding_period_hours is None
    assert found["BTC-USDT-SWAP"].funding_rate_pct_8h is None


def test_what_is_as_of_now_is_not_asked_about_the_past() -> None:
    assert ask(SOURCE, structs.replace(SWAPS, as_of=NOW - timedelta(seconds=61))) == ()
    assert len(ask(SOURCE, structs.replace(SWAPS, as_of=NOW - timedelta(seconds=59)))) == 4


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("51001", UpstreamRejected),
        ("51000", UpstreamRejected),
        ("50011", UpstreamRateLimited),
        ("50001", UpstreamUnavailable),
        ("50125", UpstreamUnavailable),
    ],
)
def test_errors_come_at_200_with_a_code(code: str, expected: type[Exception]) -> None:
    error = refusal(SOURCE, body({"code": code, "msg": "Instrument ID doesn't exist", "data": []}))
    assert isinstance(error, expected)
    assert code in error.message


@pytest.mark.parametrize("data", [None, {}, [None], [{"instId": 5}]])
def test_rows_of_another_form_are_a_bad_answer(data: object) -> None:
    with pytest.raises(UpstreamBadAnswer, match="okx"):
        read(SOURCE, SWAPS, *ANSWERS[:1], body({"code": "0", "msg": "", "data": data}), *ANSWERS[2:])


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, DAILY, SWAPS)
