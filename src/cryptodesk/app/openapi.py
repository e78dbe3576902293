"""The whole OpenAPI document: the dialects' parts, what the server answers beside them, sections and examples."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from cryptodesk.app.openapi_examples import EXAMPLES, PARAMETER_EXAMPLES

__all__ = ["METHODS", "SECTIONS", "complete_document"]

Schema = dict[str, Any]

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# The beginning of a path, the section it stands under, and what that section is; the longest beginning holds.
SECTIONS: Final = (
    ("/openai/", "OpenAI", "Any OpenAI client: the tools run on the server, the answer is finished."),
    ("/v1/chat/completions", "CoinMarketCap AI", "Chat completions with built-in tools, their traces and exact costs."),
    ("/v1/models", "CoinMarketCap AI", ""),
    ("/ai/", "Messari AI", "Researched answers with citations and charts; jobs, entities, questions of the day."),
    ("/user-management/", "Messari AI", ""),
    ("/v1/", "Desk", "What answers cost, what may be asked, what data there is, and what is kept of an account."),
    ("/mcp", "MCP", "The Model Context Protocol over the same tools and answers."),
    ("/", "Operations", "For whoever runs the server."),
)

_KEY_FAULTS: Final = {
    "403": "The key is not for this: it lacks a scope.",
    "429": "More requests than a limit allows; `retry-after` says when to ask again.",
}

_TRACE: Schema = {"x-server-traceid": {"$ref": "#/components/headers/x-server-traceid"}}
_TRACE_HEADER: Schema = {
    "description": "The request's trace id; quote it in reports.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_JSON = "application/json"
_TEXT: Schema = {"type": "string"}


def complete_document(document: Schema, mounted: Collection[str]) -> Schema:
    """The document of the dialects, with every other route that is `mounted`, a section for each operation, and an
    example for each body."""
    described = {"/healthz": _health(), "/openapi.json": _document(), "/readyz": _readiness()}
    described |= {"/metrics": _metrics(), "/mcp": _mcp()}
    always = {"/healthz", "/openapi.json"}
    paths = {**document["paths"], **{path: item for path, item in described.items() if path in {*always, *mounted}}}
    components = document["components"]
    components["headers"].setdefault("x-server-traceid", _TRACE_HEADER)
    if "/mcp" in mounted:
        components["schemas"] |= {"McpRequest": _mcp_request(), "McpAnswer": _mcp_answer()}
        components["securitySchemes"].setdefault("deskBearer", {"type": "http", "scheme": "bearer"})
    if "/metrics" in mounted:
        components["securitySchemes"]["metricsKey"] = {"type": "http", "scheme": "bearer"}
    for path, operation in _operations(paths):
        operation["tags"] = [_section(path)]
        _add_refusals(operation)
        _add_examples(operation)
    used = {tag for _, operation in _operations(paths) for tag in operation["tags"]}
    told = [{"name": name, "description": text} for _, name, text in SECTIONS if text and name in used]
    return {**document, "tags": told, "paths": paths}


def _operations(paths: Schema) -> Iterator[tuple[str, Schema]]:
    for path, item in paths.items():
        yield from ((path, operation) for method, operation in item.items() if method in METHODS)


def _section(path: str) -> str:
    fitting = [(len(beginning), name) for beginning, name, _ in SECTIONS if path.startswith(beginning)]
    return max(fitting)[1]


def _add_refusals(operation: Schema) -> None:
    """Wherever a key is asked for, one may be the wrong one for this, and there may be limits."""
    responses = operation["responses"]
    if (unauthenticated := responses.get("401")) is None:
        return
    for status, description in _KEY_FAULTS.items():
        responses.setdefault(status, {**unauthenticated, "description": description})
    operation["responses"] = dict(sorted(responses.items()))


def _add_examples(operation: Schema) -> None:
    examples = EXAMPLES.get(operation["operationId"])
    if examples is not None:
        operation["requestBody"]["content"][_JSON]["examples"] = examples
    for parameter in operation.get("parameters", ()):
        if (example := PARAMETER_EXAMPLES.get((operation["operationId"], parameter["name"]))) is not None:
            parameter["example"] = example


def _operation(name: str, summary: str, responses: Schema, **more: Any) -> Schema:
    return {"operationId": name, "summary": summary, **more, "responses": responses}


def _answer(description: str, schema: Schema, media_type: str = _JSON) -> Schema:
    return {"description": description, "headers": _TRACE, "content": {media_type: {"schema": schema}}}


def _health() -> Schema:
    schema = _object({"status": {"const": "ok"}})
    return {
        "get": _operation("getHealth", "Tell whether the server process answers", {"200": _answer("It does.", schema)})
    }


def _document() -> Schema:
    told = {"200": _answer("OpenAPI 3.1.", {"type": "object", "required": ["openapi", "info", "paths"]})}
    return {"get": _operation("getOpenApi", "Show the description of all routes in OpenAPI 3.1", told)}


def _readiness() -> Schema:
    checks = {"type": "object", "additionalProperties": _TEXT}
    schema = _object({"status": {"enum": ["ready", "unavailable"]}, "checks": checks})
    told = {
        "200": _answer("Requests may come.", schema),
        "503": _answer("They may not; `checks` says why.", schema),
    }
    return {"get": _operation("getReadiness", "Tell whether the desk is ready to take requests", told)}


def _metrics() -> Schema:
    text: Schema = {"type": "string"}
    page = _answer("Counts since the start.", text, "text/plain")
    page["content"]["application/openmetrics-text"] = {"schema": text}
    told = {"200": page, "403": _answer("Not for this caller.", text, "text/plain")}
    security: list[Schema] = [{"metricsKey": []}, {}]
    return {
        "get": _operation(
            "getMetrics", "Show the server's counts and timings, for Prometheus to collect", told, security=security
        )
    }


_MCP_NOTE: Final = (
    "Accept JSON alone for one object, or `text/event-stream` too for progress on the way. See docs/mcp.md."
)
_MCP_FAULTS: Final = {
    "400": "The request is no message of the protocol, or its version is not spoken.",
    "401": "No key, or one that is not valid.",
    "403": "The page that asks is not allowed.",
    "404": "What is asked for does not exist.",
    "405": "Another method.",
    "406": "Neither JSON nor an event stream is accepted.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "421": "The server does not answer to this host name.",
    "500": "The desk failed.",
}


def _mcp() -> Schema:
    answer = {"$ref": "#/components/schemas/McpAnswer"}
    done = _answer("The answer; an event stream for who accepts one.", answer)
    done["content"]["text/event-stream"] = {"schema": {"description": "`message` events, each a JSON-RPC message."}}
    told: Schema = {"200": done, "202": {"description": "A notification was taken.", "headers": _TRACE}}
    told |= {status: _answer(text, answer) for status, text in _MCP_FAULTS.items()}
    body = {"required": True, "content": {_JSON: {"schema": {"$ref": "#/components/schemas/McpRequest"}}}}
    security: list[Schema] = [{"deskBearer": []}, {"cmcKey": []}]
    more = {"description": _MCP_NOTE, "security": security, "requestBody": body, "x-accept-decides": True}
    return {
        "post": _operation(
            "callMcp", "Take one message of the Model Context Protocol (MCP) and answer it", told, **more
        )
    }


_MESSAGE_ID: Final[Schema] = {"type": ["string", "integer"]}


def _mcp_request() -> Schema:
    members = {"jsonrpc": {"const": "2.0"}, "id": _MESSAGE_ID, "method": _TEXT, "params": {"type": "object"}}
    return {"type": "object", "properties": members, "required": ["jsonrpc", "method"]}


def _mcp_answer() -> Schema:
    error = {"type": "object", "properties": {"code": {"type": "integer"}, "message": _TEXT}}
    members = {
        "jsonrpc": {"const": "2.0"},
        "id": {"type": ["string", "integer", "null"]},
        "result": {"type": "object"},
        "error": {**error, "required": ["code", "message"]},
    }
    either = [{"required": ["result"]}, {"required": ["error"]}]
    return {"type": "object", "properties": members, "required": ["jsonrpc"], "oneOf": either}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
