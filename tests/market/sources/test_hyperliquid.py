"""Hyperliquid: coins and their states side by side, hourly funding, open interest in coins."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, Provenance
from cryptodesk.market.sources.hyperliquid import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import AAVE, BTC, ETH, NOW, PEPE, ask, body, live_through, payload, read

PERPETUALS = Query(kind=DerivativesMarket)
CONTEXTS = payload(SOURCE, "meta_and_asset_ctxs")


def markets(query: Query[DerivativesMarket] = PERPETUALS, raw: bytes = CONTEXTS) -> dict[str, DerivativesMarket]:
    return {market.instrument: market for market in read(SOURCE, query, raw)}


def test_all_perpetuals_are_one_post_of_weight_twenty() -> None:
    (request,) = ask(SOURCE, PERPETUALS)
    assert (request.method, request.path, request.weight) == ("POST", "/info", 20)
    assert msgspec.json.decode(request.body or b"") == {"type": "metaAndAssetCtxs"}


def test_a_perpetual_carries_hourly_funding_and_open_interest_in_dollars() -> None:
    btc = markets()["BTC"]
    assert btc == DerivativesMarket(
        asset_id=BTC,
        exchange="Hyperliquid",
        instrument="BTC",
        kind="perpetual",
        provenance=Provenance("hyperliquid", "live", NOW, "perpetual, Hyperliquid BTC; USDC taken for US dollars"),
        open_interest_usd=31000.5 * 113250.0,
        volume_24h_usd=4200000000.5,
        funding_rate_pct=0.00125,
        funding_period_hours=1.0,
        mark_price=113250.0,
        index_price=113240.0,
    )
    assert btc.funding_rate_pct_8h == pytest.approx(0.01)


def test_a_thousand_coins_at_once_are_told_by_a_small_k() -> None:
    pepe = markets()["kPEPE"]
    assert pepe.asset_id == PEPE
    assert pepe.open_interest_usd == pytest.approx(1_200_000_000 * 0.0112)
    assert pepe.mark_price == pytest.approx(0.0000112)


def test_delisted_coins_and_rivals_are_dropped() -> None:
    assert set(markets()) == {"BTC", "ETH", "kPEPE", "AAVE"}


def test_ids_choose_among_the_perpetuals() -> None:
    found = markets(structs.replace(PERPETUALS, ids=(ETH, AAVE)))
    assert {market.asset_id for market in found.values()} == {ETH, AAVE}


def test_the_past_is_not_asked_for() -> None:
    assert ask(SOURCE, structs.replace(PERPETUALS, as_of=NOW - timedelta(minutes=2))) == ()


def test_states_that_do_not_match_the_coins_are_refused_whole() -> None:
    meta, states = msgspec.json.decode(CONTEXTS)
    with pytest.raises(UpstreamBadAnswer, match="6 coins and 5 states"):
        markets(raw=body([meta, states[1:]]))


def test_a_state_without_a_price_has_no_open_interest() -> None:
    found = markets(raw=body([{"universe": [{"name": "BTC"}]}, [{"funding": None, "openInterest": "5"}]]))
    assert (found["BTC"].open_interest_usd, found["BTC"].funding_rate_pct) == (None, None)


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"[{}]", b"[{}, []]", b"[[], []]", b'[{"universe": {}}, []]', b"null"])
def test_an_answer_of_another_form_is_a_bad_answer(raw: bytes) -> None:
    with pytest.raises(UpstreamBadAnswer, match="hyperliquid"):
        markets(raw=raw)


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, PERPETUALS)
