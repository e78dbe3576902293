from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from cryptodesk.catalog.assets import (
    AssetCatalogError,
    AssetRecord,
    AssetSource,
    load_asset_sources,
    load_assets,
    parse_asset_sources,
    parse_assets,
)

SOURCES = {
    key: AssetSource(where=key, origin=origin, holds="ids", checked_at=date(2026, 11, 21))
    for key, origin in {"one": "a", "two": "b", "copy_of_one": "a"}.items()
}
BASE: dict[str, Any] = {
    "asset_id": 7,
    "name": "Example Coin",
    "symbol": "EXC",
    "slug": "example-coin",
    "verified_by": ["one", "two"],
    "verified_at": "2026-11-21",
}


def _parse(*records: dict[str, Any]) -> tuple[AssetRecord, ...]:
    return parse_assets("\n".join(json.dumps(record) for record in records).encode(), SOURCES)


def _find(asset_id: int) -> AssetRecord:
    return next(record for record in load_assets() if record.asset_id == asset_id)


# What ships


def test_the_catalogue_ships_at_least_three_hundred_assets() -> None:
    assert len(load_assets()) >= 300


def test_assets_come_in_the_order_of_their_ids_and_none_twice() -> None:
    ids = [record.asset_id for record in load_assets()]
    assert ids == sorted(set(ids))
    slugs = [record.slug for record in load_assets()]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize(
    ("asset_id", "symbol", "slug"),
    [
        (1, "BTC", "bitcoin"),
        (2, "LTC", "litecoin"),
        (52, "XRP", "xrp"),
        (74, "DOGE", "dogecoin"),
        (328, "XMR", "monero"),
        (512, "XLM", "stellar"),
        (825, "USDT", "tether"),
        (1027, "ETH", "ethereum"),
        (1321, "ETC", "ethereum-classic"),
        (1437, "ZEC", "zcash"),
        (1831, "BCH", "bitcoin-cash"),
        (1839, "BNB", "bnb"),
        (1958, "TRX", "tron"),
        (1975, "LINK", "chainlink"),
        (2010, "ADA", "cardano"),
        (3408, "USDC", "usd-coin"),
        (4943, "DAI", "multi-collateral-dai"),
        (5426, "SOL", "solana"),
        (5690, "RENDER", "render"),
        (5805, "AVAX", "avalanche"),
        (5994, "SHIB", "shiba-inu"),
        (6535, "NEAR", "near-protocol"),
        (6636, "DOT", "polkadot-new"),
        (7083, "UNI", "uniswap"),
        (11419, "GRAM", "toncoin"),
        (20947, "SUI", "sui"),
        (24478, "PEPE", "pepe"),
        (30171, "ENA", "ethena"),
        (32196, "HYPE", "hyperliquid"),
        (35336, "TRUMP", "official-trump"),
    ],
)
def test_a_well_known_id_names_the_right_asset(asset_id: int, symbol: str, slug: str) -> None:
    record = _find(asset_id)
    assert (record.symbol, record.slug) == (symbol, slug)


def test_the_ten_snapshot_assets_and_only_they_have_binance_perpetuals() -> None:
    listed = {record.symbol: record.exchange_symbols for record in load_assets() if record.exchange_symbols}
    expected = ["BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ZEC", "HYPE", "TRUMP", "ENA"]
    assert listed == {symbol: {"binance_usdm": f"{symbol}USDT"} for symbol in expected}


@pytest.mark.parametrize(
    ("old_id", "old_symbol", "new_id", "new_symbol"),
    [
        (3890, "MATIC", 28321, "POL"),
        (3513, "FTM", 32684, "S"),
        (1518, "MKR", 33038, "SKY"),
        (1765, "EOS", 36462, "A"),
        (4256, "KLAY", 32880, "KAIA"),
        (2424, "AGIX", 3773, "FET"),
    ],
)
def test_a_replaced_asset_names_its_successor(old_id: int, old_symbol: str, new_id: int, new_symbol: str) -> None:
    old, new = _find(old_id), _find(new_id)
    assert (old.symbol, old.is_active, old.successor_id) == (old_symbol, False, new_id)
    assert (new.symbol, new.is_active) == (new_symbol, True)
    assert old_symbol in new.former_symbols


@pytest.mark.parametrize(
    ("asset_id", "symbol", "former"),
    [
        (11419, "GRAM", "TON"),
        (5690, "RENDER", "RNDR"),
        (4172, "LUNC", "LUNA"),
        (7129, "USTC", "UST"),
        (16086, "BTT", "BTTC"),
    ],
)
def test_a_renamed_asset_keeps_its_id_and_lists_the_old_ticker(asset_id: int, symbol: str, former: str) -> None:
    record = _find(asset_id)
    assert record.symbol == symbol
    assert former in record.former_symbols


def test_both_terra_chains_are_told_apart() -> None:
    assert (_find(20314).symbol, _find(4172).symbol) == ("LUNA", "LUNC")


@pytest.mark.parametrize(
    ("symbol", "supply"),
    [
        ("BTC", "21000000"),
        ("BCH", "21000000"),
        ("ZEC", "21000000"),
        ("LTC", "84000000"),
        ("XRP", "100000000000"),
        ("ADA", "45000000000"),
        ("ETH", None),
        ("DOGE", None),
        ("XMR", None),
    ],
)
def test_the_supply_cap_is_the_protocols(symbol: str, supply: str | None) -> None:
    assert [record.max_supply for record in load_assets() if record.symbol == symbol] == [supply]


@pytest.mark.parametrize(
    ("symbol", "platform", "address"),
    [
        ("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7"),
        ("USDC", "ethereum", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"),
        ("WBTC", "ethereum", "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"),
        ("TRUMP", "solana", "6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN"),
    ],
)
def test_a_token_has_its_contract(symbol: str, platform: str, address: str) -> None:
    found = [(record.platform, record.token_address) for record in load_assets() if record.symbol == symbol]
    assert found == [(platform, address)]


def test_no_contract_belongs_to_two_assets() -> None:
    addresses = [record.token_address for record in load_assets() if record.token_address]
    assert len(addresses) == len(set(addresses)) >= 60


@pytest.mark.parametrize(
    ("symbol", "coingecko_id"),
    [("BTC", "bitcoin"), ("BNB", "binancecoin"), ("XRP", "ripple"), ("AVAX", "avalanche-2"), ("DOT", "polkadot")],
)
def test_the_coingecko_id_differs_from_the_slug_where_it_does(symbol: str, coingecko_id: str) -> None:
    assert [record.coingecko_id for record in load_assets() if record.symbol == symbol] == [coingecko_id]


def test_no_coingecko_id_belongs_to_two_assets() -> None:
    ids = [record.coingecko_id for record in load_assets() if record.coingecko_id]
    assert len(ids) == len(set(ids)) >= 200


def test_the_first_hundred_summaries_are_there_and_quote_no_price() -> None:
    summaries = [record.summary for record in load_assets() if record.summary]
    assert len(summaries) >= 100
    assert len(set(summaries)) == len(summaries)
    assert [text for text in summaries if "$" in text or not text.endswith(".")] == []


def test_every_snapshot_asset_has_a_summary_and_a_coingecko_id() -> None:
    listed = [record for record in load_assets() if record.exchange_symbols]
    assert [record.symbol for record in listed if not record.summary or not record.coingecko_id] == []


def test_an_alias_never_repeats_what_the_record_says_already() -> None:
    repeats = [
        (record.symbol, alias)
        for record in load_assets()
        for alias in record.aliases
        if alias in (record.symbol.lower(), record.name.lower(), record.slug)
    ]
    assert repeats == []


def test_ether_and_ripple_are_aliases() -> None:
    assert "ether" in _find(1027).aliases
    assert "ripple" in _find(52).aliases


def test_every_source_is_used_and_every_id_has_two_origins() -> None:
    sources = load_asset_sources()
    assert {key for record in load_assets() for key in record.verified_by} == set(sources)
    for record in load_assets():
        assert len({sources[key].origin for key in record.verified_by}) >= 2


def test_no_id_rests_on_the_map_that_is_known_to_hold_wrong_ones() -> None:
    for record in load_assets():
        if "coin-image-mapper" in record.verified_by:
            assert "infochange-catalog" in record.verified_by


def test_loading_twice_gives_the_same_tuple() -> None:
    assert load_assets() is load_assets()


def test_the_shipped_files_load_from_the_installed_package_alone() -> None:
    code = "from cryptodesk.catalog.assets import load_assets; print(load_assets()[0].name)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Bitcoin\n"


# What the reader accepts


def test_a_minimal_record_gets_empty_defaults() -> None:
    (record,) = _parse(BASE)
    assert record == AssetRecord(
        asset_id=7,
        name="Example Coin",
        symbol="EXC",
        slug="example-coin",
        verified_by=("one", "two"),
        verified_at=date(2026, 11, 21),
    )
    assert (record.is_active, record.rank, record.aliases, record.exchange_symbols) == (True, None, (), {})


def test_empty_lines_are_skipped_and_records_sorted() -> None:
    content = json.dumps(BASE | {"asset_id": 9, "slug": "nine"}) + "\n\n" + json.dumps(BASE) + "\n"
    assert [record.asset_id for record in parse_assets(content.encode(), SOURCES)] == [7, 9]


def test_two_assets_may_share_a_symbol() -> None:
    assert len(_parse(BASE, BASE | {"asset_id": 8, "slug": "example-coin-two"})) == 2


@pytest.mark.parametrize("launched", ["2009", "2013-12", "2009-01-03"])
def test_a_launch_is_a_year_a_month_or_a_day(launched: str) -> None:
    assert _parse(BASE | {"launched": launched})[0].launched == launched


@pytest.mark.parametrize("slug", ["0x", "ether-fi-ethfi", "bonk1", "a--b"])
def test_unusual_slugs_are_accepted(slug: str) -> None:
    assert _parse(BASE | {"slug": slug})[0].slug == slug


# What it refuses, and how it says so


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"asset_id": 0}, "asset_id must be positive"),
        ({"name": ""}, "name is empty"),
        ({"name": "x" * 81}, "name has 81 characters, at most 80"),
        ({"name": " Example"}, "name must be printable without outer spaces"),
        ({"name": "Exa\u200bmple"}, "name must be printable"),
        ({"name": "Exa\nmple"}, "name must be printable"),
        ({"symbol": ""}, "symbol is empty"),
        ({"symbol": "E C"}, "symbol has the wrong form: 'E C'"),
        ({"symbol": "E" * 25}, "symbol has 25 characters"),
        ({"slug": "Example"}, "slug has the wrong form: 'Example'"),
        ({"slug": "-example"}, "slug has the wrong form"),
        ({"slug": "exa_mple"}, "slug has the wrong form"),
        ({"slug": "example\n"}, "slug must be printable"),
        ({"summary": "x" * 401}, "summary has 401 characters"),
        ({"summary": "a\tb"}, "summary must be printable"),
        ({"aliases": ["Upper"]}, "an alias is 1..40 printable characters in lower case, got 'Upper'"),
        ({"aliases": [""]}, "an alias is 1..40"),
        ({"aliases": ["x" * 41]}, "an alias is 1..40"),
        ({"aliases": ["twice", "twice"]}, "aliases repeat"),
        ({"former_symbols": ["A B"]}, "former_symbols has the wrong form"),
        ({"exchange_symbols": {"binance_usdm": "btcusdt"}}, "exchange_symbols has the wrong form: 'btcusdt'"),
        ({"coingecko_id": "Bit Coin"}, "coingecko_id has the wrong form"),
        ({"coingecko_id": ""}, "coingecko_id has the wrong form"),
        ({"max_supply": "0"}, "max_supply has the wrong form: '0'"),
        ({"max_supply": ""}, "max_supply has the wrong form"),
        ({"max_supply": "21e6"}, "max_supply has the wrong form"),
        ({"max_supply": "-5"}, "max_supply has the wrong form"),
        ({"launched": "2009-13"}, "launched must be"),
        ({"launched": "2023-02-29"}, "launched must be"),
        ({"launched": "2009-1-3"}, "launched must be"),
        ({"launched": "1999"}, "launched must be"),
        ({"launched": ""}, "launched must be"),
        ({"rank": 0, "rank_source": "one"}, "rank must be positive"),
        ({"rank": 3}, "rank and rank_source come only together"),
        ({"rank_source": "one"}, "rank and rank_source come only together"),
        ({"rank": 3, "rank_source": "three"}, "sources ['three'] are not in assets.toml"),
        ({"platform": "ethereum"}, "platform and token_address come only together"),
        ({"token_address": "0x" + "a" * 40}, "platform and token_address come only together"),
        ({"platform": "moonbase", "token_address": "x"}, "platform 'moonbase' is unknown; one of ['arbitrum'"),
        ({"platform": "ethereum", "token_address": "0x" + "A" * 40}, "token_address is no ethereum address"),
        ({"platform": "ethereum", "token_address": "0x" + "a" * 39}, "token_address is no ethereum address"),
        ({"platform": "solana", "token_address": "0" * 44}, "token_address is no solana address"),
        ({"verified_by": ["one"]}, "needs 2 sources of different origin"),
        ({"verified_by": []}, "needs 2 sources of different origin"),
        ({"verified_by": ["one", "one"]}, "needs 2 sources of different origin"),
        ({"verified_by": ["one", "copy_of_one"]}, "needs 2 sources of different origin"),
        ({"verified_by": ["one", "three"]}, "sources ['three'] are not in assets.toml"),
        ({"is_active": False}, "is_active is False exactly where successor_id is given"),
        ({"successor_id": 7}, "is_active is False exactly where successor_id is given"),
        ({"is_active": False, "successor_id": 99}, "successor_id 99 is no active asset"),
        ({"is_active": False, "successor_id": 7}, "successor_id 7 is no active asset"),
        ({"changes": [{"on": "2024-13", "symbol": "OLD"}]}, "a change is on YYYY"),
        ({"changes": [{"on": "2024"}]}, "has neither an old symbol nor an old name"),
        ({"changes": [{"on": "2024", "symbol": "O LD"}]}, "a symbol of the wrong form: 'O LD'"),
        ({"changes": [{"on": "2024", "symbol": "OLD", "ratio": "1:100"}]}, "a ratio of the wrong form: '1:100'"),
        ({"changes": [{"on": "2024", "symbol": "B"}, {"on": "2023", "symbol": "A"}]}, "changes come oldest first"),
        ({"changes": [{"on": "2024", "symbol": "OLD", "asset_id": 7}]}, "replaced 7, which is still active"),
    ],
)
def test_a_defect_is_refused_and_the_entry_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssetCatalogError) as refusal:
        _parse(BASE | change)
    assert complaint in str(refusal.value)
    assert str(refusal.value).startswith(f"asset {(BASE | change)['asset_id']} (")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "assets line 2"),
        (b"[]", "assets line 2"),
        (b'{"asset_id": 8}', "missing required field"),
        (json.dumps(BASE | {"asset_id": "8"}).encode(), "$.asset_id"),
        (json.dumps(BASE | {"colour": "red"}).encode(), "unknown field `colour`"),
        (json.dumps(BASE | {"verified_at": "yesterday"}).encode(), "$.verified_at"),
        (json.dumps(BASE).encode().replace(b"Example", b"Ex\xff"), "assets line 2"),
    ],
)
def test_a_line_that_is_no_record_is_refused_with_its_number(line: bytes, complaint: str) -> None:
    with pytest.raises(AssetCatalogError) as refusal:
        parse_assets(json.dumps(BASE).encode() + b"\n" + line, SOURCES)
    assert str(refusal.value).startswith("assets line 2: ")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"slug": "other"}, "asset_id 7 is both 'Example Coin' and 'Rival'"),
        ({"asset_id": 8}, "slug 'example-coin' is both 'Example Coin' and 'Rival'"),
    ],
)
def test_an_id_or_slug_used_twice_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssetCatalogError) as refusal:
        _parse(BASE, BASE | {"name": "Rival"} | change)
    assert complaint in str(refusal.value)


def test_sources_are_read_from_toml() -> None:
    toml = b'[sources.one]\nwhere = "w"\norigin = "o"\nholds = "h"\nchecked_at = 2026-11-21\n'
    assert parse_asset_sources(toml) == {"one": AssetSource("w", "o", "h", date(2026, 11, 21))}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[sources",
        b"\xff",
        b"sources = 3",
        b'[sources.one]\nwhere = "w"\n',
        b'[sources.one]\nwhere = "w"\norigin = "o"\nholds = "h"\nchecked_at = 2026-11-21\ncolour = "red"\n',
    ],
)
def test_malformed_sources_are_refused(content: bytes) -> None:
    with pytest.raises(AssetCatalogError, match=r"^sources: "):
        parse_asset_sources(content)
