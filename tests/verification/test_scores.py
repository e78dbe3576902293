"""How many planted lies are caught and how many honest figures are blamed.

Two thirds of the known set were looked at while the verifier was made, the last third only afterwards; `unseen`,
`later` and `last` were each written when it was done, and measured before anything was corrected on them. `model`,
`fresh` and `blind` are free prose of a language model, each written after the verifier had been mended on the one
before; what it made of them at first is told in the documentation.
"""

from __future__ import annotations

import pytest

from tests.verification.model_lies import MODEL_CLASSES
from tests.verification.own_lies import KINDS, OWN_NAMES
from tests.verification.planting import CLASSES
from tests.verification.prose import fill, proses
from tests.verification.recorded import recorded_answers
from tests.verification.support import judged_lies, score_honest, score_lies, score_own_lies

FREE = ("model", "fresh", "blind")
MOST_MISSED = 2


def test_the_set_is_as_large_as_was_asked_for() -> None:
    assert len([answer for answer in recorded_answers() if answer.results]) >= 150
    assert len(proses()) >= 60
    assert len(proses("model")) >= 150
    lies = list(judged_lies("known"))
    assert len(lies) >= 300
    assert {lie.kind for lie, _ in lies} == set(CLASSES)
    assert all(found for lie, found in lies if lie.kind != "wrong unit"), "the false figure was not read as a figure"


@pytest.mark.parametrize("kind", ["known", "unseen", "later", "last"])
def test_every_lie_in_hand_written_prose_is_caught(kind: str) -> None:
    score = score_lies(kind)
    assert score.total >= 200
    assert not score.wrong, "\n".join(score.wrong)


def test_every_lie_in_a_models_long_sentences_is_caught() -> None:
    score = score_lies("model")
    assert score.total >= 2_000
    assert {lie.kind for lie, _ in judged_lies("model")} == {*CLASSES, *MODEL_CLASSES}
    assert not score.wrong, "\n".join(score.wrong)


@pytest.mark.parametrize("kind", ["fresh", "blind"])
def test_of_lies_in_free_prose_met_last_fewer_than_one_in_a_hundred_passes(kind: str) -> None:
    score = score_lies(kind)
    assert score.total >= 300
    assert score.wrong_ratio < 0.01, "\n".join(score.wrong)


def test_no_honest_figure_in_a_models_free_prose_is_blamed() -> None:
    assert sum(len(fill(prose).slots) for kind in FREE for prose in proses(kind)) >= 1_000
    wrong = [text for kind in FREE for text in score_honest(kind).wrong]
    assert not wrong, "\n".join(wrong)


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
    assert score.wrong_ratio <= 0.05, "\n".join(score.wrong)


@pytest.mark.parametrize("kind", ["known", "analyst", "unseen", "later", "last"])
def test_honest_figures_are_blamed_in_less_than_two_of_a_hundred_cases(kind: str) -> None:
    score = score_honest(kind)
    assert score.total >= 70
    assert score.wrong_ratio < 0.02, "\n".join(score.wrong)
