"""The smallest value a JSON Schema accepts, for scripted answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["minimal_value"]

_MAX_DEPTH = 24

_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "uri": "https://example.com/",
    "email": "someone@example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def minimal_value(schema: Mapping[str, Any]) -> Any:
    """A value of the schema: required members only, the first alternative, the least number and length.

    `pattern` is not solved: such a string needs a `default`, `const`, `enum` or `examples`."""
    return _value(schema, schema, 0)


def _value(schema: Any, root: Mapping[str, Any], depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return None
    schema = _resolved(schema, root)
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("enum", "examples"):
        if schema.get(keyword):
            return schema[keyword][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    build = _BUILDERS.get(kind)
    return build(schema, root, depth) if build else None


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """`$ref` followed, `allOf` joined and the first of `anyOf` and `oneOf` taken."""
    for _ in range(_MAX_DEPTH):
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**_referred(str(schema["$ref"]), root), **rest}
            continue
        parts = [*schema.get("allOf", ()), *schema.get("anyOf", ())[:1], *schema.get("oneOf", ())[:1]]
        if not parts:
            break
        schema = _joined({key: value for key, value in schema.items() if key not in ("allOf", "anyOf", "oneOf")}, parts)
    return schema


def _joined(schema: dict[str, Any], parts: list[Any]) -> dict[str, Any]:
    for part in parts:
        if isinstance(part, Mapping):
            properties = {**schema.get("properties", {}), **part.get("properties", {})}
            required = [*schema.get("required", ()), *part.get("required", ())]
            schema = {**schema, **part}
            schema |= {key: value for key, value in (("properties", properties), ("required", required)) if value}
    return schema


def _referred(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        if name:
            found = found.get(name.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {name: _value(properties.get(name, {}), root, depth + 1) for name in schema.get("required", ())}


def _array(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> list[Any]:
    count = min(int(schema.get("minItems", 0)), 100)
    return [_value(schema.get("items", {}), root, depth + 1) for _ in range(count)]


def _string(schema: Mapping[str, Any], _root: Mapping[str, Any], _depth: int) -> str:
    text = _FORMATS.get(schema.get("format", ""), "example")
    shortest, longest = int(schema.get("minLength", 0)), schema.get("maxLength")
    text = text.ljust(min(shortest, 10_000), "x")
    return text if longest is None else text[: int(longest)]


def _number(schema: Mapping[str, Any], _root: Mapping[str, Any], _depth: int) -> Any:
    step = schema.get("multipleOf", 1)
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    if low is not None:
        return low + -low % step
    return step if high is None or high >= step else high - high % step


_BUILDERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], int], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": lambda _schema, _root, _depth: False,
    "null": lambda _schema, _root, _depth: None,
}
