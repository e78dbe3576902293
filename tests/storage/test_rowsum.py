"""The same rows have the same sum in any order, and other rows another."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from cryptodesk.storage.rowsum import RowSum

ROWS: list[tuple[Any, ...]] = [(1, "a", None), (1, "a", None), (2, "ä", b"\x00"), (3, "", 0.5)]


def sum_of(rows: list[tuple[Any, ...]]) -> RowSum:
    total = RowSum()
    for row in rows:
        total.add([row])
    return total


def test_the_order_does_not_matter_and_batches_do_not() -> None:
    sums = {sum_of(list(order)).hexdigest() for order in permutations(ROWS)}
    at_once = RowSum()
    at_once.add(ROWS)
    assert sums == {at_once.hexdigest()}
    assert (at_once.rows, at_once) == (4, sum_of(ROWS))


@pytest.mark.parametrize(
    "other",
    [
        ROWS[1:],
        [*ROWS, ROWS[0]],
        [(1, "a", None), (1, "b", None), (2, "ä", b"\x00"), (3, "", 0.5)],
        [(1, "a", ""), (1, "a", None), (2, "ä", b"\x00"), (3, "", 0.5)],
        [(1.0, "a", None), (1, "a", None), (2, "ä", b"\x00"), (3, "", 0.5)],
        [(1, "a", None), (1, "a", None), (2, b"\xc3\xa4", b"\x00"), (3, "", 0.5)],
    ],
)
def test_what_is_not_the_same_has_another_sum(other: list[tuple[Any, ...]]) -> None:
    assert sum_of(other) != sum_of(ROWS)


def test_where_one_value_ends_and_the_next_begins_matters() -> None:
    assert sum_of([("ab", "c")]) != sum_of([("a", "bc")])
    assert sum_of([("1", 1)]) != sum_of([(1, "1")])
    assert sum_of([(-0.0,)]) != sum_of([(0.0,)])


def test_no_rows_have_a_sum_too() -> None:
    assert (RowSum().rows, RowSum().hexdigest()) == (0, "0" * 64)


def test_a_value_that_no_table_has_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        sum_of([([],)])
