"""Answers as the Messages endpoint writes them, byte for byte as documented, for the server that tests decide."""

from __future__ import annotations

import json
from typing import Any

from tests.models._http.upstream import Exchange, Upstream, sse_head

__all__ = [
    "PING",
    "Exchange",
    "Upstream",
    "block_frames",
    "body",
    "delta",
    "ending",
    "frame",
    "opening",
    "sse_head",
    "streamed",
    "text",
    "thinking",
    "tool_use",
    "usage",
]

MODEL = "claude-test-1"


def frame(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


PING = frame({"type": "ping"})


def usage(**figures: Any) -> dict[str, Any]:
    counts = {"input_tokens": 3, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 2}
    return {**counts, "service_tier": "standard", **figures}


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "text": content}


def thinking(content: str, signature: str = "c2ln") -> dict[str, Any]:
    return {"type": "thinking", "thinking": content, "signature": signature}


def tool_use(call_id: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments}


def body(*content: dict[str, Any], stop: str | None = "end_turn", **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage(),
        **more,
    }


def opening(**more: Any) -> bytes:
    message = body(stop=None, usage=usage(output_tokens=1), **more)
    return frame({"type": "message_start", "message": message})


def delta(index: int, kind: str, **piece: Any) -> bytes:
    return frame({"type": "content_block_delta", "index": index, "delta": {"type": kind, **piece}})


def ending(stop: str = "end_turn", *, figures: dict[str, Any] | None = None, **more: Any) -> list[bytes]:
    said = {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None, **more}}
    return [frame({**said, "usage": figures or {"output_tokens": 2}}), frame({"type": "message_stop"})]


def block_frames(index: int, block: dict[str, Any]) -> list[bytes]:
    """A block as it is streamed: an empty beginning, pieces of at most eight characters, and its end."""
    pieces: list[bytes] = []
    empty = dict(block)
    if block["type"] == "text":
        empty["text"] = ""
        pieces = [delta(index, "text_delta", text=piece) for piece in _pieces(block["text"])]
    elif block["type"] == "thinking":
        empty |= {"thinking": "", "signature": ""}
        pieces = [delta(index, "thinking_delta", thinking=piece) for piece in _pieces(block["thinking"])]
        pieces.append(delta(index, "signature_delta", signature=block["signature"]))
    elif block["type"] == "tool_use":
        empty["input"] = {}
        written = json.dumps(block["input"]) if block["input"] else ""
        pieces = [delta(index, "input_json_delta", partial_json=piece) for piece in ["", *_pieces(written)]]
    start = frame({"type": "content_block_start", "index": index, "content_block": empty})
    return [start, *pieces, frame({"type": "content_block_stop", "index": index})]


def streamed(answer: dict[str, Any]) -> list[bytes]:
    """The frames that say what the whole body `answer` says."""
    # The beginning has all figures but the sum of the output.
    began = {**answer, "content": [], "stop_reason": None, "usage": {**answer["usage"], "output_tokens": 1}}
    frames = [frame({"type": "message_start", "message": began}), PING]
    for index, block in enumerate(answer["content"]):
        frames += block_frames(index, block)
    details = {"stop_details": answer["stop_details"]} if "stop_details" in answer else {}
    at_the_beginning_only = ("service_tier", "cache_creation")
    figures = {name: value for name, value in answer["usage"].items() if name not in at_the_beginning_only}
    return [*frames, *ending(answer["stop_reason"], figures=figures, **details)]


def _pieces(content: str) -> list[str]:
    return [content[start : start + 8] for start in range(0, len(content), 8)]
