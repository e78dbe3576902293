"""A model request as the bytes the Messages endpoint is sent."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models._http.turns import Prefix
from cryptodesk.models.anthropic_wire import _wire as wire
from cryptodesk.models.anthropic_wire._conversation import Turns, as_turns
from cryptodesk.models.anthropic_wire._schemas import fitted_schema, is_expressible
from cryptodesk.models.anthropic_wire._thoughts import Thoughts

__all__ = ["Asked", "AskingOptions", "CacheLifetime", "encode_request"]

CacheLifetime = Literal["off", "5m", "1h"]

_ENCODER = msgspec.json.Encoder()

# The vendor's own clients reckon with 128,000 tokens an hour. A longer answer could be silent for longer than a first
# byte may take, so it is read as a stream whatever the caller wants.
_MAX_BUFFERED_TOKENS = 4_096
_MIN_BUDGET_TOKENS = 1024
_WITHOUT_EFFORT = frozenset({"disabled", "between_tools"})
_EFFORTS = {"minimal": "low"}

_ONE_OBJECT = "Answer with one JSON object and nothing else: no words around it, no code fence."
_ONE_VALUE = (
    "Answer with one JSON value and nothing else: no words around it, no code fence. "
    "It must satisfy this JSON Schema:\n"
)
_CALL_FIRST = "Call at least one of the tools before you answer."


class AskingOptions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`cache` is how long prompts are kept for cheaper reading, `output_tokens` the limit of an answer where neither
    the request nor the catalogue has one. Models in `unforced_models` refuse a forced tool call and are told in words.
    """

    cache: CacheLifetime = "5m"
    output_tokens: int = 32_000
    thinking_display: Literal["summarized", "omitted"] = "summarized"
    unforced_models: tuple[str, ...] = ()


class Asked(Struct, frozen=True):
    """The body, the key under which the answer's thinking is kept, whether the answer comes as a stream, and whether it
    is JSON that was asked for in words."""

    body: bytes
    key: bytes
    is_streamed: bool
    is_json_in_words: bool


def encode_request(request: ModelRequest, profile: ModelProfile, options: AskingOptions, thoughts: Thoughts) -> Asked:
    """JSON in UTF-8. What the request leaves open is left out, so that the model's own default holds."""
    max_tokens = request.max_output_tokens or options.output_tokens
    choice = _tool_choice(request, options)
    grammar = _grammar(request, profile)
    tools, system = _tools(request), _system(request, options, has_grammar=grammar is not None)
    turns = as_turns(request.messages, Prefix(request.upstream_model, tools, system), thoughts)
    thinking, effort = _thinking(request, profile, options, max_tokens, turns)
    body = wire.Request(
        model=request.upstream_model,
        max_tokens=max_tokens,
        messages=turns.messages,
        output_config=wire.OutputConfig(effort, grammar) if effort or grammar else None,
        stream=request.stream or max_tokens > _MAX_BUFFERED_TOKENS,
        system=system or None,
        thinking=thinking,
        tool_choice=choice,
        tools=tools or None,
    )
    is_json_in_words = request.response_format is not None and grammar is None
    return Asked(_ENCODER.encode(_with_breakpoints(body, options.cache)), turns.key, body.stream, is_json_in_words)


def _tools(request: ModelRequest) -> list[wire.AskedTool]:
    if request.tools:
        return [_tool(tool) for tool in request.tools]
    # Calls of earlier turns need their tools defined, though none may be called now.
    called = dict.fromkeys(call.name for message in request.messages for call in message.tool_calls)
    return [wire.AskedTool(name, {"type": "object"}) for name in called]


def _tool(tool: ToolSpec) -> wire.AskedTool:
    schema = {"type": "object", "properties": {}, **tool.parameters}
    is_strict = tool.strict and (is_expressible(schema) or not tool.parameters)
    return wire.AskedTool(tool.name, fitted_schema(schema) if is_strict else schema, tool.description, is_strict)


def _tool_choice(request: ModelRequest, options: AskingOptions) -> wire.ToolChoice | None:
    if not request.tools:
        called = any(message.tool_calls for message in request.messages)
        return wire.ToolChoice("none") if called else None
    if request.tool_choice == "none":
        return wire.ToolChoice("none")
    is_forced = request.tool_choice == "required" and request.upstream_model not in options.unforced_models
    return wire.ToolChoice("any") if is_forced else None


def _system(request: ModelRequest, options: AskingOptions, *, has_grammar: bool) -> list[wire.TextBlock]:
    """All system messages, wherever they stood: not every model takes one amid the conversation."""
    texts = [message.text for message in request.messages if message.role == "system" and message.text.strip()]
    if request.response_format is not None and not has_grammar:
        texts.append(_format_in_words(request.response_format.schema))
    if request.tools and request.tool_choice == "required" and request.upstream_model in options.unforced_models:
        texts.append(_CALL_FIRST)
    return [wire.TextBlock(text) for text in texts]


def _thinking(
    request: ModelRequest, profile: ModelProfile, options: AskingOptions, max_tokens: int, turns: Turns
) -> tuple[wire.Thinking | None, str | None]:
    """How to think, and the effort. The profile's word for an effort is the vendor's effort, a number for a budget of
    tokens (older models), or "disabled" or "between_tools" for the least a model can be asked."""
    effort = request.reasoning_effort
    if effort is None:
        return None, None
    word = profile.reasoning_efforts.get(effort) or _EFFORTS.get(effort, effort)
    if word in _WITHOUT_EFFORT:
        return wire.Thinking(word), None
    if not word.isdigit():
        # An adaptive model accepts a tool loop whose thinking we could not keep; it thinks anew.
        return wire.Thinking("adaptive", display=options.thinking_display), word
    budget = min(int(word), max_tokens // 2)
    is_forced = bool(request.tools) and request.tool_choice == "required"
    # With a budget the vendor refuses a forced call, and a tool loop that does not begin with its signed thinking.
    if is_forced or not turns.has_thoughts or budget < _MIN_BUDGET_TOKENS:
        return None, None
    return wire.Thinking("enabled", budget), None


def _grammar(request: ModelRequest, profile: ModelProfile) -> wire.AskedFormat | None:
    """The format that the vendor holds the model to; None where there is none, or its grammar knows none such."""
    asked = request.response_format
    if asked is None or asked.schema is None or profile.structured_output != "json_schema":
        return None
    if not is_expressible(asked.schema):
        return None
    return wire.AskedFormat(fitted_schema(asked.schema))


def _format_in_words(schema: dict[str, Any] | None) -> str:
    return _ONE_OBJECT if not schema else _ONE_VALUE + msgspec.json.encode(schema).decode()


def _with_breakpoints(body: wire.Request, cache: CacheLifetime) -> wire.Request:
    """Marks how far the prompt is worth keeping: tools, system text, and the conversation of a tool loop, which is
    read again with the results. A single question is read once only, and writing costs more than reading."""
    if cache == "off":
        return body
    mark = wire.CacheControl("1h" if cache == "1h" else None)
    tools, system, messages = body.tools, body.system, body.messages
    if tools:
        tools = [*tools[:-1], structs.replace(tools[-1], cache_control=mark)]
    if system:
        system = [*system[:-1], structs.replace(system[-1], cache_control=mark)]
    may_call = tools and (body.tool_choice is None or body.tool_choice.type != "none")
    if may_call:
        *blocks, last = messages[-1].content
        marked = structs.replace(last, cache_control=mark)  # a text or a result: the last turn is the user's
        messages = [*messages[:-1], structs.replace(messages[-1], content=[*blocks, marked])]
    return structs.replace(body, tools=tools, system=system, messages=messages)
