"""Budgets over several servers on one database, holds of killed servers, and money over HTTP as a client sees it."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.seals import BOOKS, Sealer, verify
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.http import CHAT, post, post_json, user
from tests.clients.postgres import Server, postgres_server
from tests.clients.server import KEY, RunningServer, environment, running_server
from tests.ledger.support import most_at_once

__all__ = ["postgres_server"]

SCRIPTED = {"CRYPTODESK_SCRIPTED_MODELS": "1"}


# Status and the fields of the body, in each dialect's own envelope; OpenAI has no 402 for this.
REFUSED_WITHOUT_CREDIT = {
    "/v1/chat/completions": (402, "status"),
    "/openai/v1/chat/completions": (429, "error"),
    "/ai/v2/chat/completions": (402, "error", "data"),
}


@pytest.fixture(params=["sqlite", "postgres"])
async def where(request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables that say which database the servers share."""
    if request.param == "sqlite":
        return {}
    pytest.importorskip("asyncpg")
    server: Server = request.getfixturevalue("postgres_server")
    return {"DATABASE_URL": await server.new_schema()}


def command(home: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    ran = [sys.executable, "-m", "cryptodesk", *arguments]
    return subprocess.run(ran, env=environment(home, **extra), capture_output=True, text=True, timeout=60, check=False)


def get(url: str, path: str) -> tuple[int, Any]:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {KEY}"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@contextmanager
def books(server: RunningServer, url: str = "") -> Iterator[Database]:
    if url:
        from cryptodesk.storage.postgres.database import PostgresDatabase

        with PostgresDatabase(url) as database:
            yield database
    else:
        with SqliteDatabase(server.home / "desk" / "cryptodesk.db") as file:
            yield file


def test_no_number_of_parallel_requests_over_four_processes_passes_a_budget(
    tmp_path: Path, where: dict[str, str]
) -> None:
    limit = Decimal("0.0061")
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(tmp_path, **SCRIPTED, **where))]
        assert command(tmp_path, "budgets", "set", "--account", "main", "--total", str(limit), **where).returncode == 0
        servers += [stack.enter_context(running_server(tmp_path, **SCRIPTED, **where)) for _ in range(3)]

        def ask(number: int) -> int:
            fields: dict[str, Any] = {"model": "scripted-long", "max_completion_tokens": 20, "messages": [user("hi")]}
            return post_json(servers[number % 4].url, **fields)[0]

        with ThreadPoolExecutor(200) as pool:
            statuses = list(pool.map(ask, range(200)))
        with books(servers[0], where.get("DATABASE_URL", "")) as database:
            charged = DatabaseLedger(database).balance_usd("main")
            runs = len(DatabaseLedger(database).entries())
            most = most_at_once(DatabaseLedger(database))
        assert get(servers[1].url, "/v1/budgets")[1]["data"][0]["held_usd"] == "0"
    assert set(statuses) == {200, 402}
    assert (statuses.count(200), Decimal(0) < charged <= limit) == (runs, True)
    assert most <= limit


def test_over_budget_is_told_in_the_dialects_own_words(tmp_path: Path) -> None:
    with running_server(tmp_path, **SCRIPTED) as server:
        assert post_json(server.url, model="scripted-plain", messages=[user("hi")])[0] == 200
        set_ = command(tmp_path, "budgets", "set", "--account", "main", "--day", "0.0001", "--month", "7")
        assert set_.returncode == 0, set_.stderr
        status, body = post_json(server.url, model="scripted-plain", messages=[user("hi")])
        assert (status, body["status"]["error_code"]) == (402, "1004")
        assert "today's 0.0001 USD of the account" in body["status"]["error_message"]
        assert post_json(server.url, model="cryptodesk-analyst", messages=[user("What is Bitcoin?")])[0] == 200
        assert "0.0001" in command(tmp_path, "budgets", "list").stdout
        assert command(tmp_path, "budgets", "clear", "--account", "main").stdout == "account main: 2 taken away\n"
        assert post_json(server.url, model="scripted-plain", messages=[user("hi")])[0] == 200


def test_a_prepaid_account_is_answered_until_its_credit_is_used(tmp_path: Path) -> None:
    fields = {"model": "scripted-plain", "messages": [user("hi")]}
    raw, bearer = json.dumps(fields).encode(), {"Authorization": f"Bearer {KEY}"}
    with running_server(tmp_path, **SCRIPTED, CRYPTODESK_RESEARCH_MODEL="scripted-research_good") as server:
        assert command(tmp_path, "budgets", "prepaid", "--account", "main").returncode == 0
        status, body = post_json(server.url, **fields)
        assert (status, body["status"]["error_code"]) == (402, "1004")
        assert body["status"]["error_message"].startswith("Out of credit: of the 0 USD credited to the account")
        for path, refusal in REFUSED_WITHOUT_CREDIT.items():
            status, _, answer = post(server.url, raw, path=path, **bearer)
            assert (status, *json.loads(answer)) == refusal
            assert b"Out of credit" in answer
        paid = command(tmp_path, "ledger", "credit", "--account", "main", "--usd", "0.002", "--note", "invoice 7")
        assert paid.stdout == "account main: 0.002 USD credited\nbalance: 0.002 USD\n", paid.stderr
        answered = 0
        while (answer := post_json(server.url, **fields))[0] == 200:
            answered += 1
        usage = get(server.url, "/v1/usage")[1]
        (budget,) = get(server.url, "/v1/budgets")[1]["data"]
    assert answered > 0
    assert (answer[0], budget["period"], budget["limit_usd"]) == (402, "credit", "0.002")
    assert (budget["left_usd"], budget["held_usd"]) == (usage["balance_usd"], "0")
    left = Decimal("0.002") - Decimal(usage["total"]["charged_usd"])
    assert Decimal(0) <= left == Decimal(usage["balance_usd"])
    assert "invoice 7" in command(tmp_path, "ledger", "export").stdout


def test_four_processes_never_pass_a_prepaid_accounts_credit(tmp_path: Path, where: dict[str, str]) -> None:
    credit = Decimal("0.0061")
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(tmp_path, **SCRIPTED, **where))]
        assert command(tmp_path, "ledger", "credit", "--account", "main", "--usd", str(credit), **where).returncode == 0
        assert command(tmp_path, "budgets", "prepaid", "--account", "main", **where).returncode == 0
        servers += [stack.enter_context(running_server(tmp_path, **SCRIPTED, **where)) for _ in range(3)]

        def ask(number: int) -> int:
            fields: dict[str, Any] = {"model": "scripted-long", "max_completion_tokens": 20, "messages": [user("hi")]}
            return post_json(servers[number % 4].url, **fields)[0]

        with ThreadPoolExecutor(200) as pool:
            statuses = list(pool.map(ask, range(200)))
        with books(servers[0], where.get("DATABASE_URL", "")) as database:
            left = -DatabaseLedger(database).balance_usd("main")
            most = most_at_once(DatabaseLedger(database))
    assert set(statuses) == {200, 402}
    assert (Decimal(0) <= left < credit, most <= credit) == (True, True)


def test_a_requests_own_cap_bounds_its_answer_to_the_token(tmp_path: Path) -> None:
    fields = {"model": "scripted-long", "messages": [user("hi")]}
    with running_server(tmp_path, **SCRIPTED) as server:
        for cap in (0.001, "0.001"):
            asked = {"include": ["receipt"], "max_cost_usd": cap}
            status, body = post_json(server.url, **fields, cryptodesk=asked)
            assert status == 200, body
            receipt = body["cryptodesk"]["receipt"]
            assert Decimal(receipt["total_usd"]) <= Decimal(receipt["held_usd"]) == Decimal("0.001")
            assert body["choices"][0]["finish_reason"] == "length"
            assert receipt["total_usd"] == str(Decimal(repr(body["cmc"]["cost"]["total_cost"])))
        status, body = post_json(server.url, **fields, cryptodesk={"max_cost_usd": "0.0001"})
        assert (status, body["error"]["code"]) == (402, "budget_spent")
        raw = json.dumps(fields).encode()
        status, _, _ = post(server.url, raw, **{"Cryptodesk-Max-Cost-Usd": "0.0001"})
        assert status == 402


def test_what_a_cancelled_stream_cost_can_be_read_by_its_id(tmp_path: Path) -> None:
    body = b'{"model":"scripted-never_ends","stream":true,"messages":[{"role":"user","content":"hi"}]}'
    with running_server(tmp_path, **SCRIPTED) as server:
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nX-CMC_PRO_API_KEY: {KEY}\r\nContent-Type: application/json\r\n"
            connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            received = b""
            while received.count(b'"content":"more') < 2:
                received += connection.recv(65536)
            name = json.loads(received[received.index(b"data:") + 5 :].split(b"\n")[0])["id"]
            status, receipt = get(server.url, f"/v1/receipts/{name}")
            assert (status, receipt["status"], receipt["total_usd"]) == (200, "open", "0")
        deadline = time.monotonic() + 20
        while receipt["status"] == "open" and time.monotonic() < deadline:
            time.sleep(0.02)
            status, receipt = get(server.url, f"/v1/receipts/{name}")
        assert (receipt["outcome"], receipt["is_estimated"]) == ("cancelled", True)
        assert Decimal(0) < Decimal(receipt["total_usd"]) < Decimal(receipt["held_usd"])
        assert [entry["kind"] for entry in receipt["entries"]] == ["hold", "charge", "release"]
        assert get(server.url, "/v1/usage?by=model")[1]["data"][0]["charged_usd"] == receipt["total_usd"]


def test_what_a_killed_server_held_binds_until_it_lapses(tmp_path: Path) -> None:
    with running_server(tmp_path, **SCRIPTED) as server, ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(post_json, server.url, model="scripted-never_ends", messages=[user("hi")])
        deadline = time.monotonic() + 20
        with books(server) as database:
            while not database.read("SELECT 1 FROM ledger_holds") and time.monotonic() < deadline:
                time.sleep(0.01)
        server.kill()
        assert isinstance(hanging.exception(30), (OSError, http.client.HTTPException))
    with books(server) as database:
        (hold,) = DatabaseLedger(database).holds()
        assert DatabaseLedger(database).entries() == ()
        ((lapses_at,),) = database.read("SELECT lapses_at FROM ledger_holds")
        assert lapses_at == hold.created_at + 120 + 60
    assert command(tmp_path, "ledger", "verify").returncode == 0
    with running_server(tmp_path, **SCRIPTED) as again:
        assert get(again.url, f"/v1/receipts/{hold.run_id}")[1]["status"] == "open"
    with books(again) as database:
        later = FixedClock(datetime.fromtimestamp(lapses_at + 61, UTC))
        assert asyncio.run(HoldDesk(database, later).release_lapsed()) == 1


def test_the_ledger_of_a_served_folder_verifies_until_somebody_edits_it(tmp_path: Path) -> None:
    with running_server(tmp_path, **SCRIPTED) as server:
        for _ in range(3):
            assert post_json(server.url, model="scripted-plain", messages=[user("hi")])[0] == 200
        path = server.home / "desk" / "cryptodesk.db"
        with SqliteDatabase(path) as database:
            Sealer(database, lambda: 0.0).seal_blocking()
            assert all(verify(database, book).fault is None for book in BOOKS)
        said = command(tmp_path, "ledger", "reconcile")
        assert (said.returncode, said.stdout) == (0, "The books agree.\n")
    with closing(sqlite3.connect(path, isolation_level=None)) as outsider:
        outsider.execute("DROP TRIGGER ledger_entries_are_never_changed")
        outsider.execute("UPDATE ledger_entries SET amount_usd = '0' WHERE position = 2")
    broken = command(tmp_path, "ledger", "verify")
    assert broken.returncode == 1
    assert "entries: BROKEN: the entry at position 2" in broken.stdout


def test_a_researched_answer_has_its_receipt_and_keeps_to_its_cap(tmp_path: Path) -> None:
    body = json.dumps({"messages": [user("What is the price of Bitcoin?")]}).encode()
    path, wanted = "/ai/v2/chat/completions", {"Authorization": f"Bearer {KEY}", "Cryptodesk-Include": "receipt"}
    with running_server(tmp_path, **SCRIPTED, CRYPTODESK_RESEARCH_MODEL="scripted-research_good") as server:
        free = json.loads(post(server.url, body, path=path, **wanted)[2])["cryptodesk"]["receipt"]
        answer = post(server.url, body, path=path, **wanted, **{"Cryptodesk-Max-Cost-Usd": "0.02"})[2]
        capped = json.loads(answer)["cryptodesk"]["receipt"]
        status, _, refused = post(server.url, body, path=path, **{**wanted, "Cryptodesk-Max-Cost-Usd": "0.00001"})
        assert get(server.url, f"/v1/receipts/{free['run_id']}")[1]["total_usd"] == free["total_usd"]
    assert Decimal(0) < Decimal(free["total_usd"]) < Decimal(free["held_usd"])
    assert Decimal(capped["total_usd"]) <= Decimal(capped["held_usd"]) == Decimal("0.02")
    assert (status, "cost limit of 0.00001 USD" in json.loads(refused)["error"]) == (402, True)
