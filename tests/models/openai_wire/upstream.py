"""Answers as OpenAI-compatible servers write them, for the server that tests decide."""

from __future__ import annotations

import json
from typing import Any

from tests.models._http.upstream import Exchange, Upstream, sse_head

__all__ = ["Exchange", "Upstream", "chunk", "frame", "sse_head", "text_chunk"]


def frame(payload: dict[str, Any] | str) -> bytes:
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    return {"id": "c1", "object": "chat.completion.chunk", "model": "up-1", "choices": choices, **more}


def text_chunk(text: str) -> dict[str, Any]:
    return chunk({"content": text})
