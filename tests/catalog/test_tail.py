"""The shipped long tail and its reader."""

from __future__ import annotations

import pytest

from cryptodesk.catalog.assets import load_assets
from cryptodesk.catalog.tail import FIRST_OWN_ID, TailRow, load_catalogued, load_tail, parse_tail


def test_the_shipped_tail_holds_twenty_thousand_assets_beside_those_of_the_catalogue() -> None:
    columns = load_tail()
    assert len(columns) - columns.first_own > 20_000
    assert columns.first_own > 240


def test_rows_below_the_own_space_are_assets_of_the_catalogue() -> None:
    columns = load_tail()
    known = {record.asset_id for record in load_assets()}
    assert {columns.ids[row] for row in range(columns.first_own)} <= known


def test_the_rows_of_the_catalogue_are_the_same_when_they_are_read_alone() -> None:
    alone, columns = load_catalogued(), load_tail()
    assert len(alone) == alone.first_own == columns.first_own
    assert [alone.row(row) for row in range(len(alone))] == [columns.row(row) for row in range(columns.first_own)]


def test_an_asset_of_the_catalogue_is_merged_and_not_doubled() -> None:
    columns = load_tail()
    catalogue = {record.coingecko_id for record in load_assets()} - {None}
    own = {columns.row(row).coingecko_id for row in range(columns.first_own, len(columns))}
    assert own.isdisjoint(catalogue)


def test_no_vendors_id_is_given_twice() -> None:
    rows = [load_tail().row(row) for row in range(len(load_tail()))]
    for field in ("coingecko_id", "coinpaprika_id"):
        ids = [getattr(row, field) for row in rows if getattr(row, field)]
        assert len(ids) == len(set(ids)) > 13_000
    assert all(row.coingecko_id or row.coinpaprika_id for row in rows)


def test_names_are_short_printable_and_single_spaced() -> None:
    columns = load_tail()
    for text in (*columns.names, *columns.symbols):
        assert text.isprintable()
        assert text == " ".join(text.split())
        assert 0 < len(text) <= 100


def test_successors_are_assets_of_the_catalogue() -> None:
    columns = load_tail()
    known = {record.asset_id for record in load_assets()}
    successors = {columns.row(row).successor_id for row in range(len(columns))} - {None}
    assert successors
    assert successors <= known


@pytest.mark.parametrize(
    ("asset_id", "name", "rank"),
    [(FIRST_OWN_ID, "HEX", 3), (FIRST_OWN_ID + 22, "Dogelon Mars", 121), (FIRST_OWN_ID + 43, "Golem", 175)],
)
def test_ids_that_were_given_once_stay(asset_id: int, name: str, rank: int) -> None:
    row = load_tail().find(asset_id)
    assert row is not None
    assert (load_tail().row(row).name, load_tail().rank(row)) == (name, rank)


def test_a_line_is_read() -> None:
    columns = parse_tail(b"5\tA B\tAB\t=\t\t7\t\n1000000000\t\\u03c4Coin\tT\t\t=\t\t-\n")
    assert columns.row(0) == TailRow(5, "A B", "AB", "a-b", "a-b", None, 7, True, None)
    assert columns.row(1) == TailRow(1_000_000_000, "τCoin", "T", "coin", None, "t-coin", None, False, None)
    assert (columns.find(5), columns.find(6), columns.first_own) == (0, None, 1)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"5\tA\tB\t\t\t\n", "7 cells"),
        (b"6\tA\tB\t\t\t\t\n5\tA\tB\t\t\t\t\n", "must ascend"),
        (b"5\tA\tB\t\t\t\t\n5\tA\tB\t\t\t\t\n", "must ascend"),
        (b"x\tA\tB\t\t\t\t\n", "invalid literal"),
    ],
)
def test_a_malformed_file_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_tail(content)


def test_an_empty_file_is_an_empty_tail() -> None:
    assert len(parse_tail(b"")) == 0
