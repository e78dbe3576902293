"""The whole product on an upstream that fails at every point of an answer: who is asked again, who stands in, and what
the client sees once its answer has begun."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.clients.http import post, user
from tests.clients.server import RunningServer, running_server

MODEL = "cmc-ai-v1-gpt-5.1"
ANALYST = "cryptodesk-analyst-1"
TEXT = "Bitcoin is a peer-to-peer currency."


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.1", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


FRAMES = [
    chunk({"role": "assistant", "content": ""}),
    *(chunk({"content": word}) for word in ("Bitcoin ", "is a ", "peer-to-peer ", "currency.")),
    chunk({}, "stop"),
    b"data: [DONE]\n\n",
]
FIRST_WORD = 2
FINISHED = len(FRAMES) - 1  # the reason why it stopped was said: only the terminator is missing


class FailingOpenAI(BaseHTTPRequestHandler):
    """Does what the last message says: `cut N` ends the connection after N frames, `STATUS` answers with it once and
    then well, `STATUS SECONDS` asks for a pause with it."""

    protocol_version = "HTTP/1.1"
    asked: dict[str, int]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wish = body["messages"][-1]["content"]
        self.asked[wish] = self.asked.get(wish, 0) + 1
        kind, _, value = wish.partition(" ")
        if kind == "cut":
            self._stream(FRAMES[: int(value)])
        elif self.asked[wish] == 1:
            self._refuse(int(kind), value)
        else:
            self._stream(FRAMES)

    def _refuse(self, status: int, seconds: str) -> None:
        body = b'{"error":{"message":"Not now","type":"server_error"}}'
        self.send_response(status)
        if seconds:
            self.send_header("Retry-After", seconds)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, frames: list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for frame in frames:
            self.wfile.write(frame)
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def asked() -> dict[str, int]:
    """How often the upstream was asked for what."""
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, asked: dict[str, int]) -> Iterator[RunningServer]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (FailingOpenAI,), {"asked": asked}))
    thread = threading.Thread(target=upstream.serve_forever, daemon=True)
    thread.start()
    variables = {
        "OPENAI_API_KEY": "sk-test",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream.server_address[1]}/v1",
        "CRYPTODESK_BREAKER_FAILURES": "0",
        "CRYPTODESK_MODEL_RETRY_SECONDS": "2",
    }
    try:
        with running_server(tmp_path_factory.mktemp("failing"), **variables) as running:
            yield running
    finally:
        upstream.shutdown()
        upstream.server_close()
        thread.join(5)


def frames_of(server: RunningServer, wish: str) -> list[dict[str, Any]]:
    body = {"model": MODEL, "messages": [user("What is Bitcoin?"), user(wish)], "stream": True}
    status, _, raw = post(server.url, json.dumps(body).encode())
    assert status == 200, raw
    *frames, done, rest = raw.decode().split("\n\n")
    assert (done, rest) == ("data:[DONE]", "")
    return [json.loads(frame.removeprefix("data:")) for frame in frames]


def text_of(frames: list[dict[str, Any]]) -> str:
    choices = [choice for frame in frames for choice in frame.get("choices", ())]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


@pytest.mark.parametrize("frames", range(len(FRAMES) + 1))
def test_a_cut_before_the_first_word_is_stood_in_for_and_one_after_it_is_an_error(
    server: RunningServer, asked: dict[str, int], frames: int
) -> None:
    seen = frames_of(server, f"cut {frames}")
    assert asked[f"cut {frames}"] == 1, "an answer that is no answer is not asked for again"
    if frames < FIRST_WORD:
        assert {frame["model"] for frame in seen} == {ANALYST}
        assert seen[-1]["cmc"]["cost"]["total_cost"] == 0, "nothing was said, nothing is charged"
        return
    if frames < FINISHED:
        *said, last = seen
        assert last["error"]["code"] == "upstream_bad_answer"
        assert all(frame["choices"][0]["finish_reason"] is None for frame in said)
        assert text_of(said) == TEXT[: len(text_of(said))] != ""
        assert {frame["model"] for frame in said} == {"gpt-5.1"}
        return
    assert (text_of(seen), seen[-1]["cmc"]["cost"]["total_cost"] > 0) == (TEXT, True)


@pytest.mark.parametrize("wish", ["503", "429", "500", "429 1"])
def test_an_upstream_that_fails_for_a_moment_is_asked_again(
    server: RunningServer, asked: dict[str, int], wish: str
) -> None:
    seen = frames_of(server, wish)
    assert (text_of(seen), seen[0]["model"], asked[wish]) == (TEXT, "gpt-5.1", 2)


@pytest.mark.parametrize("wish", ["401", "402", "404", "429 30", "503 30"])
def test_an_upstream_that_will_not_come_back_in_time_is_not_waited_for(
    server: RunningServer, asked: dict[str, int], wish: str
) -> None:
    seen = frames_of(server, wish)
    assert (seen[0]["model"], asked[wish]) == (ANALYST, 1)


def test_a_request_that_the_upstream_calls_wrong_is_asked_once_and_nobody_stands_in(
    server: RunningServer, asked: dict[str, int]
) -> None:
    body = {"model": MODEL, "messages": [user("422")], "stream": True}
    status, _, raw = post(server.url, json.dumps(body).encode())
    assert (status, set(json.loads(raw)), asked["422"]) == (422, {"error"}, 1)
