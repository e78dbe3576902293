"""What a well-formed request may still get wrong: values, ranges, tools, schemas, and messages that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects._schemas import is_nested_within, root_fault, strict_fault
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.errors import missing
from cryptodesk.dialects.openai.request import ChatRequest, WireFormat, WireFunction, WireTool

__all__ = ["check_format", "check_request", "check_tools", "invalid_value"]

_FORMATS = "'text', 'json_object', and 'json_schema'"


def check_request(chat: ChatRequest) -> None:
    """Raises: InvalidRequest."""
    _check_refused(chat)
    _check_ranges(chat)
    if chat.stop is not None:
        _check_stops([chat.stop] if isinstance(chat.stop, str) else chat.stop)
    if chat.reasoning_effort is not None and chat.reasoning_effort not in choices.EFFORTS:
        raise invalid_value(chat.reasoning_effort, "reasoning_effort", _listed(choices.EFFORTS))
    if chat.verbosity is not None and chat.verbosity not in choices.VERBOSITIES:
        raise invalid_value(chat.verbosity, "verbosity", _listed(choices.VERBOSITIES))
    if chat.tools:
        check_tools(chat.tools)
    if chat.response_format is not None:
        check_format(chat.response_format)


def invalid_value(value: str, param: str, supported: str) -> InvalidRequest:
    text = f"Invalid value: '{clipped(value)}'. Supported values are: {supported}."
    return InvalidRequest(text, param=param, reason="invalid_value")


# -- what cannot be honoured -------------------------------------------------------------------------------------------


def _check_refused(chat: ChatRequest) -> None:
    for name, advice in choices.REFUSED.items():
        if getattr(chat, name):
            raise _unsupported(name, advice)
    if chat.logprobs or chat.top_logprobs:
        raise _unsupported("logprobs" if chat.logprobs else "top_logprobs", "No model here tells probabilities.")
    if chat.n is not None and chat.n != 1:
        raise InvalidRequest(
            f"Unsupported value: 'n' does not support {chat.n} here. Only 1 is supported.",
            param="n",
            reason="unsupported_value",
        )
    for kind in chat.modalities or ():
        if kind != "text":
            raise invalid_value(kind, "modalities", "'text'")


def _unsupported(name: str, advice: str) -> InvalidRequest:
    text = f"Unsupported parameter: '{name}' is not supported here. {advice}"
    return InvalidRequest(text, param=name, reason="unsupported_parameter")


# -- ranges ------------------------------------------------------------------------------------------------------------


def _check_ranges(chat: ChatRequest) -> None:
    if chat.temperature is not None:
        _check_range("temperature", chat.temperature, 0, 2)
    if chat.top_p is not None:
        _check_range("top_p", chat.top_p, 0, 1)
    if chat.frequency_penalty is not None:
        _check_range("frequency_penalty", chat.frequency_penalty, -2, 2)
    if chat.presence_penalty is not None:
        _check_range("presence_penalty", chat.presence_penalty, -2, 2)
    if chat.max_completion_tokens is not None:
        _check_range("max_completion_tokens", chat.max_completion_tokens, 1, choices.MAX_COMPLETION_TOKENS)
    if chat.max_tokens is not None:
        _check_range("max_tokens", chat.max_tokens, 1, choices.MAX_COMPLETION_TOKENS)


def _check_range(name: str, value: float, least: int, most: int) -> None:
    if least <= value <= most:
        return
    kind = "integer" if isinstance(value, int) and most > 2 else "decimal"
    side, bound = ("above max", f"<= {most}") if value > most else ("below min", f">= {least}")
    text = (
        f"Invalid '{name}': {kind} {side}imum value. Expected a value {bound}, but got {clipped(repr(value))} instead."
    )
    raise InvalidRequest(text, param=name, reason=f"{kind}_{side.replace(' ', '_')}_value")


def _check_stops(stops: Sequence[str]) -> None:
    if len(stops) > choices.MAX_STOPS:
        raise _too_long("stop", choices.MAX_STOPS, len(stops))
    if not all(stops):
        raise InvalidRequest("Invalid 'stop': a sequence must not be empty.", param="stop", reason="empty_string")


def _too_long(param: str, most: int, length: int) -> InvalidRequest:
    text = (
        f"Invalid '{param}': array too long. Expected an array with maximum length {most}, "
        f"but got an array with length {length} instead."
    )
    return InvalidRequest(text, param=param, reason="array_above_max_length")


# -- tools and formats -------------------------------------------------------------------------------------------------


def check_tools(tools: Sequence[WireTool]) -> None:
    if len(tools) > choices.MAX_TOOLS:
        raise _too_long("tools", choices.MAX_TOOLS, len(tools))
    for index, tool in enumerate(tools):
        path = f"tools[{index}]"
        if tool.type != "function":
            raise invalid_value(tool.type, f"{path}.type", "'function'")
        if tool.function is None:
            raise missing(f"{path}.function")
        _check_function(tool.function, f"{path}.function")


def _check_function(function: WireFunction, path: str) -> None:
    _check_name(function.name, f"{path}.name")
    parameters = function.parameters
    if not parameters:
        return
    fault = _schema_fault(parameters) or root_fault(parameters)
    if fault is None and function.strict:
        fault = strict_fault(parameters)
    if fault is not None:
        text = f"Invalid schema for function '{function.name}': {fault}"
        raise InvalidRequest(text, param=f"{path}.parameters", reason="invalid_function_parameters")


def _check_name(name: str, path: str) -> None:
    plain = name.replace("_", "a").replace("-", "a")
    if not (plain.isascii() and plain.isalnum()):
        text = f"Invalid '{path}': string does not match pattern. Expected a string that matches the pattern "
        raise InvalidRequest(text + "'^[a-zA-Z0-9_-]+$'.", param=path, reason="invalid_value")
    most = choices.MAX_NAME_CHARACTERS
    if len(name) > most:
        text = f"Invalid '{path}': string too long. Expected a string with maximum length {most}, "
        text += f"but got a string with length {len(name)} instead."
        raise InvalidRequest(text, param=path, reason="string_above_max_length")


def _schema_fault(schema: dict[str, Any]) -> str | None:
    if is_nested_within(schema, choices.MAX_SCHEMA_NESTING):
        return None
    return f"nested deeper than {choices.MAX_SCHEMA_NESTING} levels."


def check_format(wanted: WireFormat) -> None:
    if wanted.type not in ("text", "json_object", "json_schema"):
        raise invalid_value(wanted.type, "response_format.type", _FORMATS)
    if wanted.type != "json_schema":
        return
    if wanted.json_schema is None:
        raise missing("response_format.json_schema")
    _check_name(wanted.json_schema.name, "response_format.json_schema.name")
    schema = wanted.json_schema.schema
    if schema is None:
        if wanted.json_schema.strict:
            raise missing("response_format.json_schema.schema")
        return
    fault = _schema_fault(schema) or (strict_fault(schema) if wanted.json_schema.strict else None)
    if fault is not None:
        text = f"Invalid schema for response_format '{wanted.json_schema.name}': {fault}"
        raise InvalidRequest(text, param="response_format", reason=None)


def _listed(names: Sequence[str] | dict[str, str]) -> str:
    *most, last = (f"'{name}'" for name in names)
    return f"{', '.join(most)}, and {last}"
