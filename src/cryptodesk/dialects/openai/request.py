"""The request on the wire, in the order of OpenAI's reference; what is not listed is accepted and not read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.dialects.openai.asking import WireAsk

__all__ = [
    "ChatMessage",
    "ChatRequest",
    "WireAllowed",
    "WireCall",
    "WireChoice",
    "WireFormat",
    "WireFunction",
    "WireJsonSchema",
    "WireName",
    "WirePart",
    "WireStreamOptions",
    "WireTool",
]


class WirePart(Struct):
    type: str
    text: str | None = None
    refusal: str | None = None


class WireCallFunction(Struct):
    name: str
    arguments: str = ""


class WireCall(Struct):
    id: str
    type: str | None = None
    function: WireCallFunction | None = None


class ChatMessage(Struct):
    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: str | list[WirePart] | None = None
    refusal: str | None = None
    tool_calls: list[WireCall] | None = None
    tool_call_id: str | None = None


class WireFunction(Struct):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class WireTool(Struct):
    type: str = "function"
    function: WireFunction | None = None


class WireName(Struct):
    name: str | None = None


class WireAllowed(Struct):
    mode: str
    tools: list[WireTool]


class WireChoice(Struct):
    type: str
    function: WireName | None = None
    allowed_tools: WireAllowed | None = None


class WireJsonSchema(Struct):
    name: str
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class WireFormat(Struct):
    type: str
    json_schema: WireJsonSchema | None = None


class WireStreamOptions(Struct):
    include_usage: bool | None = None


class ChatRequest(Struct):
    """Parameters that are honoured, then those whose value is looked at and no more. Null is as good as absent."""

    messages: list[ChatMessage]
    model: str
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    response_format: WireFormat | None = None
    stop: str | list[str] | None = None
    stream: bool | None = None
    stream_options: WireStreamOptions | None = None
    temperature: float | None = None
    tool_choice: str | WireChoice | None = None
    tools: list[WireTool] | None = None
    verbosity: str | None = None
    cryptodesk: WireAsk | None = None
    # Looked at, then refused or passed over.
    audio: Any = None
    frequency_penalty: float | None = None
    function_call: Any = None
    functions: Any = None
    logit_bias: dict[str, Decimal] | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    n: int | None = None
    presence_penalty: float | None = None
    top_logprobs: int | None = None
    top_p: float | None = None
