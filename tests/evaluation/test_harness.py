"""A dozen questions from end to end: asked, answered, judged."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cryptodesk.core.errors import ModelNotFound
from cryptodesk.evaluation import Harness, RunRecord, evaluate, load_questions
from cryptodesk.evaluation.harness import resolve_route
from cryptodesk.evaluation.records import GoldFigure, Question, Term
from cryptodesk.settings import Settings, load_settings
from tests.evaluation.samples import question

pytestmark = pytest.mark.xdist_group("evaluation")

ANALYST = "cryptodesk-analyst"
IDS = (
    "price-001", "price-003", "price-021", "change-001", "compare-001", "history-001", "conversion-001",
    "conversion-015", "followups-001", "bad_input-023", "refusals-001", "real_users-028",
)  # fmt: skip
WRONG = question(
    id="wrong-001",
    text="btc price",
    expect=("decline",),
    required=("cmc_sentiment",),
    assets=(1027,),
    figures=(GoldFigure("price", "USD", Term(value=1.25)),),
)
BROKEN = question(
    id="broken-001", figures=(GoldFigure("price", "USD", Term(op="ratio", of=(Term(value=1), Term(value=0)))),)
)


def own(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, scripted_models=True)


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    known = {each.id: each for each in load_questions(("all",))}
    return (*(known[name] for name in IDS), WRONG, BROKEN)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, questions: tuple[Question, ...]) -> RunRecord:
    seen: list[str] = []
    home = tmp_path_factory.mktemp("home")
    harness = Harness(own(home), ANALYST, concurrency=2, on_outcome=lambda outcome: seen.append(outcome.id))
    record = asyncio.run(evaluate(harness, questions))
    assert sorted(seen) == sorted(each.id for each in questions)
    assert list(home.iterdir()) == []
    return record


def test_every_question_is_asked_in_its_market_and_stands_in_its_place(
    run: RunRecord, questions: tuple[Question, ...]
) -> None:
    assert [outcome.id for outcome in run.outcomes] == [each.id for each in questions]
    assert set(run.moments) == {"snapshot", "simulated"}
    assert run.total.failures == 1
    assert run.total.tokens > 0


def test_plain_prices_and_conversions_are_judged_right(run: RunRecord) -> None:
    by_id = {outcome.id: outcome for outcome in run.outcomes}
    for name in (
        "price-001",
        "price-003",
        "price-021",
        "change-001",
        "history-001",
        "conversion-001",
        "conversion-015",
    ):
        assert by_id[name].passed, (name, by_id[name].checks)
        assert by_id[name].checks["numbers"].of >= 1
        assert "plan" in by_id[name].checks


def test_a_follow_up_is_asked_after_the_turns_before_it(run: RunRecord) -> None:
    outcome = next(each for each in run.outcomes if each.id == "followups-001")
    assert "2,466.97" in outcome.answer
    assert outcome.question == "btc price ⏎ and eth?"


def test_every_grader_finds_what_is_wrong(run: RunRecord) -> None:
    checks = next(each for each in run.outcomes if each.id == "wrong-001").checks
    assert {name for name, check in checks.items() if not check.passed} == {"tools", "assets", "numbers", "behaviour"}


def test_gold_that_cannot_be_had_is_a_failure_and_not_a_wrong_answer(run: RunRecord) -> None:
    outcome = next(each for each in run.outcomes if each.id == "broken-001")
    assert outcome.failure is not None
    assert "ratio" in outcome.failure


def test_a_collected_question_has_a_label_beside_the_expected_one(run: RunRecord) -> None:
    outcome = next(each for each in run.outcomes if each.id == "real_users-028")
    assert outcome.expected == "answered"
    assert outcome.seen is not None
    assert "behaviour" not in outcome.checks


async def test_a_model_that_knows_nothing_scores_nothing_and_is_charged(tmp_path: Path) -> None:
    known = {each.id: each for each in load_questions()}
    harness = Harness(own(tmp_path), "scripted-plain", concurrency=4)
    record = await evaluate(harness, [known[name] for name in ("price-001", "price-002", "change-001")])
    assert record.total.passed == 0
    assert record.total.scores["numbers"] == 0
    assert record.total.scores["plan"] is None
    assert record.total.cost_usd > 0
    assert record.served_by == ("scripted-plain",)


async def test_a_model_that_fails_is_a_failure_of_each_question(tmp_path: Path) -> None:
    record = await evaluate(Harness(own(tmp_path), "scripted-unavailable"), [question(required=("cmc_market_data",))])
    assert record.total.failures == 1


def test_no_other_model_stands_in_for_one_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "CRYPTODESK_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ModelNotFound):
        resolve_route(own(tmp_path), "cmc-ai-v1-gpt-5.1")
    assert resolve_route(own(tmp_path), ANALYST).price.output_usd == 0
