"""Conditions in words: which figure, which side, which amount, over which stretch of time."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.skills._list_bounds import (
    Bound,
    as_filters,
    digits,
    find_bounds,
    find_clash,
    floor_of,
    take_unknown,
)

Expected = list[tuple[str, str, float]]

CASES: list[tuple[str, Expected]] = [
    ("market cap above 1b", [("market_cap", "gt", 1e9)]),
    ("mcap > $50m", [("market_cap", "gt", 50e6)]),
    ("over 50 million in volume", [("volume_24h", "gt", 50e6)]),
    ("volume of at least 5m", [("volume_24h", "gte", 5e6)]),
    ("under $1", [("price", "lt", 1.0)]),
    ("below 10 cents", [("price", "lt", 0.1)]),
    ("price less than 2.5 dollars", [("price", "lt", 2.5)]),
    ("fdv under 100m", [("fully_diluted_market_cap", "lt", 100e6)]),
    ("up more than 10% this week", [("percent_change_7d", "gt", 10.0)]),
    ("down at least 20% this month", [("percent_change_30d", "lte", -20.0)]),
    ("down 15% or more today", [("percent_change_24h", "lte", -15.0)]),
    ("gained 5% in the last hour", [("percent_change_1h", "gte", 5.0)]),
    (
        "fell between 10 and 20% in 90 days",
        [("percent_change_90d", "gte", -20.0), ("percent_change_90d", "lte", -10.0)],
    ),
    ("24h change below -5%", [("percent_change_24h", "lt", -5.0)]),
    ("market cap between 10 and 50 million", [("market_cap", "gte", 10e6), ("market_cap", "lte", 50e6)]),
    ("market cap from 1b to 2b", [("market_cap", "gte", 1e9), ("market_cap", "lte", 2e9)]),
    ("rank 10 to 20", [("rank", "gte", 10.0), ("rank", "lte", 20.0)]),
    ("market cap above 1b but below 3b", [("market_cap", "gt", 1e9), ("market_cap", "lt", 3e9)]),
    ("a market cap of 1,500,000 or more", [("market_cap", "gte", 1.5e6)]),
    ("down 50% from their all time high", []),
    ("circulating supply above 90% of max supply", []),
    ("rsi below 30", []),
    ("top 10 coins", []),
    ("coins with low float", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_conditions_are_read(text: str, expected: Expected) -> None:
    assert [(one.field, one.op, one.value) for one in find_bounds(text)] == expected


def test_a_change_without_a_window_takes_the_one_of_the_question() -> None:
    assert find_bounds("up more than 10%", "30d")[0].field == "percent_change_30d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ten billion", "10 billion"),
        ("a billion", "1 billion"),
        ("half a billion", "0.5 billion"),
        ("two hundred million", "200 million"),
        ("twenty-five percent", "25 percent"),
        ("between two and three dollars", "between 2 and 3 dollars"),
        ("dropped by half", "dropped down more than 50%"),
        ("which one is it", "which one is it"),
        ("one billion", "1 billion"),
    ],
)
def test_number_words_become_figures(text: str, expected: str) -> None:
    assert digits(text) == expected


def test_two_conditions_that_exclude_each_other() -> None:
    clash = find_clash(find_bounds("market cap above 1b and below 500m"))
    assert clash is not None
    assert clash.turned == (Bound("market_cap", "gte", 500e6), Bound("market_cap", "lte", 1e9))


@pytest.mark.parametrize(
    "text",
    [
        "market cap above 1b and below 3b",
        "market cap above 1b and volume below 500m",
        "7 day change above 10% and 24h change below -5%",
    ],
)
def test_conditions_that_can_be_met_together(text: str) -> None:
    assert find_clash(find_bounds(text)) is None


def test_the_same_figure_on_both_sides_clashes_only_when_it_is_left_out() -> None:
    assert find_clash((Bound("price", "gt", 1), Bound("price", "lt", 1))) is not None
    assert find_clash((Bound("price", "gte", 1), Bound("price", "lte", 1))) is None


def test_what_no_list_holds_is_taken_out() -> None:
    text, parts = take_unknown("defi tokens with more than 50k holders and market cap below 100m")
    assert parts == ("more than 50k holders",)
    assert text == "defi tokens and market cap below 100m"


def test_the_highest_floor_counts() -> None:
    bounds = (Bound("market_cap", "gt", 5.0), Bound("market_cap", "gte", 9.0), Bound("market_cap", "lt", 20.0))
    assert floor_of(bounds, "market_cap") == 9.0
    assert floor_of(bounds, "price") is None


def test_filters_carry_whole_numbers_as_such() -> None:
    assert as_filters((Bound("rank", "lte", 20.0), Bound("price", "lt", 0.5))) == [
        {"field": "rank", "op": "lte", "value": 20},
        {"field": "price", "op": "lt", "value": 0.5},
    ]
