"""The response object and the typed events of its stream."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunFold, RunStarted, TextDelta, ToolCallDelta
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.usage import Usage
from cryptodesk.dialects._annotations import Link
from cryptodesk.dialects._sse import as_lines, named_frame
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.encode import NO_END
from cryptodesk.dialects.openai.errors import wire_error
from cryptodesk.dialects.openai.responses.request import ResponsesRequest

__all__ = ["ResponseEncoder", "encode_response"]

_json = msgspec.json.Encoder().encode

_REASONS: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}


def encode_response(fold: RunFold, extra: ExtraEncoder, asked: ResponsesRequest) -> bytes:
    """Raises: the run's error, or InternalError if the run never ended."""
    if fold.failed is not None:
        raise fold.failed.error
    started, finished = fold.started, fold.finished
    if started is None or finished is None:
        raise InternalError(NO_END)
    calls = fold.tool_calls
    items = []
    if fold.text or not calls:
        items.append(_message(started, fold.text, extra.links(fold.text, finished)))
    items += [_call(call) for call in calls]
    return _encode(_ended(started, finished, items, asked), extra.whole(finished))


def _encode(response: dict[str, Any], extra: bytes) -> bytes:
    return _json(response)[:-1] + extra + b"}"


def _response(started: RunStarted, asked: ResponsesRequest, status: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = asked.text.format if asked.text is not None else None
    effort = asked.reasoning.effort if asked.reasoning is not None else None
    return {
        "id": f"resp_{started.run_id}",
        "object": "response",
        "created_at": started.created_at,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "metadata": asked.metadata or {},
        "model": started.model,
        "output": items,
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": {"effort": effort, "summary": None},
        **({"service_tier": started.service_tier} if started.service_tier in choices.SERVICE_TIERS else {}),
        "store": False,
        "temperature": asked.temperature,
        "text": {"format": {"type": "text"} if wanted is None else wanted},
        "tool_choice": "auto" if asked.tool_choice is None else asked.tool_choice,
        "tools": [] if asked.tools is None else asked.tools,
        "top_p": asked.top_p,
        "truncation": "disabled",
        "usage": None,
        "user": None,
    }


def _ended(
    started: RunStarted, finished: RunFinished, items: list[dict[str, Any]], asked: ResponsesRequest
) -> dict[str, Any]:
    reason = _REASONS.get(finished.finish_reason)
    response = _response(started, asked, "completed" if reason is None else "incomplete", items)
    if reason is not None:
        response["incomplete_details"] = {"reason": reason}
    response["usage"] = _usage(finished.usage)
    return response


def _usage(usage: Usage) -> dict[str, Any]:
    written = usage.output_tokens + usage.reasoning_tokens
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + written,
    }


def _message(started: RunStarted, text: str, links: list[Link]) -> dict[str, Any]:
    return {**_open_message(started), "status": "completed", "content": [_text(text, links)]}


def _open_message(started: RunStarted) -> dict[str, Any]:
    identity = {"id": f"msg_{started.run_id}", "type": "message"}
    return {**identity, "status": "in_progress", "role": "assistant", "content": []}


def _text(text: str, links: list[Link]) -> dict[str, Any]:
    notes = [{"type": "url_citation", **msgspec.to_builtins(link)} for link in links]
    return {"type": "output_text", "text": text, "annotations": notes, "logprobs": []}


def _call(call: ToolCallPart, status: str = "completed") -> dict[str, Any]:
    return {
        "id": f"fc_{call.call_id}",
        "type": "function_call",
        "status": status,
        "call_id": call.call_id,
        "name": call.name,
        "arguments": call.arguments if status == "in_progress" else call.arguments or "{}",
    }


class ResponseEncoder:
    """Encodes one run's batches into events, numbered from 0. A message is opened with its first text; calls follow it,
    and each is closed when the run ends."""

    def __init__(self, extra: ExtraEncoder, asked: ResponsesRequest) -> None:
        self._extra = extra
        self._asked = asked
        self._started: RunStarted | None = None
        self._number = 0
        self._texts: list[str] = []
        self._places: dict[str | int, int] = {}
        self._fold = RunFold()
        self.failure: CryptodeskError | None = None
        self.is_finished = False

    def encode(self, batch: list[RunEvent]) -> bytes:
        out: list[bytes] = []
        for event in batch:
            self._fold.add(event)
            match event:
                case TextDelta(text):
                    if text:
                        self._add_text(text, out)
                case ToolCallDelta():
                    self._add_call(event, out)
                case RunFailed(error):
                    out.append(self.fail(error))
                case _:
                    self._extra.add(event)
                    self._add_bound(event, out)
        return as_lines(b"".join(out))

    def fail(self, error: CryptodeskError | None = None) -> bytes:
        self.failure = error or InternalError(NO_END)
        told = wire_error(self.failure)
        out: list[bytes] = []
        self._emit(out, "error", code=told.code, message=told.message, param=told.param)
        if self._started is not None:
            response = _response(self._started, self._asked, "failed", [])
            response["error"] = {"code": "server_error", "message": told.message}
            self._emit(out, "response.failed", response=response)
        return as_lines(b"".join(out))

    def _emit(self, out: list[bytes], kind: str, extra: bytes = b"", **members: Any) -> None:
        """`extra` is a member of the response object, which is then the last member."""
        payload = _json({"type": kind, "sequence_number": self._number, **members})
        if extra:
            payload = payload[:-2] + extra + b"}}"
        self._number += 1
        out.append(named_frame(kind.encode(), payload))

    def _add_bound(self, event: RunEvent, out: list[bytes]) -> None:
        if isinstance(event, RunStarted):
            self._started = event
            for kind in ("response.created", "response.in_progress"):
                self._emit(out, kind, response=_response(event, self._asked, "in_progress", []))
        elif isinstance(event, RunFinished) and self._started is not None:
            self.is_finished = True
            self._finish(self._started, event, out)

    def _add_text(self, text: str, out: list[bytes]) -> None:
        if self._started is None:
            return
        if "message" not in self._places:
            self._open_text(self._started, out)
        self._texts.append(text)
        self._emit(out, "response.output_text.delta", **self._place(self._started), delta=text, logprobs=[])

    def _open_text(self, started: RunStarted, out: list[bytes]) -> None:
        at = self._places["message"] = len(self._places)
        self._emit(out, "response.output_item.added", output_index=at, item=_open_message(started))
        self._emit(out, "response.content_part.added", **self._place(started), part=_text("", []))

    def _place(self, started: RunStarted) -> dict[str, Any]:
        at = self._places["message"]
        return {"item_id": f"msg_{started.run_id}", "output_index": at, "content_index": 0}

    def _add_call(self, event: ToolCallDelta, out: list[bytes]) -> None:
        if event.index not in self._places:
            at = self._places[event.index] = len(self._places)
            call = ToolCallPart(event.call_id or "", event.name or "", "")
            self._emit(out, "response.output_item.added", output_index=at, item=_call(call, "in_progress"))
        if event.arguments:
            members: dict[str, Any] = {
                "item_id": f"fc_{self._id_of(event.index)}",
                "output_index": self._places[event.index],
            }
            self._emit(out, "response.function_call_arguments.delta", **members, delta=event.arguments)

    def _id_of(self, index: int) -> str:
        return dict(self._calls())[index].call_id

    def _calls(self) -> list[tuple[int, ToolCallPart]]:
        return list(zip(sorted(at for at in self._places if isinstance(at, int)), self._fold.tool_calls, strict=True))

    def _finish(self, started: RunStarted, finished: RunFinished, out: list[bytes]) -> None:
        if not self._places:
            self._open_text(started, out)
        items: dict[int, dict[str, Any]] = {}
        if "message" in self._places:
            items[self._places["message"]] = self._close_text(started, finished, out)
        for index, call in self._calls():
            items[self._places[index]] = self._close_call(call, self._places[index], out)
        response = _ended(started, finished, [items[at] for at in sorted(items)], self._asked)
        kind = "response.completed" if response["status"] == "completed" else "response.incomplete"
        extra = self._extra.whole(finished)
        self._emit(out, kind, extra, response=response)

    def _close_text(self, started: RunStarted, finished: RunFinished, out: list[bytes]) -> dict[str, Any]:
        text = "".join(self._texts)
        item = _message(started, text, self._extra.links(text, finished))
        place, part = self._place(started), item["content"][0]
        for at, note in enumerate(part["annotations"]):
            self._emit(out, "response.output_text.annotation.added", **place, annotation_index=at, annotation=note)
        self._emit(out, "response.output_text.done", **place, text=text, logprobs=[])
        self._emit(out, "response.content_part.done", **place, part=part)
        self._emit(out, "response.output_item.done", output_index=place["output_index"], item=item)
        return item

    def _close_call(self, call: ToolCallPart, at: int, out: list[bytes]) -> dict[str, Any]:
        item = _call(call)
        told: dict[str, Any] = {
            "item_id": item["id"],
            "output_index": at,
            "name": call.name,
            "arguments": item["arguments"],
        }
        self._emit(out, "response.function_call_arguments.done", **told)
        self._emit(out, "response.output_item.done", output_index=at, item=item)
        return item
