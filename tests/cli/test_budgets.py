"""`cryptodesk budgets` and `cryptodesk ledger`: what is said, and the exit code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cryptodesk.app.desk import open_keys, open_ledger
from cryptodesk.cli import app
from cryptodesk.ledger.seals import Sealer
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.settings import load_settings
from tests.ledger.support import NOW, a_charge

runner = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    monkeypatch.setattr("cryptodesk.cli.budgets.sleep", lambda seconds: None)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def fill(*amounts: str) -> None:
    """A charge each, recorded and sealed."""
    with open_ledger(load_settings()) as database:
        ledger = DatabaseLedger(database)

        def insert(connection: sqlite3.Connection) -> int:
            batch = database.batch()
            ledger.record(batch, [a_charge(f"r{n}", amount) for n, amount in enumerate(amounts, 1)])
            for sql, parameters in batch._statements:
                connection.execute(sql, parameters)
            return 0

        database.write_blocking(insert)
        Sealer(database, NOW.timestamp).seal_blocking()


def test_budgets_are_set_listed_and_cleared() -> None:
    with open_keys(load_settings()) as store:
        key_id = store.create("bot", "main", datetime(2026, 11, 22, tzinfo=UTC))[1].key_id
    assert run("budgets", "set", "--key", key_id, "--day", "1.50", "--total", "20") == (
        f"key {key_id}: 1.50 USD a day, 20 USD in all\n"
    )
    run("budgets", "set", "--account", "main", "--month", "5")
    listed = run("budgets", "list")
    assert ("1.5" in listed, "month" in listed, key_id in listed) == (True, True, True)
    assert run("budgets", "clear", "--key", key_id, "--period", "day") == f"key {key_id}: 1 taken away\n"
    assert run("budgets", "clear", "--key", key_id) == f"key {key_id}: 1 taken away\n"
    assert "has no such budget" in run("budgets", "clear", "--key", key_id, code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "--day", "1"), "either --key or --account"),
        (("set", "--account", "a", "--key", "b", "--day", "1"), "either --key or --account"),
        (("set", "--account", "a"), "at least one of"),
        (("set", "--account", "a", "--day", "much"), "--day: 'much' is no amount"),
        (("set", "--account", "a", "--day", "-1"), "--day: '-1' is no amount"),
        (("set", "--account", "a", "--day", "1e999"), "more digits than money has"),
        (("set", "--key", "nobody", "--day", "1"), "no key has the id 'nobody'"),
        (("clear", "--account", "a", "--period", "year"), "day, month or total"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    output = run("budgets", *arguments, code=2)
    assert (said in output, output.count("\n")) == (True, 1)


def test_the_ledger_is_shown_and_exported(home: Path) -> None:
    fill("0.1", "0.000000000000000000002")
    shown = run("ledger", "show", "--last", "1")
    assert ("r2" in shown, "r1" in shown) == (True, False)
    lines: list[dict[str, Any]] = json.loads(run("ledger", "export", "--format", "json", "--run", "chatcmpl-r2"))
    assert [line["amount_usd"] for line in lines] == ["0.000000000000000000002"]
    assert "2 lines in" in run("ledger", "export", "--output", str(home / "out.csv"))
    assert (home / "out.csv").read_text().count("\n") == 3
    assert "--format is csv or json" in run("ledger", "export", "--format", "xml", code=2)
    assert "cannot be written" in run("ledger", "export", "--output", str(home / "no" / "out.csv"), code=2)


def test_verify_prints_what_to_note_and_finds_what_was_edited(home: Path) -> None:
    fill("0.1", "0.2")
    said = run("ledger", "verify")
    assert "entries: whole; 2 sealed, 0 not yet" in said
    noted = next(line.split(": ")[1] for line in said.splitlines() if "entries=" in line)
    assert "whole" in run("ledger", "verify", "--noted", noted)
    assert "that was noted" in run("ledger", "verify", "--noted", "entries=00ff", code=1)
    assert "--noted is entries=HASH" in run("ledger", "verify", "--noted", "x=1", code=2)
    with closing(sqlite3.connect(home / "cryptodesk.db", isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ledger_entries_are_never_changed")
        outsider.execute("UPDATE ledger_entries SET amount_usd = '0.3' WHERE run_id = 'r2'")
    assert "BROKEN: the entry at position 2, 'r2:0:charge'" in run("ledger", "verify", code=1)


def test_a_bill_is_reconciled(home: Path) -> None:
    fill("0.1", "0.2")
    bill = home / "bill.csv"
    bill.write_text("run_id,amount\nr1,0.1\nr2,0.2\n")
    assert run("ledger", "reconcile", str(bill)) == "The books and the bill agree.\n"
    bill.write_text("run_id,amount\nr1,0.1\nr2,0.25\n")
    assert run("ledger", "reconcile", str(bill), code=1) == "r2: ledger 0.2, bill 0.25, 0.05 apart\n"
    bill.write_text("what\n")
    assert "a bill has the columns" in run("ledger", "reconcile", str(bill), code=2)
    assert "No such file" in run("ledger", "reconcile", str(home / "none.csv"), code=2)


def test_an_account_is_credited_made_prepaid_and_released_again() -> None:
    credited = run("ledger", "credit", "--account", "acme", "--usd", "50.10", "--note", "invoice\u200b 7\n paid")
    assert credited.startswith("account acme: 50.1 USD credited\nbalance: 50.1 USD\n")
    assert "not prepaid yet: `cryptodesk budgets prepaid --account acme`" in credited
    assert run("budgets", "prepaid", "--account", "acme") == "account acme: prepaid, balance 50.1 USD\n"
    assert "not prepaid" not in run("ledger", "credit", "--account", "acme", "--usd", "5", "--take-back")
    listed = run("budgets", "list")
    assert "credit" in listed
    assert "45.1" in listed
    (line,) = (line for line in run("ledger", "export").splitlines() if "-50.10" in line)
    assert line.endswith(",invoice 7 paid")
    assert run("budgets", "prepaid", "--account", "acme", "--off") == "account acme: no longer prepaid\n"
    assert "is not prepaid" in run("budgets", "prepaid", "--account", "acme", "--off", code=1)


@pytest.mark.parametrize(("amount", "words"), [("-5", "from 0 on"), ("five", "no amount of USD"), ("0", "is not 0")])
def test_a_credit_of_no_amount_is_refused(amount: str, words: str) -> None:
    assert words in run("ledger", "credit", "--account", "acme", f"--usd={amount}", code=2)


def test_one_invoice_is_credited_once() -> None:
    credit = ("ledger", "credit", "--account", "acme", "--usd", "5", "--reference", "INV-1")
    run(*credit)
    assert "was credited for 'INV-1' before" in run(*credit, code=1)
