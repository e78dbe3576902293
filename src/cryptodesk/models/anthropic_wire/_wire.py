"""The format's structs. Requests keep the document's field names; answers are read leniently: fields may be missing or
null, and kinds of blocks, deltas and events that we do not know are passed over, as the document asks."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Raw, Struct

__all__ = [
    "Answer",
    "AnswerUsage",
    "AskedBlock",
    "AskedFormat",
    "AskedMessage",
    "AskedTool",
    "Block",
    "CacheControl",
    "Delta",
    "OutputConfig",
    "RedactedThinkingBlock",
    "Request",
    "StopDetails",
    "TextBlock",
    "Thinking",
    "ThinkingBlock",
    "ToolChoice",
    "ToolResultBlock",
    "ToolUseBlock",
]


class CacheControl(Struct, frozen=True, omit_defaults=True, tag="ephemeral"):
    """`ttl` is left out for the vendor's five minutes."""

    ttl: Literal["1h"] | None = None


class TextBlock(Struct, frozen=True, omit_defaults=True, tag="text"):
    text: str
    cache_control: CacheControl | None = None


class ThinkingBlock(Struct, frozen=True, tag="thinking"):
    thinking: str
    signature: str


class RedactedThinkingBlock(Struct, frozen=True, tag="redacted_thinking"):
    data: str


class ToolUseBlock(Struct, frozen=True, omit_defaults=True, tag="tool_use"):
    id: str
    name: str
    input: Raw
    cache_control: CacheControl | None = None


class ToolResultBlock(Struct, frozen=True, omit_defaults=True, tag="tool_result"):
    tool_use_id: str
    content: str = ""
    is_error: bool = False
    cache_control: CacheControl | None = None


AskedBlock = TextBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock | ToolResultBlock


class AskedMessage(Struct, frozen=True):
    role: Literal["user", "assistant"]
    content: list[AskedBlock]


class AskedTool(Struct, frozen=True, omit_defaults=True):
    name: str
    input_schema: dict[str, Any]
    description: str = ""
    strict: bool = False
    cache_control: CacheControl | None = None


class ToolChoice(Struct, frozen=True):
    type: Literal["auto", "any", "none"]


class Thinking(Struct, frozen=True, omit_defaults=True):
    type: str
    budget_tokens: int | None = None
    display: str | None = None


class AskedFormat(Struct, frozen=True, tag="json_schema"):
    schema: dict[str, Any]


class OutputConfig(Struct, frozen=True, omit_defaults=True):
    effort: str | None = None
    format: AskedFormat | None = None


class Request(Struct, frozen=True, omit_defaults=True):
    """There is no temperature: version 2026-10-21 of the API took the sampling parameters away for every model."""

    model: str
    max_tokens: int
    messages: list[AskedMessage]
    output_config: OutputConfig | None = None
    stream: bool = False
    system: list[TextBlock] | None = None
    thinking: Thinking | None = None
    tool_choice: ToolChoice | None = None
    tools: list[AskedTool] | None = None


class Block(Struct, gc=False):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = Raw()  # an object; no union can hold one undecoded


class StopDetails(Struct, gc=False):
    category: str | None = None
    explanation: str | None = None


class Delta(Struct, gc=False):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None
    stop_details: StopDetails | None = None


class _OutputDetails(Struct, gc=False):
    thinking_tokens: int | None = None


class _CacheCreation(Struct, gc=False):
    ephemeral_1h_input_tokens: int | None = None


class AnswerUsage(Struct, gc=False):
    cache_creation: _CacheCreation | None = None
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None
    service_tier: str | None = None


class Message(Struct, gc=False):
    """The beginning of a streamed answer."""

    model: str | None = None
    content: list[Block] | None = None
    usage: AnswerUsage | None = None


class Answer(Struct, gc=False):
    """A whole answer (`type` is "message"), or one event of a streamed one."""

    type: str | None = None
    message: Message | str | None = None
    index: int | None = None
    content_block: Block | None = None
    delta: Delta | None = None
    model: str | None = None
    content: list[Block] | None = None
    stop_reason: str | None = None
    stop_details: StopDetails | None = None
    usage: AnswerUsage | None = None
    error: Any = None
