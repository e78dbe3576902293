"""What commands print for programs: the members that scripts rely on, and nothing else on standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cryptodesk.app.desk import open_ledger
from cryptodesk.cli import app
from cryptodesk.ledger.seals import Sealer
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.settings import load_settings
from tests.ledger.support import NOW, a_charge

runner = CliRunner()

KEY = {"id", "name", "account", "created_at", "expires_at", "revoked_at", "scopes", "state"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))
    monkeypatch.setenv("CRYPTODESK_DATA", "snapshot")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    monkeypatch.setattr("cryptodesk.cli.budgets.sleep", lambda seconds: None)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Any:
    done = runner.invoke(app, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def fill(*amounts: str) -> None:
    with open_ledger(load_settings()) as database:
        ledger = DatabaseLedger(database)

        def insert(connection: Any) -> int:
            batch = database.batch()
            ledger.record(batch, [a_charge(f"r{n}", amount) for n, amount in enumerate(amounts, 1)])
            for sql, parameters in batch._statements:
                connection.execute(sql, parameters)
            return 0

        database.write_blocking(insert)
        Sealer(database, NOW.timestamp).seal_blocking()


def test_keys() -> None:
    made = run("keys", "create", "bot")
    assert set(made) == KEY | {"key"}
    assert made["key"].startswith("cd_")
    listed = run("keys", "list")
    assert ([set(key) for key in listed["keys"]], made["key"] in json.dumps(listed)) == ([KEY], False)
    assert run("keys", "revoke", made["id"]) == {"id": made["id"], "is_revoked": True}
    assert run("keys", "revoke", made["id"], code=1) == {"id": made["id"], "is_revoked": False}
    assert run("keys", "list")["keys"][0]["state"] == "revoked"


def test_budgets_with_exact_amounts() -> None:
    assert runner.invoke(app, ["budgets", "set", "--account", "main", "--day", "1.50"]).exit_code == 0
    assert run("budgets", "list") == {
        "budgets": [
            {
                "scope": "account",
                "id": "main",
                "period": "day",
                "limit_usd": "1.5",
                "spent_usd": "0",
                "held_usd": "0",
            }
        ]
    }


def test_the_ledger(home: Path) -> None:
    fill("0.1", "0.000000000000000000002")
    lines = run("ledger", "show", "--last", "1")["lines"]
    assert [line["amount_usd"] for line in lines] == ["0.000000000000000000002"]
    assert {"run_id", "kind", "account_id", "key_id", "created_at", "model_id", "outcome"} <= set(lines[0])
    books = run("ledger", "verify")["books"]
    assert [(book["book"], book["sealed"], book["fault"]) for book in books] == [
        ("entries", 2, None),
        ("holds", 0, None),
    ]
    bill = home / "bill.csv"
    bill.write_text("run_id,amount\nr1,0.25\n")
    differing = run("ledger", "reconcile", str(bill), code=1)
    assert differing["problems"] == []
    assert differing["differences"][0] == {"name": "r1", "ledger_usd": "0.1", "bill_usd": "0.25", "by_usd": "0.15"}


@pytest.mark.parametrize(
    ("command", "members"),
    [
        (("models", "list"), {"models"}),
        (("data", "status"), {"at", "holdings", "sources", "pullable"}),
        (("documents", "status"), {"at", "holdings", "subscriptions", "defaults_left"}),
        (("plan", "price of BTC"), {"plans"}),
        (("drill", "--list"), {"faults"}),
        (("chat", "--list"), {"conversations"}),
        (("limits", "list"), {"limits"}),
    ],
)
def test_the_members_of(command: tuple[str, ...], members: set[str]) -> None:
    assert members <= set(run(*command))


def test_a_score_goes_to_standard_output_alone() -> None:
    done = runner.invoke(app, ["eval", "--only", "ratios", "--limit", "1", "--json", "-"])
    assert done.exit_code == 0, done.output
    assert {"model", "outcomes"} <= set(json.loads(done.stdout))
    assert "at most about $0" in done.stderr


def test_every_command_that_prints_data_can_print_json() -> None:
    """Others do something and say so in a line, or write a format of their own."""
    deeds = {"serve", "mcp", "completion", "replay", "evidence", "budgets set", "budgets clear", "budgets prepaid"}
    deeds |= {"ledger export", "ledger credit", "limits set", "limits clear"}
    root = typer.main.get_command(app)
    without = {path for path, options in _commands(root, "") if "--json" not in options}
    assert without <= deeds, without - deeds


def _commands(command: Any, path: str) -> list[tuple[str, set[str]]]:
    if not hasattr(command, "list_commands"):
        return [(path.strip(), {option for item in command.params for option in item.opts})]
    names = command.list_commands(None)
    return [found for name in names for found in _commands(command.get_command(None, name), f"{path} {name}")]
