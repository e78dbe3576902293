"""Figures by the names that people give them."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.measures import find_measures

ROWS = """
how many dollars' worth of ____ changed hands over the past day | volume_24h
how much ____ was traded in the last 24h | volume_24h
____ trading activity in the last day | volume_24h
what does one ____ change hands for | price
where does ____ trade | price
what will one ____ set me back | price
what does the market pay for one ____ | price
how pricey is ____ | price
what would ____ be valued at if every token that can ever exist were already out there? | fully_diluted_market_cap
what would ____ be worth with all tokens in circulation | fully_diluted_market_cap
____'s fully diluted number | fully_diluted_market_cap
who's larger in market value | market_cap
how much money is tied up in all ____ combined | market_cap
what's the capitalisation of ____ | market_cap
what's the most anybody ever paid for a ____? | ath
highest price ever for ____ | ath
did ____ ever reach 100k | ath
____'s all time peak | ath
how low did ____ ever go | atl
has ____ ever been below 100 | atl
worst price ____ has ever had | atl
how far is ____ from where it peaked | percent_from_ath
how close is ____ to its record | percent_from_ath
how many percent under its record high is ____ sitting | percent_from_ath
what place is ____ in by size | rank
how many ____ are in existence | circulating_supply
what range has ____ traded in this month |
how far is ____ from the top 10 |
"""


@pytest.mark.parametrize("line", ROWS.strip().splitlines())
def test_a_figure_is_known_by_what_people_call_it(line: str) -> None:
    text, names = (cell.strip() for cell in line.split("|"))
    assert " ".join(find_measures(text)) == names
