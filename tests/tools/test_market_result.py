"""What is weighed without rounding is never heavier once it is rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.tools._market_result import _SURELY_FITTING
from cryptodesk.tools._output import encoded_size, round_floats
from cryptodesk.tools._tool import HARD_LIMIT


def grown(values: list[float]) -> float:
    return encoded_size(round_floats(values, 8)) / encoded_size(values)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
def test_rounding_never_outgrows_the_margin(values: list[float]) -> None:
    assert grown(values) * _SURELY_FITTING <= HARD_LIMIT


@pytest.mark.parametrize("value", [99_999_999.9, 999_999_999.9, 0.0999999999, 9.99999999, 9_999_999_999_999_998.0])
def test_figures_that_gain_a_digit_stay_within_it(value: float) -> None:
    assert grown([value] * 900) * _SURELY_FITTING <= HARD_LIMIT
