"""The whole product on an OpenAI-compatible upstream: tools run here, the stream costs what the body costs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.clients.http import BUILT_INS, post, post_json, user
from tests.clients.server import RunningServer, running_server

MODEL = "cmc-ai-v1-gpt-5.1"
TEXT = "Bitcoin stood at 78,264.10 USD."
USAGE = {
    "prompt_tokens": 1843,
    "completion_tokens": 47,
    "total_tokens": 1890,
    "prompt_tokens_details": {"cached_tokens": 1024},
    "completion_tokens_details": {"reasoning_tokens": 20},
}


class FakeOpenAI(BaseHTTPRequestHandler):
    """Calls the look-up, then the market data with the id it found, then answers in text."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(asked)
        call = self._next_call(asked)
        if call is not None:
            message: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [call]}
        else:
            message = {"role": "assistant", "content": TEXT}
        finish = "tool_calls" if call else "stop"
        if asked.get("stream"):
            self._stream(message, finish)
        else:
            choice = {"index": 0, "message": message, "finish_reason": finish}
            self._send("application/json", self._frame("chat.completion", [choice], USAGE))

    def _next_call(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        if not asked.get("tools") or asked.get("tool_choice") == "none":
            return None
        results = [message for message in asked["messages"] if message["role"] == "tool"]
        if not results:
            return self._call("call_1", "cmc_id_lookup", {"query": "bitcoin"})
        if len(results) == 1:
            found = json.loads(results[0]["content"])["coin_id_look_up_result"][0]["asset_id"]
            return self._call("call_2", "cmc_market_data", {"asset_type": "coin", "ids": [found]})
        return None

    @staticmethod
    def _call(call_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}

    @staticmethod
    def _frame(kind: str, choices: list[Any], usage: dict[str, Any] | None) -> bytes:
        body = {"id": "chatcmpl-up", "object": kind, "created": 1, "model": "gpt-5.1-2025-11-13", "choices": choices}
        return json.dumps(body | ({"usage": usage} if usage else {})).encode()

    def _stream(self, message: dict[str, Any], finish: str) -> None:
        deltas = [{"role": "assistant", "content": ""}]
        if message["content"]:
            deltas += [{"content": word} for word in message["content"].split(" ")]
        else:
            deltas.append({"tool_calls": [{"index": 0, **message["tool_calls"][0]}]})
        kind = "chat.completion.chunk"
        frames = [self._frame(kind, [{"index": 0, "delta": delta, "finish_reason": None}], None) for delta in deltas]
        frames.append(self._frame(kind, [{"index": 0, "delta": {}, "finish_reason": finish}], None))
        frames.append(self._frame(kind, [], USAGE))
        self._send("text/event-stream", b"".join(b"data: " + frame + b"\n\n" for frame in [*frames, b"[DONE]"]))

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    handler = type("Handler", (FakeOpenAI,), {"seen": []})
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=upstream.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{upstream.server_address[1]}/v1"
    try:
        with running_server(
            tmp_path_factory.mktemp("upstream"), OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=base
        ) as running:
            yield running
    finally:
        upstream.shutdown()
        upstream.server_close()
        thread.join(5)


def stats(frames: bytes) -> dict[str, Any]:
    """The last JSON frame of a stream."""
    found = [line[5:] for line in frames.split(b"\n\n") if line.startswith(b"data:{")]
    return json.loads(found[-1])  # type: ignore[no-any-return]


def cost(body: dict[str, Any]) -> Decimal:
    return Decimal(repr(body["cmc"]["cost"]["total_cost"]))


def test_the_built_ins_run_here_and_the_synthesis_comes_from_the_upstream(server: RunningServer) -> None:
    question = [user("What is the price of Bitcoin?")]
    status, turn = post_json(server.url, model=MODEL, messages=question, tools=BUILT_INS)
    assert status == 200
    assert turn["model"] == "gpt-5.1-2025-11-13"
    assert [trace["name"] for trace in turn["cmc"]["tool_traces"]] == ["cmc_id_lookup", "cmc_market_data"]
    price = json.loads(turn["cmc"]["tool_traces"][1]["output"])["market_data_result"]["results"][0]["price"]
    assert price == 78264.1
    # Two rounds of the same usage: 819 fresh, 1,024 cached, 47 written (27 and 20 of reasoning); a tenth on top.
    one_round = (Decimal(819) * Decimal("1.25") + Decimal(1024) * Decimal("0.125") + Decimal(47) * 10) / 1_000_000
    # The last round of the chain ended the turn: the upstream was asked twice for calls and no text was wanted.
    assert turn["usage"] == {
        "prompt_tokens": 2 * 1843,
        "completion_tokens": 2 * 27,
        "cached_tokens": 2 * 1024,
        "reasoning_tokens": 2 * 20,
    }
    assert cost(turn) == 2 * one_round * Decimal("1.1")
    status, answer = post_json(server.url, model=MODEL, messages=question, previous_response_id=turn["id"])
    assert answer["choices"][0]["message"]["content"] == TEXT
    assert cost(answer) == one_round


@pytest.mark.parametrize("tools", [None, BUILT_INS], ids=["plain", "built-ins"])
def test_a_stream_costs_what_the_same_buffered_request_costs(server: RunningServer, tools: Any) -> None:
    body: dict[str, Any] = {"model": MODEL, "messages": [user("Bitcoin?")]} | ({"tools": tools} if tools else {})
    _, buffered = post_json(server.url, **body)
    _, headers, frames = post(server.url, json.dumps(body | {"stream": True}).encode())
    assert headers["content-type"] == "text/event-stream;charset=UTF-8"
    last = stats(frames)
    assert cost(last) == cost(buffered) > 0
    assert last["usage"] == buffered["usage"]
