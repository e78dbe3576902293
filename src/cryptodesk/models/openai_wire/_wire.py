"""The format's structs. Requests keep the document's field names; answers are read leniently, because every server
leaves out or nulls something else. `delta` and `message` have the same fields, so one struct reads both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct

__all__ = [
    "Answer",
    "AnswerUsage",
    "AskedCall",
    "AskedCallFunction",
    "AskedFormat",
    "AskedMessage",
    "AskedSchema",
    "AskedTool",
    "AskedToolFunction",
    "Choice",
    "Piece",
    "Request",
    "StreamOptions",
    "ToolCallPiece",
]


class AskedCallFunction(Struct, frozen=True):
    name: str
    arguments: str


class AskedCall(Struct, frozen=True, tag="function", tag_field="type"):
    id: str
    function: AskedCallFunction


class AskedMessage(Struct, omit_defaults=True):
    """`content` has no default: it goes out as null beside tool calls, which is what the document shows. The last two
    fields are those of servers that want a call's reasoning back."""

    role: str
    content: str | None
    tool_calls: list[AskedCall] | None = None
    tool_call_id: str | None = None
    reasoning_content: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None


class AskedToolFunction(Struct, frozen=True, omit_defaults=True):
    name: str
    description: str
    parameters: dict[str, Any] | None = None
    strict: bool = False


class AskedTool(Struct, frozen=True, tag="function", tag_field="type"):
    function: AskedToolFunction


class AskedSchema(Struct, frozen=True, omit_defaults=True):
    name: str
    schema: dict[str, Any]
    strict: bool = False


class AskedFormat(Struct, frozen=True, omit_defaults=True):
    type: str
    json_schema: AskedSchema | None = None


class StreamOptions(Struct, frozen=True):
    include_usage: bool


class Request(Struct, frozen=True, omit_defaults=True):
    model: str
    messages: list[AskedMessage]
    tools: list[AskedTool] | None = None
    tool_choice: str | None = None
    response_format: AskedFormat | None = None
    temperature: float | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    # From here on fields that only some compatible servers know.
    thinking: dict[str, str] | None = None
    reasoning: dict[str, str] | None = None
    usage: dict[str, bool] | None = None


class CallFunctionPiece(Struct, gc=False):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class ToolCallPiece(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: CallFunctionPiece | None = None


class Piece(Struct, gc=False):
    content: str | list[dict[str, Any]] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallPiece] | None = None


class _PromptDetails(Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _CompletionDetails(Struct, gc=False):
    reasoning_tokens: int | None = None


class _CostDetails(Struct, gc=False):
    upstream_inference_cost: Decimal | None = None


class AnswerUsage(Struct, gc=False):
    """`cost` is what a gateway charges, in US dollars. With a vendor key of one's own (`is_byok`) that is its fee
    alone, and what the vendor charges stands in `cost_details`."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    cost: Decimal | None = None
    cost_details: _CostDetails | None = None
    is_byok: bool | None = None


class Choice(Struct, gc=False):
    delta: Piece | None = None
    message: Piece | None = None
    finish_reason: str | None = None
    index: int | None = None
    usage: AnswerUsage | None = None  # where one vendor puts it


class Answer(Struct, gc=False):
    """A whole answer, or one chunk of a streamed one."""

    choices: list[Choice] | None = None
    model: str | None = None
    usage: AnswerUsage | None = None
    service_tier: str | None = None
    error: Any = None
