"""What CoinMarketCap gives for a key alone: derivatives, liquidations, trends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import DerivativesMarket, Liquidations, TrendingAsset
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from tests.market.sources.payloads.coinmarketcap import ask, load, read, ways, well

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
PAIRS = "/market-pairs/list/latest"
TOTAL = "/liquidations/quotes/latest"


def test_nothing_of_this_is_asked_without_a_key() -> None:
    for kind in (DerivativesMarket, Liquidations, TrendingAsset):
        assert not any(route.kind is kind for route in FREE.routes)


def test_markets_carry_what_the_vendor_excludes_from_its_sums() -> None:
    markets = read(KEYED, Query(kind=DerivativesMarket, ids=(1,)), PAIRS, load("derivative_pairs"))
    binance, shady = markets
    assert (binance.asset_id, binance.exchange, binance.instrument, binance.kind) == (
        1,
        "binance",
        "BTC/USDT",
        "perpetual",
    )
    assert (binance.open_interest_usd, binance.volume_24h_usd) == (9e9, 15e9)
    assert (binance.mark_price, binance.index_price) == (61820.5, 61830.5)
    assert (binance.is_outlier, binance.exclusions) == (False, ())
    assert (shady.kind, shady.is_outlier, shady.exclusions) == ("future", True, ("price", "volume"))
    assert binance.provenance.as_of == datetime(2026, 9, 9, 11, 59, 30, 586_000, tzinfo=UTC)


def test_a_funding_rate_without_its_period_is_not_put_over_eight_hours() -> None:
    binance, shady = read(KEYED, Query(kind=DerivativesMarket, ids=(1,)), PAIRS, load("derivative_pairs"))
    assert binance.funding_rate_pct == pytest.approx(0.01)
    assert (binance.funding_period_hours, binance.funding_rate_pct_8h) == (None, None)
    assert "period is not told" in (binance.provenance.note or "")
    assert (shady.funding_rate_pct, shady.provenance.note) == (None, None)


def test_a_coin_without_derivatives_has_no_markets() -> None:
    assert read(KEYED, Query(kind=DerivativesMarket, ids=(1,)), PAIRS, well({"crypto_id": 1, "market_pairs": []})) == ()


def test_markets_come_after_those_of_the_exchanges_themselves() -> None:
    assert ask(KEYED, Query(kind=DerivativesMarket, ids=(1,)), PAIRS)[0].preference > 50


def test_liquidations_of_the_whole_market_and_of_coins() -> None:
    query = Query(kind=Liquidations, ids=(0, 1))
    found = read(KEYED, query, TOTAL, load("liquidations_total"), load("liquidations_coins"))
    by_key = {one.key: one for one in found}
    assert set(by_key) == {"0:1", "0:4", "0:24", "1:1", "1:4", "1:24"}
    assert (by_key["0:24"].total_usd, by_key["0:24"].long_usd, by_key["0:24"].short_usd) == (210e6, 150e6, 60e6)
    assert by_key["1:1"].total_usd == 1e6
    assert by_key["1:4"].total_usd is None


def test_liquidations_are_asked_for_as_ids_say() -> None:
    paths = {
        ids: [request.path.rsplit("/", 3)[-3:] for request in ask_all(ids)] for ids in (None, (0,), (1, 1027), ("0",))
    }
    assert paths[None] == [["liquidations", "quotes", "latest"], ["cryptocurrency", "list", "latest"]]
    assert paths[(0,)] == paths[("0",)] == [["liquidations", "quotes", "latest"]]
    assert paths[(1, 1027)] == [["cryptocurrency", "list", "latest"]]
    assert dict(ask_all((1, 1027))[0].params)["crypto_id"] == "1,1027"


def ask_all(ids: tuple[int | str, ...] | None) -> list:  # type: ignore[type-arg]
    return ways(KEYED, Query(kind=Liquidations, ids=ids))[0][1]


def test_a_coin_without_liquidations_is_left_out_and_no_totals_are_a_bad_answer() -> None:
    empty = well({"cryptocurrencies": [], "total_size": 0, "has_more": False})
    assert read(KEYED, Query(kind=Liquidations, ids=(5,)), "/cryptocurrency/list/latest", empty) == ()
    with pytest.raises(UpstreamBadAnswer, match="no liquidations"):
        read(KEYED, Query(kind=Liquidations, ids=(0,)), TOTAL, well({"quotes": []}))


def test_a_list_keeps_its_order_and_counts_only_what_can_be_read() -> None:
    query = Query(kind=TrendingAsset, ids=("trending",))
    places = read(KEYED, query, "/trending/latest", load("trending"))
    assert [(place.position, place.symbol, place.asset_id) for place in places] == [(1, "PEPE", 24478), (2, "BTC", 1)]
    assert {place.list_name for place in places} == {"trending"}
    assert places[0].listed_at is None


def test_what_was_added_says_when() -> None:
    (first, _) = read(KEYED, Query(kind=TrendingAsset, ids=("recently_added",)), "/listings/new", load("trending"))
    assert first.listed_at == datetime(2023, 4, 17, tzinfo=UTC)


def test_what_trends_is_three_lists_and_others_are_asked_for_by_name() -> None:
    trending = [requests[0].path for _, requests in ways(KEYED, Query(kind=TrendingAsset))]
    assert trending == [
        "/v1/cryptocurrency/trending/latest",
        "/v1/cryptocurrency/trending/most-visited",
        "/v1/community/trending/token",
    ]
    losers = ask(KEYED, Query(kind=TrendingAsset, ids=("top_losers",)), "/gainers-losers")[1][0]
    assert dict(losers.params)["sort_dir"] == "asc"
    assert not ways(KEYED, Query(kind=TrendingAsset, ids=("narratives",)))
