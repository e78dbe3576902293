"""Assets as columns."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec import Struct

from cryptodesk.market.screening import ScreenTable
from cryptodesk.market.screening.table import read_moment, read_number


class Row(Struct, frozen=True):
    asset_id: int
    name: str
    price: float | None
    max_supply: str | None = None
    platform: str | None = None
    tags: tuple[str, ...] = ()
    added: str | None = None


ROWS = (
    Row(1, "Bitcoin", 60_000.0, "21000000", None, ("pow", "Store of Value"), "2010-07-13"),
    Row(1027, "Ethereum", None, None, None, ("Smart Contract Platform",), "2015-08-07T00:00:00Z"),
    Row(11419, "Toncoin", math.nan, "not known", "The Open Network", (), None),
)


@pytest.fixture
def table() -> ScreenTable:
    return ScreenTable.from_records(
        ROWS,
        id_field="asset_id",
        numbers={"price": "price", "max_supply": "max_supply", "double": lambda row: row.price and row.price * 2},
        texts=("name", "platform"),
        tags={"tag": "tags"},
        dates={"date_added": "added"},
    )


def test_a_table_holds_each_record_in_the_order_given(table: ScreenTable) -> None:
    assert (len(table), table.ids) == (3, (1, 1027, 11419))
    assert [table.value("price", row) for row in range(3)] == [60_000.0, None, None]
    assert [table.value("double", row) for row in range(3)] == [120_000.0, None, None]
    assert table.value("name", 1) == "ethereum"


def test_numeric_text_is_a_number_and_other_text_is_missing(table: ScreenTable) -> None:
    assert [table.value("max_supply", row) for row in range(3)] == [21e6, None, None]


def test_tags_and_chains_have_one_spelling(table: ScreenTable) -> None:
    assert table.value("tag", 0) == {"proof-of-work", "store-of-value"}
    assert table.value("tag", 1) == {"layer-1"}
    assert table.value("platform", 2) == "ton"
    assert table.value("platform", 0) is None


def test_how_many_are_known_is_told(table: ScreenTable) -> None:
    assert [table.known(field) for field in ("price", "name", "platform", "tag", "date_added", "tvl")] == [
        1,
        3,
        1,
        2,
        2,
        0,
    ]
    assert "price" in table
    assert "tvl" not in table


def test_figures_are_derived_where_they_can_be_and_missing_where_not() -> None:
    numbers = {
        "market_cap": [100.0, None, 50.0],
        "volume_24h": [25.0, 5.0, 10.0],
        "tvl": [200.0, 10.0, 0.0],
        "circulating_supply": [8.0, 8.0, None],
        "max_supply": [10.0, 0.0, 10.0],
        "date_added": [
            datetime(2026, 1, 1, tzinfo=UTC).timestamp(),
            None,
            datetime(2027, 1, 1, tzinfo=UTC).timestamp(),
        ],
    }
    table = ScreenTable(range(3), numbers)
    table.add_derived(datetime(2026, 1, 11, 12, tzinfo=UTC))
    values = {
        name: [table.value(name, row) for row in range(3)]
        for name in ("turnover", "tvl_ratio", "supply_ratio", "age_days")
    }
    assert values == {
        "turnover": [0.25, None, 0.2],
        "tvl_ratio": [0.5, None, None],
        "supply_ratio": [0.8, None, None],
        "age_days": [10.5, None, None],
    }


def test_a_figure_that_was_given_is_not_derived_again() -> None:
    table = ScreenTable([1], {"market_cap": [100.0], "volume_24h": [25.0], "turnover": [9.0]})
    table.add_derived(datetime(2026, 1, 1, tzinfo=UTC))
    assert table.value("turnover", 0) == 9
    assert "tvl_ratio" not in table


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 ids, but column 'price' has 1 values"):
        ScreenTable([1, 2], {"price": [1.0]})
    with pytest.raises(ValueError, match="column 'name' has 3"):
        ScreenTable([1, 2], {}, {"name": ["a", "b", "c"]})


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "inf", "nan", "", "x", True, [], 10**400])
def test_what_is_no_number_is_missing_never_zero(value: object) -> None:
    assert math.isnan(read_number(value))


@pytest.mark.parametrize(
    ("value", "number"), [(5, 5.0), (0, 0.0), ("1e3", 1000.0), (Decimal("0.1"), 0.1), (-2.5, -2.5)]
)
def test_numbers_of_any_kind_are_read(value: object, number: float) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 1, 2),
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 2),
        "2026-01-02",
        "2026-01-02T00:00:00Z",
        "2026-01-02T01:00:00+01:00",
    ],
)
def test_moments_of_any_kind_are_unix_seconds(value: object) -> None:
    assert read_moment(value) == 1767312000.0


@pytest.mark.parametrize("value", [None, "soon", 2026, "2026-13-01"])
def test_what_is_no_moment_is_missing(value: object) -> None:
    assert math.isnan(read_moment(value))
