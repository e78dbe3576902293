"""Regimes, levels and nerves of the whole market."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pytest

from cryptodesk.market.simulation.days import ANCHOR_DAY, DAYS
from cryptodesk.market.simulation.factors import SECTORS, SHAPES, Factors
from tests.market.simulation.worlds import SEEDS, world


def _returns_in(factors: Factors, regime: str) -> list[float]:
    levels = factors.market
    return [levels[day + 1] - levels[day] for day in range(DAYS) if factors.regimes[day] == regime]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_regime_behaves_as_it_is_called(seed: int) -> None:
    factors = world(seed).market.factors
    means = {regime: statistics.fmean(_returns_in(factors, regime)) for regime in ("bull", "bear", "chop", "crash")}
    spreads = {regime: statistics.pstdev(_returns_in(factors, regime)) for regime in means}

    assert means["bull"] > 0.001
    assert means["bear"] < -0.001
    assert abs(means["chop"]) < 0.001
    assert means["crash"] < -0.02
    assert spreads["chop"] < spreads["bull"] < spreads["crash"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_market_swings_about_its_trend_and_never_leaves_it_for_good(seed: int) -> None:
    factors = world(seed).market.factors

    assert max(map(abs, factors.market)) < 2.5
    assert factors.trend[ANCHOR_DAY] == 0
    assert all(later > earlier for earlier, later in zip(factors.trend, factors.trend[1:], strict=False))


def test_nerves_are_high_after_large_moves() -> None:
    factors = world().market.factors
    crash_days = [day for day in range(DAYS) if factors.regimes[day] == "crash"]
    quiet_days = [day for day in range(DAYS) if factors.regimes[day - 20 : day + 1] == ["chop"] * 21]

    assert _mean([factors.nerves[day] for day in crash_days]) > 1.3 * _mean([factors.nerves[day] for day in quiet_days])
    assert min(factors.nerves) >= 0.45
    assert max(factors.nerves) <= 3.5


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)


def test_sectors_move_on_their_own() -> None:
    factors = world().market.factors
    first, second = (
        [levels[day + 1] - levels[day] for day in range(3_000)] for levels in (factors.sectors[0], factors.sectors[5])
    )

    assert len(factors.sectors) == len(SECTORS)
    assert abs(statistics.correlation(first, second)) < 0.1


def test_coins_move_together_in_a_crash_more_than_on_other_days() -> None:
    factors = world().market.factors
    together = dict(zip(factors.regimes, factors.together, strict=True))

    assert together["crash"] > together["bear"] > together["chop"]
    assert all(shape in range(SHAPES) for shape in factors.shapes)
    assert all(key % 2 for key in factors.keys)
