"""Which rows pass, in which order."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.screening import Filter, ScreenTable, Sort, parse_screen, screen

DAYS = [
    datetime(2024, 5, 1, tzinfo=UTC),
    datetime(2024, 5, 1, 23, 59, tzinfo=UTC),
    datetime(2024, 5, 2, tzinfo=UTC),
    None,
    datetime(2020, 1, 1, tzinfo=UTC),
]
TABLE = ScreenTable(
    ["a", "b", "c", "d", "e"],
    {
        "price": [1.0, 2.0, None, 2.0, 5.0],
        "date_added": [day and day.timestamp() for day in DAYS],
        "full": [5.0, 4.0, 3.0, 2.0, 1.0],
    },
    {
        "platform": ["Ethereum", None, "Solana", "erc20", "BNB Smart Chain (BEP20)"],
        "name": ["Shiba Inu", "Floki Inu", "Bonk", None, "INUIT"],
    },
    {"tag": [("memes",), ("memes", "ai-big-data"), ("DeFi",), None, ("stablecoin",)]},
)


def matched(*filters: tuple[str, Any, Any], sort: Sort | None = None, limit: int = 10) -> list[str]:
    return [str(TABLE.ids[row]) for row in screen(TABLE, [Filter(*wanted) for wanted in filters], sort, limit).rows]


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("lt", 2, "a"),
        ("lte", 2, "abd"),
        ("gt", 2, "e"),
        ("gte", 2, "bde"),
        ("eq", 2, "bd"),
        ("ne", 2, "ae"),
        ("gt", 0, "abde"),
        ("lt", 100, "abde"),
        ("gt", 5, ""),
        ("lt", 1, ""),
    ],
)
def test_a_missing_number_passes_no_comparison(op: str, value: float, expected: str) -> None:
    assert "".join(matched(("price", op, value))) == expected
    # The same after another filter has narrowed the rows.
    assert "".join(matched(("full", "lt", 99), ("full", "ne", 99), ("price", op, value))) == expected


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("platform", "eq", "ethereum", "ad"),
        ("platform", "ne", "ethereum", "bce"),
        ("platform", "in", ("ethereum", "bsc"), "ade"),
        ("name", "contains", "inu", "abe"),
        ("name", "eq", "BONK", "c"),
        ("tag", "eq", "meme", "ab"),
        ("tag", "contains", "meme coins", "ab"),
        ("tag", "in", ("ai", "defi"), "bc"),
        ("tag", "ne", "meme", "cde"),
    ],
)
def test_texts_and_tags_compare_by_their_one_spelling_and_the_missing_is_unlike_all(
    field: str, op: str, value: Any, expected: str
) -> None:
    assert "".join(matched((field, op, value))) == expected


@pytest.mark.parametrize(
    ("op", "expected"), [("lt", "e"), ("lte", "abe"), ("gt", "c"), ("gte", "abc"), ("eq", "ab"), ("ne", "ce")]
)
def test_a_date_stands_for_its_whole_day(op: str, expected: str) -> None:
    assert "".join(matched(("date_added", op, "2024-05-01"))) == expected


@pytest.mark.parametrize(("order", "expected"), [("desc", "ebdac"), ("asc", "abdec")])
def test_equal_rows_keep_their_order_and_the_missing_come_last(order: Any, expected: str) -> None:
    assert "".join(matched(sort=Sort("price", order))) == expected
    assert "".join(matched(sort=Sort("price", order), limit=2)) == expected[:2]


def test_all_that_matched_are_counted_beyond_the_limit() -> None:
    found = screen(TABLE, [Filter("price", "gte", 1)], Sort("full", "asc"), limit=1)
    assert (found.total_matched, found.rows) == (4, (4,))
    assert screen(TABLE, []).total_matched == 5
    assert screen(TABLE, [], limit=0).rows == ()


def test_nothing_found_is_an_empty_result() -> None:
    found = screen(TABLE, [Filter("price", "gt", 1_000)], Sort("price"))
    assert (found.total_matched, found.rows) == (0, ())
    assert screen(ScreenTable([], {"price": []}), [Filter("price", "gt", 1)], Sort("price")).rows == ()


def test_a_field_the_data_do_not_hold_is_named() -> None:
    with pytest.raises(ToolFailed, match="'tvl'"):
        screen(TABLE, [Filter("tvl", "gt", 1)])
    with pytest.raises(ToolFailed, match="'rank'"):
        screen(TABLE, [], Sort("rank"))
    with pytest.raises(ToolFailed, match="'contains' does not apply"):
        screen(TABLE, [Filter("price", "contains", 1)])


def test_a_column_nobody_has_values_for_matches_nothing() -> None:
    table = ScreenTable([1, 2], {"tvl": [None, math.nan]})
    assert screen(table, [Filter("tvl", "gte", 0)]).total_matched == 0
    assert screen(table, [], Sort("tvl")).rows == (0, 1)


def test_a_screen_agrees_with_the_plain_reading_of_its_filters() -> None:
    chance = random.Random(7)
    names = ("market_cap", "volume_24h", "percent_change_7d")
    columns = {
        name: [None if chance.random() < 0.2 else chance.gauss(0, 1) * 1e8 for _ in range(500)] for name in names
    }
    table = ScreenTable(range(500), columns)
    for _ in range(50):
        filters = [
            Filter(chance.choice(names), chance.choice(("lt", "lte", "gt", "gte")), chance.gauss(0, 1) * 1e8)
            for _ in range(3)
        ]
        sort = Sort(chance.choice(names), chance.choice(("asc", "desc")))
        expected = [row for row in range(500) if all(_passes(columns[wanted.field][row], wanted) for wanted in filters)]
        found = screen(table, filters, sort, 500)
        assert sorted(found.rows) == expected
        values = [columns[sort.field][row] for row in found.rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=sort.order == "desc")
        assert values[: len(known)] == known


def _passes(value: float | None, wanted: Filter) -> bool:
    if value is None:
        return False
    return {
        "lt": value < wanted.value,
        "lte": value <= wanted.value,
        "gt": value > wanted.value,
        "gte": value >= wanted.value,
    }[wanted.op]


def test_a_request_in_words_finds_the_rows_it_describes() -> None:
    asked = parse_screen("meme coins below $2", "coin")
    assert "".join(str(TABLE.ids[row]) for row in screen(TABLE, asked.filters, asked.sort).rows) == "a"
    asked = parse_screen("tokens not on ethereum launched since 2024-05-02, excluding stablecoins", "coin")
    assert "".join(str(TABLE.ids[row]) for row in screen(TABLE, asked.filters, asked.sort).rows) == "c"
