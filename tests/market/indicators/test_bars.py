"""Which bars an indicator may use."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from cryptodesk.market.indicators import usable_tail
from tests.market.indicators.bars import made_bars


def test_only_the_last_bars_are_read() -> None:
    bars = made_bars([float(price) for price in range(1, 1001)])
    assert usable_tail(bars) == bars[-400:]
    assert usable_tail(bars, 10) == bars[-10:]
    assert list(usable_tail(bars, 0)) == []
    assert list(usable_tail([])) == []


@pytest.mark.parametrize("close", [0.0, -5.0, math.nan, math.inf, -math.inf, 1e51, 1e-51])
@pytest.mark.parametrize("column", ["close", "high", "low"])
def test_history_begins_after_an_impossible_price(close: float, column: str) -> None:
    bars = made_bars([10.0] * 20)
    bars[11] = replace(bars[11], **{column: close})
    assert usable_tail(bars) == bars[12:]


def test_a_low_above_its_high_is_impossible() -> None:
    bars = made_bars([10.0] * 5)
    bars[-1] = replace(bars[-1], low=12.0, high=11.0)
    assert list(usable_tail(bars)) == []
