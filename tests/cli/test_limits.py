"""`cryptodesk limits`: what is said, and the exit code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.app.desk import open_keys, open_ledger
from cryptodesk.cli import app
from cryptodesk.settings import load_settings
from cryptodesk.state.limits import LimitBook, StoredLimit

runner = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    monkeypatch.setattr("cryptodesk.cli.limits.sleep", lambda seconds: None)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = runner.invoke(app, ["limits", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def stored() -> tuple[StoredLimit, ...]:
    with open_ledger(load_settings()) as database:
        return LimitBook(database).list()


def test_limits_are_set_listed_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_keys(load_settings()) as store:
        key_id = store.create("bot", "main", datetime(2026, 11, 22, tzinfo=UTC))[1].key_id
    said = run("set", "--key", key_id, "requests_a_minute=60", "tokens_a_day=1000000")
    assert said == f"key {key_id}: requests_a_minute 60, tokens_a_day 1,000,000\n"
    run("set", "--key", key_id, "requests_a_minute=30")
    run("set", "--account", "main", "streams=none")
    assert stored() == (
        StoredLimit("account", "main", "streams", None),
        StoredLimit("key", key_id, "requests_a_minute", 30),
        StoredLimit("key", key_id, "tokens_a_day", 1_000_000),
    )
    monkeypatch.setenv("CRYPTODESK_KEY_LIMITS", '{"requests_a_day": 5000}')
    listed = run("list")
    assert [word in listed for word in ("(default)", "5,000", key_id, "1,000,000", "none")] == [True] * 5
    assert run("clear", "--key", key_id, "--measure", "tokens_a_day") == f"key {key_id}: 1 taken away\n"
    assert run("clear", "--key", key_id) == f"key {key_id}: 1 taken away\n"
    assert "has no such limit" in run("clear", "--key", key_id, code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "requests_a_day=1"), "either --key or --account"),
        (("set", "--account", "a", "--key", "b", "requests_a_day=1"), "either --key or --account"),
        (("set", "--account", "a", "words_a_day=1"), "'words_a_day' is no measure; there are requests_a_minute"),
        (("set", "--account", "a", "requests_a_day"), "needs a whole number or none"),
        (("set", "--account", "a", "requests_a_day=-1"), "not '-1'"),
        (("set", "--account", "a", "requests_a_day=1.5"), "not '1.5'"),
        (("set", "--account", "a", "requests_a_day=99999999999999999999"), "needs a whole number"),
        (("set", "--account", "a", "requests_a_day=\u0663"), "needs a whole number"),
        (("set", "--key", "nobody", "requests_a_day=1"), "no key has the id 'nobody'"),
        (("clear", "--account", "a", "--measure", "year"), "'year' is no measure"),
    ],
)
def test_wrong_use_is_told_in_one_line_and_sets_nothing(arguments: tuple[str, ...], said: str) -> None:
    output = run(*arguments, code=2)
    assert (said in output, output.count("\n")) == (True, 1)
    assert stored() == ()
