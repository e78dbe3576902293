"""`cryptodesk plan` shows what would be called, and calls nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CRYPTODESK_DATA", "snapshot")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["plan", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_plan_of_each_question_is_printed_as_json() -> None:
    plans = json.loads(run("compare SOL and ETH over 90 days, and how greedy is the market?", "--json"))["plans"]
    assert [plan["intent"] for plan in plans] == ["comparison", "fear_greed"]
    assert [asset["asset_id"] for asset in plans[0]["assets"]] == [5426, 1027]
    assert plans[0]["calls"][0]["tool"] == "cmc_id_lookup"
    assert {call["tool"] for call in plans[0]["calls"][1:]} == {"cmc_market_data"}
    assert plans[1]["calls"] == [{"tool": "cmc_market_overview", "arguments": {}}]
    assert plans[1]["rivals"]


def test_a_follow_up_is_planned_after_the_questions_before_it() -> None:
    (plan,) = json.loads(run("how did it do last year", "--after", "price of sol", "--json"))["plans"]
    assert [asset["asset_id"] for asset in plan["assets"]] == [5426]
    assert plan["period"] == "2025"


def test_the_plan_is_readable() -> None:
    shown = run("price of bitcoin")
    assert "quote" in shown
    assert "Bitcoin (1)" in shown
    assert "cmc_market_data" in shown


def test_today_is_the_day_that_the_question_is_about() -> None:
    (plan,) = json.loads(run("how did BTC do last year", "--as-of", "2024-03-01", "--json"))["plans"]
    assert plan["period"] == "2023"


def test_no_question_is_wrong_use() -> None:
    assert CliRunner().invoke(app, ["plan", " "]).exit_code == 2
