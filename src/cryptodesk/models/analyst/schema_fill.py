"""A value that validates against a JSON Schema, filled from what is known and minimal elsewhere.

Covers what tool schemas and structured outputs use: types, enum, const, properties and required, items, bounds,
lengths, patterns, formats of dates, `anyOf`/`oneOf`/`allOf`, and local `$ref`. A schema that nothing found fits gives
`NOTHING`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from cryptodesk.models.analyst.schema_check import NUMERIC, Root, TooMuchWork, matches, resolved, types_of

__all__ = ["NOTHING", "Suggest", "fill"]


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = _Nothing()

# Candidate values for a property of a name and schema, best first.
Suggest = Callable[[str, Mapping[str, Any]], Iterable[Any]]

_DEEPEST = 12
_MOST_COUNTS = 20
_FORMATS = {
    "date": "1970-01-01", "date-time": "1970-01-01T00:00:00Z", "time": "00:00:00Z", "email": "none@example.com", "uri": "https://example.com",
    "url": "https://example.com",
    "uuid": "00000000-0000-0000-0000-000000000000", "ipv4": "127.0.0.1", "hostname": "example.com",
}  # fmt: skip


def fill(schema: Any, suggest: Suggest) -> Any:
    """The value for `schema`; `NOTHING` if none was found that validates.

    Properties that are not required are filled when something is suggested for them. The schema is a caller's: one
    that is malformed, or that asks for endless work, gives `NOTHING` like any other that nothing fits."""
    try:
        return _fill(schema, suggest, "", Root(schema), 0)
    except (TooMuchWork, RecursionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return NOTHING


def _fill(schema: Any, suggest: Suggest, name: str, root: Root, depth: int) -> Any:
    root.step()
    schema = resolved(schema, root)
    if schema is True or schema == {}:
        return next(iter(suggest(name, {})), None)
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return NOTHING
    for candidate in _candidates(schema, suggest, name, root, depth):
        if candidate is not NOTHING and matches(candidate, schema, root):
            return candidate
    return NOTHING


def _candidates(schema: Mapping[str, Any], suggest: Suggest, name: str, root: Root, depth: int) -> Iterable[Any]:
    if "const" in schema:
        yield schema["const"]
    yield from suggest(name, schema)
    if "default" in schema:
        yield schema["default"]
    kinds = types_of(schema)
    for kind in ("object", "array"):
        if kind in kinds and (kind == "object" or "null" not in kinds or _is_wanted(schema)):
            yield _composite(kind, schema, suggest, name, root, depth)
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key) or ()]
    yield from _suggested(branches, suggest, name, root)
    if any(resolved(branch, root) == {"type": "null"} for branch in branches):
        yield None
    for branch in branches:
        yield _fill(branch, suggest, name, root, depth + 1)
    if "null" in kinds:
        yield None
    yield from schema.get("enum", ())
    for kind in kinds:
        yield from _minimal(kind, schema)


def _suggested(branches: Iterable[Any], suggest: Suggest, name: str, root: Root) -> Iterable[Any]:
    """What is known for any of the branches comes before a null."""
    for branch in branches:
        part = resolved(branch, root)
        if isinstance(part, Mapping):
            yield from (value for value in suggest(name, part) if matches(value, part, root))


def _is_wanted(schema: Mapping[str, Any]) -> bool:
    return int(schema.get("minItems", 0) or 0) > 0


def _composite(kind: str, schema: Mapping[str, Any], suggest: Suggest, name: str, root: Root, depth: int) -> Any:
    if kind == "array":
        return _array(schema, suggest, name, root, depth)
    parts = [schema, *(resolved(part, root) for part in schema.get("allOf", ()) if isinstance(part, Mapping))]
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in parts:
        if isinstance(part, Mapping):
            properties |= part.get("properties") or {}
            required += [key for key in part.get("required") or () if isinstance(key, str)]
    value: dict[str, Any] = {}
    for key in dict.fromkeys([*properties, *required]):
        if key not in required and not any(True for _ in suggest(key, resolved(properties[key], root) or {})):
            continue
        child = _fill(properties.get(key, {}), suggest, key, root, depth + 1)
        if child is not NOTHING:
            value[key] = child
        elif key in required:
            return NOTHING
    return value


def _array(schema: Mapping[str, Any], suggest: Suggest, name: str, root: Root, depth: int) -> Any:
    fewest = int(schema.get("minItems", 0) or 0)
    if fewest > 100:
        return NOTHING
    item = _fill(schema.get("items", {}), suggest, name, root, depth + 1)
    if item is NOTHING:
        return [] if fewest == 0 else NOTHING
    return [item] * max(fewest, 0 if item in ("", None, 0, {}) else 1)


def _minimal(kind: str, schema: Mapping[str, Any]) -> Iterable[Any]:
    if kind == "string":
        yield from _minimal_strings(schema)
    elif kind in NUMERIC:
        yield from _minimal_numbers(kind, schema)
    elif kind == "boolean":
        yield False
    elif kind == "array":
        yield []
    elif kind == "object":
        yield {}


def _minimal_strings(schema: Mapping[str, Any]) -> Iterable[str]:
    if isinstance(schema.get("format"), str) and schema["format"] in _FORMATS:
        yield _FORMATS[schema["format"]]
    shortest = min(int(schema.get("minLength", 0) or 0), 10_000)
    yield ""
    yield "x" * shortest
    yield "0" * shortest
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        yield from _from_pattern(pattern)


def _from_pattern(pattern: str) -> Iterable[str]:
    """A few strings of the pattern's letters repeated as its counts say: enough for `^[A-Z]{3}$` and its kin."""
    lengths = [int(number) for number in re.findall(r"\{(\d{1,3})", pattern)][:_MOST_COUNTS] or [1]
    for character in ("A", "a", "0", "x", "f"):
        for length in {1, *lengths, sum(lengths)}:
            yield character * length


def _minimal_numbers(kind: str, schema: Mapping[str, Any]) -> Iterable[int | float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    yield 0
    step = schema.get("multipleOf", 1)
    for bound in (low, high):
        if isinstance(bound, int | float) and not isinstance(bound, bool) and math.isfinite(bound):
            yield math.ceil(bound) if kind == "integer" else bound
            yield math.floor(bound)
            if isinstance(step, int | float) and step > 0:
                yield math.ceil(bound / step) * step
    if isinstance(above, int | float) and not isinstance(above, bool) and math.isfinite(above):
        yield math.floor(above) + 1
        if isinstance(below, int | float) and kind == "number":
            yield (above + below) / 2
    if isinstance(below, int | float) and not isinstance(below, bool) and math.isfinite(below):
        yield math.ceil(below) - 1
