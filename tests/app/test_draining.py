"""A server that is told to stop, as a process: what is open ends or is settled, and the process ends with 0."""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

from tests.clients.server import KEY, RunningServer, running_server

_EXIT_SECONDS = 20


def stream_of(server: RunningServer, model: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """A stream whose first line has come."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=_EXIT_SECONDS)
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "What is Bitcoin?"}]}
    headers = {"content-type": "application/json", "x-cmc_pro_api_key": KEY}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.readline()
    return connection, answer


def status_of(server: RunningServer, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=_EXIT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_stream_goes_on_to_its_end_and_the_process_ends_with_0(tmp_path: Path) -> None:
    with running_server(tmp_path, CRYPTODESK_SCRIPTED_MODELS="true") as server:
        connection, answer = stream_of(server, "scripted-slow")
        server.process.send_signal(signal.SIGTERM)
        assert answer.read().rstrip().endswith(b"data:[DONE]")
        connection.close()
        assert server.process.wait(_EXIT_SECONDS) == 0


def test_a_stream_that_does_not_end_is_cut_and_what_it_used_is_settled(tmp_path: Path) -> None:
    settings = {"CRYPTODESK_SCRIPTED_MODELS": "true", "CRYPTODESK_DRAIN_SECONDS": "0.2"}
    with running_server(tmp_path, **settings) as server:
        connection, _ = stream_of(server, "scripted-never_ends")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(_EXIT_SECONDS) == 0
        connection.close()
    (run,) = [json.loads(line) for line in server.lines if '"run_id"' in line]
    assert run["outcome"] == "cancelled"
    assert float(run["amount_usd"]) > 0
    with sqlite3.connect(tmp_path / "desk" / "cryptodesk.db") as database:
        holds = database.execute("SELECT kind FROM ledger_holds WHERE run_id = ?", (run["run_id"],)).fetchall()
        charges = database.execute(
            "SELECT outcome FROM ledger_entries WHERE run_id = ? AND kind = 'charge'", (run["run_id"],)
        ).fetchall()
    database.close()
    assert sorted(kind for (kind,) in holds) == ["hold", "release"]
    assert charges == [("cancelled",)]


def test_a_load_balancer_is_told_before_requests_are_refused(tmp_path: Path) -> None:
    settings = {"CRYPTODESK_SCRIPTED_MODELS": "true", "CRYPTODESK_DRAIN_NOTICE_SECONDS": "2"}
    with running_server(tmp_path, **settings) as server:
        assert status_of(server, "/readyz") == 200
        connection, answer = stream_of(server, "scripted-never_ends")
        server.process.send_signal(signal.SIGTERM)
        while status_of(server, "/readyz") == 200:  # until the signal has been seen
            answer.readline()
        assert (status_of(server, "/readyz"), status_of(server, "/healthz")) == (503, 200)
        stream_of(server, "scripted-plain")[0].close()
        connection.close()
        assert server.process.wait(_EXIT_SECONDS) == 0
