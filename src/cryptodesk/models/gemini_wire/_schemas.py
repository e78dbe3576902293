"""JSON Schemas as the vendor takes them: a part of the standard, for parameters of tools and for answers.

One keyword that it does not know makes it refuse the whole request. What cannot be expressed is not dropped in silence:
it is written into the description, where the model reads it.
Source: Gemini API reference, GenerationConfig.responseJsonSchema and FunctionDeclaration.parametersJsonSchema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["fitted_schema"]

_MAX_DEPTH = 64
_FORMATS = frozenset({"date-time", "date", "time", "float", "double", "int32", "int64"})
_KEPT = frozenset(
    {"type", "title", "required", "minItems", "maxItems", "minimum", "maximum", "propertyOrdering", "$id", "$anchor"}
)
_SILENT = frozenset({"$schema", "$comment", "description"})  # say nothing about values, or are written by us
_DEFINITIONS = ("$defs", "definitions")


def fitted_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A new schema that says what `schema` says, as far as the vendor can hold a model to it."""
    fitted: dict[str, Any] = _fitted(schema, 0)
    return fitted


def _fitted(schema: Any, depth: int) -> Any:
    if isinstance(schema, bool):
        return {}
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return schema
    fitted: dict[str, Any] = {}
    unfit: dict[str, Any] = {}
    for keyword, value in schema.items():
        fits = _fit(keyword, value, fitted, depth) or _fit_value(keyword, value, schema, fitted)
        if not fits and keyword not in _SILENT:
            unfit[keyword] = value
    description = _described(schema.get("description"), unfit)
    if description:
        fitted["description"] = description
    beside = {keyword for keyword in fitted if not keyword.startswith("$")}
    if "$ref" in fitted and beside:  # nothing may stand beside a reference
        fitted["anyOf"] = [{"$ref": fitted.pop("$ref")}, *fitted.get("anyOf", ())]
    return fitted


def _fit(keyword: str, value: Any, fitted: dict[str, Any], depth: int) -> bool:
    """Keywords that hold schemas. False for one that cannot be sent."""
    if keyword in _DEFINITIONS and isinstance(value, Mapping):
        named = {name: _fitted(part, depth + 1) for name, part in value.items()}
        fitted["$defs"] = {**fitted.get("$defs", {}), **named}
    elif keyword == "$ref" and isinstance(value, str):
        fitted["$ref"] = value.replace("#/definitions/", "#/$defs/")
    elif keyword == "properties" and isinstance(value, Mapping):
        fitted["properties"] = {name: _fitted(part, depth + 1) for name, part in value.items()}
    elif keyword == "items" and isinstance(value, Mapping):
        fitted["items"] = _fitted(value, depth + 1)
    elif keyword == "additionalProperties":
        fitted[keyword] = value if isinstance(value, bool) else _fitted(value, depth + 1)
    elif keyword == "prefixItems" or (keyword == "items" and isinstance(value, list)):
        fitted["prefixItems"] = [_fitted(part, depth + 1) for part in value]
    elif isinstance(value, list) and (keyword in ("anyOf", "oneOf") or (keyword == "allOf" and len(value) == 1)):
        # Exactly one of several is read as any of them; all of one is that one.
        fitted["anyOf"] = [*fitted.get("anyOf", ()), *(_fitted(part, depth + 1) for part in value)]
    else:
        return False
    return True


def _fit_value(keyword: str, value: Any, schema: Mapping[str, Any], fitted: dict[str, Any]) -> bool:
    """Keywords that bound values. False for one that cannot be sent, or that says more than what was sent."""
    if keyword in _KEPT:
        fitted.setdefault(keyword, value)
    elif keyword == "format" and value in _FORMATS:
        fitted["format"] = value
    elif keyword == "const" and _is_plain(value):
        fitted["enum"] = [value]
    elif keyword == "enum" and isinstance(value, list):
        return _fit_enum(value, fitted)
    elif keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        return _fit_bound(keyword, value, schema, fitted)
    else:
        return False
    return True


def _fit_enum(values: list[Any], fitted: dict[str, Any]) -> bool:
    """Text and numbers only, null as a kind of its own."""
    plain = [value for value in values if value is not None]
    if not plain or not all(_is_plain(value) for value in plain):
        return False
    if len(plain) == len(values):
        fitted["enum"] = plain
    else:
        fitted["anyOf"] = [*fitted.get("anyOf", ()), {"enum": plain}, {"type": "null"}]
    return True


def _fit_bound(keyword: str, value: Any, schema: Mapping[str, Any], fitted: dict[str, Any]) -> bool:
    """A whole number beyond the bound is the next one; for others the bound is sent, and told that it is excluded."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    is_lower = keyword == "exclusiveMinimum"
    is_whole = schema.get("type") == "integer" and isinstance(value, int)
    bound = value + (1 if is_lower else -1) if is_whole else value
    name = "minimum" if is_lower else "maximum"
    own = schema.get(name)
    if isinstance(own, int | float) and not isinstance(own, bool):
        bound = max(bound, own) if is_lower else min(bound, own)
    fitted[name] = bound
    return is_whole


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _described(description: Any, unfit: dict[str, Any]) -> str:
    words = [str(description)] if description else []
    if unfit:
        words.append(f"JSON Schema also says: {msgspec.json.encode(unfit).decode()}")
    return "\n\n".join(words)
