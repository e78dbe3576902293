"""A model request as the bytes an OpenAI-compatible server is sent."""

from __future__ import annotations

from typing import Literal

import msgspec

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolResultPart
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire import _wire as wire

__all__ = ["OutputLimitField", "encode_request"]

OutputLimitField = Literal["max_completion_tokens", "max_tokens"]

_ENCODER = msgspec.json.Encoder()
_WITH_USAGE = wire.StreamOptions(include_usage=True)


def encode_request(
    request: ModelRequest, profile: ModelProfile, *, output_limit_field: OutputLimitField, stream_usage: bool
) -> bytes:
    """JSON in UTF-8. What the request leaves open is left out, so that the server's own default holds."""
    effort = request.reasoning_effort
    with_temperature = effort is None or profile.temperature_with_reasoning
    limits_newer_name = output_limit_field == "max_completion_tokens"
    body = wire.Request(
        model=request.upstream_model,
        messages=[asked for message in request.messages for asked in _messages(message)],
        tools=[_tool(tool) for tool in request.tools] or None,
        tool_choice=request.tool_choice if request.tools and request.tool_choice != "auto" else None,
        response_format=_response_format(request.response_format),
        temperature=request.temperature if with_temperature else None,
        max_completion_tokens=request.max_output_tokens if limits_newer_name else None,
        max_tokens=None if limits_newer_name else request.max_output_tokens,
        reasoning_effort=None if effort is None else profile.reasoning_efforts.get(effort, effort),
        stream=request.stream,
        stream_options=_WITH_USAGE if request.stream and stream_usage else None,
    )
    return _ENCODER.encode(body)


def _messages(message: Message) -> list[wire.AskedMessage]:
    parts = message.parts
    if len(parts) == 1 and type(parts[0]) is TextPart:  # nearly every message
        return [wire.AskedMessage(message.role, parts[0].text)]
    if message.role == "tool":
        return [
            wire.AskedMessage("tool", part.content, tool_call_id=part.call_id)
            for part in parts
            if type(part) is ToolResultPart
        ]
    calls = [
        wire.AskedCall(call.call_id, wire.AskedCallFunction(call.name, call.arguments)) for call in message.tool_calls
    ]
    if calls:
        return [wire.AskedMessage(message.role, message.text or None, tool_calls=calls)]
    return [wire.AskedMessage(message.role, message.text)]


def _tool(tool: ToolSpec) -> wire.AskedTool:
    # A tool without parameters takes none; an empty schema object would be refused by strict servers.
    function = wire.AskedToolFunction(tool.name, tool.description, tool.parameters or None, tool.strict)
    return wire.AskedTool(function)


def _response_format(asked: ResponseFormat | None) -> wire.AskedFormat | None:
    if asked is None:
        return None
    if asked.kind == "json_object":
        return wire.AskedFormat("json_object")
    return wire.AskedFormat("json_schema", wire.AskedSchema(asked.name, asked.schema or {}, asked.strict))
