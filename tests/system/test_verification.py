"""Verification over HTTP: who asks gets it, what each policy makes of a model that lies, and streams beside bodies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.clients.http import BUILT_INS, post, post_json, user
from tests.clients.server import RunningServer, running_server

pytestmark = pytest.mark.xdist_group("verification")

MODEL = "cmc-ai-v1-gpt-5.1"
ANALYST = "cryptodesk-analyst"
# Bitcoin's price in the shipped snapshot, and two lies beside it: the first has a cell to be put right from.
PRICE = 78264.1
TRUE = "Bitcoin trades at $78,264.10."
LIE = "Bitcoin trades at $91,350.20."
INVENTED = "Its founders hold 41,777 wallets."
HEADER = {"Cryptodesk-Include": "verification"}
ASKED = {"cryptodesk": {"include": ["verification"]}}


class Liar(BaseHTTPRequestHandler):
    """Calls the market data for Bitcoin; with the results before it, writes one true sentence and two false ones."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        has_results = any(message["role"] == "tool" for message in asked["messages"])
        finish = "stop" if has_results or not asked.get("tools") else "tool_calls"
        deltas = _words() if finish == "stop" else [{"tool_calls": [{"index": 0, **_call()}]}]
        if asked.get("stream"):
            frames = [_frame({"index": 0, "delta": one, "finish_reason": None}) for one in deltas]
            frames.append(_frame({"index": 0, "delta": {}, "finish_reason": finish}))
            body = b"".join(b"data: " + frame + b"\n\n" for frame in [*frames, b"[DONE]"])
            self._send("text/event-stream", body)
        else:
            message = {"content": _text()} if finish == "stop" else {"content": None, "tool_calls": [_call()]}
            choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
            self._send("application/json", _frame(choice))

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def _text() -> str:
    return f"{TRUE} {LIE} {INVENTED}"


def _words() -> list[dict[str, Any]]:
    first, *rest = _text().split(" ")
    return [{"role": "assistant", "content": first}, *({"content": f" {word}"} for word in rest)]


def _call() -> dict[str, Any]:
    arguments = json.dumps({"asset_type": "coin", "ids": [1]})
    return {"id": "call_1", "type": "function", "function": {"name": "cmc_market_data", "arguments": arguments}}


def _frame(choice: dict[str, Any]) -> bytes:
    usage = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
    return json.dumps({"id": "up", "created": 1, "model": "gpt-5.1", "choices": [choice], "usage": usage}).encode()


@contextmanager
def desk(home: Path, **settings: str) -> Iterator[RunningServer]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    thread = threading.Thread(target=upstream.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{upstream.server_address[1]}/v1"
    try:
        with running_server(home, OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=base, **settings) as running:
            yield running
    finally:
        upstream.shutdown()
        upstream.server_close()
        thread.join(5)


def ask(server: RunningServer, *, is_streamed: bool, **more: Any) -> tuple[str, dict[str, Any]]:
    """The text of the lying answer and the body, or the last chunk, that it came with."""
    question = [user("What is the price of Bitcoin?")]
    status, turn = post_json(server.url, model=MODEL, messages=question, tools=BUILT_INS)
    assert status == 200
    body = {"model": MODEL, "messages": question, "previous_response_id": turn["id"], "stream": is_streamed, **more}
    status, _, answer = post(server.url, json.dumps(body).encode())
    assert status == 200
    if not is_streamed:
        whole = json.loads(answer)
        return whole["choices"][0]["message"]["content"], whole
    chunks = _chunks(answer)
    return "".join(one["delta"].get("content") or "" for chunk in chunks for one in chunk["choices"]), chunks[-1]


def _chunks(frames: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[5:]) for line in frames.split(b"\n\n") if line.startswith(b"data:{")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with desk(tmp_path_factory.mktemp("mark")) as running:
        yield running


@pytest.fixture(scope="module", params=["repair", "cut", "off"])
def changed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    policy = request.param
    with desk(tmp_path_factory.mktemp(policy), CRYPTODESK_VERIFICATION=policy) as running:
        yield policy, running


def verdicts(body: dict[str, Any]) -> dict[str, str]:
    return {one["text"]: one["verdict"] for one in body["cryptodesk"]["verification"]["figures"]}


@pytest.mark.parametrize("is_streamed", [False, True], ids=["buffered", "streamed"])
def test_who_does_not_ask_gets_nothing_of_it(server: RunningServer, is_streamed: bool) -> None:
    text, body = ask(server, is_streamed=is_streamed)
    assert text == _text()
    assert "cryptodesk" not in body


@pytest.mark.parametrize("is_streamed", [False, True], ids=["buffered", "streamed"])
def test_who_asks_in_the_body_is_told_which_figures_are_false(server: RunningServer, is_streamed: bool) -> None:
    text, body = ask(server, is_streamed=is_streamed, **ASKED)
    assert text == _text()
    assert verdicts(body) == {"$78,264.10": "bound", "$91,350.20": "contradicted", "41,777": "unbound"}
    found = body["cryptodesk"]["verification"]
    assert found["status"] == "contradicted"
    assert [found["counts"][name] for name in ("bound", "contradicted", "unbound")] == [1, 1, 1]
    cell = found["figures"][0]["cells"][0]
    assert (cell["tool"], cell["value"], cell["path"]) == (
        "cmc_market_data",
        PRICE,
        "/market_data_result/results/0/price",
    )
    for one in found["figures"]:
        assert text[one["start"] : one["end"]] == one["text"]


@pytest.mark.parametrize("is_streamed", [False, True], ids=["buffered", "streamed"])
def test_the_header_asks_as_well_as_the_body(server: RunningServer, is_streamed: bool) -> None:
    question = {"model": ANALYST, "messages": [user("price of BTC")], "stream": is_streamed}
    sent = json.dumps(question | {"tools": BUILT_INS}).encode()
    _, _, first = post(server.url, sent)
    turn = _chunks(first)[-1] if is_streamed else json.loads(first)
    sent = json.dumps(question | {"previous_response_id": turn["id"]}).encode()
    _, _, answer = post(server.url, sent, **HEADER)
    last = _chunks(answer)[-1] if is_streamed else json.loads(answer)
    found = last["cryptodesk"]["verification"]
    assert found["status"] == "verified"
    assert found["counts"]["bound"] > 0
    if is_streamed:
        assert not any("cryptodesk" in chunk for chunk in _chunks(answer)[:-1])


def test_a_stream_is_found_as_its_body_is(server: RunningServer) -> None:
    _, body = ask(server, is_streamed=False, **ASKED)
    _, last = ask(server, is_streamed=True, **ASKED)
    assert last["cryptodesk"]["verification"]["figures"] == body["cryptodesk"]["verification"]["figures"]


def test_each_policy_does_to_a_stream_what_it_does_to_a_body(changed: tuple[str, RunningServer]) -> None:
    policy, server = changed
    text, body = ask(server, is_streamed=False, **ASKED)
    streamed, last = ask(server, is_streamed=True, **ASKED)
    assert streamed == text
    assert last["cryptodesk"] == body["cryptodesk"]
    found = body["cryptodesk"]["verification"]
    if policy == "off":
        assert text == _text()
        assert found is None
        return
    assert "91,350.20" not in text
    assert "41,777" not in text
    assert text.startswith(TRUE)
    assert text.count("$78,264.10") == (2 if policy == "repair" else 1)
    assert (found["policy"], found.get("repaired", 0), found["left_out"]) == (
        (policy, 1, 1) if policy == "repair" else (policy, 0, 2)
    )
