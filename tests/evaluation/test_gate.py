"""A run is held against an earlier one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cryptodesk.evaluation.gate import GateError, compare, read_run
from cryptodesk.evaluation.results import Outcome, RunRecord, record_run
from tests.evaluation.samples import outcome


def run(*outcomes: Outcome) -> RunRecord:
    return record_run("m", {}, outcomes)


BEFORE = run(outcome("a", numbers=(2, 2)), outcome("b", numbers=(2, 2)), outcome("c", family="gas", numbers=(1, 1)))


def test_an_equal_or_better_run_passes() -> None:
    assert compare(BEFORE, BEFORE).passed
    worse = run(outcome("a", numbers=(0, 2)), outcome("b", numbers=(2, 2)))
    assert compare(worse, BEFORE).passed


def test_a_lower_score_fails_and_the_questions_are_named() -> None:
    verdict = compare(
        BEFORE,
        run(outcome("a", numbers=(1, 2)), outcome("b", numbers=(2, 2)), outcome("c", family="gas", numbers=(1, 1))),
    )
    assert not verdict.passed
    assert verdict.worse == (("a", ("numbers",)),)
    assert {(fall.group, fall.score) for fall in verdict.falls} >= {
        ("price", "numbers"),
        ("total", "numbers"),
        ("total", "passed"),
    }
    assert ("gas", "numbers") not in {(fall.group, fall.score) for fall in verdict.falls}


def test_a_fall_within_the_margin_passes_and_is_still_named() -> None:
    after = run(outcome("a", numbers=(1, 2)), outcome("b", numbers=(2, 2)), outcome("c", family="gas", numbers=(1, 1)))
    verdict = compare(BEFORE, after, margin_points=60)
    assert verdict.passed
    assert verdict.worse


def test_only_questions_of_both_runs_are_compared() -> None:
    after = run(outcome("a", numbers=(2, 2)), outcome("new", numbers=(0, 2)))
    verdict = compare(BEFORE, after)
    assert verdict.passed
    assert verdict.compared == 1


def test_a_grader_that_no_longer_judges_and_a_new_failure_are_worse() -> None:
    verdict = compare(run(outcome("a", numbers=(1, 1))), run(outcome("a", failure="timed out")))
    assert not verdict.passed
    assert verdict.worse == (("a", ("numbers", "failure")),)


def test_runs_without_a_common_question_cannot_be_compared() -> None:
    with pytest.raises(GateError):
        compare(BEFORE, run(outcome("z")))


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(msgspec.json.encode(BEFORE))
    assert read_run(file) == BEFORE


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\\xff"])
def test_a_file_that_is_no_run_is_an_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(content)
    with pytest.raises(GateError, match=r"run\.json"):
        read_run(file)
    with pytest.raises(GateError):
        read_run(tmp_path / "missing.json")
