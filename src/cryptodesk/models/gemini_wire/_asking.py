"""A model request as what generateContent is sent."""

from __future__ import annotations

import msgspec
from msgspec import Struct, structs

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.gemini_wire import _wire as wire
from cryptodesk.models.gemini_wire._conversation import as_turns
from cryptodesk.models.gemini_wire._schemas import fitted_schema
from cryptodesk.models.gemini_wire._signatures import Signatures

__all__ = ["Asked", "as_asked"]

_ENCODER = msgspec.json.Encoder()

# The vendor refuses a larger limit for an answer in one piece.
_MAX_BUFFERED_TOKENS = 32_768

_ONE_OBJECT = "Answer with one JSON object and nothing else: no words around it, no code fence."
_BY_SCHEMA = "It must be valid under this JSON Schema: "

_TAKING = ("properties", "additionalProperties", "patternProperties", "$ref", "anyOf", "oneOf", "allOf")


class Asked(Struct, frozen=True):
    """The request, the key under which the answer's signatures are kept, and whether the answer comes as a stream."""

    request: wire.Request
    key: bytes
    is_streamed: bool

    def encode(self, continuation_token: str | None = None) -> bytes:
        """JSON in UTF-8. With a token, the same request again, to go on where the answer was broken off."""
        if continuation_token is None:
            return _ENCODER.encode(self.request)
        return _ENCODER.encode(structs.replace(self.request, continuation_token=continuation_token))


def as_asked(request: ModelRequest, profile: ModelProfile, signatures: Signatures, *, call_ids: bool) -> Asked:
    """What the request leaves open is left out, so that the model's own default holds."""
    turns = as_turns(request.messages, request.upstream_model, signatures, call_ids=call_ids)
    body = wire.Request(
        contents=turns.contents,
        system_instruction=_system(request, profile),
        tools=[wire.Tool([_declaration(tool) for tool in request.tools])] if request.tools else None,
        tool_config=_tool_config(request),
        generation_config=_generation_config(request, profile),
    )
    return Asked(body, turns.key, request.stream or (request.max_output_tokens or 0) > _MAX_BUFFERED_TOKENS)


def _system(request: ModelRequest, profile: ModelProfile) -> wire.SystemInstruction | None:
    """All system messages, wherever they stood: contents know no such role."""
    texts = [message.text for message in request.messages if message.role == "system" and message.text.strip()]
    texts += _format_in_words(request, profile)
    return wire.SystemInstruction([wire.AskedPart(text=text) for text in texts]) if texts else None


def _format_in_words(request: ModelRequest, profile: ModelProfile) -> list[str]:
    """The format that the model cannot be held to, said to it."""
    asked = request.response_format
    if asked is None or (_has_mime_type(request, profile) and (asked.schema is None or _has_schema(request, profile))):
        return []
    by_schema = f" {_BY_SCHEMA}{_ENCODER.encode(asked.schema).decode()}" if asked.schema else ""
    return [_ONE_OBJECT + by_schema]


def _has_mime_type(request: ModelRequest, profile: ModelProfile) -> bool:
    return request.response_format is not None and profile.structured_output != "none"


def _has_schema(request: ModelRequest, profile: ModelProfile) -> bool:
    asked = request.response_format
    return asked is not None and asked.schema is not None and profile.structured_output == "json_schema"


def _declaration(tool: ToolSpec) -> wire.FunctionDeclaration:
    # A tool without parameters takes none: an object without properties is refused.
    takes_any = any(tool.parameters.get(keyword) for keyword in _TAKING)
    return wire.FunctionDeclaration(tool.name, tool.description, fitted_schema(tool.parameters) if takes_any else None)


def _tool_config(request: ModelRequest) -> wire.ToolConfig | None:
    if not request.tools:
        return None
    match request.tool_choice:
        case "required":
            return wire.ToolConfig(wire.FunctionCallingConfig("ANY"))
        case "none":
            return wire.ToolConfig(wire.FunctionCallingConfig("NONE"))
    # The vendor's default lets a model stray from the schema; a strict tool asked for the contrary.
    is_strict = any(tool.strict for tool in request.tools)
    return wire.ToolConfig(wire.FunctionCallingConfig("VALIDATED")) if is_strict else None


def _generation_config(request: ModelRequest, profile: ModelProfile) -> wire.GenerationConfig | None:
    asked = request.response_format
    thinking = _thinking(request, profile)
    reasons = profile.reasons_by_default if thinking is None else thinking.thinking_budget != 0
    with_temperature = profile.temperature and (profile.temperature_with_reasoning or not reasons)
    schema = asked.schema if asked is not None and _has_schema(request, profile) else None
    config = wire.GenerationConfig(
        temperature=request.temperature if with_temperature else None,
        max_output_tokens=request.max_output_tokens,
        response_mime_type="application/json" if _has_mime_type(request, profile) else None,
        response_json_schema=None if schema is None else fitted_schema(schema),
        thinking_config=thinking,
    )
    return None if config == wire.GenerationConfig() else config


def _thinking(request: ModelRequest, profile: ModelProfile) -> wire.ThinkingConfig | None:
    """The profile's word for an effort is the vendor's level, or a number: a budget of tokens, which models before
    Gemini 3 take (0 is no thinking, -1 the model's own choice). Both at once are refused."""
    if request.tools and profile.tools == "without_reasoning":
        return wire.ThinkingConfig(thinking_budget=0)
    effort = request.reasoning_effort
    if effort is None:
        return None
    word = profile.reasoning_efforts.get(effort, effort)
    if word.removeprefix("-").isdecimal():
        budget = int(word)
        return wire.ThinkingConfig(include_thoughts=budget != 0, thinking_budget=budget)
    return wire.ThinkingConfig(include_thoughts=True, thinking_level=word.upper())
