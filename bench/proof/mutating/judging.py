"""What may be answered to a mutation: a right answer, or an error in the words of its dialect. Nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from bench.proof.mutating.wire import Answer

__all__ = ["fault_of"]

# What the server says before it knows which route is meant: to what is no HTTP, and of a head or body that came late.
_BEFORE_A_ROUTE: Final = frozenset({400, 408, 431})
_DEFECTS: Final = (b"Traceback (most recent call last)", b'File "/')
# An object a line; no line is an answer too.
_LINES: Final = ("application/x-ndjson", "application/jsonl")
_DONE: Final = ("[DONE]",)


def fault_of(route: str, answer: Answer, *, is_framed: bool, secrets: Sequence[bytes]) -> str | None:
    """What is wrong with it, in words; None where nothing is."""
    if found := [text for text in (*secrets, *_DEFECTS) if text in answer.body]:
        return f"the answer tells {found[0][:40]!r}"
    if answer.status >= 500 and not _is_missing_page(route, answer):
        return f"{answer.status}: {answer.body[:200]!r}"
    if answer.status in (204, 304) or (answer.status == 202 and not answer.body):
        return None
    if not is_framed and answer.status in _BEFORE_A_ROUTE and answer.kind in ("", "text/plain"):
        return None
    if answer.kind == "text/event-stream":
        return _stream_fault(route, answer)
    if answer.kind == "application/json":
        return _json_fault(route, answer)
    if answer.kind in _LINES:
        return _lines_fault(answer)
    if answer.status >= 400 and not _is_page(route):
        return f"{answer.status} is no JSON but {answer.kind!r}: {answer.body[:100]!r}"
    return None if answer.body or answer.headers.get("content-length") == "0" else "an empty answer"


def _is_page(route: str) -> bool:
    return route in ("/", "/metrics") or route.startswith("/assets")


def _is_missing_page(route: str, answer: Answer) -> bool:
    """The web app is built with Node; where there is none a page says so."""
    return answer.status == 503 and _is_page(route) and answer.kind == "text/html"


def _json_fault(route: str, answer: Answer) -> str | None:
    try:
        body = json.loads(answer.body)
    except ValueError as error:
        return f"{answer.status} is no JSON: {error}: {answer.body[:100]!r}"
    if answer.status < 400:
        return None if body not in ({}, None, "") else f"an answer of nothing: {answer.body[:100]!r}"
    if answer.headers.get("content-length", "") != str(len(answer.body)):
        return "an error without its length"
    return None if _is_envelope(route, body) else f"{answer.status} in no envelope of {route}: {answer.body[:200]!r}"


def _lines_fault(answer: Answer) -> str | None:
    lines = answer.body.decode("utf-8", "replace").split("\n")
    wrong = next((line for line in lines if line and not _is_json(line)), None)
    return None if wrong is None else f"a line that is no JSON: {wrong[:100]!r}"


def _is_envelope(route: str, body: Any) -> bool:
    if not isinstance(body, dict):
        return False
    error, status = body.get("error"), body.get("status")
    if isinstance(status, dict):
        return _is_text(status.get("error_message")) and "error_code" in status
    if isinstance(error, dict):
        return _is_text(error.get("message"))
    # Messari's, and the gateway's that stands before CoinMarketCap's.
    return _is_text(error)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _stream_fault(route: str, answer: Answer) -> str | None:
    try:
        lines = answer.body.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        return f"a stream that is no UTF-8: {error}"
    payloads = [line[5:].strip() for line in lines if line.startswith("data:")]
    for payload in payloads:
        if payload not in _DONE and not _is_json(payload):
            return f"a frame that is no JSON: {payload[:100]!r}"
    if not payloads and "vercel" not in route:
        return "a stream without a frame"
    return None if _is_ended(route, lines, payloads) else f"a stream without its end: {answer.body[-200:]!r}"


def _is_ended(route: str, lines: Sequence[str], payloads: Sequence[str]) -> bool:
    if route == "/mcp":
        return True
    if "responses" in route:
        return json.loads(payloads[-1]).get("type", "") in (
            "response.completed",
            "response.incomplete",
            "response.failed",
        )
    return payloads[-1:] == ["[DONE]"] or any(line.startswith("d:") for line in lines[-4:])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
