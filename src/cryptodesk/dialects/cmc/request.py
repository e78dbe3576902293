"""The request on the wire, in the order of the document, and what it becomes in the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

from msgspec import Struct

from cryptodesk.core.generation import ReasoningEffort, ResponseFormat, ToolChoice
from cryptodesk.core.messages import Message, Part, TextPart, ToolResultPart
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.dialects._extra import NOTHING, Extra, WireExtra, capped_limits
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects.cmc import choices

__all__ = [
    "ChatMessage",
    "ChatRequest",
    "Ignored",
    "WireFormat",
    "WireFunction",
    "WireJsonSchema",
    "WireTool",
    "to_run_request",
]

_CHOICES = frozenset({"auto", "required", "none"})
_EFFORTS = frozenset({"minimal", "low", "medium", "high"})


class Ignored(Struct):
    """An object whose members are not looked at."""


class ChatMessage(Struct):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[Ignored] | None = None


class WireFunction(Struct):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class WireTool(Struct):
    function: WireFunction
    type: Literal["function"] | None = None


class WireJsonSchema(Struct):
    name: str
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class WireFormat(Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: WireJsonSchema | None = None


class ChatRequest(Struct):
    """Fields that the document lists, and our own extra object; every other field is skipped unread."""

    model: str
    messages: list[ChatMessage]
    stream: bool | None = None
    temperature: float | None = None
    max_completion_tokens: int | None = None
    tools: list[WireTool] | None = None
    tool_choice: str | None = None
    response_format: WireFormat | None = None
    stream_options: Ignored | None = None
    reasoning_effort: str | None = None
    previous_response_id: str | None = None
    cryptodesk: WireExtra | None = None


def to_run_request(
    chat: ChatRequest, caller: Caller, trace_id: str, ports: DialectPorts, extra: Extra = NOTHING
) -> RunRequest:
    """The run that a checked request asks for."""
    built_in_names = ports.built_in_tools
    tools = chat.tools or ()
    built_in, client = _split_tools(tools, built_in_names) if tools else ((), ())
    resumed = chat.previous_response_id
    return RunRequest(
        caller=caller,
        dialect="cmc",
        trace_id=trace_id,
        model_id=chat.model,
        messages=_messages(chat.messages),
        built_in_tools=built_in,
        client_tools=client,
        tool_choice=_tool_choice(chat.tool_choice) if tools else None,
        response_format=_response_format(chat.response_format),
        temperature=chat.temperature,
        max_output_tokens=chat.max_completion_tokens,
        reasoning_effort=_reasoning_effort(chat.reasoning_effort),
        stream=bool(chat.stream),
        resume_from=None if resumed is None else resumed.removeprefix(choices.COMPLETION_ID_PREFIX),
        after_tools="return",
        as_of=extra.as_of,
        include=extra.include,
        limits=capped_limits(ports.limits, extra),
    )


def _messages(wire: list[ChatMessage]) -> tuple[Message, ...]:
    """Only the first system message counts, wherever it stands. It goes first: many local models' chat templates
    refuse it anywhere else."""
    systems: list[Message] = []
    others: list[Message] = []
    for message in wire:
        (systems if message.role == "system" else others).append(_message(message))
    return (*systems[:1], *others)


def _message(wire: ChatMessage) -> Message:
    text = wire.content or ""
    part: Part = ToolResultPart(wire.tool_call_id or "", text) if wire.role == "tool" else TextPart(text)
    return Message(wire.role, (part,))


def _split_tools(
    tools: list[WireTool] | tuple[()], built_in_names: frozenset[str]
) -> tuple[tuple[str, ...], tuple[ToolSpec, ...]]:
    """Names of built-in tools, specifications of the caller's own. Of two with one name the later holds."""
    built_in = dict.fromkeys(_names(tools, built_in_names))
    client = {
        tool.function.name: _tool_spec(tool.function) for tool in tools if tool.function.name not in built_in_names
    }
    return tuple(built_in), tuple(client.values())


def _names(tools: list[WireTool] | tuple[()], built_in_names: frozenset[str]) -> Iterator[str]:
    return (tool.function.name for tool in tools if tool.function.name in built_in_names)


def _tool_spec(function: WireFunction) -> ToolSpec:
    parameters = function.parameters or dict(choices.ARGUMENTS_OF_NOTHING)
    return ToolSpec(function.name, function.description or "", parameters, strict=bool(function.strict))


def _tool_choice(value: str | None) -> ToolChoice | None:
    return cast(ToolChoice, value) if value in _CHOICES else None


def _reasoning_effort(value: str | None) -> ReasoningEffort | None:
    return cast(ReasoningEffort, value) if value in _EFFORTS else None


def _response_format(wire: WireFormat | None) -> ResponseFormat | None:
    if wire is None or wire.type == "text":
        return None
    if wire.type == "json_object" or wire.json_schema is None:
        return ResponseFormat("json_object")
    asked = wire.json_schema
    return ResponseFormat("json_schema", asked.name, asked.schema, bool(asked.strict))
