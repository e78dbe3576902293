"""How many planted lies are caught and how many honest figures are blamed.

Two thirds of the known set were looked at while the verifier was made, the last third only afterwards; `unseen`,
`later` and `last` were each written when it was done, and measured before anything was corrected on them.
"""

from __future__ import annotations

import pytest

from tests.verification.own_lies import KINDS, OWN_NAMES
from tests.verification.planting import CLASSES
from tests.verification.prose import proses
from tests.verification.recorded import recorded_answers
from tests.verification.support import judged_lies, score_honest, score_lies, score_own_lies

HELD_OUT = (2,)
MOST_MISSED = 2


def test_the_set_is_as_large_as_was_asked_for() -> None:
    assert len([answer for answer in recorded_answers() if answer.results]) >= 150
    assert len(proses()) >= 60
    lies = list(judged_lies("known"))
    assert len(lies) >= 300
    assert {lie.kind for lie, _ in lies} == set(CLASSES)
    assert all(found for lie, found in lies if lie.kind != "wrong unit"), "the false figure was not read as a figure"


def test_every_lie_of_the_known_set_is_caught() -> None:
    score = score_lies("known", thirds=(0, 1))
    assert not score.wrong, "\n".join(score.wrong)


def test_lies_in_the_analysts_answers_are_caught() -> None:
    score = score_lies("analyst")
    assert score.total >= 400
    assert not score.wrong, "\n".join(score.wrong)


def test_of_lies_in_what_code_wrote_none_about_names_values_and_fields_passes() -> None:
    scores = score_own_lies()
    assert set(scores) == set(KINDS)
    assert sum(score.total for score in scores.values()) >= 2_000
    missed = [text for kind, score in scores.items() if kind != OWN_NAMES for text in score.wrong]
    assert len(missed) <= MOST_MISSED, "\n".join(missed)


def test_of_figures_under_codes_own_names_few_that_change_places_pass() -> None:
    # Where "worth $5 at $3" is turned about, nothing in the words or the results speaks for one of the two.
    score = score_own_lies()[OWN_NAMES]
    assert score.total >= 50
    assert score.wrong_ratio <= 0.15, "\n".join(score.wrong)


def test_the_held_out_third_has_one_lie_that_is_true_in_itself() -> None:
    # "XRP is the largest of them at $7.40" is the price of XRP; that a cap was meant nothing in the sentence says.
    score = score_lies("known", thirds=HELD_OUT)
    assert score.total >= 150
    assert len(score.wrong) <= 1, "\n".join(score.wrong)


@pytest.mark.parametrize("kind", ["unseen", "later", "last"])
def test_of_lies_in_unfamiliar_words_at_least_98_percent_are_caught(kind: str) -> None:
    score = score_lies(kind)
    assert score.wrong_ratio <= 0.02, "\n".join(score.wrong)


@pytest.mark.parametrize("kind", ["known", "analyst", "unseen", "later", "last"])
def test_honest_figures_are_blamed_in_less_than_two_of_a_hundred_cases(kind: str) -> None:
    score = score_honest(kind)
    assert score.total >= 70
    assert score.wrong_ratio < 0.02, "\n".join(score.wrong)
