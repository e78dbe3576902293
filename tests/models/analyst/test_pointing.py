"""Words that point at an asset of the answer or of the questions before."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.pointing import listed_assets
from tests.models.analyst.desk import TODAY, WORLD

TABLE = """| Asset | Price |
| --- | ---: |
| 1. Bitcoin (BTC) | $78,264.10 |
| 2. Ethereum (ETH) | $2,466.97 |
| 3. XRP (XRP) | $1.39 |
| 4. Solana (SOL) | $101.51 |
"""
PROSE = "Of 10 coins, **Solana (SOL)** rose most over the last 24 hours: **+5.65%**. Then Dogecoin (DOGE), +1.10%."
LIST = "top 5 coins by market cap"


def test_a_table_and_sentences_tell_which_assets_they_list_and_in_which_order() -> None:
    assert [asset.symbol for asset in listed_assets(TABLE, WORLD)] == ["BTC", "ETH", "XRP", "SOL"]
    assert [asset.symbol for asset in listed_assets(PROSE, WORLD)] == ["SOL", "DOGE"]


def test_names_that_nobody_knows_and_headings_are_no_assets() -> None:
    assert listed_assets("| Foobarcoin (FOO) | 1 |\n| Bitcoin (XYZ) | 2 |\nAs of today (UTC) all is well.", WORLD) == ()


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("how is the third one doing today?", "XRP"),
        ("what's the volume of the second", "ETH"),
        ("price of the last one", "SOL"),
        ("and #2's market cap?", "ETH"),
        ("how did number 4 do this year", "SOL"),
        ("what is the 3rd coin's volume", "XRP"),
        ("tell me the price of the first of them", "BTC"),
        ("the runner-up: how has it done this month?", "ETH"),
        ("what's its market cap", "BTC"),
    ],
)
def test_a_place_in_the_answer_before_is_the_asset_that_stands_there(text: str, symbol: str) -> None:
    plan = understand(text, [LIST], WORLD, TODAY, answers=[TABLE])[-1]
    assert [asset.symbol for asset in plan.assets] == [symbol]


@pytest.mark.parametrize(
    ("turns", "symbols"),
    [
        ("price of BTC > and ETH? > and the first one's market cap?", "BTC"),
        ("price of BTC > and ETH? > and SOL > go back to the first: how did it do this year", "BTC"),
        ("price of BTC > and ETH? > the other one again: volume?", "BTC"),
        ("compare BTC and ETH over 30 days > what's the volume of the latter", "ETH"),
        ("price of BTC > how did it do in the first quarter of 2024", "BTC"),
        ("price of BTC > and over the last 30 days", "BTC"),
    ],
)
def test_places_count_the_assets_that_were_asked_about(turns: str, symbols: str) -> None:
    *earlier, text = turns.split(" > ")
    assert [asset.symbol for asset in understand(text, earlier, WORLD, TODAY)[-1].assets] == symbols.split()


def test_a_place_that_the_list_does_not_have_names_nobody() -> None:
    assert understand("price of the 9th one", [LIST], WORLD, TODAY, answers=[TABLE])[-1].assets == ()


def test_a_very_long_text_is_not_searched_for_places() -> None:
    text = "how is the third one doing? " + "please " * 100
    assert understand(text, [LIST], WORLD, TODAY, answers=[TABLE])[-1].assets == ()
