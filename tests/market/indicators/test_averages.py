"""Moving averages."""

from __future__ import annotations

import pytest

from cryptodesk.market.indicators import compute_ema, compute_sma


def test_sma_is_the_mean_of_the_last_closes() -> None:
    assert compute_sma([100.0, 1.0, 2.0, 6.0], 3) == 3.0


def test_ema_begins_with_the_mean_of_its_first_closes_and_weighs_by_two_over_period_plus_one() -> None:
    # seed (1 + 2 + 3) / 3 = 2; then 2 + 0.5 * (6 - 2) = 4; then 4 + 0.5 * (2 - 4) = 3
    assert compute_ema([1.0, 2.0, 3.0, 6.0, 2.0], 3) == 3.0


@pytest.mark.parametrize("compute", [compute_sma, compute_ema])
def test_an_average_needs_as_many_closes_as_its_period(compute) -> None:  # type: ignore[no-untyped-def]
    assert compute([1.0, 2.0], 3) is None
    assert compute([1.0, 2.0, 3.0], 3) == 2.0
    assert compute([], 1) is None
    assert compute([5.0], 1) == 5.0


@pytest.mark.parametrize("compute", [compute_sma, compute_ema])
def test_averages_of_a_constant_are_the_constant_to_the_last_digit(compute) -> None:  # type: ignore[no-untyped-def]
    assert compute([0.1] * 400, 200) == 0.1


@pytest.mark.parametrize("compute", [compute_sma, compute_ema])
@pytest.mark.parametrize("period", [0, -7])
def test_an_impossible_period_is_refused(compute, period: int) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=f"got {period}"):
        compute([1.0, 2.0], period)
