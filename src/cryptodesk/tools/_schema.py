"""JSON Schema of an argument model, in the plain form that language models follow best."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

__all__ = ["json_schema"]


def json_schema(model: type[Struct]) -> dict[str, Any]:
    """The schema of `model`: nested models written out, no titles, every enum with its type.

    A field that defaults to UNSET is optional and shows no default."""
    (root,), components = msgspec.json.schema_components([model], ref_template="{name}")
    schema: dict[str, Any] = _plain(root, components)
    return schema


def _plain(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, list | tuple):
        return [_plain(item, components) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        # A model's docstring is for its readers; what a language model is told stands at the field.
        model = _without(components[node["$ref"]], "description")
        return _plain({**model, **_without(node, "$ref")}, components)
    if "properties" in node:
        properties = {name: _plain(child, components) for name, child in node["properties"].items()}
        return _object(_without(node, "properties", "title"), properties)
    return _scalar({name: _plain(child, components) for name, child in node.items()})


def _object(rest: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    if not rest.get("required"):
        rest.pop("required", None)
    return {**rest, "properties": properties}


def _scalar(node: dict[str, Any]) -> dict[str, Any]:
    if "enum" in node and all(isinstance(value, str) for value in node["enum"]):
        return {"type": "string", **node}
    options = node.get("anyOf")
    if options and all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options], **_without(node, "anyOf")}
    return node


def _without(node: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in names}
