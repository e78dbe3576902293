"""What a client saw of an answer, read as clients of each dialect read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

__all__ = ["Seen", "read_answer"]

_ENDINGS = ("Stopped early:", "I could not finish this answer")


class Seen(Struct):
    """`frames` are those with something in them, `terminator` is what ended the stream, empty where nothing did.
    `error` is the code, else the words, of an error; `leaks` says that something was told that is nobody's business."""

    status: int
    frames: int = 0
    text: str = ""
    finish: str = ""
    error: str = ""
    terminator: str = ""
    failed_tools: int = 0
    is_told_short: bool = False
    leaks: bool = False


def read_answer(status: int, content_type: str, body: bytes, secrets: Sequence[str] = ()) -> Seen:
    """Of any dialect, whole or in frames. Raises: ValueError, LookupError or TypeError for what no client could
    read."""
    seen = Seen(status, leaks=any(secret.encode() in body for secret in secrets))
    if content_type.startswith("text/event-stream"):
        _read_events(body, seen)
    elif content_type.startswith("text/plain"):
        _read_lines(body, seen)
    else:
        _read_whole(_object(body), seen)
        seen.terminator = "end of body"
    seen.is_told_short = seen.finish == "length" or any(words in seen.text for words in _ENDINGS)
    return seen


def _read_events(body: bytes, seen: Seen) -> None:
    for block in body.decode().split("\n\n"):
        payload = "".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
        if payload == "[DONE]":
            seen.terminator = payload
        elif payload:
            seen.frames += 1
            _read_frame(_object(payload), seen)


def _object(payload: str | bytes) -> dict[str, Any]:
    found = json.loads(payload)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _read_frame(frame: dict[str, Any], seen: Seen) -> None:
    if frame.get("error"):
        seen.error = _error_of(frame["error"])
    for choice in frame.get("choices") or ():
        seen.text += (choice.get("delta") or {}).get("content") or ""
        seen.finish = choice.get("finish_reason") or seen.finish
    for message in (frame.get("data") or {}).get("messages") or ():
        seen.text += message["delta"]["content"]
        if "metadata" in frame and not frame.get("error"):
            seen.finish = "stop"
    _count_failed(frame, seen)


def _read_lines(body: bytes, seen: Seen) -> None:
    for code, value in _lines(body):
        if code == "0":
            seen.text += value
        elif code == "3":
            seen.error = str(value)
        elif code == "d":
            seen.terminator = "d:"
            seen.finish = "" if value["finishReason"] == "error" else value["finishReason"]
            continue
        seen.frames += code != "2" or bool(value)


def _lines(body: bytes) -> Iterator[tuple[str, Any]]:
    for line in body.decode().split("\n"):
        if line:
            code, _, payload = line.partition(":")
            yield code, json.loads(payload)


def _read_whole(answer: dict[str, Any], seen: Seen) -> None:
    if answer.get("error"):
        seen.error = _error_of(answer["error"])
    elif "status" in answer:  # an envelope of our own limits
        seen.error = str(answer["status"].get("error_code"))
    for choice in answer.get("choices") or ():
        seen.text += choice["message"].get("content") or ""
        seen.finish = choice["finish_reason"]
    for message in (answer.get("data") or {}).get("messages") or ():
        seen.text += message["content"]
        seen.finish = "stop"
    _count_failed(answer, seen)


def _count_failed(answer: dict[str, Any], seen: Seen) -> None:
    traces = (answer.get("cmc") or {}).get("tool_traces") or ()
    seen.failed_tools += sum(trace["status"] == "failed" for trace in traces)


def _error_of(error: Any) -> str:
    """The code where there is one, else the kind, else the words."""
    if isinstance(error, dict):
        return str(error.get("code") or error.get("type") or error.get("message"))
    return str(error)
