"""One mood of many texts, in which nobody is heard more often than others."""

from __future__ import annotations

import pytest

from cryptodesk.documents.sentiment import Item, Score, compute_mood


def item(value: float, voice: str = "a", most_votes: float = 3.0) -> Item:
    return Item("text", voice, Score(value), most_votes)


def test_the_score_is_the_mean_and_shares_add_up() -> None:
    mood = compute_mood([item(0.6, "a"), item(-0.2, "b"), item(0.0, "c"), item(0.4, "d")])
    assert mood.score == pytest.approx(0.2)  # (0.6 - 0.2 + 0 + 0.4) / 4
    assert (mood.positive_pct, mood.neutral_pct, mood.negative_pct) == (50, 25, 25)
    assert (mood.sample_size, mood.voices) == (4, 4)


def test_one_author_cannot_outvote_the_others() -> None:
    loud = [item(0.9, "loud") for _ in range(300)]
    others = [item(-0.5, f"voice {number}") for number in range(10)]
    mood = compute_mood([*loud, *others])
    assert mood.score == pytest.approx((3 * 0.9 - 10 * 0.5) / 13)
    assert mood.negative_pct == pytest.approx(10 / 13 * 100)
    assert mood.sample_size == 310


def test_an_author_below_the_limit_counts_in_full() -> None:
    mood = compute_mood([item(0.3, "a"), item(0.3, "a"), item(-0.6, "b")])
    assert mood.score == pytest.approx(0.0)


def test_no_texts_have_no_mood() -> None:
    mood = compute_mood([])
    assert mood.score is None
    assert mood.positive_pct is None
    assert (mood.sample_size, mood.voices) == (0, 0)
