"""Answers as generateContent writes them, for the server that tests decide."""

from __future__ import annotations

import json
from typing import Any

from tests.models._http.upstream import Exchange, sse_head
from tests.models._http.upstream import Upstream as AnyUpstream

__all__ = ["MODEL", "Exchange", "Upstream", "call_part", "candidate", "frame", "sse_head", "text_answer"]

MODEL = "gemini-x-1"


class Upstream(AnyUpstream):
    base_path = "/v1beta"


def frame(payload: dict[str, Any] | str) -> bytes:
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return f"data: {text}\r\n\r\n".encode()


def candidate(
    *parts: dict[str, Any], finish: str | None = None, usage: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An answer, or a chunk of one, with the fields that the vendor writes, in its order."""
    written: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}} if parts else {}
    if finish is not None:
        written["finishReason"] = finish
    answer: dict[str, Any] = {"candidates": [{**written, "index": 0, **more}]}
    if usage is not None:
        answer["usageMetadata"] = usage
    return {**answer, "modelVersion": MODEL, "responseId": "r-1"}


def text_answer(text: str, **more: Any) -> dict[str, Any]:
    return candidate({"text": text}, **more)


def call_part(
    name: str, args: dict[str, Any], call_id: str | None = None, signature: str | None = None
) -> dict[str, Any]:
    call = {"name": name, "args": args, **({} if call_id is None else {"id": call_id})}
    return {"functionCall": call, **({} if signature is None else {"thoughtSignature": signature})}
