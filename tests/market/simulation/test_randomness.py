"""Counted chance: fixed for ever by its key, and of the right spread."""

from __future__ import annotations

import statistics

import pytest

from cryptodesk.market.simulation.randomness import Draws, fraction, heavy_steps, reverting_walk, stream


def test_draws_of_a_key_are_the_same_for_ever() -> None:
    draws = Draws(7, "coin", 3)

    assert [draws.word(), draws.word()] == [Draws(7, "coin", 3).word(), _second(Draws(7, "coin", 3))]
    assert stream(7, "bank", 3).tolist() == stream(7, "bank", 9).tolist()[:3]
    # Written down: a change of these numbers is a change of every world.
    assert Draws(7, "coin", 3).word() == 3235869075
    assert stream(7, "bank", 4).tolist() == [17889, 46413, 58926, 34412]


def _second(draws: Draws) -> int:
    draws.word()
    return draws.word()


def test_keys_that_only_read_alike_are_different_keys() -> None:
    assert fraction(1, "ab", "c") != fraction(1, "a", "bc")
    assert fraction(1, 12, 3) != fraction(1, 1, 23)


def test_draws_stay_in_their_range() -> None:
    for number in range(200):
        draws = Draws(5, number)
        assert 0 < draws.unit() < 1
        assert -2 < draws.between(-2, 3) < 3
        assert draws.index(7) in range(7)
        assert draws.pick(("a", "b")) in {"a", "b"}


def test_heavy_steps_have_mean_zero_variance_about_one_and_heavy_tails() -> None:
    steps = heavy_steps(3, "test", 60_000)

    assert statistics.fmean(steps) == pytest.approx(0, abs=0.02)
    assert statistics.pvariance(steps) == pytest.approx(1, abs=0.08)
    beyond = sum(abs(step) > 4 for step in steps) / len(steps)
    # A normal distribution has 0.00006 beyond four.
    assert 0.001 < beyond < 0.01


def test_a_reverting_walk_stays_in_reach_where_a_free_one_runs_away() -> None:
    steps = heavy_steps(3, "walk", 60_000)

    assert max(map(abs, reverting_walk(steps, 0.99))) < 60
    assert max(map(abs, reverting_walk(steps, 1.0))) > 60
