"""`cryptodesk plan` says where the sentence encoder decided, and can do without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app

QUESTION = "how risky is SOL compared with ETH"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CRYPTODESK_DATA", "snapshot")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["plan", QUESTION, *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def plan(*arguments: str) -> dict[str, Any]:
    (found,) = json.loads(run("--json", *arguments))["plans"]
    assert isinstance(found, dict)
    return found


def test_the_candidates_of_a_tie_stand_in_the_plan_with_their_probabilities() -> None:
    found = plan()
    shares = dict(found["tie_break"])
    assert found["intent"] == next(iter(shares)) == "volatility"
    assert {"volatility", "security"} <= set(shares)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_a_tie_is_shown_as_a_line() -> None:
    line = next(line for line in run().splitlines() if line.startswith("  tie "))
    assert line.split()[1] == "volatility"


def test_without_the_head_the_rules_decide_alone() -> None:
    found = plan("--no-head")
    assert "tie_break" not in found
    assert found["intent"] == "security"
    assert "volatility" in dict(found["rivals"])
