"""JSON Schemas as the vendor takes them."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.models.gemini_wire._schemas import fitted_schema

_KNOWN = {
    "$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems",
    "minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required",
    "propertyOrdering",
}  # fmt: skip


def _keywords(schema: Any) -> set[str]:
    """Every keyword of a schema and the schemas in it."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for name in ("properties", "$defs"):
        for part in schema.get(name, {}).values():
            found |= _keywords(part)
    for name in ("items", "additionalProperties"):
        found |= _keywords(schema.get(name))
    for name in ("anyOf", "prefixItems"):
        for part in schema.get(name, ()):
            found |= _keywords(part)
    return found


def test_what_the_vendor_knows_stays_as_it_is() -> None:
    schema = {
        "type": "object",
        "title": "Trade",
        "properties": {
            "side": {"type": "string", "enum": ["buy", "sell"], "description": "Which way."},
            "amount": {"type": ["number", "null"], "minimum": 0, "maximum": 1e9},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3},
            "at": {"type": "string", "format": "date-time"},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
            "node": {"$ref": "#/$defs/node"},
        },
        "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
        "required": ["side"],
        "additionalProperties": False,
    }
    assert fitted_schema(schema) == schema


@pytest.mark.parametrize(
    ("schema", "fitted"),
    [
        ({"const": "x"}, {"enum": ["x"]}),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"allOf": [{"$ref": "#/$defs/a"}]}, {"anyOf": [{"$ref": "#/$defs/a"}]}),
        ({"$ref": "#/definitions/a"}, {"$ref": "#/$defs/a"}),
        ({"definitions": {"a": {"const": 1}}}, {"$defs": {"a": {"enum": [1]}}}),
        ({"$ref": "#/$defs/a", "description": "d"}, {"description": "d", "anyOf": [{"$ref": "#/$defs/a"}]}),
        ({"enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, {"type": "null"}]}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
        ({"type": "integer", "exclusiveMaximum": 10}, {"type": "integer", "maximum": 9}),
        ({"type": "integer", "exclusiveMinimum": 0, "minimum": 5}, {"type": "integer", "minimum": 5}),
        ({"type": "integer", "minimum": -5, "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
        ({"items": [{"type": "string"}]}, {"prefixItems": [{"type": "string"}]}),
        ({"properties": {"any": True}}, {"properties": {"any": {}}}),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": "c"}, {}),
    ],
)  # fmt: skip
def test_what_can_be_said_in_other_words_is(schema: dict[str, Any], fitted: dict[str, Any]) -> None:
    assert fitted_schema(schema) == fitted


@pytest.mark.parametrize(
    "keyword",
    [
        {"pattern": "^[A-Z]+$"}, {"minLength": 2}, {"multipleOf": 5}, {"uniqueItems": True}, {"default": 3},
        {"format": "uri"}, {"not": {"type": "null"}}, {"enum": [True, False]}, {"const": None},
        {"allOf": [{"type": "string"}, {"minLength": 1}]}, {"patternProperties": {"^x": {"type": "string"}}},
        {"exclusiveMinimum": True}, {"examples": ["BTC"]}, {"if": {"required": ["a"]}}, {"nullable": True},
    ],
    ids=lambda keyword: next(iter(keyword)),
)  # fmt: skip
def test_what_cannot_be_said_stands_in_the_description(keyword: dict[str, Any]) -> None:
    fitted = fitted_schema({"type": "string", "description": "A word.", **keyword})
    name = next(iter(keyword))
    assert name not in fitted
    assert fitted["description"].startswith("A word.\n\nJSON Schema also says: {")
    assert f'"{name}":' in fitted["description"]


def test_an_excluded_bound_of_a_fraction_is_sent_and_told() -> None:
    fitted = fitted_schema({"type": "number", "exclusiveMinimum": 0})
    assert fitted["minimum"] == 0
    assert '{"exclusiveMinimum":0}' in fitted["description"]


def test_nothing_unknown_is_left_anywhere() -> None:
    inner = {"type": "string", "pattern": "x", "const": 1, "contentEncoding": "base64"}
    schema = {
        "type": "object",
        "properties": {"pattern": inner, "list": {"items": inner}, "map": {"additionalProperties": inner}},
        "$defs": {"d": inner},
        "anyOf": [inner, {"oneOf": [inner]}],
        "unevaluatedProperties": False,
    }
    fitted = fitted_schema(schema)
    assert _keywords(fitted) <= _KNOWN
    assert set(fitted["properties"]) == {"pattern", "list", "map"}  # names of fields are no keywords


def test_the_schema_itself_is_not_changed() -> None:
    schema = {"type": "integer", "exclusiveMinimum": 0, "allOf": [{"const": 3}]}
    fitted_schema(schema)
    assert schema == {"type": "integer", "exclusiveMinimum": 0, "allOf": [{"const": 3}]}


def test_a_schema_of_hostile_depth_ends() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(5000):
        schema = {"items": schema}
    assert "items" in fitted_schema(schema)
