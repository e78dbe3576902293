"""Bridges through the day and where they are highest."""

from __future__ import annotations

import statistics

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES
from cryptodesk.market.simulation.factors import SHAPES
from cryptodesk.market.simulation.shapes import Shapes
from tests.market.simulation.worlds import world


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return world().market.shapes


def test_every_bridge_starts_and_ends_on_the_line(shapes: Shapes) -> None:
    assert len(shapes.bridges) == SHAPES
    for bridge in shapes.bridges:
        assert len(bridge) == DAY_MINUTES + 1
        assert bridge[0] == 0 == bridge[DAY_MINUTES]
        assert max(map(abs, bridge)) <= shapes.reach


def test_bridges_spread_in_the_middle_of_the_day_as_brownian_ones_do(shapes: Shapes) -> None:
    middles = [bridge[DAY_MINUTES // 2] for bridge in shapes.bridges]

    # t(1 - t) at the half is 1/4.
    assert statistics.pvariance(middles) == pytest.approx(0.25, abs=0.12)


@pytest.mark.parametrize("shape", [0, 1, 2, 63, 64, 127, 128, 129, 200, 255])
@pytest.mark.parametrize("slope", [-0.004, -0.0006, 0.0, 0.0003, 0.002, 0.05])
def test_the_highest_and_lowest_minute_are_those_of_a_search_through_all(
    shapes: Shapes, shape: int, slope: float
) -> None:
    line = [value + slope * minute for minute, value in enumerate(shapes.bridges[shape])]

    assert line[shapes.highest(shape, slope)] == pytest.approx(max(line), abs=1e-12)
    assert line[shapes.lowest(shape, slope)] == pytest.approx(min(line), abs=1e-12)


def test_trade_only_grows_through_the_day_and_more_where_the_price_moves(shapes: Shapes) -> None:
    for shape in range(0, SHAPES, 17):
        traded, bridge = shapes.traded[shape], shapes.bridges[shape]
        parts = [traded[minute + 1] - traded[minute] for minute in range(DAY_MINUTES)]
        moves = [abs(bridge[minute + 1] - bridge[minute]) for minute in range(DAY_MINUTES)]
        assert traded[0] == pytest.approx(0, abs=1e-12)
        assert traded[DAY_MINUTES] == 1
        assert min(parts) > 0
        assert statistics.correlation(parts, moves) > 0.95
