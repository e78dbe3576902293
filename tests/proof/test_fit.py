"""A line through measurements: its slope, and an error that does not promise more than was measured."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest
from bench.proof.fit import Line, fit
from bench.proof.parts.soak import verdict


def test_a_straight_line_is_found_without_error() -> None:
    found = fit([(float(x), 3 + 0.5 * x) for x in range(100)], block=10)
    assert found.slope == pytest.approx(0.5)
    assert found.slope_error == pytest.approx(0, abs=1e-12)
    assert found.points == 10


def test_the_error_covers_the_true_slope_of_noise_that_hangs_together() -> None:
    random, misses = Random(5), 0
    for _ in range(200):
        level, points = 0.0, []
        for x in range(600):
            level = 0.9 * level + random.gauss(0, 1)
            points.append((float(x), 0.01 * x + level))
        found = fit(points, block=10)
        misses += not found.low <= 0.01 <= found.high
    assert misses <= 30  # of 200, where two standard errors promise 10 and short runs tell less


def test_neighbours_that_are_alike_widen_the_error() -> None:
    random = Random(3)
    apart = [(float(x), random.gauss(0, 1)) for x in range(200)]
    steps = [(x, sum(y for _, y in apart[max(0, int(x) - 19) : int(x) + 1])) for x, _ in apart]
    assert fit(steps, 5).likeness > 0.5 > fit(apart, 5).likeness
    taken_for_apart = fit(steps, 5).slope_error * sqrt((1 - fit(steps, 5).likeness) / (1 + fit(steps, 5).likeness))
    assert fit(steps, 5).slope_error > 1.7 * taken_for_apart


def test_too_few_measurements_are_refused() -> None:
    with pytest.raises(ValueError, match="four blocks, got 3"):
        fit([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)], block=1)


@pytest.mark.parametrize(("slope", "error", "told"), [(0.2, 0.3, True), (0.2, 0.5, None), (3.0, 0.9, False)])
def test_a_slope_is_judged_only_where_its_error_allows(slope: float, error: float, told: bool | None) -> None:
    assert verdict(Line(slope, error, 0.0, 60)) is told
