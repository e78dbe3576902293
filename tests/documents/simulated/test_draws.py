"""Draws belong to their key and do not run out."""

from __future__ import annotations

from statistics import mean

from cryptodesk.documents.simulated.draws import Draws

EXPECTED_WORD = 3643847035


def test_the_same_key_draws_the_same_for_ever() -> None:
    assert [Draws(7, "post", 3).word() for _ in range(2)] == [Draws(7, "post", 3).word()] * 2
    assert Draws(7, "written down").word() == EXPECTED_WORD


def test_other_keys_draw_otherwise() -> None:
    keys = [(7, "a"), (8, "a"), (7, "b"), (7, "a", 1), (7, "a1")]

    assert len({Draws(*key).word() for key in keys}) == len(keys)


def test_draws_do_not_run_out_or_repeat() -> None:
    draws = Draws(1, "many")
    words = [draws.word() for _ in range(500)]

    assert len(set(words)) == 500


def test_draws_are_even_and_within_their_bounds() -> None:
    draws = Draws(2, "even")
    units = [draws.unit() for _ in range(4_000)]
    picks = [draws.pick("abcd") for _ in range(4_000)]
    indexes = {draws.index(3) for _ in range(200)}
    between = [draws.between(-2.0, 5.0) for _ in range(200)]

    assert 0 < min(units) < max(units) < 1
    assert abs(mean(units) - 0.5) < 0.02
    assert all(850 < picks.count(letter) < 1_150 for letter in "abcd")
    assert indexes == {0, 1, 2}
    assert -2 <= min(between) < max(between) <= 5
