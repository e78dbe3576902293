"""What a JSON Schema must look like before it is passed on: not too deep, and strict where strictness is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cryptodesk.dialects._quoting import clipped

__all__ = ["is_nested_within", "list_of", "root_fault", "strict_fault"]

Context = tuple[str, ...]

_NAMED = ("properties", "$defs", "definitions")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "not", "if", "then", "else")


def list_of(words: Iterable[str]) -> dict[str, Any]:
    """The schema of a header that lists some of the words."""
    known = sorted(words)
    either = f"({'|'.join(known)})"
    return {"type": "string", "pattern": f"^ *{either}( *, *{either})* *$", "examples": [",".join(known)]}


def is_nested_within(value: Any, levels: int) -> bool:
    """True if `value` holds no more than `levels` objects and arrays inside one another."""
    layer = [value]
    for _ in range(levels):
        layer = [child for node in layer for child in _members(node) if isinstance(child, (dict, list))]
        if not layer:
            return True
    return not isinstance(value, (dict, list))


def root_fault(schema: dict[str, Any]) -> str | None:
    """What is wrong with the root of a tool's parameters; None if nothing is."""
    kind = schema.get("type", "object")
    if kind == "object":
        return None
    return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{clipped(str(kind))}\"'."


def strict_fault(schema: dict[str, Any], context: Context = ()) -> str | None:
    """The first place that breaks the rules of strict mode, in document order; None if none does.

    Source: section 6.1, wording of the upstream; the context is a Python tuple's text."""
    if _is_object(schema):
        fault = _object_fault(schema)
        if fault is not None:
            return f"In context={context!r}, {fault}"
    for steps, child in _subschemas(schema):
        fault = strict_fault(child, context + steps)
        if fault is not None:
            return fault
    return None


def _is_object(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in schema


def _object_fault(schema: dict[str, Any]) -> str | None:
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    properties = schema.get("properties")
    names = list(properties) if isinstance(properties, dict) else []
    required = schema.get("required")
    listed = required if isinstance(required, list) else []
    rule = "'required' is required to be supplied and to be an array including every key in properties."
    missing = next((name for name in names if name not in listed), None)
    if missing is not None:
        return f"{rule} Missing '{missing}'."
    extra = next((name for name in listed if name not in names), None)
    return None if extra is None else f"{rule} Extra required key '{extra}' supplied."


def _subschemas(schema: dict[str, Any]) -> Iterator[tuple[Context, dict[str, Any]]]:
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            yield from (((key, name), child) for name, child in value.items() if isinstance(child, dict))
        elif key in _LISTED and isinstance(value, list):
            yield from (((key, str(i)), child) for i, child in enumerate(value) if isinstance(child, dict))
        elif key in _SINGLE and isinstance(value, dict):
            yield (key,), value


def _members(node: Any) -> Iterator[Any]:
    return iter(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
