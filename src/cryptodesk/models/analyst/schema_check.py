"""Whether a value validates against a JSON Schema, for the keywords `schema_fill` knows."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

__all__ = ["NUMERIC", "Root", "TooMuchWork", "matches", "resolved", "types_of"]

NUMERIC = frozenset({"integer", "number"})
_ALL = ("string", "number", "integer", "boolean", "object", "array", "null")
_MOST_REFERENCES = 16
_MOST_STEPS = 5_000
_LONGEST_PATTERN = 1_000
_PATTERN_SECONDS = 0.01


class TooMuchWork(Exception):
    """The schema asks for more work than any honest one does."""


class Root:
    """A whole schema, and how much work may still be done on it: a caller's schema can branch without end."""

    __slots__ = ("_steps_left", "schema")

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._steps_left = _MOST_STEPS

    @staticmethod
    def of(root: Any) -> Root:
        return root if isinstance(root, Root) else Root(root)

    def step(self) -> None:
        """Raises: TooMuchWork."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise TooMuchWork


def resolved(schema: Any, root: Root) -> Any:
    """The schema behind local `$ref`s; an unknown reference stays as it is and then admits nothing."""
    for _ in range(_MOST_REFERENCES):
        if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
            return schema
        target = _pointed(schema["$ref"], root.schema)
        if target is None:
            return False
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**target, **rest} if isinstance(target, Mapping) else target
    return False


def _pointed(reference: str, root: Any) -> Any:
    if not reference.startswith("#"):
        return None
    target = root
    for step in reference[1:].strip("/").split("/") if reference != "#" else ():
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, Mapping) or key not in target:
            return None
        target = target[key]
    return target


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The types the schema names, or hints at by its keywords; all of them when it says nothing."""
    named = schema.get("type")
    if isinstance(named, str):
        return (named,)
    if isinstance(named, list):
        return tuple(kind for kind in named if isinstance(kind, str))
    if any(key in schema for key in ("enum", "const", "anyOf", "oneOf")):
        return ()
    if "properties" in schema or "required" in schema or "allOf" in schema:
        return ("object",)
    return ("array",) if "items" in schema else _ALL


def matches(value: Any, schema: Any, root: Any) -> bool:
    """`root` is the whole schema, or its `Root` where the work is counted over many checks.

    Raises: TooMuchWork."""
    root = Root.of(root)
    root.step()
    schema = resolved(schema, root)
    if schema is True or schema is False:
        return bool(schema)
    if not isinstance(schema, Mapping):
        return False
    kinds = types_of(schema) if "type" in schema else _ALL
    if not any(_is_kind(value, kind) for kind in kinds):
        return False
    if "enum" in schema and not any(_same(value, item) for item in schema["enum"]):
        return False
    if "const" in schema and not _same(value, schema["const"]):
        return False
    return _combined(value, schema, root) and _detailed(value, schema, root)


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_kind(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    known: dict[str, type | tuple[type, ...]] = {
        "string": str, "number": (int, float), "object": dict, "array": list, "null": type(None),
    }  # fmt: skip
    return kind in known and isinstance(value, known[kind])


def _combined(value: Any, schema: Mapping[str, Any], root: Root) -> bool:
    if any(not matches(value, part, root) for part in schema.get("allOf", ())):
        return False
    if "anyOf" in schema and not any(matches(value, part, root) for part in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(matches(value, part, root) for part in schema["oneOf"]) != 1:
        return False
    return "not" not in schema or not matches(value, schema["not"], root)


def _detailed(value: Any, schema: Mapping[str, Any], root: Root) -> bool:
    if isinstance(value, str):
        return _string(value, schema)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, schema)
    if isinstance(value, list):
        return _array(value, schema, root)
    return not isinstance(value, dict) or _object(value, schema, root)


def _string(value: str, schema: Mapping[str, Any]) -> bool:
    if len(value) < (schema.get("minLength") or 0) or len(value) > schema.get("maxLength", len(value)):
        return False
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not _is_found(pattern, value[:2000]):
        return False
    return _is_format(value, schema.get("format"))


def _is_found(pattern: str, value: str) -> bool:
    """Raises: TooMuchWork, since a caller's expression may take for ever and `re` cannot be stopped."""
    if len(pattern) > _LONGEST_PATTERN:
        return False
    # Imported late: few callers send a schema, and hardly any of those an expression.
    regex = importlib.import_module("regex")
    try:
        return bool(regex.search(pattern, value, timeout=_PATTERN_SECONDS))
    except regex.error:
        return False  # an expression that is not known here cannot be promised to match
    except TimeoutError:
        raise TooMuchWork from None


def _is_format(value: str, name: Any) -> bool:
    try:
        if name == "date":
            date.fromisoformat(value)
        elif name == "date-time":
            return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
    return name != "email" or re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None


def _number(value: float, schema: Mapping[str, Any]) -> bool:
    bounds = (
        value >= schema.get("minimum", value),
        value <= schema.get("maximum", value),
        "exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"],
        "exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"],
    )
    step = schema.get("multipleOf")
    return all(bounds) and (not step or abs(value / step - round(value / step)) < 1e-9)


def _array(value: list[Any], schema: Mapping[str, Any], root: Root) -> bool:
    if len(value) < (schema.get("minItems") or 0) or len(value) > schema.get("maxItems", len(value)):
        return False
    if schema.get("uniqueItems") and any(_same(a, b) for i, a in enumerate(value) for b in value[:i]):
        return False
    return "items" not in schema or all(matches(item, schema["items"], root) for item in value)


def _object(value: dict[str, Any], schema: Mapping[str, Any], root: Root) -> bool:
    properties = schema.get("properties") or {}
    if any(key not in value for key in schema.get("required") or ()):
        return False
    if schema.get("additionalProperties") is False and any(key not in properties for key in value):
        return False
    return all(matches(value[key], part, root) for key, part in properties.items() if key in value)
