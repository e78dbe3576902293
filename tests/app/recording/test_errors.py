"""Errors on the tape come back as what they were."""

from __future__ import annotations

import inspect

import pytest

import cryptodesk.core.errors as errors
from cryptodesk.app.recording.errors import tape_error, untape_error
from cryptodesk.app.recording.format import TapedError, encode
from cryptodesk.core.errors import CryptodeskError, ModelNotFound, TurnNotFound, UpstreamRateLimited, UpstreamTimeout

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CryptodeskError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_the_tree_comes_back_with_its_class_and_words(kind: type[CryptodeskError]) -> None:
    made = kind.__new__(kind)
    CryptodeskError.__init__(made, "what was wrong")
    found = untape_error(tape_error(made))
    assert type(found) is kind
    assert isinstance(found, CryptodeskError)
    assert (found.message, str(found)) == ("what was wrong", "what was wrong")


def test_its_attributes_come_back_too() -> None:
    error = UpstreamRateLimited(
        "slow down", upstream="p", upstream_status=429, body={"a": [1]}, retry_after_seconds=2.5
    )
    taped = tape_error(error)
    encode(taped)
    found = untape_error(taped)
    assert vars(found) == vars(error)
    assert vars(untape_error(tape_error(ModelNotFound("no", model_id="m", hint="h"))))["hint"] == "h"
    assert vars(untape_error(tape_error(TurnNotFound("no", turn_id="t"))))["turn_id"] == "t"


def test_what_the_log_has_is_not_kept() -> None:
    error = CryptodeskError("what was wrong")
    error.is_logged = True
    assert tape_error(error).fields == {}


def test_an_adapters_own_refinement_comes_back_as_what_it_refines() -> None:
    class Refined(UpstreamTimeout):
        pass

    assert type(untape_error(tape_error(Refined("late", upstream="p")))) is UpstreamTimeout


def test_a_defects_words_are_not_kept() -> None:
    taped = tape_error(RuntimeError("the key is sk-123"))
    assert taped == TapedError("defect", "RuntimeError")
    assert type(untape_error(taped)) is RuntimeError


def test_a_time_out_stays_one() -> None:
    assert type(untape_error(tape_error(TimeoutError()))) is TimeoutError
