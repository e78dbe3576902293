"""Cells of tool results, found by path."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.paths import PathError, look_up

RESULT = {
    "items": [{"id": 1, "name": "Bitcoin", "price": 5.5}, {"id": 74, "name": "Dogecoin", "price": None}],
    "levels": {"23.6%": 7, "24h": {"total": 8}},
    "history": {"headers": ["time", "close"], "rows": [["2026-01-01", 1.0], ["2026-01-02", 2.0]]},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("items[0].price", 5.5),
        ("items[id=74].name", "Dogecoin"),
        ("items[-1].id", 74),
        ("items[0:2].name", ["Bitcoin", "Dogecoin"]),
        ("levels.23.6%", 7),
        ("levels.24h.total", 8),
        ("history@close", [1.0, 2.0]),
        ("history@time", ["2026-01-01", "2026-01-02"]),
    ],
)
def test_a_path_points_at_its_cell(path: str, expected: object) -> None:
    assert look_up(RESULT, path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "items[5].price",
        "items[id=3].name",
        "nothing",
        "history@volume",
        "items[1].price",
        "items[0].price.more",
        "items[0]!",
    ],
)
def test_a_cell_that_is_not_there_or_empty_is_an_error(path: str) -> None:
    with pytest.raises(PathError):
        look_up(RESULT, path)
