"""What was acknowledged is there after kill -9, and what may happen once happens once."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.http import CHAT, post_json, user
from tests.clients.server import KEY, RunningServer, running_server

TOOL = {"type": "function", "function": {"name": "get_balance", "description": "A balance."}}


def ledger_rows(server: RunningServer) -> list[Any]:
    with SqliteDatabase(server.home / "desk" / "cryptodesk.db") as database:
        return list(DatabaseLedger(database).entries())


def open_turn(url: str) -> tuple[str, str]:
    """The ids of a response and of its pending call."""
    status, body = post_json(url, model="scripted-tool_call", messages=[user("{}")], tools=[TOOL])
    assert status == 200, body
    return body["id"], body["choices"][0]["message"]["tool_calls"][0]["id"]


def resume(url: str, response_id: str, call_id: str) -> tuple[int, dict[str, Any]]:
    message = {"role": "tool", "tool_call_id": call_id, "content": "42"}
    return post_json(url, model="scripted-tool_call", messages=[message], previous_response_id=response_id)


def open_turns_until_killed(server: RunningServer, acknowledged: list[tuple[str, str]]) -> None:
    while True:
        try:
            acknowledged.append(open_turn(server.url))
        except (OSError, http.client.HTTPException):
            return


@pytest.mark.parametrize("seed", range(3))
def test_no_acknowledged_response_or_charge_is_lost_to_kill_9(tmp_path: Path, seed: int) -> None:
    acknowledged: list[tuple[str, str]] = []
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as server:
        clients = [
            threading.Thread(target=open_turns_until_killed, args=(server, acknowledged), daemon=True) for _ in range(4)
        ]
        for client in clients:
            client.start()
        wanted = random.Random(seed).randint(5, 60)
        deadline = time.monotonic() + 30
        while len(acknowledged) < wanted and time.monotonic() < deadline:
            time.sleep(0.001)
        server.kill()
        for client in clients:
            client.join(30)
    assert len(acknowledged) >= wanted
    charged = {f"chatcmpl-{entry.run_id}" for entry in ledger_rows(server) if entry.kind == "charge"}
    assert {response_id for response_id, _ in acknowledged} <= charged
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as again:
        for response_id, call_id in acknowledged[-5:]:
            assert resume(again.url, response_id, call_id)[0] == 200
            status, body = resume(again.url, response_id, call_id)
            assert (status, body["error"]["message"]) == (400, "conversation is already completed")


def test_a_claim_of_a_killed_server_is_given_back(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as server:
        response_id, call_id = open_turn(server.url)
        message = {"role": "tool", "tool_call_id": call_id, "content": "42"}
        with ThreadPoolExecutor(1) as pool:
            hanging = pool.submit(
                post_json,
                server.url,
                model="scripted-never_ends",
                messages=[message],
                previous_response_id=response_id,
            )
            wait_until_claimed(server, response_id)
            server.kill()
            with pytest.raises((OSError, http.client.HTTPException)):
                hanging.result()
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as again:
        assert resume(again.url, response_id, call_id)[0] == 200


def wait_until_claimed(server: RunningServer, response_id: str) -> None:
    turn_id = response_id.removeprefix("chatcmpl-")
    with SqliteDatabase(server.home / "desk" / "cryptodesk.db") as database:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            rows = database.read("SELECT claim_id FROM turns WHERE turn_id = ?", (turn_id,))
            if rows and rows[0][0] is not None:
                return
            time.sleep(0.005)
    raise AssertionError("the turn was never claimed")


def test_of_parallel_resumes_over_http_exactly_one_wins(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as server:
        response_id, call_id = open_turn(server.url)
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _: resume(server.url, response_id, call_id)[0], range(16)))
    assert sorted(statuses) == [200] + [400] * 15


def test_a_hang_up_in_mid_stream_is_settled_and_marked(tmp_path: Path) -> None:
    body = b'{"model":"scripted-never_ends","stream":true,"messages":[{"role":"user","content":"hi"}]}'
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as server:
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nX-CMC_PRO_API_KEY: {KEY}\r\nContent-Type: application/json\r\n"
            connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            received = b""
            while b'"content":"' not in received.partition(b"\r\n\r\n")[2]:
                received += connection.recv(65536)
        deadline = time.monotonic() + 20
        while not (rows := ledger_rows(server)) and time.monotonic() < deadline:
            time.sleep(0.01)
    (row,) = rows
    assert (row.outcome, row.usage_is_estimated) == ("cancelled", True)
    assert row.amount_usd > Decimal(0)


def test_the_ledger_adds_up_to_what_the_answers_said(tmp_path: Path) -> None:
    said = Decimal(0)
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="1") as server:
        for model in ("scripted-plain", "scripted-cached", "scripted-reasoning", "scripted-tool_call"):
            _, body = post_json(server.url, model=model, messages=[user("{}")], tools=[TOOL])
            said += Decimal(repr(body["cmc"]["cost"]["total_cost"]))
    assert sum((row.amount_usd for row in ledger_rows(server)), Decimal(0)) == said
    assert said > 0
