"""What the desk's operations have in common in the OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

__all__ = ["Schema", "file_response", "object_", "operation", "ref"]

Schema = dict[str, Any]


def operation(name: str, summary: str, schema: str | None, faults: Schema | None = None, **more: Any) -> Schema:
    """Without `schema` the caller writes what a 200 is."""
    told = {
        "401": "No key, or one that is not valid.",
        "405": "Another method.",
        "500": "The desk failed.",
        **(faults or {}),
    }
    responses: Schema = {status: _response(text, "DeskError") for status, text in told.items()}
    if schema is not None:
        responses["200"] = _response("As asked.", schema)
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"cmcKey": []}, {"deskBearer": []}],
        **more,
        "responses": dict(sorted(responses.items())),
    }


def file_response(description: str, media_type: str, schema: Schema) -> Schema:
    return {"description": description, "headers": _HEADERS, "content": {media_type: {"schema": schema}}}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def object_(properties: dict[str, Any], required: list[str] | None = None) -> Schema:
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


_HEADERS: Schema = {"x-server-traceid": {"$ref": "#/components/headers/x-server-traceid"}}


def _response(description: str, schema: str) -> Schema:
    return {"description": description, "headers": _HEADERS, "content": {"application/json": {"schema": ref(schema)}}}
