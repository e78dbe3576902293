"""JSON Schemas as structured output takes them: a part of the standard, closed objects only.

A limit on values that the vendor's grammar cannot express is not dropped in silence: it is written into the
description, where the model reads it. A shape that it cannot express at all is for words instead.
Source: Claude API documentation, structured outputs, JSON Schema limitations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["fitted_schema", "is_expressible"]

_MAX_DEPTH = 64
_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"},
)
_KEPT = frozenset({"type", "title", "enum", "const", "required"})
_SHAPES = frozenset({"type", "properties", "enum", "const", "anyOf", "allOf", "oneOf"})
_DEFINITIONS = ("$defs", "definitions")


def fitted_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A new schema that accepts no more than `schema` says, as far as the vendor can hold a model to it."""
    fitted: dict[str, Any] = _fitted(schema, 0)
    return fitted


def is_expressible(schema: Mapping[str, Any]) -> bool:
    """False for objects with any names, values of any kind, and schemas that hold themselves."""
    return _is_expressible(schema, schema, ())


def _is_expressible(schema: Any, root: Mapping[str, Any], above: tuple[str, ...]) -> bool:
    if not isinstance(schema, Mapping) or len(above) > _MAX_DEPTH:
        return False
    reference = schema.get("$ref")
    if reference is not None:
        part = _referred(str(reference), root)
        return reference not in above and part is not None and _is_expressible(part, root, (*above, reference))
    if "patternProperties" in schema or not _SHAPES.intersection(schema):
        return False
    if _is_object(schema) and not schema.get("properties") and schema.get("additionalProperties") is not False:
        return False
    if schema.get("type") == "array" and "items" not in schema:
        return False
    parts = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    parts += [part for name in ("anyOf", "allOf", "oneOf") for part in schema.get(name, ())]
    return all(_is_expressible(part, root, (*above, "")) for part in parts)


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    """What a reference inside the schema points at; None for others."""
    start, _, name = reference.rpartition("/")
    holder = root.get(start.removeprefix("#/"), {}) if start.startswith("#/") else {}
    return holder.get(name) if isinstance(holder, Mapping) else None


def _fitted(schema: Any, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return schema
    definitions = {
        name: {key: _fitted(part, depth + 1) for key, part in schema[name].items()}
        for name in _DEFINITIONS
        if isinstance(schema.get(name), Mapping)
    }
    if "$ref" in schema:  # nothing may stand beside a reference
        return {**definitions, "$ref": schema["$ref"]}
    fitted: dict[str, Any] = dict(definitions)
    unfit: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword not in _DEFINITIONS and keyword != "description" and not _fit(keyword, value, fitted, depth):
            unfit[keyword] = value
    if _is_object(schema):
        fitted.setdefault("properties", {})
        fitted["additionalProperties"] = False
        unfit.pop("additionalProperties", None)
    description = _described(schema.get("description"), unfit)
    return {**fitted, "description": description} if description else fitted


def _fit(keyword: str, value: Any, fitted: dict[str, Any], depth: int) -> bool:
    """False for a keyword that cannot be sent."""
    if keyword in _KEPT:
        fitted[keyword] = value
    elif keyword == "properties" and isinstance(value, Mapping):
        fitted["properties"] = {name: _fitted(part, depth + 1) for name, part in value.items()}
    elif keyword == "items" and isinstance(value, Mapping):
        fitted["items"] = _fitted(value, depth + 1)
    elif keyword in ("anyOf", "allOf", "oneOf") and isinstance(value, list):
        # Exactly one of several cannot be expressed; any of them is the nearest.
        name = "anyOf" if keyword == "oneOf" else keyword
        fitted[name] = [*fitted.get(name, ()), *(_fitted(part, depth + 1) for part in value)]
    elif keyword == "format" and value in _FORMATS:
        fitted["format"] = value
    elif keyword == "minItems" and value in (0, 1):
        fitted["minItems"] = value
    else:
        return keyword in ("$schema", "$id")  # say nothing about values
    return True


def _is_object(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type", "object" if "properties" in schema else None)
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _described(description: Any, unfit: dict[str, Any]) -> str:
    words = [str(description)] if description else []
    if unfit:
        words.append(f"Must also satisfy: {msgspec.json.encode(unfit).decode()}")
    return "\n\n".join(words)
