"""A model request as the bytes an OpenAI-compatible server is sent."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.messages import Message, TextPart, ToolResultPart
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire import _wire as wire
from cryptodesk.models.openai_wire._thoughts import ReasoningEcho, Thoughts

__all__ = ["Asked", "AskingOptions", "OutputLimitField", "effort_word", "encode_request", "in_words", "is_reasoning"]

OutputLimitField = Literal["max_completion_tokens", "max_tokens"]

_ENCODER = msgspec.json.Encoder()
_WITH_USAGE = wire.StreamOptions(include_usage=True)

_ONE_OBJECT = "Answer with one JSON object and nothing else: no words around it, no code fence."
_BY_SCHEMA = "It must be valid under this JSON Schema: "
_CALL_FIRST = "Call at least one of the tools before you answer."


class AskingOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where compatible servers differ. `stream_usage` is False for servers that refuse `stream_options`, `strict_tools`
    for those that refuse `strict`, `forced_tools` for those that know no `tool_choice` but auto: there a forced call is
    asked for in words. `reasoning_field` is how an effort is written, `reasoning_echo` how reasoning goes back beside
    the results of calls; `thinking_off_without_echo` switches thinking off where reasoning that should go back is lost,
    which such a server would refuse. `cost_in_usage` asks a gateway to tell what it charged.

    `responses` is False for servers that know Chat Completions alone, whatever the models' profiles say, and
    `reasoning_summary` how much a model asked in the Responses format tells of its reasoning."""

    output_limit_field: OutputLimitField = "max_completion_tokens"
    stream_usage: bool = True
    strict_tools: bool = True
    forced_tools: bool = True
    reasoning_field: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    reasoning_echo: ReasoningEcho = "none"
    thinking_off_without_echo: bool = False
    cost_in_usage: bool = False
    responses: bool = True
    reasoning_summary: Literal["auto", "concise", "detailed", "none"] = "auto"


class Asked(Struct, frozen=True):
    """The body, and the key under which the answer's reasoning is kept."""

    body: bytes
    key: bytes


def encode_request(request: ModelRequest, profile: ModelProfile, options: AskingOptions, thoughts: Thoughts) -> Asked:
    """JSON in UTF-8. What the request leaves open is left out, so that the server's own default holds."""
    messages: list[wire.AskedMessage] = []
    for message in request.messages:
        parts = message.parts
        if len(parts) == 1 and type(parts[0]) is TextPart:  # nearly every message
            messages.append(wire.AskedMessage(message.role, parts[0].text))
        else:
            messages += _messages(message)
    key, is_missing = b"", False
    if options.reasoning_echo != "none":
        key, is_missing = thoughts.restore(request.upstream_model, messages)
    for words in in_words(request, profile, options):
        messages.append(wire.AskedMessage("system", words))
    tools = request.tools if options.forced_tools or request.tool_choice != "none" else ()
    effort = _effort(request, profile)
    is_unthinking = is_missing and options.thinking_off_without_echo
    is_object = options.reasoning_field == "reasoning"
    reasons = _reasons(effort, profile)
    with_temperature = profile.temperature and (profile.temperature_with_reasoning or not reasons)
    limits_newer_name = options.output_limit_field == "max_completion_tokens"
    body = wire.Request(
        model=request.upstream_model,
        messages=messages,
        tools=[_tool(tool, options) for tool in tools] if tools else None,
        tool_choice=request.tool_choice if tools and options.forced_tools and request.tool_choice != "auto" else None,
        response_format=_response_format(request.response_format, profile),
        temperature=request.temperature if with_temperature else None,
        max_completion_tokens=request.max_output_tokens if limits_newer_name else None,
        max_tokens=None if limits_newer_name else request.max_output_tokens,
        reasoning_effort=None if is_object or is_unthinking else effort,
        stream=request.stream,
        stream_options=_WITH_USAGE if request.stream and options.stream_usage else None,
        thinking={"type": "disabled"} if is_unthinking else None,
        reasoning={"effort": effort} if is_object and effort is not None else None,
        usage={"include": True} if options.cost_in_usage else None,
    )
    return Asked(_ENCODER.encode(body), key)


def effort_word(request: ModelRequest, profile: ModelProfile) -> str | None:
    """The upstream's word for the effort that is asked for; None where none is."""
    effort = request.reasoning_effort
    return None if effort is None else profile.reasoning_efforts.get(effort, effort)


def is_reasoning(request: ModelRequest, profile: ModelProfile) -> bool:
    """Whether the model reasons over this, where tools do not hinder it."""
    return _reasons(effort_word(request, profile), profile)


def _reasons(effort: str | None, profile: ModelProfile) -> bool:
    return profile.reasons_by_default if effort is None else effort != "none"


def _effort(request: ModelRequest, profile: ModelProfile) -> str | None:
    if request.tools and profile.tools == "without_reasoning":
        return "none"
    return effort_word(request, profile)


def in_words(request: ModelRequest, profile: ModelProfile, options: AskingOptions) -> list[str]:
    """What the server cannot be held to by a field, said to the model."""
    asked, words = request.response_format, []
    if asked is not None and (profile.structured_output == "none" or _is_beyond(asked, profile)):
        by_schema = f" {_BY_SCHEMA}{_ENCODER.encode(asked.schema).decode()}" if asked.schema else ""
        words.append(_ONE_OBJECT + by_schema)
    if request.tools and request.tool_choice == "required" and not options.forced_tools:
        words.append(_CALL_FIRST)
    return words


def _is_beyond(asked: ResponseFormat, profile: ModelProfile) -> bool:
    return asked.kind == "json_schema" and profile.structured_output != "json_schema"


def _messages(message: Message) -> list[wire.AskedMessage]:
    if message.role == "tool":
        return [
            wire.AskedMessage("tool", part.content, tool_call_id=part.call_id)
            for part in message.parts
            if type(part) is ToolResultPart
        ]
    calls = [
        wire.AskedCall(call.call_id, wire.AskedCallFunction(call.name, call.arguments)) for call in message.tool_calls
    ]
    if calls:
        return [wire.AskedMessage(message.role, message.text or None, tool_calls=calls)]
    return [wire.AskedMessage(message.role, message.text)]


def _tool(tool: ToolSpec, options: AskingOptions) -> wire.AskedTool:
    # A tool without parameters takes none; an empty schema object would be refused by strict servers.
    strict = tool.strict and options.strict_tools
    function = wire.AskedToolFunction(tool.name, tool.description, tool.parameters or None, strict)
    return wire.AskedTool(function)


def _response_format(asked: ResponseFormat | None, profile: ModelProfile) -> wire.AskedFormat | None:
    if asked is None or profile.structured_output == "none":
        return None
    if asked.kind == "json_object" or profile.structured_output == "json_object":
        return wire.AskedFormat("json_object")
    return wire.AskedFormat("json_schema", wire.AskedSchema(asked.name, asked.schema or {}, asked.strict))
