"""Bybit: every linear contract in one answer, perpetual or with an end, settled in USDT or USDC."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, Provenance
from cryptodesk.market.sources.bybit import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import (
    AAVE,
    BTC,
    LINK,
    NOW,
    PEPE,
    ask,
    at,
    body,
    live_through,
    payload,
    read,
    refusal,
)

MARKETS = Query(kind=DerivativesMarket)
TICKERS = payload(SOURCE, "tickers_linear")


def markets(query: Query[DerivativesMarket] = MARKETS, raw: bytes = TICKERS) -> dict[str, DerivativesMarket]:
    return {market.instrument: market for market in read(SOURCE, query, raw)}


def test_all_contracts_are_one_request() -> None:
    (request,) = ask(SOURCE, MARKETS)
    assert (request.path, request.params) == ("/v5/market/tickers", (("category", "linear"),))


def test_a_perpetual_carries_its_funding_with_the_period() -> None:
    assert markets()["BTCUSDT"] == DerivativesMarket(
        asset_id=BTC,
        exchange="Bybit",
        instrument="BTCUSDT",
        kind="perpetual",
        provenance=Provenance(
            "bybit", "live", at("2026-09-09 12:02:29"), "perpetual, Bybit BTCUSDT; USDT taken for US dollars"
        ),
        open_interest_usd=6252568713.86,
        volume_24h_usd=9800123456.78,
        funding_rate_pct=pytest.approx(0.009123),
        funding_period_hours=8.0,
        next_funding_at=at("2026-09-09 16:00"),
        mark_price=113250.4,
        index_price=113240.11,
    )


def test_the_largest_comes_first_so_that_a_limit_keeps_it() -> None:
    assert list(markets()) == [
        "BTCUSDT",
        "BTCPERP",
        "1000PEPEUSDT",
        "AAVEUSDT",
        "BTC-25SEP26",
        "BTCUSDT-25DEC26",
    ]
    assert list(markets(structs.replace(MARKETS, limit=1))) == ["BTCUSDT"]


def test_contracts_that_end_have_no_funding() -> None:
    dated = markets()["BTCUSDT-25DEC26"]
    assert (dated.kind, dated.asset_id, dated.open_interest_usd) == ("future", BTC, 10111200.0)
    assert (dated.funding_rate_pct, dated.funding_period_hours, dated.next_funding_at) == (None, None, None)
    assert dated.provenance.note == "future, Bybit BTCUSDT-25DEC26; USDT taken for US dollars"


def test_what_a_contract_is_settled_in_is_said() -> None:
    notes = {name: market.provenance.note or "" for name, market in markets().items()}
    assert "USDC taken for US dollars" in notes["BTCPERP"]
    assert "USDC taken for US dollars" in notes["BTC-25SEP26"]


def test_a_contract_on_a_thousand_coins_has_the_price_of_one() -> None:
    pepe = markets()["1000PEPEUSDT"]
    assert pepe.asset_id == PEPE
    assert pepe.mark_price == pytest.approx(0.0000112)
    assert pepe.open_interest_usd == 56_000_000.0
    assert pepe.funding_period_hours == 4.0
    assert "1,000 coins" in (pepe.provenance.note or "")


def test_rivals_and_unknown_tickers_are_dropped() -> None:
    assert not {"LINKUSDT", "USDCUSDT"} & set(markets())


def test_ids_choose_among_the_contracts() -> None:
    assert list(markets(structs.replace(MARKETS, ids=(AAVE,)))) == ["AAVEUSDT"]
    assert list(markets(structs.replace(MARKETS, ids=(str(AAVE),)))) == ["AAVEUSDT"]
    assert markets(structs.replace(MARKETS, ids=(LINK,))) == {}
    assert ask(SOURCE, structs.replace(MARKETS, ids=("ethereum:0xabc", 424242))) == ()


def test_the_past_is_not_asked_for() -> None:
    assert ask(SOURCE, structs.replace(MARKETS, as_of=NOW - timedelta(minutes=2))) == ()


def test_a_clock_that_runs_ahead_does_not_make_a_value_of_the_future() -> None:
    ahead = TICKERS.replace(b'"time": 1788955349000', b'"time": 1788999999000')
    assert ahead != TICKERS
    assert markets(raw=ahead)["BTCUSDT"].provenance.as_of == NOW


def test_a_malformed_row_is_left_out_alone() -> None:
    one = {"symbol": "BTCUSDT", "openInterestValue": "x", "fundingRate": "", "markPrice": "-1"}
    rows = [None, {}, {"symbol": 5}, {"symbol": "USDT"}, {"symbol": ""}, one]
    found = markets(raw=body({"retCode": 0, "retMsg": "OK", "result": {"list": rows}, "time": 0}))
    assert list(found) == ["BTCUSDT"]
    assert found["BTCUSDT"].open_interest_usd is None
    assert found["BTCUSDT"].funding_rate_pct is None
    assert found["BTCUSDT"].mark_price is None
    assert found["BTCUSDT"].provenance.as_of == NOW


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (10006, UpstreamRateLimited),
        (10018, UpstreamRateLimited),
        (10016, UpstreamUnavailable),
        (10024, UpstreamUnavailable),
        (10001, UpstreamRejected),
    ],
)
def test_errors_come_at_200_with_a_code(code: int, expected: type[Exception]) -> None:
    error = refusal(SOURCE, body({"retCode": code, "retMsg": "no", "result": {}, "time": 1}))
    assert isinstance(error, expected)
    assert str(code) in error.message


@pytest.mark.parametrize("result", [None, [], {}, {"list": {}}, {"list": [1, 2]}])
def test_a_result_of_another_form_is_a_bad_answer(result: object) -> None:
    with pytest.raises(UpstreamBadAnswer, match="bybit"):
        read(SOURCE, MARKETS, body({"retCode": 0, "retMsg": "OK", "result": result}))


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, MARKETS)
