"""The format's structs. Requests keep the document's field names; answers are read leniently, and items of kinds that
nobody asked for are not looked into."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Raw, Struct

__all__ = [
    "AnswerUsage",
    "AskedCall",
    "AskedFormat",
    "AskedItem",
    "AskedMessage",
    "AskedReasoning",
    "AskedResult",
    "AskedTool",
    "Item",
    "Part",
    "Payload",
    "Reasoning",
    "Request",
    "Response",
    "StreamOptions",
    "TextConfig",
]

Phase = Literal["commentary", "final_answer"]


class AskedMessage(Struct, frozen=True, omit_defaults=True):
    role: str
    content: str
    phase: Phase | None = None


class AskedReasoning(Struct, frozen=True, omit_defaults=True, tag="reasoning", tag_field="type"):
    """`summary` has no default: it goes out even if it is empty."""

    id: str
    summary: list[dict[str, Any]]
    content: list[dict[str, Any]] | None = None
    encrypted_content: str | None = None


class AskedCall(Struct, frozen=True, tag="function_call", tag_field="type"):
    call_id: str
    name: str
    arguments: str


class AskedResult(Struct, frozen=True, tag="function_call_output", tag_field="type"):
    call_id: str
    output: str


AskedItem = AskedMessage | AskedReasoning | AskedCall | AskedResult


class AskedTool(Struct, frozen=True, tag="function", tag_field="type"):
    """`strict` has no default: the endpoint's own is true, which refuses most schemas."""

    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool


class AskedFormat(Struct, frozen=True, omit_defaults=True):
    type: str
    name: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class TextConfig(Struct, frozen=True):
    format: AskedFormat


class Reasoning(Struct, frozen=True, omit_defaults=True):
    effort: str | None = None
    summary: str | None = None


class StreamOptions(Struct, frozen=True):
    include_obfuscation: bool


class Request(Struct, frozen=True, omit_defaults=True):
    model: str
    input: list[AskedItem]
    store: bool
    include: list[str] | None = None
    max_output_tokens: int | None = None
    reasoning: Reasoning | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    text: TextConfig | None = None
    tool_choice: str | None = None
    tools: list[AskedTool] | None = None


class Part(Struct, gc=False):
    """A piece of a message or of reasoning."""

    type: str | None = None
    text: str | None = None
    refusal: str | None = None


class Item(Struct, gc=False):
    """A message, a call or reasoning."""

    type: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | dict[str, Any] | None = None
    content: list[Part] | None = None
    summary: list[Part] | None = None
    encrypted_content: str | None = None
    phase: str | None = None


class _InputDetails(Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(Struct, gc=False):
    reasoning_tokens: int | None = None


class AnswerUsage(Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _IncompleteDetails(Struct, gc=False):
    reason: str | None = None


class Response(Struct, gc=False):
    model: str | None = None
    status: str | None = None
    output: list[Raw] | None = None
    usage: AnswerUsage | None = None
    error: Any = None
    incomplete_details: _IncompleteDetails | None = None
    service_tier: str | None = None


class Payload(Response, gc=False):
    """A whole answer (`object` is "response"), or one event of a streamed one (`type`)."""

    object: str | None = None
    type: str | None = None
    response: Response | None = None
    item: Raw = Raw()
    output_index: int | None = None
    item_id: str | None = None
    summary_index: int | None = None
    delta: str | None = None
    arguments: str | None = None
