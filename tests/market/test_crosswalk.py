"""From ids to vendors' names and back; what two assets claim belongs to neither."""

from __future__ import annotations

from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset

CONTRACT = "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B"
BITCOIN = Asset(
    1,
    "Bitcoin",
    "BTC",
    "bitcoin",
    sources=("a", "b"),
    coingecko_id="bitcoin",
    exchange_symbols={"binance_usdm": "BTCUSDT"},
)
TOKEN = Asset(10, "Token", "TOK", "token", sources=("a", "b"), platform="ethereum", token_address=CONTRACT.lower())
TWIN_ONE = Asset(21, "Twin One", "TWIN", "twin-one", sources=("a", "b"), coingecko_id="twin")
TWIN_TWO = Asset(22, "Twin Two", "TWIN", "twin-two", sources=("a", "b"), coingecko_id="twin")
UNVERIFIED = Asset(1_000_000_007, "Bitcoin Copy", "BTC", "bitcoin-copy")

WALK = DirectoryCrosswalk(AssetDirectory((BITCOIN, TOKEN, TWIN_ONE, TWIN_TWO, UNVERIFIED)))


def test_an_asset_is_found_by_each_of_its_names() -> None:
    assert WALK.asset(1) == BITCOIN
    assert WALK.by_coingecko_id("bitcoin") == BITCOIN
    assert WALK.by_instrument("binance_usdm", "BTCUSDT") == BITCOIN


def test_a_contract_is_found_in_any_spelling_of_chain_and_address() -> None:
    assert WALK.by_contract("ethereum", CONTRACT) == TOKEN
    assert WALK.by_contract("ERC20", CONTRACT.upper().replace("0X", "0x")) == TOKEN
    assert WALK.by_contract("base", CONTRACT) is None


def test_what_two_assets_claim_is_neithers() -> None:
    assert WALK.by_coingecko_id("twin") is None
    assert WALK.by_symbol("TWIN") is None


def test_an_unverified_namesake_does_not_take_a_ticker_from_a_verified_asset() -> None:
    assert WALK.by_symbol("BTC") == BITCOIN


def test_unknown_names_are_none() -> None:
    assert WALK.asset(404) is None
    assert WALK.by_coingecko_id("nothing") is None
    assert WALK.by_instrument("binance_usdm", "NOTHING") is None
    assert WALK.by_symbol("NOTHING") is None
