"""Checks of what carries a JSON Schema: tool definitions and the response format."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects._schemas import is_nested_within, root_fault, strict_fault
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.errors import ServerBusy, clipped, missing
from cryptodesk.dialects.cmc.request import WireFormat, WireFunction, WireJsonSchema, WireTool
from cryptodesk.dialects.cmc.values import Json, expect, invalid_value

__all__ = ["check_format_schema", "check_tools", "is_name", "read_format"]

_FORMATS = ("json_object", "json_schema", "text")
_FORMATS_TEXT = "'json_object', 'json_schema', and 'text'"
_FORMAT_NAME = "response_format.json_schema.name"


def is_name(name: str) -> bool:
    """True for 1 to 64 ASCII letters, digits, underscores and dashes."""
    plain = name.replace("_", "a").replace("-", "a")
    return len(name) <= choices.MAX_NAME_CHARACTERS and plain.isascii() and plain.isalnum()


def check_tools(tools: list[Json] | None, built_in_names: Collection[str]) -> list[WireTool] | None:
    """The tools; of a built-in only the name is read. Raises: InvalidRequest, ServerBusy."""
    if tools is None:
        return None
    return [_check_tool(tool, f"tools[{index}]", built_in_names) for index, tool in enumerate(tools)]


def _check_tool(tool: Json, path: str, built_in_names: Collection[str]) -> WireTool:
    members = expect({path: tool}, path, dict, required=True)
    inner = f"{path}.function"
    kind = members.get("type")
    function = members.get("function")
    if isinstance(function, dict) and _is_built_in(function.get("name"), built_in_names):
        return WireTool(WireFunction(function["name"]))
    if expect(members, "type", str, path) not in (None, "function"):
        raise invalid_value(clipped(kind), f"{path}.type", "'function'")
    function = expect(members, "function", dict, path, required=True)
    name = expect(function, "name", str, inner, required=True)
    _check_name(name, f"{inner}.name")
    return WireTool(_check_custom(function, name, inner))


def _is_built_in(name: Json, built_in_names: Collection[str]) -> bool:
    return isinstance(name, str) and name in built_in_names


def _check_custom(function: dict[str, Any], name: str, path: str) -> WireFunction:
    if function.get("description") is None:
        raise ServerBusy
    description = expect(function, "description", str, path)
    parameters = expect(function, "parameters", dict, path)
    strict = expect(function, "strict", bool, path)
    fault = _parameters_fault(parameters, strict=bool(strict)) if parameters else None
    if fault is not None:
        text = f"Invalid schema for function '{name}': {fault}"
        raise InvalidRequest(text, param=f"{path}.parameters", reason="invalid_function_parameters")
    return WireFunction(name, description, parameters, strict)


def _parameters_fault(parameters: dict[str, Any], *, strict: bool) -> str | None:
    if not is_nested_within(parameters, choices.MAX_SCHEMA_NESTING):
        return f"nested deeper than {choices.MAX_SCHEMA_NESTING} levels."
    return root_fault(parameters) or (strict_fault(parameters) if strict else None)


def _check_name(name: str, path: str) -> None:
    """Raises: InvalidRequest with the upstream's words for an empty, a long and an odd name."""
    if is_name(name):
        return
    limit = choices.MAX_NAME_CHARACTERS
    if not name:
        fault, reason = "empty string. Expected a string with minimum length 1, but got an empty string", "empty_string"
    elif len(name) > limit:
        fault = (
            f"string too long. Expected a string with maximum length {limit}, but got a string with length {len(name)}"
        )
        reason = "string_above_max_length"
    else:
        text = f"Invalid '{path}': string does not match pattern. Expected a string that matches the pattern "
        raise InvalidRequest(text + "'^[a-zA-Z0-9_-]+$'.", param=path, reason="invalid_value")
    raise InvalidRequest(f"Invalid '{path}': {fault} instead.", param=path, reason=reason)


def read_format(document: dict[str, Any]) -> WireFormat | None:
    """The response format, its schema not yet looked at. Raises: InvalidRequest."""
    members = expect(document, "response_format", dict)
    if members is None:
        return None
    kind = expect(members, "type", str, "response_format", required=True)
    if kind not in _FORMATS:
        raise invalid_value(clipped(kind), "response_format.type", _FORMATS_TEXT)
    if kind != "json_schema":
        return WireFormat(kind)
    asked = expect(members, "json_schema", dict, "response_format", required=True)
    path = "response_format.json_schema"
    name = cast(str, expect(asked, "name", str, path, required=True))
    _check_name(name, _FORMAT_NAME)
    schema = expect(asked, "schema", dict, path)
    return WireFormat("json_schema", WireJsonSchema(name, schema, expect(asked, "strict", bool, path)))


def check_format_schema(response_format: WireFormat | None) -> None:
    """Raises: InvalidRequest for a schema too deep, or one that breaks the strict rules it asks for."""
    asked = response_format.json_schema if response_format is not None else None
    if asked is None or asked.schema is None:
        if asked is not None and asked.strict:
            raise missing("response_format.json_schema.schema")
        return
    fault = None
    if not is_nested_within(asked.schema, choices.MAX_SCHEMA_NESTING):
        fault = f"nested deeper than {choices.MAX_SCHEMA_NESTING} levels."
    elif asked.strict:
        fault = strict_fault(asked.schema)
    if fault is not None:
        text = f"Invalid schema for response_format '{asked.name}': {fault}"
        raise InvalidRequest(text, param="response_format", reason=choices.FORMAT_STRICT_CODE)
