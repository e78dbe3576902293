"""What OpenAI's own types say of an answer, with what its published schema requires beyond them."""

from __future__ import annotations

import json
from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

__all__ = ["check_chunk", "check_completion"]

# Members that the published schema requires of objects where the library's types leave them optional.
_REQUIRED = {
    "choice": {"finish_reason", "index", "message", "logprobs"},
    "message": {"role", "content", "refusal"},
    "usage": {"completion_tokens", "prompt_tokens", "total_tokens"},
    "chunk choice": {"delta", "finish_reason", "index"},
}
# Ours, and what OpenAI's service sends in a delta although its types do not list it.
_BEYOND = {"cryptodesk", "choices.delta.annotations"}


def check_completion(body: Any) -> ChatCompletion:
    found = ChatCompletion.model_validate_json(json.dumps(body), strict=True)
    assert _unknown(found) <= _BEYOND
    for choice in body["choices"]:
        assert _REQUIRED["choice"] <= set(choice)
        assert _REQUIRED["message"] <= set(choice["message"])
    assert _REQUIRED["usage"] <= set(body["usage"])
    return found


def check_chunk(frame: Any) -> ChatCompletionChunk:
    found = ChatCompletionChunk.model_validate_json(json.dumps(frame), strict=True)
    assert _unknown(found) <= _BEYOND
    for choice in frame["choices"]:
        assert _REQUIRED["chunk choice"] <= set(choice)
    return found


def _unknown(model: BaseModel, path: str = "") -> set[str]:
    """Paths of members that the types do not know."""
    unknown = {path + name for name in model.model_extra or {}}
    for name in type(model).model_fields:
        value = getattr(model, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                unknown |= _unknown(each, f"{path}{name}.")
    return unknown
