"""`cryptodesk drill` at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk import drills
from cryptodesk.cli import app
from cryptodesk.drills import FAULTS, DrillReport
from tests.drills.rows import row

pytestmark = pytest.mark.xdist_group("drills")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[DrillReport]:
    """What a drill finds out, instead of drilling."""
    reports: list[DrillReport] = []

    async def run(*arguments: Any) -> DrillReport:
        return reports[0]

    monkeypatch.setattr(drills, "run_drills", run)
    return reports


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["drill", *arguments])


def test_the_faults_are_listed_with_what_is_promised() -> None:
    done = run("--list")
    assert done.exit_code == 0
    for fault in FAULTS:
        assert f"{fault.name}\n  {fault.does}\n  {fault.promise}\n" in done.stdout
    told = json.loads(run("--list", "--json").stdout)["faults"]
    assert [each["name"] for each in told] == [fault.name for fault in FAULTS]


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    done = run("--only", "earthquake")
    assert done.exit_code == 2
    assert "earthquake" in done.stderr
    assert "client_gone" in done.stderr


def test_one_fault_is_drilled_and_told_as_json(home: Path) -> None:
    done = run("--only", "html_answer", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["is_kept"]
    assert {each["fault"] for each in told["rows"]} == {"html_answer"}
    assert not (home / "cryptodesk.db").exists()


def test_a_kept_contract_is_a_table_and_exit_code_0(found: list[DrillReport]) -> None:
    found.append(DrillReport((row(), row(fault="html_answer")), (), 1.5))
    done = run()
    assert done.exit_code == 0
    assert "2 kept the contract, 1.5 s" in done.stdout
    assert "200: the whole answer" in done.stdout
    assert "0.0002725" in done.stdout


def test_a_broken_contract_is_named_and_exit_code_1(found: list[DrillReport]) -> None:
    found.append(DrillReport((row(breaches=("a provider was asked",)), row()), ("odd books",), 1.5))
    done = run()
    assert done.exit_code == 1
    assert "a provider was asked" in done.stdout
    assert "books: odd books" in done.stdout
    assert "1 of 2 broke the contract" in done.stdout


def test_wrong_settings_are_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_RUN_SECONDS", "soon")
    done = run("--only", "html_answer")
    assert done.exit_code == 2
    assert "run_seconds" in done.stderr
