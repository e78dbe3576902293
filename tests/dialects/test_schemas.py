"""Strict mode's rules, place by place, and the bound on nesting."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.dialects._schemas import is_nested_within, root_fault, strict_fault

CLOSED: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
OPEN: dict[str, Any] = {"type": "object"}
NEEDS_CLOSING = "'additionalProperties' is required to be supplied and to be false."
RULE = "'required' is required to be supplied and to be an array including every key in properties."


def closed(**properties: Any) -> dict[str, Any]:
    return {**CLOSED, "properties": properties, "required": list(properties)}


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "the root": (OPEN, f"In context=(), {NEEDS_CLOSING}"),
    "additionalProperties true": ({**CLOSED, "additionalProperties": True}, f"In context=(), {NEEDS_CLOSING}"),
    "additionalProperties a schema": ({**CLOSED, "additionalProperties": {}}, f"In context=(), {NEEDS_CLOSING}"),
    "additionalProperties zero": ({**CLOSED, "additionalProperties": 0}, f"In context=(), {NEEDS_CLOSING}"),
    "a property": (closed(a=OPEN), f"In context=('properties', 'a'), {NEEDS_CLOSING}"),
    "an item": (closed(a={"items": OPEN}), f"In context=('properties', 'a', 'items'), {NEEDS_CLOSING}"),
    "an alternative": (
        closed(a={"anyOf": [{"type": "null"}, OPEN]}),
        f"In context=('properties', 'a', 'anyOf', '1'), {NEEDS_CLOSING}",
    ),
    "a definition": ({**CLOSED, "$defs": {"x": OPEN}}, f"In context=('$defs', 'x'), {NEEDS_CLOSING}"),
    "an object that may be null": (
        closed(a={"type": ["object", "null"]}),
        f"In context=('properties', 'a'), {NEEDS_CLOSING}",
    ),
    "an object without a type": (
        {"properties": {"a": {}}, "additionalProperties": False},
        f"In context=(), {RULE} Missing 'a'.",
    ),
    "a property that is not required": (
        {**closed(a={}, b={}), "required": ["a"]},
        f"In context=(), {RULE} Missing 'b'.",
    ),
    "required of a wrong type": ({**closed(a={}), "required": "a"}, f"In context=(), {RULE} Missing 'a'."),
    "required without a property": (
        {**closed(a={}), "required": ["a", "z"]},
        f"In context=(), {RULE} Extra required key 'z' supplied.",
    ),
    "the first of two": (closed(b=OPEN, a=OPEN), f"In context=('properties', 'b'), {NEEDS_CLOSING}"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_the_first_place_that_is_not_strict_is_named(case: str) -> None:
    schema, fault = FAULTS[case]
    assert strict_fault(schema) == fault


@pytest.mark.parametrize(
    "schema",
    [
        CLOSED,
        closed(a={"type": "string"}, b={"type": "array", "items": closed(c={"type": "number"})}),
        closed(properties={"type": "string"}),
        closed(a={"enum": [{"type": "object"}]}),
        {"type": "string"},
        {**CLOSED, "properties": "junk", "items": "junk", "anyOf": 7},
    ],
)
def test_a_strict_schema_has_no_fault(schema: dict[str, Any]) -> None:
    assert strict_fault(schema) is None


@pytest.mark.parametrize(
    ("schema", "is_fine"), [({}, True), (OPEN, True), ({"type": "array"}, False), ({"type": 7}, False)]
)
def test_the_root_of_parameters_is_an_object(schema: dict[str, Any], is_fine: bool) -> None:
    assert (root_fault(schema) is None) == is_fine


@pytest.mark.parametrize(
    ("value", "levels"), [({}, 1), ({"a": 1}, 1), ({"a": []}, 2), ([[[]]], 3), ({"a": {"b": [1]}, "c": 1}, 3)]
)
def test_nesting_is_counted_in_containers(value: Any, levels: int) -> None:
    assert is_nested_within(value, levels)
    assert not is_nested_within(value, levels - 1)


def test_a_schema_of_a_hundred_thousand_levels_is_looked_at_without_recursion() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = [deep]
    assert not is_nested_within(deep, 64)
