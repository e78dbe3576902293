"""The operations against figures worked by hand."""

from __future__ import annotations

import math

import pytest

from cryptodesk.evaluation.operations import OPERATIONS, OperationError, apply


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("sum", [1, 2, 3.5], 6.5),
        ("difference", [10, 4], 6),
        ("product", [2, 3, 4], 24),
        ("ratio", [1, 8], 0.125),
        ("pct_of", [30, 120], 25),
        ("pct_change", [80, 100], 25),
        ("pct_change", [100, 80], -20),
        ("ends_pct_change", [[50, 10, 75]], 50),
        ("first", [[3, 4]], 3),
        ("last", [[3, 4]], 4),
        ("max", [[3, 9, 4]], 9),
        ("min", [3, 9, 4], 3),
        ("mean", [[1, 2, 6]], 3),
        ("sum_of_products", [0.5, 80_000, 4, 2_500], 50_000),
        ("drawdown_pct", [[100, 150, 75, 120]], -50),
        ("drawdown_pct", [[1, 2, 3]], 0),
        ("count_above", [[1, 2, 3, 2], 2], 1),
        ("count_below", [[1, 2, 3, 2], 2.5], 3),
        ("count_risen", [[1, 2, 1.5, 1.5, 3]], 2),
        ("best_return_pct", [[100, 110, 99]], 10),
        ("worst_return_pct", [[100, 110, 99]], -10),
        ("simple_correlation", [[1, 2, 3, 6], [10, 20, 30, 60]], 1),
    ],
)
def test_an_operation_gives_the_figure_worked_by_hand(name: str, operands: list[object], expected: float) -> None:
    assert apply(name, operands) == pytest.approx(expected)


def test_volatility_is_the_sample_deviation_of_log_returns_over_a_year() -> None:
    # Returns of +ln 2 and -ln 2: mean 0, sample deviation ln 2 * sqrt 2.
    assert apply("volatility_pct", [[1, 2, 1]]) == pytest.approx(math.log(2) * math.sqrt(2) * math.sqrt(365) * 100)
    assert apply("daily_volatility_pct", [[1, 2, 1]]) == pytest.approx(math.log(2) * math.sqrt(2) * 100)


def test_series_that_move_against_each_other_correlate_negatively() -> None:
    assert apply("correlation", [[1, 2, 1, 2], [2, 1, 2, 1]]) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("ratio", [1, 0]),
        ("pct_change", [0, 5]),
        ("volatility_pct", [[5]]),
        ("sum_of_products", [1, 2, 3]),
        ("max", [[]]),
        ("mean", [["a"]]),
        ("correlation", [[1, 1, 1], [1, 2, 3]]),
        ("no_such_operation", [1]),
    ],
)
def test_what_has_no_result_is_an_error(name: str, operands: list[object]) -> None:
    with pytest.raises(OperationError):
        apply(name, operands)


def test_every_operation_is_tried_here_or_is_a_variant() -> None:
    assert set(OPERATIONS) >= {
        "pct_change",
        "ratio",
        "max",
        "min",
        "mean",
        "volatility_pct",
        "drawdown_pct",
        "correlation",
    }
