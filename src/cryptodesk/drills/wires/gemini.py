"""generateContent as Google streams it. Source: Gemini API reference, streamGenerateContent with `alt=sse`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from cryptodesk.drills.answers import Counted, Frame, Said, tokens_of
from cryptodesk.drills.wires._wire import Piece, as_json, event

__all__ = ["GeminiWire"]


class GeminiWire(Struct, frozen=True):
    """Every chunk tells the sums so far. A call's arguments are an object: one that cannot be read is told of by a
    finish reason."""

    kind: str = "gemini_wire"
    base_path: str = "/v1beta"
    has_json_arguments: bool = False

    def serves(self, path: str) -> bool:
        return ":generateContent" in path or ":streamGenerateContent" in path

    def is_streamed(self, path: str, asked: dict[str, Any]) -> bool:
        return ":streamGenerateContent" in path

    def model_of(self, path: str, asked: dict[str, Any]) -> str:
        return unquote(path.rpartition("/")[2].partition(":")[0])

    def frames(self, said: Said, model: str, *, has_usage: bool = True) -> list[Frame]:
        frames, so_far = [], Counted(said.counted.input_tokens, said.counted.cached_tokens)
        for piece in _pieces(said):
            so_far += piece.counted
            chunk = _chunk([piece.delta], model, None, so_far if has_usage else None)
            written = piece.counted.written_tokens
            frames.append(_frame(chunk, says=True, written_tokens=written, characters=piece.characters))
        last = _chunk([{"text": ""}], model, _reason(said), said.counted if has_usage else None)
        return [*frames, _frame(last, ends=True, reports=has_usage)]

    def body(self, said: Said, model: str, *, has_usage: bool = True) -> bytes:
        parts = [piece.delta for piece in _pieces(said)]
        return as_json(_chunk(parts, model, _reason(said), said.counted if has_usage else None))

    def error(self, status: int, message: str) -> bytes:
        word = {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}.get(status, "UNKNOWN")
        return as_json({"error": {"code": status, "message": message, "status": word}})


def _frame(payload: dict[str, Any], **marks: Any) -> Frame:
    return Frame(event(payload, line_end=b"\r\n"), **marks)


def _chunk(parts: list[dict[str, Any]], model: str, reason: str | None, counted: Counted | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    usage = {} if counted is None else {"usageMetadata": _usage(counted)}
    return {"candidates": [candidate], **usage, "modelVersion": model, "responseId": "drill"}


def _usage(counted: Counted) -> dict[str, int]:
    figures = {
        "promptTokenCount": counted.input_tokens,
        "cachedContentTokenCount": counted.cached_tokens,
        "candidatesTokenCount": counted.output_tokens,
        "thoughtsTokenCount": counted.reasoning_tokens,
        "totalTokenCount": counted.input_tokens + counted.written_tokens,
    }
    return {name: figure for name, figure in figures.items() if figure or name == "promptTokenCount"}


def _reason(said: Said) -> str:
    return "STOP" if all(_is_object(call.arguments) for call in said.calls) else "MALFORMED_FUNCTION_CALL"


def _is_object(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except ValueError:
        return False


def _pieces(said: Said) -> Iterator[Piece]:
    for thought in said.reasoning:
        counted = Counted(reasoning_tokens=tokens_of(thought))
        yield Piece({"text": thought, "thought": True}, counted, len(thought))
    for text in said.text:
        yield Piece({"text": text}, Counted(output_tokens=tokens_of(text)), len(text))
    for call in said.calls:
        if _is_object(call.arguments):
            written = Counted(output_tokens=tokens_of(call.name) + tokens_of(call.arguments))
            made = {"name": call.name, "args": json.loads(call.arguments), "id": call.call_id}
            yield Piece({"functionCall": made}, written, len(call.arguments))
