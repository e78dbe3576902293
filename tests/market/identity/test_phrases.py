"""Patterns of what stands beside names of assets."""

from __future__ import annotations

import pytest

from cryptodesk.market.identity.phrases import COUNTED, ENDS_CLAUSE, PAID_FOR, SETS_BESIDE, SHORT_SPAN, SOLD_FOR


@pytest.mark.parametrize("rest", ["", "?", "'s", " and x", " over 90 days", " this week", " 30d", " in 2024", " ytd"])
def test_a_clause_ends_where_a_name_may_end(rest: str) -> None:
    assert ENDS_CLAUSE.match(rest)


@pytest.mark.parametrize("rest", [" effect", "s", " in it", " to", " 1,000,000"])
def test_a_clause_goes_on_before_other_words(rest: str) -> None:
    assert ENDS_CLAUSE.match(rest) is None


def test_money_is_turned_into_an_asset_and_back() -> None:
    assert all(map(PAID_FOR.search, ("$500 of ", "1000 usd in ", "convert euros to ", "€1.5k worth of ")))
    assert not any(map(PAID_FOR.search, ("500 of ", "usd ", "page to ")))
    assert all(map(SOLD_FOR.match, (" in usd", " to eur", " worth", " into btc", " is worth")))
    assert not any(map(SOLD_FOR.match, (" in it", " to go", "worthy")))
    assert COUNTED.search("if i have 40 ")
    assert not COUNTED.search("the top 40 ")


def test_spans_and_companions_are_told_from_other_words() -> None:
    assert SHORT_SPAN.match(" 7d change")
    assert SHORT_SPAN.match(" ytd")
    assert not SHORT_SPAN.match(" 7 dwarfs")
    assert all(map(SETS_BESIDE.fullmatch, (" with ", " correlated to ", " correlation with ", " compared to ")))
    assert not SETS_BESIDE.fullmatch(" listens to ")
