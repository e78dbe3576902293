"""Coins, categories, exchanges and profiles of CoinMarketCap."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import CategoryListing, CoinListing, Contract, ExchangeListing, ExchangeReserves, Profile
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from cryptodesk.market.sources._coinmarketcap_coins import ListedAsset, PriceStats
from tests.market.sources.payloads.coinmarketcap import NOW, PEPE, ask, load, read, ways, well

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
QUOTES = "/quotes/latest"
MEMES = "6051a82566fc1b42617d6dc6"


def quotes(query: Query[CoinListing], name: str = "quotes_v3") -> dict[int, CoinListing]:
    return {coin.asset_id: coin for coin in read(FREE, query, QUOTES, load(name))}


def test_a_quote_is_read_field_by_field() -> None:
    bitcoin = quotes(Query(kind=CoinListing, ids=(1, 1975)))[1]
    assert (bitcoin.name, bitcoin.symbol, bitcoin.slug, bitcoin.rank) == ("Bitcoin", "BTC", "bitcoin", 1)
    assert bitcoin.price == 61820.48
    assert (bitcoin.volume_24h, bitcoin.cex_volume_24h, bitcoin.dex_volume_24h) == (31000000000.5, 3e10, 1000000000.5)
    assert (bitcoin.percent_change_1h, bitcoin.percent_change_24h, bitcoin.percent_change_90d) == (0.03, -1.5, 14.5)
    assert (bitcoin.market_cap, bitcoin.market_cap_dominance) == (1230227552000, 57.9)
    assert (bitcoin.max_supply, bitcoin.infinite_supply, bitcoin.tvl) == (21000000, False, None)
    assert bitcoin.tags == ("mineable", "pow")
    assert (bitcoin.platform, bitcoin.token_address) == (None, None)
    assert bitcoin.date_added == datetime(2010, 7, 13, tzinfo=UTC)
    assert bitcoin.provenance.as_of == datetime(2026, 9, 9, 11, 58, tzinfo=UTC)


def test_zeros_that_mean_unknown_become_none_and_a_quiet_market_stays_zero() -> None:
    link = quotes(Query(kind=CoinListing, ids=(1, 1975)))[1975]
    assert (link.market_cap, link.circulating_supply, link.rank) == (None, None, None)
    assert link.volume_24h == 0
    assert link.price == 12.5
    assert link.name == "Chainlink"
    assert (link.platform, link.token_address) == ("ethereum", "0x514910771af9ca656af840dff83e8264ecf986ca")


def test_a_clock_that_runs_ahead_does_not_put_a_quote_into_the_future() -> None:
    assert quotes(Query(kind=CoinListing, ids=(1, 1975)))[1975].provenance.as_of == NOW


def test_broken_rows_are_left_out_and_rows_without_the_currency_too() -> None:
    assert set(quotes(Query(kind=CoinListing, ids=(1, 4, 1975)))) == {1, 1975}
    euros = quotes(Query(kind=CoinListing, ids=(1, 1975), quote_currency="EUR"))
    assert {coin.asset_id: (coin.price, coin.quote_currency) for coin in euros.values()} == {1: (55000.5, "EUR")}


def test_rows_that_can_all_not_be_read_are_a_bad_answer() -> None:
    with pytest.raises(UpstreamBadAnswer, match="no row can be read"):
        quotes(Query(kind=CoinListing, ids=(1,), quote_currency="JPY"))


def test_the_older_shape_by_id_and_currency_reads_the_same() -> None:
    bitcoin = quotes(Query(kind=CoinListing, ids=(1,)), "quotes_v2")[1]
    assert (bitcoin.price, bitcoin.rank, bitcoin.tags) == (61820.48, 1, ("mineable", "pow"))


def test_nothing_found_is_no_error() -> None:
    assert read(FREE, Query(kind=CoinListing, ids=(999_999_999,)), QUOTES, well([], code="0")) == ()


def test_ids_go_out_once_each_a_hundred_in_a_request() -> None:
    _, requests = ask(FREE, Query(kind=CoinListing, ids=(*range(1, 251), 1, "2")), QUOTES)
    lists = [dict(request.params)["id"].split(",") for request in requests]
    assert [len(ids) for ids in lists] == [100, 100, 50]
    assert len({one for ids in lists for one in ids}) == 250


@pytest.mark.parametrize(
    "asked", [(1_000_000_000,), (2_000_000_001,), (0,), (-5,), ("ethereum:0xabc",), ("btc",), ("9" * 50,), ()]
)
def test_the_desks_own_ids_and_foreign_ones_are_not_asked_for(asked: tuple[int | str, ...]) -> None:
    assert not ways(FREE, Query(kind=CoinListing, ids=asked))


@pytest.mark.parametrize("currency", ["usd,eur", "€", "USD&id=2", "X" * 11, ""])
def test_a_currency_that_is_none_is_not_asked_for(currency: str) -> None:
    assert not ways(FREE, Query(kind=CoinListing, ids=(1,), quote_currency=currency))


def test_the_list_is_by_rank_and_asked_no_longer_than_needed() -> None:
    query = Query(kind=CoinListing, limit=10)
    assert dict(ask(FREE, query, "/listings/latest")[1][0].params)["limit"] == "10"
    coins = read(FREE, query, "/listings/latest", load("quotes_v3"))
    assert [coin.asset_id for coin in coins] == [1, 1975]
    assert dict(ask(FREE, Query(kind=CoinListing), "/listings/latest")[1][0].params)["limit"] == "5000"


def test_the_list_of_one_chain_is_cut_from_the_whole() -> None:
    query = Query(kind=CoinListing, platform="ethereum", limit=1)
    assert dict(ask(FREE, query, "/listings/latest")[1][0].params)["limit"] == "5000"
    assert [coin.asset_id for coin in read(FREE, query, "/listings/latest", load("quotes_v3"))] == [1975]


def test_the_map_tells_who_is_who_active_or_not() -> None:
    bodies = (load("map_active"), well([]), load("map_inactive"), well([]))
    listed = {row.asset_id: row for row in read(FREE, Query(kind=ListedAsset), "/map", *bodies)}
    assert set(listed) == {1, 825, 29, 12}
    assert (listed[1].asset.platform, listed[1].asset.rank) == (None, 1)
    assert listed[1].first_priced_at == datetime(2010, 7, 13, 0, 5, tzinfo=UTC)
    assert listed[825].asset.token_address == "0xdac17f958d2ee523a2206206994597c13d831ec7"
    gone = listed[12]
    assert (gone.asset.is_active, gone.asset.rank, gone.first_priced_at) == (False, None, None)
    assert gone.asset.sources == ("coinmarketcap",)
    assert not ways(FREE, Query(kind=ListedAsset, ids=(1,)))


def test_extremes_of_the_price_need_a_key() -> None:
    query = Query(kind=PriceStats, ids=(1, 5))
    assert not ways(FREE, query)
    (bitcoin,) = read(KEYED, query, "/price-performance-stats/latest", load("performance"))
    assert (bitcoin.ath, bitcoin.ath_time) == (126198.07, datetime(2025, 10, 6, 18, 57, tzinfo=UTC))
    assert (bitcoin.atl, bitcoin.high_24h, bitcoin.low_24h) == (0.04865, 62900.25, 61500)


def test_a_profile_is_plain_words_and_safe_links() -> None:
    query = Query(kind=Profile, ids=(1, 825), asset_class="coin")
    bitcoin, tether = read(FREE, query, "/info", load("info"))
    assert bitcoin.description == (
        "What Is Bitcoin? Bitcoin (BTC) is a peer-to-peer currency, see the paper. It is scarce & open."
    )
    assert bitcoin.urls == {
        "website": ("https://bitcoin.org/",),
        "technical_doc": ("https://bitcoin.org/bitcoin.pdf",),
    }
    assert (bitcoin.asset_id, bitcoin.tags, bitcoin.contracts) == ("1", ("mineable", "pow"), ())
    assert (tether.asset_id, tether.description, tether.urls) == ("825", None, {})
    assert [contract.platform for contract in tether.contracts] == ["ethereum", "tron"]
    assert tether.contracts[0] == Contract("ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7")


def test_a_token_has_a_profile_under_the_id_it_was_asked_by() -> None:
    query = Query(kind=Profile, ids=(PEPE,), asset_class="onchain_token")
    (pepe,) = read(FREE, query, "/v1/dex/token", load("dex_token"))
    assert (pepe.asset_id, pepe.symbol) == (PEPE, "PEPE")
    assert pepe.urls == {"website": ("https://www.pepe.vip/",), "twitter": ("https://x.com/pepecoineth",)}
    assert pepe.contracts == (Contract("ethereum", PEPE.partition(":")[2]),)


def test_categories_come_by_market_cap_and_single_ones_with_their_largest_coins() -> None:
    listed = read(FREE, Query(kind=CategoryListing), "/categories", load("categories"))
    assert [category.name for category in listed] == ["A16Z Portfolio", "Memes"]
    assert (listed[1].market_cap_change, listed[1].avg_price_change, listed[0].volume) == (-2.5, -1.25, None)
    (memes,) = read(FREE, Query(kind=CategoryListing, ids=(MEMES,)), "/category", load("category"))
    assert memes.top_coin_ids == (74, 24478, 77)
    assert memes.description == "Coins made for fun."


def test_the_list_of_categories_is_in_dollars_alone() -> None:
    assert not ways(FREE, Query(kind=CategoryListing, quote_currency="EUR"))
    euros = Query(kind=CategoryListing, ids=(MEMES,), quote_currency="EUR")
    assert dict(ask(FREE, euros, "/category")[1][0].params)["convert"] == "EUR"


def test_exchanges_have_names_without_a_key_and_figures_with_one() -> None:
    named = read(FREE, Query(kind=ExchangeListing, ids=(270, 302)), "/exchange/map", load("exchange_map"))
    assert [(row.asset_id, row.is_active, row.spot_volume_24h) for row in named] == [
        (270, True, None),
        (302, False, None),
    ]
    query = Query(kind=ExchangeListing, ids=(270,))
    (binance,) = read(KEYED, query, "/exchange/quotes/latest", load("exchange_quotes"))
    assert (binance.spot_volume_24h, binance.derivative_volume_24h, binance.open_interest) == (12e9, 60e9, 25e9)
    assert (binance.rank, binance.exchange_score, binance.percent_change_volume_30d) == (1, 9.9, None)
    assert ways(KEYED, query)[0][0].preference < ways(KEYED, query)[1][0].preference


def test_an_exchange_has_a_profile_with_fees_and_visits() -> None:
    query = Query(kind=Profile, ids=(270,), asset_class="exchange")
    (binance,) = read(KEYED, query, "/exchange/info", load("exchange_info"))
    assert (binance.maker_fee_pct, binance.taker_fee_pct, binance.weekly_visits) == (0.02, 0.04, 12_000_000)
    assert (binance.fiats, binance.spot_volume_usd) == (("AED", "USD"), 12000000000.5)
    assert set(binance.urls) == {"website", "announcement", "chat"}


def test_reserves_say_what_their_total_leaves_out() -> None:
    (reserves,) = read(KEYED, Query(kind=ExchangeReserves, ids=(270,)), "/exchange/assets", load("exchange_assets"))
    assert reserves.total_usd == 1000 * 2000.5 + 100 * 60000
    assert [wallet.symbol for wallet in reserves.reserves] == ["BTC", "ETH", "XYZ"]
    assert reserves.reserves[2].price_usd is None
    assert "1 of 3 without a price" in (reserves.provenance.note or "")
