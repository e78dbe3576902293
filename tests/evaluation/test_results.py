"""Scores of many questions, summed up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cryptodesk.evaluation.results import percentile, record_run, score_pct, summarise
from tests.evaluation.samples import outcome


def test_a_score_counts_things_and_not_questions() -> None:
    outcomes = [outcome("a", numbers=(1, 4)), outcome("b", numbers=(1, 1)), outcome("c", tools=(0, 1))]
    assert score_pct(outcomes, "numbers") == pytest.approx(40)
    assert score_pct(outcomes, "tools") == 0
    assert score_pct(outcomes, "plan") is None


def test_a_question_passes_if_nothing_about_it_is_wrong() -> None:
    assert outcome("a", tools=(1, 1), numbers=(2, 2)).passed
    assert not outcome("a", tools=(1, 1), numbers=(1, 2)).passed
    assert not outcome("a", tools=(1, 1), failure="timed out").passed


def test_money_is_summed_exactly() -> None:
    summary = summarise("all", [outcome("a"), outcome("b"), outcome("c", failure="x")])
    assert summary.cost_usd == Decimal("0.003")
    assert (summary.questions, summary.passed, summary.failures, summary.tokens) == (3, 2, 1, 45)


def test_nothing_sums_up_to_nothing() -> None:
    summary = summarise("none", [])
    assert (summary.questions, summary.p50_ms, summary.p99_ms) == (0, 0.0, 0.0)
    assert set(summary.scores.values()) == {None}


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.99) == 99
    assert percentile([3.0], 0.99) == 3
    assert percentile([], 0.5) == 0


def test_a_run_is_grouped_by_family_and_part_and_names_who_answered() -> None:
    run = record_run("asked-for", {}, [outcome("a", family="gas"), outcome("b"), outcome("c")])
    assert [(each.name, each.questions) for each in run.families] == [("gas", 1), ("price", 2)]
    assert run.total.questions == 3
    assert run.served_by == ("some-model",)
