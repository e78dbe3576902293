"""Chat Completions as OpenAI and its compatible vendors stream them. Source: OpenAI API reference, streaming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.drills.answers import Call, Counted, Frame, Said, tokens_of
from cryptodesk.drills.wires._wire import Piece, as_json, event

__all__ = ["OpenAIWire", "UsagePlace"]

# Behind the answer; beside its finish reason; inside the choice that has it; or a sum so far in every chunk.
UsagePlace = Literal["behind", "with_finish", "in_choice", "running"]

_DONE = b"data: [DONE]\n\n"


class OpenAIWire(Struct, frozen=True):
    """`reasoning_field` and `usage_place` are where vendors differ; `cost_usd` is what a gateway says it charged."""

    reasoning_field: str = "reasoning_content"
    usage_place: UsagePlace = "behind"
    cost_usd: str = ""
    kind: str = "openai_wire"
    base_path: str = "/v1"
    has_json_arguments: bool = True

    def serves(self, path: str) -> bool:
        return path.endswith("/chat/completions")

    def is_streamed(self, path: str, asked: dict[str, Any]) -> bool:
        return bool(asked.get("stream"))

    def model_of(self, path: str, asked: dict[str, Any]) -> str:
        return str(asked.get("model", ""))

    def frames(self, said: Said, model: str, *, has_usage: bool = True) -> list[Frame]:
        frames = [self._frame({"role": "assistant", "content": ""}, model)]
        so_far = Counted(said.counted.input_tokens, said.counted.cached_tokens)
        for piece in self._pieces(said):
            so_far += piece.counted
            usage = self._usage(so_far) if has_usage and self.usage_place == "running" else None
            written, characters = piece.counted.written_tokens, piece.characters
            frame = self._frame(
                piece.delta, model, usage=usage, says=True, written_tokens=written, characters=characters
            )
            frames.append(frame)
        return [*frames, *self._ending(said, model, has_usage=has_usage), Frame(_DONE)]

    def body(self, said: Said, model: str, *, has_usage: bool = True) -> bytes:
        message: dict[str, Any] = {"role": "assistant", "content": said.words or None}
        if said.reasoning:
            message[self.reasoning_field] = "".join(said.reasoning)
        if said.calls:
            message["tool_calls"] = [_call(call) for call in said.calls]
        choice = {"index": 0, "message": message, "finish_reason": _reason(said)}
        whole = {"id": "drill", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}
        return as_json(whole | ({"usage": self._usage(said.counted)} if has_usage else {}))

    def error(self, status: int, message: str) -> bytes:
        kind = "rate_limit_error" if status == 429 else "server_error"
        return as_json({"error": {"message": message, "type": kind, "param": None, "code": None}})

    def _pieces(self, said: Said) -> Iterator[Piece]:
        for thought in said.reasoning:
            yield Piece({self.reasoning_field: thought}, Counted(reasoning_tokens=tokens_of(thought)), len(thought))
        for text in said.text:
            yield Piece({"content": text}, Counted(output_tokens=tokens_of(text)), len(text))
        for index, call in enumerate(said.calls):
            head = {"index": index, **_call(Call(call.call_id, call.name, ""))}
            yield Piece({"tool_calls": [head]}, Counted(output_tokens=tokens_of(call.name)))
            rest = {"index": index, "function": {"arguments": call.arguments}}
            written = Counted(output_tokens=tokens_of(call.arguments))
            yield Piece({"tool_calls": [rest]}, written, len(call.arguments))

    def _ending(self, said: Said, model: str, *, has_usage: bool) -> Iterator[Frame]:
        usage = self._usage(said.counted) if has_usage else None
        beside = usage if self.usage_place in ("with_finish", "running") else None
        inside = usage if self.usage_place == "in_choice" else None
        is_told = beside is not None or inside is not None
        yield self._frame({}, model, _reason(said), usage=beside, inside=inside, ends=True, reports=is_told)
        if usage is not None and not is_told:
            yield Frame(event({**_opening(model), "choices": [], "usage": usage}), reports=True)

    @staticmethod
    def _frame(
        delta: dict[str, Any],
        model: str,
        finish: str | None = None,
        *,
        usage: dict[str, Any] | None = None,
        inside: dict[str, Any] | None = None,
        **marks: Any,
    ) -> Frame:
        choice = {"index": 0, "delta": delta, "finish_reason": finish} | ({"usage": inside} if inside else {})
        chunk = {**_opening(model), "choices": [choice]} | ({"usage": usage} if usage else {})
        return Frame(event(chunk), **marks)

    def _usage(self, counted: Counted) -> dict[str, Any]:
        written = counted.written_tokens
        usage: dict[str, Any] = {
            "prompt_tokens": counted.input_tokens,
            "completion_tokens": written,
            "total_tokens": counted.input_tokens + written,
            "prompt_tokens_details": {"cached_tokens": counted.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": counted.reasoning_tokens},
        }
        return usage | ({"cost": float(self.cost_usd), "is_byok": False} if self.cost_usd else {})


def _opening(model: str) -> dict[str, Any]:
    return {"id": "drill", "object": "chat.completion.chunk", "created": 1, "model": model}


def _reason(said: Said) -> str:
    return "tool_calls" if said.calls else "stop"


def _call(call: Call) -> dict[str, Any]:
    return {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
