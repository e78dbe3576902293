"""The Messages endpoint as Anthropic streams it. Source: Anthropic API reference, streaming messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from cryptodesk.drills.answers import Call, Counted, Frame, Said, tokens_of
from cryptodesk.drills.wires._wire import Piece, as_json, event

__all__ = ["AnthropicWire"]

_SIGNATURE = "ZHJpbGw="


class AnthropicWire(Struct, frozen=True):
    """The beginning of a stream tells the input and a first token of output, its end the sums."""

    kind: str = "anthropic_wire"
    base_path: str = ""
    has_json_arguments: bool = True

    def serves(self, path: str) -> bool:
        return path.endswith("/v1/messages")

    def is_streamed(self, path: str, asked: dict[str, Any]) -> bool:
        return bool(asked.get("stream"))

    def model_of(self, path: str, asked: dict[str, Any]) -> str:
        return str(asked.get("model", ""))

    def frames(self, said: Said, model: str, *, has_usage: bool = True) -> list[Frame]:
        usage = {"usage": _usage(said.counted, 1)} if has_usage else {}
        began = {**_message([], model, None), **usage}
        frames = [_frame({"type": "message_start", "message": began}), _frame({"type": "ping"})]
        for index, (kind, pieces) in enumerate(_blocks(said)):
            frames += _block(index, kind, pieces)
        figures = {"usage": {"output_tokens": said.counted.written_tokens}} if has_usage else {}
        delta = {"stop_reason": _reason(said), "stop_sequence": None}
        frames.append(_frame({"type": "message_delta", "delta": delta, **figures}, ends=True, reports=has_usage))
        return [*frames, _frame({"type": "message_stop"})]

    def body(self, said: Said, model: str, *, has_usage: bool = True) -> bytes:
        content: list[dict[str, Any]] = []
        if said.reasoning:
            content.append({"type": "thinking", "thinking": "".join(said.reasoning), "signature": _SIGNATURE})
        if said.text:
            content.append({"type": "text", "text": said.words})
        content += [_tool_use(call, _object(call.arguments)) for call in said.calls]
        usage = {"usage": _usage(said.counted, said.counted.written_tokens)} if has_usage else {}
        return as_json({**_message(content, model, _reason(said)), **usage})

    def error(self, status: int, message: str) -> bytes:
        kind = {429: "rate_limit_error", 529: "overloaded_error"}.get(status, "api_error")
        return as_json({"type": "error", "error": {"type": kind, "message": message}})


def _frame(payload: dict[str, Any], **marks: Any) -> Frame:
    return Frame(event(payload, name=payload["type"]), **marks)


def _message(content: list[dict[str, Any]], model: str, stop: str | None) -> dict[str, Any]:
    message = {"id": "msg_drill", "type": "message", "role": "assistant", "model": model, "content": content}
    return {**message, "stop_reason": stop, "stop_sequence": None}


def _reason(said: Said) -> str:
    return "tool_use" if said.calls else "end_turn"


def _usage(counted: Counted, written: int) -> dict[str, Any]:
    return {
        "input_tokens": counted.input_tokens - counted.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": counted.cached_tokens,
        "output_tokens": written,
        "service_tier": "standard",
    }


def _tool_use(call: Call, arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.call_id, "name": call.name, "input": arguments}


def _object(arguments: str) -> Any:
    """Half an object cannot stand in a whole body: there it is text."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _blocks(said: Said) -> Iterator[tuple[dict[str, Any], list[Piece]]]:
    """Each block as it begins, and its deltas."""
    if said.reasoning:
        thoughts = [_piece("thinking_delta", "thinking", thought) for thought in said.reasoning]
        signed = Piece({"type": "signature_delta", "signature": _SIGNATURE})
        yield {"type": "thinking", "thinking": "", "signature": ""}, [*thoughts, signed]
    if said.text:
        yield {"type": "text", "text": ""}, [_piece("text_delta", "text", text) for text in said.text]
    for call in said.calls:
        written = Counted(output_tokens=tokens_of(call.name) + tokens_of(call.arguments))
        rest = Piece({"type": "input_json_delta", "partial_json": call.arguments}, written, len(call.arguments))
        yield _tool_use(call, {}), [_piece("input_json_delta", "partial_json", ""), rest]


def _piece(kind: str, field: str, text: str) -> Piece:
    return Piece({"type": kind, field: text}, Counted(output_tokens=tokens_of(text)), len(text))


def _block(index: int, begins: dict[str, Any], pieces: list[Piece]) -> Iterator[Frame]:
    is_call = begins["type"] == "tool_use"
    yield _frame({"type": "content_block_start", "index": index, "content_block": begins}, says=is_call)
    for piece in pieces:
        payload = {"type": "content_block_delta", "index": index, "delta": piece.delta}
        says = piece.delta["type"] != "signature_delta"
        written = piece.counted.written_tokens
        yield _frame(payload, says=says, written_tokens=written, characters=piece.characters)
    yield _frame({"type": "content_block_stop", "index": index})
