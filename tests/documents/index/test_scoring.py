"""What is added up for a passage, without an index around it."""

from __future__ import annotations

import numpy as np
import pytest

from cryptodesk.documents.index.scoring import (
    CANDIDATES,
    FRESH_SECONDS,
    HALF_LIFE_SECONDS,
    Evidence,
    Weights,
    age_factors,
    fused,
    scaled,
    varied,
)


def floats(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, np.float32)


def test_words_are_scaled_by_the_best_match_and_by_the_last_of_many() -> None:
    many = floats(*range(CANDIDATES, 0, -1))

    assert scaled(floats(4, 2, 1), from_last=True).tolist() == [1.0, 0.5, 0.25]
    assert scaled(many, from_last=True)[[0, -1]].tolist() == [1.0, 0.0]
    assert scaled(many, from_last=False)[-1] == pytest.approx(1 / CANDIDATES)
    assert scaled(floats(3, 3), from_last=True).tolist() == [1.0, 1.0]
    assert scaled(floats(), from_last=True).tolist() == []


def test_meaning_words_names_and_age_are_added_up() -> None:
    evidence = Evidence(floats(1, 0.5), floats(0, 1), floats(0.5, 0.4), floats(1, 0.7))

    scores, answers = fused(evidence, Weights(words=0.1, names=0.3))

    assert scores.tolist() == pytest.approx([0.5 + 0.1, (0.4 + 0.05 + 0.3) * 0.7])
    assert answers.tolist() == [True, True]


def test_words_stand_in_for_the_meaning_of_a_passage_without_a_vector() -> None:
    with_vectors = Evidence(floats(1, 1), floats(0, 0), floats(float("nan"), 0.1), None)
    without = Evidence(floats(1, 0.2), floats(0, 0), None, None)

    assert fused(with_vectors)[0].tolist() == pytest.approx([0.6 + 0.15, 0.1 + 0.15])
    assert fused(with_vectors)[1].tolist() == [True, False]
    assert fused(without)[1].tolist() == [True, False]


def test_half_of_the_names_make_an_answer_of_what_means_something_else() -> None:
    evidence = Evidence(floats(0, 0), floats(0.5, 0.49), floats(0.1, 0.1), None)

    assert fused(evidence)[1].tolist() == [True, False]


def test_at_most_two_of_one_owner_and_equal_scores_in_their_order() -> None:
    scores, owners, order = floats(0.5, 0.9, 0.5, 0.5, 0.7), np.array([1, 2, 1, 1, 3]), np.array([40, 10, 30, 20, 50])

    assert list(varied(scores, owners, order)) == [1, 4, 3, 2]


def test_age_takes_half_of_what_it_can_in_three_days_and_never_more() -> None:
    now = 1e9
    ages = np.array([0.0, HALF_LIFE_SECONDS, FRESH_SECONDS, 10 * FRESH_SECONDS, FRESH_SECONDS, -HALF_LIFE_SECONDS])
    fading = np.array([True, True, True, True, False, True])

    assert age_factors(fading, now - ages, now, 0.7).tolist() == pytest.approx([1.0, 0.85, 0.7, 0.7, 1.0, 1.0])
