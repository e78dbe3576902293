"""Who bears a name of words or a ticker, now and on a day."""

from __future__ import annotations

from datetime import date

from cryptodesk.market.identity.claims import Names
from cryptodesk.market.identity.history import NameHistory
from cryptodesk.market.records import Asset
from cryptodesk.market.records.assets import AssetChange

OLD = Asset(1, "Terra Classic", "LUNC", "terra", launched="2019", changes=(AssetChange("2022-05-28", "LUNA", "Terra"),))
NEW = Asset(2, "Terra", "LUNA", "terra-2", launched="2022-05-28")
GONE = Asset(3, "Matic", "MATIC", "matic", launched="2019", is_active=False, successor_id=4)
NEXT = Asset(
    4,
    "Pol",
    "POL",
    "pol",
    launched="2023",
    aliases=("polygon",),
    changes=(AssetChange("2024-09-04", "MATIC", asset_id=3),),
)
ASSETS = (OLD, NEW, GONE, NEXT)
NAMES = Names(ASSETS)
HISTORY = NameHistory(ASSETS)


def symbol(key: str, day: date | None = None) -> list[int]:
    return [asset.asset_id for asset in NAMES.on(day, HISTORY).symbol(key)]


def name(text: str, day: date | None = None) -> list[int]:
    return [asset.asset_id for asset in NAMES.on(day, HISTORY).name(tuple(text.split()))]


def test_a_present_bearer_of_a_ticker_hides_former_ones() -> None:
    assert symbol("luna") == [2]
    assert symbol("luna", date(2022, 5, 27)) == [1]
    assert symbol("luna", date(2022, 5, 28)) == [2]


def test_a_replaced_asset_comes_after_its_successor_and_alone_before_the_change() -> None:
    assert symbol("matic") == [4, 3]
    assert symbol("matic", date(2024, 9, 3)) == [3]
    assert symbol("matic", date(2024, 9, 4)) == [4, 3]


def test_a_name_of_today_is_unknown_before() -> None:
    assert symbol("lunc", date(2022, 1, 1)) == []
    assert name("terra classic", date(2022, 1, 1)) == []
    assert name("terra", date(2022, 1, 1)) == [1]
    assert name("polygon", date(2024, 1, 1)) == []
    assert name("polygon") == [4]


def test_nobody_bears_an_unknown_name() -> None:
    assert symbol("nobody") == name("no body") == []
    assert symbol("nobody", date(2024, 1, 1)) == []


def test_the_longest_name_bounds_the_search() -> None:
    assert NAMES.longest == 2
    assert Names([Asset(1, " ".join("abcdefghijkl"), "X", "x")]).longest == 8
