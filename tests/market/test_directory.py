"""Which asset a query means: strength of the match first, then size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.catalog.assets import load_assets
from cryptodesk.market.directory import AssetDirectory, is_address, load_directory_assets
from cryptodesk.market.records import Asset
from tests.market.fixtures import ASSETS

DIRECTORY = AssetDirectory(ASSETS)


@pytest.fixture
def directory() -> AssetDirectory:
    return DIRECTORY


def ids(directory: AssetDirectory, query: str, limit: int = 5) -> list[int]:
    return [match.asset.asset_id for match in directory.lookup(query, limit)]


@pytest.mark.parametrize(
    ("query", "asset_id", "match"),
    [
        ("1", 1, "exact_id"),
        ("1027", 1027, "exact_id"),
        ("BTC", 1, "exact_symbol"),
        ("btc", 1, "exact_symbol"),
        ("$btc", 1, "exact_symbol"),
        ("#BTC", 1, "exact_symbol"),
        ("ＢＴＣ", 1, "exact_symbol"),
        ("b\u200btc", 1, "exact_symbol"),
        (" 'btc'? ", 1, "exact_symbol"),
        ("BTC/USDT", 1, "exact_symbol"),
        ("eth-usd", 1027, "exact_symbol"),
        ("SOL-USDT-PERP", 5426, "exact_symbol"),
        ("BTCUSDT", 1, "exact_alias"),
        ("Bitcoin", 1, "exact_name"),
        ("bitcoin-cash", 1831, "exact_slug"),
        ("official trump", 35336, "exact_name"),
        ("polkadot new", 6636, "exact_slug"),
        ("xbt", 1, "exact_alias"),
        ("Ripple", 52, "exact_alias"),
        ("matic", 28321, "former_symbol"),
        ("hyperl", 32196, "prefix"),
        ("classic", 1321, "word"),
        ("coin", 1839, "word"),
        ("liquid", 32196, "substring"),
        ("etherium", 1027, "fuzzy"),
        ("bitocin", 1, "fuzzy"),
        ("bitcion cash", 1831, "fuzzy"),
        ("buy some solona", 5426, "fuzzy"),
    ],
)
def test_the_likeliest_asset_comes_first(directory: AssetDirectory, query: str, asset_id: int, match: str) -> None:
    first = directory.lookup(query)[0]
    assert (first.asset.asset_id, first.match) == (asset_id, match)


@pytest.mark.parametrize("query", ["", "   ", "\u200b", "?!", "$", "qqqqqqqq", "zinx", "99999999999999999999999"])
def test_nothing_is_found_where_nothing_is_meant(directory: AssetDirectory, query: str) -> None:
    assert directory.lookup(query) == []


def test_stronger_matches_come_before_larger_assets(directory: AssetDirectory) -> None:
    # The word "link" is Chainlink's symbol, a word of another's name; "bit" begins names only.
    assert ids(directory, "link") == [1975, 9992]
    assert ids(directory, "bit") == [1, 1831, 9991]
    assert ids(directory, "cash") == [1831, 1437]


def test_of_equal_matches_the_higher_rank_comes_first_the_unranked_last_then_the_name() -> None:
    assets = [
        Asset(10, "Zed", "AAA", "zed"),
        Asset(11, "Alpha", "AAA", "alpha"),
        Asset(12, "Ninth", "AAA", "ninth", 9),
        Asset(13, "Second", "AAA", "second", 2),
        Asset(14, "Gone", "AAA", "gone", 1, is_active=False),
    ]
    assert ids(AssetDirectory(assets), "aaa") == [13, 12, 11, 10, 14]


def test_the_present_bearer_of_a_ticker_comes_before_the_former_one() -> None:
    assets = [
        Asset(10, "Old", "NEW", "old", 1, former_symbols=("TICK",)),
        Asset(11, "Now", "TICK", "now", 900),
    ]
    matches = AssetDirectory(assets).lookup("tick")
    assert [(match.asset.asset_id, match.match) for match in matches] == [(11, "exact_symbol"), (10, "former_symbol")]


def test_rivals_are_the_others_that_match_in_the_same_way(directory: AssetDirectory) -> None:
    first, second = directory.lookup("btc")
    assert (first.rivals, second.rivals) == ((9991,), (1,))
    assert directory.lookup("ethereum")[0].rivals == ()


def test_scores_fall_with_the_strength_of_the_match(directory: AssetDirectory) -> None:
    queries = ("1", "btc", "bitcoin", "xbt", "matic", "hyperl", "classic", "liquid", "etherium")
    scores = [directory.lookup(query)[0].score for query in queries]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_an_id_is_taken_at_its_word(directory: AssetDirectory) -> None:
    assert ids(directory, "1") == [1]
    assert directory.by_id(1) is ASSETS[0]
    assert directory.by_id(2) is None


@pytest.mark.parametrize(
    ("query", "asset_id"),
    [
        ("0xdac17f958d2ee523a2206206994597c13d831ec7", 825),
        ("0xDAC17F958D2EE523A2206206994597C13D831EC7", 825),
        ("ethereum:0xdAC17F958D2ee523a2206206994597C13D831ec7", 825),
        (" 6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN ", 35336),
        ("solana:6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN", 35336),
    ],
)
def test_an_address_finds_its_token(directory: AssetDirectory, query: str, asset_id: int) -> None:
    assert [(match.asset.asset_id, match.match) for match in directory.lookup(query)] == [(asset_id, "exact_address")]
    assert directory.exact(query) == tuple(directory.lookup(query))


@pytest.mark.parametrize(
    "query",
    [
        "0xdac17f958d2ee523a2206206994597c13d831ec8",
        "bsc:0xdac17f958d2ee523a2206206994597c13d831ec7",
        # base58 letters keep their case: this is another address
        "6P6XGHYF7AEE6TZKSMFSKo444wqoP15icUSqi2jfGiPN",
    ],
)
def test_an_address_nobody_has_finds_nothing_and_no_lookalike(directory: AssetDirectory, query: str) -> None:
    assert is_address(query)
    assert directory.lookup(query) == []


def test_an_address_is_told_from_a_name() -> None:
    assert not is_address("0xdac17f")
    assert not is_address("bitcoin")


def test_exact_leaves_guesses_out(directory: AssetDirectory) -> None:
    assert [match.asset.asset_id for match in directory.exact("bitcoin")] == [1]
    assert directory.exact("bitcoi") == ()
    assert directory.exact("") == ()


def test_limit_is_kept_and_checked(directory: AssetDirectory) -> None:
    assert len(directory.lookup("coin", 3)) == 3
    with pytest.raises(ValueError, match="at least 1"):
        directory.lookup("coin", 0)


def test_a_changed_result_does_not_change_the_next_one(directory: AssetDirectory) -> None:
    directory.lookup("btc").clear()
    assert len(directory.lookup("btc")) == 2


@given(st.text(max_size=600))
def test_any_text_is_answered(query: str) -> None:
    matches = DIRECTORY.lookup(query)
    assert len(matches) <= 5
    assert len({match.asset.asset_id for match in matches}) == len(matches)


def test_the_shipped_catalogue_is_carried_over_field_by_field() -> None:
    records = {record.asset_id: record for record in load_assets()}
    assets = load_directory_assets()
    assert len(assets) == len(records)
    for asset in assets:
        record = records[asset.asset_id]
        for field in ("name", "symbol", "slug", "rank", "is_active", "aliases", "former_symbols", "platform"):
            assert getattr(asset, field) == getattr(record, field)
        assert asset.sources == record.verified_by


def test_the_shipped_catalogue_knows_the_assets_of_the_shipped_candles() -> None:
    directory = AssetDirectory()
    known = {"BTC": 1, "ETH": 1027, "SOL": 5426, "BNB": 1839, "XRP": 52, "DOGE": 74, "ZEC": 1437, "HYPE": 32196}
    for symbol, asset_id in (known | {"TRUMP": 35336, "ENA": 30171}).items():
        assert directory.lookup(symbol)[0].asset.asset_id == asset_id
        assert directory.lookup(f"{symbol}USDT")[0].asset.asset_id == asset_id


def test_of_unranked_matches_the_one_more_records_list_comes_first() -> None:
    obscure = Asset(asset_id=2, name="Aardvark Bit", symbol="BITA", slug="bit-aardvark", sources=("a", "b"))
    known = Asset(asset_id=3, name="Bitzcoin", symbol="BITZ", slug="bitzcoin", sources=("a", "b", "c"))
    assert [match.asset.asset_id for match in AssetDirectory([obscure, known]).lookup("bit")] == [3, 2]
