"""Instruments and assets: recorded first, by ticker only where nobody else bears it, multiples taken apart."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.records import Asset
from cryptodesk.market.sources._instruments import Naming, launched_at
from tests.market.sources.exchanges import AAVE, ASSETS, BTC, CONTEXT, LINK, PEPE, at

WALK = CONTEXT.crosswalk
FUTURES = Naming("binance_usdm", named_after="USDT")
PLAIN = Naming("hyperliquid")


def named(naming: Naming, base: str) -> tuple[int, int] | None:
    contract = naming.contract(base, WALK)
    return None if contract is None else (contract.asset.asset_id, contract.coins)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("BTC", (BTC, 1)),
        ("AAVE", (AAVE, 1)),
        ("PEPE", (PEPE, 1)),
        ("1000PEPE", (PEPE, 1000)),
        ("1000000PEPE", (PEPE, 1_000_000)),
        ("1MPEPE", (PEPE, 1_000_000)),
        ("PEPE1000", (PEPE, 1000)),
        ("100PEPE", None),
        ("LINK", None),
        ("1000LINK", None),
        ("NOBODY", None),
        ("", None),
        ("BTC USDT", None),
        ("Bitcoin", None),
        ("XBT\u200b", None),
    ],
)
def test_a_markets_ticker_means_one_asset_or_nobody(base: str, expected: tuple[int, int] | None) -> None:
    assert named(FUTURES, base) == expected


def test_an_asset_with_a_recorded_instrument_bears_no_other_ticker_there() -> None:
    renamed = structs.replace(ASSETS[0], exchange_symbols={"binance_usdm": "XBTUSDT"})
    walk = DirectoryCrosswalk(AssetDirectory((renamed, *ASSETS[1:])))
    assert FUTURES.contract("BTC", walk) is None
    contract = FUTURES.contract("XBT", walk)
    assert contract is not None
    assert contract.asset.asset_id == BTC
    assert FUTURES.base_of(renamed, walk) == "XBT"


def test_a_recorded_multiple_is_a_multiple() -> None:
    many = structs.replace(
        next(one for one in ASSETS if one.asset_id == PEPE), exchange_symbols={"binance_usdm": "1000PEPEUSDT"}
    )
    contract = FUTURES.contract("1000PEPE", DirectoryCrosswalk(AssetDirectory((many,))))
    assert contract is not None
    assert contract.coins == 1000


def test_tickers_that_the_market_spells_in_its_own_way_go_both_ways() -> None:
    kraken = Naming("kraken", named_after="USD", renamed={"BTC": "XBT"})
    bitcoin = WALK.asset(BTC)
    assert bitcoin is not None
    assert kraken.base_of(bitcoin, WALK) == "XBT"
    assert named(kraken, "XBT") == (BTC, 1)


def test_an_asset_whose_ticker_has_a_rival_has_no_instrument() -> None:
    link = WALK.asset(LINK)
    assert link is not None
    assert FUTURES.base_of(link, WALK) is None


@pytest.mark.parametrize("symbol", ["$PEPE", "A B", "İX", "X" * 21, ""])
def test_a_ticker_that_no_market_could_have_is_not_asked_for(symbol: str) -> None:
    odd = Asset(5, "Odd", symbol, "odd", sources=("a", "b"))
    assert PLAIN.base_of(odd, DirectoryCrosswalk(AssetDirectory((odd,)))) is None


def test_a_recorded_instrument_of_a_market_without_quotes_is_the_ticker() -> None:
    aave = WALK.asset(AAVE)
    assert aave is not None
    assert PLAIN.base_of(aave, WALK) == "AAVE"


@pytest.mark.parametrize(
    ("launched", "expected"), [("2022-05-28", "2022-05-28"), ("2022-05", "2022-05-01"), ("2022", "2022-01-01")]
)
def test_a_launch_is_dated_by_the_earliest_day_that_fits(launched: str, expected: str) -> None:
    assert launched_at(structs.replace(ASSETS[0], launched=launched)) == at(expected)
    assert launched_at(ASSETS[0]) is None
