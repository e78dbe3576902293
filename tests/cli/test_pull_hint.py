"""Where a pull would answer a question, the answer says so in a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CRYPTODESK_DATA", "snapshot")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)


def test_an_asset_without_data_names_the_pull() -> None:
    answer = CliRunner().invoke(app, ["ask", "price of UNI"]).stdout
    assert "cryptodesk data pull coingecko-2025 would add a record of 2025-02-14" in answer


def test_an_asset_with_data_does_not() -> None:
    assert "data pull" not in CliRunner().invoke(app, ["ask", "price of BTC"]).stdout


def test_a_moment_before_the_record_does_not() -> None:
    answer = CliRunner().invoke(app, ["ask", "--as-of", "2024-01-01", "price of UNI"]).stdout
    assert "data pull" not in answer
