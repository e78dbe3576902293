"""Answers as the Responses endpoint writes them, field for field as documented, for the server that tests decide."""

from __future__ import annotations

import json
from typing import Any

from tests.models._http.upstream import Exchange, Upstream, sse_head

__all__ = [
    "MODEL",
    "Exchange",
    "Upstream",
    "body",
    "call",
    "frame",
    "frames",
    "message",
    "reasoning",
    "refusal",
    "sse_head",
    "usage",
]

MODEL = "gpt-test-1"


def usage(given: int = 3, written: int = 2, cached: int = 0, reasoned: int = 0, kept: int = 0) -> dict[str, Any]:
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": kept},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": reasoned},
        "total_tokens": given + written,
    }


def message(text: str, item_id: str = "msg_1", phase: str | None = None) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    more = {} if phase is None else {"phase": phase}
    return {"id": item_id, "type": "message", "status": "completed", "role": "assistant", "content": content, **more}


def refusal(text: str) -> dict[str, Any]:
    return {**message(""), "content": [{"type": "refusal", "refusal": text}]}


def call(call_id: str, name: str, arguments: str, item_id: str = "") -> dict[str, Any]:
    item_id = item_id or f"fc_{call_id}"
    return {
        "id": item_id, "type": "function_call", "status": "completed",
        "call_id": call_id, "name": name, "arguments": arguments,
    }  # fmt: skip


def reasoning(*summaries: str, encrypted: str | None = "gAAA", item_id: str = "rs_1") -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": text} for text in summaries]
    return {"id": item_id, "type": "reasoning", "summary": summary, "encrypted_content": encrypted}


def body(*output: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    """A whole answer, with the fields that the vendor always writes."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1764000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": MODEL,
        "output": list(output),
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": "medium", "summary": "detailed"},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage(),
        "metadata": {},
        **more,
    }


def frame(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def frames(answer: dict[str, Any]) -> list[bytes]:
    """The events that say what the whole `answer` says."""
    began = {**answer, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": began},
        {"type": "response.in_progress", "response": began},
    ]
    for index, item in enumerate(answer["output"]):
        events += _item_events(index, item)
    events.append({"type": f"response.{answer['status']}", "response": answer})
    return [frame({**event, "sequence_number": number}) for number, event in enumerate(events)]


def _item_events(index: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    where = {"output_index": index, "item_id": item["id"]}
    empty = {**item, "status": "in_progress"}
    pieces: list[dict[str, Any]] = []
    if item["type"] == "message":
        empty["content"] = []
        pieces = [each for number, part in enumerate(item["content"]) for each in _part_events(where, number, part)]
    elif item["type"] == "function_call":
        empty["arguments"] = ""
        kind = "response.function_call_arguments"
        pieces = [{"type": f"{kind}.delta", **where, "delta": piece} for piece in _pieces(item["arguments"])]
        pieces.append({"type": f"{kind}.done", **where, "arguments": item["arguments"], "name": item["name"]})
    elif item["type"] == "reasoning":
        empty = {**item, "summary": []}
        summaries = enumerate(item["summary"])
        pieces = [
            each for number, part in summaries for each in _summary_events({**where, "summary_index": number}, part)
        ]
    return [
        {"type": "response.output_item.added", "output_index": index, "item": empty},
        *pieces,
        {"type": "response.output_item.done", "output_index": index, "item": item},
    ]


def _part_events(where: dict[str, Any], number: int, part: dict[str, Any]) -> list[dict[str, Any]]:
    place = {**where, "content_index": number}
    if part["type"] == "refusal":
        said = [{"type": "response.refusal.delta", **place, "delta": piece} for piece in _pieces(part["refusal"])]
        done = {"type": "response.refusal.done", **place, "refusal": part["refusal"]}
    else:
        kind = "response.output_text"
        said = [{"type": f"{kind}.delta", **place, "delta": each, "logprobs": []} for each in _pieces(part["text"])]
        done = {"type": f"{kind}.done", **place, "text": part["text"], "logprobs": []}
    return [
        {"type": "response.content_part.added", **place, "part": part},
        *said,
        done,
        {"type": "response.content_part.done", **place, "part": part},
    ]


def _summary_events(place: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    kind = "response.reasoning_summary"
    return [
        {"type": f"{kind}_part.added", **place, "part": {**part, "text": ""}},
        *({"type": f"{kind}_text.delta", **place, "delta": piece} for piece in _pieces(part["text"])),
        {"type": f"{kind}_text.done", **place, "text": part["text"]},
        {"type": f"{kind}_part.done", **place, "part": part},
    ]


def _pieces(text: str) -> list[str]:
    return [text[start : start + 8] for start in range(0, len(text), 8)]
