from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from cryptodesk.models._schema_example import minimal_value

CASES: list[tuple[dict[str, Any], Any]] = [
    ({}, "example"),
    ({"type": "object"}, {}),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "null"}}, "required": ["a"]}, {"a": 1}),
    ({"properties": {"a": {"type": "boolean"}}, "required": ["a"]}, {"a": False}),
    ({"type": "object", "required": ["free"]}, {"free": "example"}),
    ({"type": "string", "enum": ["coin", "nft"]}, "coin"),
    ({"type": "string", "default": "USD", "pattern": "^[A-Z]+$"}, "USD"),
    ({"const": 7}, 7),
    ({"type": "string", "examples": ["BTC"]}, "BTC"),
    ({"type": "string", "minLength": 9}, "examplexx"),
    ({"type": "string", "maxLength": 3}, "exa"),
    ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00Z"),
    ({"type": ["integer", "string"]}, 1),
    ({"type": "null"}, None),
    ({"type": "array", "items": {"type": "integer"}}, []),
    ({"type": "array", "minItems": 2, "items": {"type": "integer", "minimum": 5}}, [5, 5]),
    ({"type": "integer", "minimum": 1, "maximum": 10}, 1),
    ({"type": "integer", "minimum": 0}, 0),
    ({"type": "integer", "maximum": -3}, -3),
    ({"type": "integer", "exclusiveMinimum": 4}, 5),
    ({"type": "integer", "exclusiveMaximum": 0}, -1),
    ({"type": "integer", "minimum": 7, "multipleOf": 5}, 10),
    ({"type": "integer", "maximum": -7, "multipleOf": 5}, -10),
    ({"type": "number", "multipleOf": 0.5}, 0.5),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
    ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, None),
    (
        {
            "allOf": [
                {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"b": {"type": "null"}}, "required": ["b"]},
            ],
            "type": "object",
        },
        {"a": 1, "b": None},
    ),
    (
        {
            "$ref": "#/$defs/coin",
            "$defs": {
                "coin": {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/$defs/id"}}},
                "id": {"type": "integer"},
            },
        },
        {"id": 1},
    ),
    ({"type": "object", "required": ["n"], "properties": {"n": {"type": "object", "required": ["m"],
      "properties": {"m": {"type": "array", "minItems": 1, "items": {"enum": ["x"]}}}}}}, {"n": {"m": ["x"]}}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_the_value_is_the_least_and_the_schema_accepts_it(schema: dict[str, Any], value: Any) -> None:
    found = minimal_value(schema)
    assert found == value
    assert type(found) is type(value)
    jsonschema_rs.validate(schema, found)


def test_a_schema_that_contains_itself_ends() -> None:
    node = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}}
    assert isinstance(minimal_value(node), dict)


def test_a_reference_to_itself_ends() -> None:
    assert minimal_value({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}) is not None


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "#/nowhere"}, {"type": "mystery"}, {"type": "object", "required": ["x"], "properties": {"x": True}}],
)
def test_what_cannot_be_read_gives_something_rather_than_an_error(schema: dict[str, Any]) -> None:
    minimal_value(schema)
