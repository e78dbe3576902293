"""JSON Schemas as the vendor's structured output takes them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from cryptodesk.models.anthropic_wire._schemas import fitted_schema, is_expressible

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 10, "description": "How good."},
        "when": {"type": "string", "format": "date-time"},
        "host": {"type": "string", "format": "idn-hostname", "maxLength": 9},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^a"}, "minItems": 1, "maxItems": 3},
        "pair": {"type": "array", "items": {"type": "number"}, "minItems": 2},
        "side": {"enum": ["buy", "sell"]},
        "either": {"oneOf": [{"type": "string"}, {"$ref": "#/$defs/Leg"}]},
    },
    "required": ["score"],
    "$defs": {"Leg": {"type": "object", "properties": {"size": {"type": "number", "exclusiveMinimum": 0}}}},
}


def test_every_object_is_closed_and_what_cannot_be_enforced_is_said() -> None:
    fitted = fitted_schema(SCHEMA)
    assert fitted["additionalProperties"] is False
    assert fitted["required"] == ["score"]
    assert "$schema" not in fitted
    parts = fitted["properties"]
    assert parts["score"] == {
        "type": "integer",
        "description": 'How good.\n\nMust also satisfy: {"minimum":1,"maximum":10}',
    }
    assert parts["when"] == {"type": "string", "format": "date-time"}
    assert parts["host"]["description"] == 'Must also satisfy: {"format":"idn-hostname","maxLength":9}'
    assert parts["tags"]["minItems"] == 1
    assert parts["tags"]["items"] == {"type": "string", "description": 'Must also satisfy: {"pattern":"^a"}'}
    assert parts["pair"] == {
        "type": "array",
        "items": {"type": "number"},
        "description": 'Must also satisfy: {"minItems":2}',
    }
    assert parts["side"] == {"enum": ["buy", "sell"]}
    assert parts["either"] == {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Leg"}]}
    leg = fitted["$defs"]["Leg"]
    assert leg["additionalProperties"] is False
    assert leg["properties"]["size"]["description"] == 'Must also satisfy: {"exclusiveMinimum":0}'


def test_the_given_schema_stays_as_it_is() -> None:
    before = copy.deepcopy(SCHEMA)
    fitted_schema(SCHEMA)
    assert before == SCHEMA


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, {}),
        ({"type": "object"}, {"type": "object", "properties": {}, "additionalProperties": False}),
        ({"type": "object", "additionalProperties": True},
         {"type": "object", "properties": {}, "additionalProperties": False}),
        ({"type": ["object", "null"], "properties": {"a": {"type": "string"}}},
         {"type": ["object", "null"], "properties": {"a": {"type": "string"}}, "additionalProperties": False}),
        ({"$ref": "#/$defs/A", "description": "x", "$defs": {"A": {"type": "null"}}},
         {"$defs": {"A": {"type": "null"}}, "$ref": "#/$defs/A"}),
        ({"allOf": [{"type": "string", "minLength": 1}]},
         {"allOf": [{"type": "string", "description": 'Must also satisfy: {"minLength":1}'}]}),
        ({"type": "array", "items": True}, {"type": "array", "description": 'Must also satisfy: {"items":true}'}),
        ({"const": 3, "title": "Three"}, {"const": 3, "title": "Three"}),
    ],
)  # fmt: skip
def test_single_cases(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert fitted_schema(schema) == expected
    assert fitted_schema(fitted_schema(schema)) == fitted_schema(schema)


def test_a_schema_nested_without_end_is_cut_and_not_a_crash() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        schema = {"type": "array", "items": schema}
    assert json.dumps(fitted_schema(schema))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (SCHEMA, True),
        ({"type": "object", "properties": {}, "additionalProperties": False}, True),
        ({"type": "array", "items": {"type": "number"}}, True),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "null"}}}, True),
        ({"type": ["string", "null"]}, True),
        ({}, False),
        ({"description": "anything"}, False),
        ({"type": "object"}, False),
        ({"type": "array"}, False),
        ({"type": "array", "items": True}, False),
        ({"type": "object", "additionalProperties": {"type": "number"}}, False),
        ({"type": "object", "properties": {"a": {"type": "object"}}}, False),
        ({"type": "object", "patternProperties": {"^a": {"type": "number"}}}, False),
        ({"anyOf": [{"type": "string"}, {}]}, False),
        ({"$ref": "https://example.com/schema"}, False),
        ({"$ref": "#/$defs/A"}, False),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}}, False),
        ({"type": "object", "properties": {"self": {"$ref": "#"}}}, False),
    ],
)  # fmt: skip
def test_what_the_grammar_can_express(schema: dict[str, Any], expected: bool) -> None:
    assert is_expressible(schema) is expected
