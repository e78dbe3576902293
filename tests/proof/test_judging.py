"""What may be answered to a mutation: each kind of wrong answer is named, and each right one passes."""

from __future__ import annotations

import json

import pytest
from bench.proof.mutating.judging import fault_of
from bench.proof.mutating.wire import Answer

CHAT, ASK, RESPONSES = "/v1/chat/completions", "/ai/v1/chat/completions", "/openai/v1/responses"
ENVELOPE = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
STATUS = {"status": {"error_code": "1001", "error_message": "This API Key is invalid. "}}


def judged(status: int, body: object, kind: str = "application/json", route: str = CHAT, framed: bool = True) -> str:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, {"content-type": kind, "content-length": str(len(data))}, data)
    return fault_of(route, answer, is_framed=framed, secrets=(b"cd_secret", b"/data/desk")) or ""


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"id": "x", "choices": []}),
        (200, STATUS),
        (400, ENVELOPE),
        (429, STATUS),
        (400, {"error": "a string, as Messari's"}),
        (405, {"timestamp": "x", "path": "/", "status": 405, "error": "Method Not Allowed"}),
        (400, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no"}}),
    ],
)
def test_answers_and_envelopes_pass(status: int, body: object) -> None:
    assert judged(status, body) == ""


@pytest.mark.parametrize(
    ("status", "body", "kind", "fault"),
    [
        (500, ENVELOPE, "application/json", "500: "),
        (503, ENVELOPE, "application/json", "503: "),
        (400, {"error": {"message": ""}}, "application/json", "in no envelope"),
        (400, {"detail": "no"}, "application/json", "in no envelope"),
        (400, [1], "application/json", "in no envelope"),
        (400, b"{", "application/json", "is no JSON"),
        (400, b"Invalid", "text/plain", "is no JSON but 'text/plain'"),
        (200, b"{}", "application/json", "an answer of nothing"),
        (200, b"{}\nx\n", "application/x-ndjson", "a line that is no JSON"),
        (400, {"error": {"message": "cd_secret"}}, "application/json", "the answer tells"),
        (400, {"error": {"message": 'File "/usr/lib"'.replace('"', "")}}, "application/json", ""),
        (200, {"x": "/data/desk/cryptodesk.db"}, "application/json", "the answer tells"),
        (200, b"Traceback (most recent call last)", "text/plain", "the answer tells"),
    ],
)
def test_wrong_answers_are_named(status: int, body: object, kind: str, fault: str) -> None:
    assert fault in judged(status, body, kind)
    assert bool(judged(status, body, kind)) is bool(fault)


def test_what_is_no_http_may_be_told_so_in_plain_text() -> None:
    assert judged(400, b"Invalid HTTP request received.", "text/plain", framed=False) == ""
    assert judged(408, b"", "", framed=False) == ""
    assert "is no JSON but" in judged(404, b"Not Found", "text/plain", framed=False)


@pytest.mark.parametrize(
    ("route", "body", "fault"),
    [
        (CHAT, b'data:{"a":1}\n\ndata:[DONE]\n\n', ""),
        (ASK, b'data: {"a":1}\n\ndata: [DONE]\n\n', ""),
        (CHAT, b'data:{"a":1}\n\n', "a stream without its end"),
        (CHAT, b"data:{oops\n\ndata:[DONE]\n\n", "a frame that is no JSON"),
        (CHAT, b"", "a stream without a frame"),
        (CHAT, b"data:\xff\n\n", "a stream that is no UTF-8"),
        ("/ai/vercel/chat/completions", b'0:"x"\nd:{"finishReason":"stop"}\n', ""),
        (RESPONSES, b'event: response.completed\ndata: {"type":"response.completed"}\n\n', ""),
        (RESPONSES, b'event: x\ndata: {"type":"response.created"}\n\n', "a stream without its end"),
        ("/mcp", b'event: message\ndata: {"jsonrpc":"2.0"}\n\n', ""),
    ],
)
def test_streams_are_read_to_their_end(route: str, body: bytes, fault: str) -> None:
    told = judged(200, body, "text/event-stream", route)
    assert fault in told
    assert bool(told) is bool(fault)


def test_a_page_that_could_not_be_built_is_no_defect() -> None:
    assert judged(503, b"<html>not built</html>", "text/html", "/") == ""
    assert judged(503, b"<html>", "text/html", "/healthz") != ""
