"""A model request as the bytes the Responses endpoint is sent."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import msgspec

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest, ResponseFormat
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.openai_wire._asking import Asked, AskingOptions, effort_word, in_words, is_reasoning
from cryptodesk.models.openai_wire._errors import Extra
from cryptodesk.models.openai_wire.responses import _wire as wire
from cryptodesk.models.openai_wire.responses._conversation import as_items
from cryptodesk.models.openai_wire.responses._thoughts import Thoughts

__all__ = ["encode_response_request"]

_ENCODER = msgspec.json.Encoder()
_PLAIN_STREAM = wire.StreamOptions(include_obfuscation=False)
_NO_PARAMETERS = {"type": "object", "properties": {}, "additionalProperties": False}


def encode_response_request(
    request: ModelRequest,
    profile: ModelProfile,
    options: AskingOptions,
    thoughts: Thoughts,
    left_out: AbstractSet[Extra] = frozenset(),
) -> Asked:
    """JSON in UTF-8. What the request leaves open is left out, so that the model's own default holds; so is what the
    server has refused (`left_out`)."""
    effort = effort_word(request, profile)
    reasons = is_reasoning(request, profile)
    asked = as_items(request.messages, request.upstream_model, None if "reasoning" in left_out else thoughts)
    tools = request.tools if options.forced_tools or request.tool_choice != "none" else ()
    words = in_words(request, profile, options)
    with_temperature = profile.temperature and (profile.temperature_with_reasoning or not reasons)
    body = wire.Request(
        model=request.upstream_model,
        input=[*asked.items, *(wire.AskedMessage("system", each) for each in words)],
        store=False,
        include=["reasoning.encrypted_content"] if reasons else None,
        max_output_tokens=request.max_output_tokens,
        reasoning=_reasoning(effort, options, with_summary=reasons and "summary" not in left_out),
        stream=request.stream,
        stream_options=_PLAIN_STREAM if request.stream else None,
        temperature=request.temperature if with_temperature else None,
        text=_text(request.response_format, profile),
        tool_choice=request.tool_choice if tools and options.forced_tools and request.tool_choice != "auto" else None,
        tools=[_tool(tool, options) for tool in tools] or None,
    )
    return Asked(_ENCODER.encode(body), asked.key)


def _reasoning(effort: str | None, options: AskingOptions, *, with_summary: bool) -> wire.Reasoning | None:
    summary = options.reasoning_summary if with_summary and options.reasoning_summary != "none" else None
    return wire.Reasoning(effort, summary) if effort is not None or summary is not None else None


def _tool(tool: ToolSpec, options: AskingOptions) -> wire.AskedTool:
    return wire.AskedTool(
        tool.name, tool.description, tool.parameters or _NO_PARAMETERS, tool.strict and options.strict_tools
    )


def _text(asked: ResponseFormat | None, profile: ModelProfile) -> wire.TextConfig | None:
    if asked is None or profile.structured_output == "none":
        return None
    if asked.kind == "json_object" or profile.structured_output == "json_object":
        return wire.TextConfig(wire.AskedFormat("json_object"))
    return wire.TextConfig(wire.AskedFormat("json_schema", asked.name, asked.schema or {}, asked.strict))
