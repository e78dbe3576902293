"""`cryptodesk eval` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk.cli import app

pytestmark = pytest.mark.xdist_group("evaluation")

LINE = '{"id":"x-001","family":"x","part":"%s","market":"snapshot","text":"btc price","must_say":["%s"]}\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CRYPTODESK_SCRIPTED_MODELS", "true")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)


@pytest.fixture
def own_set(tmp_path: Path) -> Path:
    file = tmp_path / "own.jsonl"
    file.write_text(LINE % ("dev", "78,264"))
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)])


def test_scores_are_printed_and_written(own_set: Path, tmp_path: Path) -> None:
    done = run("--set", own_set, "--json", tmp_path / "run.json", "--html", tmp_path / "run.html")
    assert done.exit_code == 0, done.output
    assert "cryptodesk-analyst: 1 questions" in done.stdout
    written = json.loads((tmp_path / "run.json").read_text())
    assert written["total"]["passed"] == 1
    assert "btc price" in (tmp_path / "run.html").read_text()


def test_the_gate_passes_against_itself_and_fails_when_a_score_falls(own_set: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    run("--set", own_set, "--json", before)
    assert "gate: passed" in run("--set", own_set, "--gate", before).stdout
    own_set.write_text(LINE % ("dev", "something never said"))
    done = run("--set", own_set, "--gate", before)
    assert done.exit_code == 1
    assert "worse: x-001 (behaviour)" in done.stdout


def test_a_gate_that_cannot_be_read_fails(own_set: Path, tmp_path: Path) -> None:
    done = run("--set", own_set, "--gate", tmp_path / "missing.json")
    assert done.exit_code == 1
    assert "missing.json" in done.stderr


def test_a_model_that_costs_money_says_its_bound_and_waits_for_consent(own_set: Path) -> None:
    done = run("--set", own_set, "--model", "scripted-plain")
    assert done.exit_code == 2
    assert "at most about $" in done.stdout
    assert "--yes" in done.stderr
    agreed = run("--set", own_set, "--model", "scripted-plain", "--yes")
    assert agreed.exit_code == 0
    assert "scripted-plain: 1 questions" in agreed.stdout


def test_held_out_questions_are_not_named(own_set: Path) -> None:
    own_set.write_text(LINE % ("held_out", "never said"))
    assert "x-001" not in run("--set", own_set).stdout
    assert "x-001" in run("--set", own_set, "--show-held-out").stdout


@pytest.mark.parametrize("arguments", [("--set", "nothing"), ("--only", "nothing"), ("--model", "no-such-model")])
def test_what_does_not_exist_is_said(arguments: tuple[str, str]) -> None:
    done = run(*arguments)
    assert done.exit_code in {1, 2}
    assert done.stderr
