"""The dialect's part of the OpenAPI 3.1 document, built from the constants the code runs on."""

from __future__ import annotations

from typing import Any

from cryptodesk.dialects._extra import COST_PATTERN, COST_SCHEMA, INCLUDES
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects._schemas import list_of
from cryptodesk.dialects.cmc import choices
from cryptodesk.dialects.cmc.errors import BUSY, KEY_INVALID, KEY_MISSING
from cryptodesk.dialects.cmc.openapi_extra import extra_schemas

__all__ = ["build_paths"]

Schema = dict[str, Any]

_FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter"]
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}


def build_paths(ports: DialectPorts) -> Schema:
    """`paths` and `components` of the routes that are mounted."""
    paths: Schema = {"/v1/chat/completions": {"post": _chat_operation()}}
    if ports.model_ids is not None:
        paths["/v1/models"] = {"get": _models_operation()}
    schemas = {**_request_schemas(sorted(ports.built_in_tools)), **_response_schemas()}
    return {
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"cmcKey": {"type": "apiKey", "in": "header", "name": "X-CMC_PRO_API_KEY"}},
            "headers": {
                "x-server-traceid": {
                    "description": "The request's trace id; quote it in reports.",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                }
            },
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, required: list[str] | None = None, *, closed: bool = True) -> Schema:
    """An object with all of `properties` required, unless told otherwise."""
    schema: Schema = {"type": "object", "properties": properties}
    schema["required"] = list(properties) if required is None else required
    if closed:
        schema["additionalProperties"] = False
    return schema


def _optional(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


# -- operations --------------------------------------------------------------------------------------------------------


def _response(description: str, *schemas: str, events: bool = False) -> Schema:
    body = _ref(schemas[0]) if len(schemas) == 1 else {"oneOf": [_ref(name) for name in schemas]}
    content: Schema = {"application/json": {"schema": body}}
    if events:
        # Without a type: readers differ in whether such a schema is about the whole text or about one event.
        content["text/event-stream"] = {
            "schema": {"description": "`data:` and a ChatCompletionChunk a frame, at the end `data:[DONE]`."}
        }
    headers = {"x-server-traceid": {"$ref": "#/components/headers/x-server-traceid"}}
    return {"description": description, "headers": headers, "content": content}


def _chat_operation() -> Schema:
    envelopes = {
        "400": "A field is missing, malformed or out of range, or a resumption does not fit.",
        "404": "Unknown or unavailable model.",
        "408": "The body did not arrive in time.",
        "413": "The body is too large.",
        "422": "The model provider refused the request; its own body.",
        "500": "The run failed.",
        "502": "The model provider failed; its own body.",
        "503": "The model provider is unavailable.",
        "504": "The model provider or the run took too long.",
    }
    responses = {status: _response(text, "ErrorEnvelope") for status, text in envelopes.items()}
    responses["200"] = _response(
        "The completion. Also failures of the key and requests of an unsupported shape: branch on `status.error_code`.",
        "ChatCompletion",
        "StatusEnvelope",
        events=True,
    )
    responses["402"] = _response("A limit on spending was met.", "ErrorEnvelope", "StatusEnvelope")
    responses["403"] = _response("The key may not do this.", "StatusEnvelope")
    responses["405"] = _response("Any method but POST.", "GatewayEnvelope")
    responses["429"] = _response("Too many requests, here or at the model provider.", "ErrorEnvelope", "StatusEnvelope")
    responses["409"] = _response(
        "The first request with this Idempotency-Key is still being answered.", "ErrorEnvelope"
    )
    return {
        "operationId": "createChatCompletion",
        "summary": "Answer a conversation in CoinMarketCap AI's format, with built-in and custom tools",
        "security": [{"cmcKey": []}],
        "parameters": [
            _header("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255}),
            _header("Cryptodesk-Max-Cost-Usd", {"type": "string", "pattern": COST_PATTERN}),
            _header("Cryptodesk-Include", list_of(INCLUDES)),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("ChatRequest")}}},
        "responses": dict(sorted(responses.items())),
    }


def _header(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": "An extension."}


def _models_operation() -> Schema:
    return {
        "operationId": "listModels",
        "summary": "List the models that this desk serves (beyond CoinMarketCap AI's own routes)",
        "security": [{"cmcKey": []}],
        "responses": {
            "200": _response("The models, or a failure of the key.", "ModelList", "StatusEnvelope"),
            "405": _response("Any method but GET and HEAD.", "ErrorEnvelope"),
            "500": _response("The list could not be made.", "ErrorEnvelope"),
        },
    }


# -- requests ----------------------------------------------------------------------------------------------------------


def _request_schemas(built_in_names: list[str]) -> Schema:
    messages = [_message_schema(role) for role in ("system", "user", "assistant", "tool")]
    return {
        "ChatRequest": _object(
            {
                "model": {"type": "string", "description": "A model id, for example cmc-ai-v1-gpt-5.1."},
                "messages": {"type": "array", "minItems": 1, "items": {"oneOf": messages}},
                "stream": _optional({"type": "boolean"}),
                "temperature": _optional({"type": "number", "minimum": 0, "maximum": 2}),
                "max_completion_tokens": _optional(
                    {
                        "type": "integer",
                        "minimum": choices.MIN_COMPLETION_TOKENS,
                        "maximum": choices.MAX_COMPLETION_TOKENS,
                    }
                ),
                "tools": _optional(
                    {
                        "type": "array",
                        "maxItems": choices.MAX_TOOLS,
                        "items": {"anyOf": [_ref("BuiltInTool"), _ref("CustomTool")]},
                    }
                ),
                "tool_choice": {
                    "anyOf": [{"enum": ["auto", "required", "none"]}, {"type": ["string", "null"]}],
                    "description": f"Unknown strings mean `auto`. An object gets HTTP 200 and code {BUSY[0]!r}.",
                },
                "response_format": _optional(_ref("ResponseFormat")),
                "stream_options": _optional({"type": "object"}),
                "reasoning_effort": {
                    "anyOf": [{"enum": ["minimal", "low", "medium", "high"]}, {"type": ["string", "null"]}],
                    "description": "Unknown strings mean the model's default.",
                },
                "previous_response_id": _optional({"type": "string", "pattern": f"^{choices.COMPLETION_ID_PREFIX}"}),
                "cryptodesk": _optional(
                    {
                        **_object(
                            {
                                "include": _optional({"type": "array", "items": {"enum": list(INCLUDES)}}),
                                "as_of": _optional(_TEXT),
                                "max_cost_usd": _optional(COST_SCHEMA),
                            },
                            [],
                        ),
                        "description": "An extension: what to answer beyond the documented body, as of when.",
                    }
                ),
            },
            ["model", "messages"],
            closed=False,
        ),
        "BuiltInTool": _object({"function": _object({"name": {"enum": built_in_names}}, closed=False)}, closed=False),
        "CustomTool": _object({"type": {"const": "function"}, "function": _ref("CustomFunction")}, ["function"]),
        "CustomFunction": _object(
            {
                "name": _name_schema(),
                "description": _TEXT,
                "parameters": _optional({"type": "object", "description": "A JSON Schema of type object."}),
                "strict": _optional({"type": "boolean"}),
            },
            ["name", "description"],
            closed=False,
        ),
        "ResponseFormat": {
            "oneOf": [
                _object({"type": {"enum": ["json_object", "text"]}}, closed=False),
                _object({"type": {"const": "json_schema"}, "json_schema": _json_schema_schema()}, closed=False),
            ]
        },
    }


def _message_schema(role: str) -> Schema:
    properties: Schema = {"role": {"const": role}, "content": _TEXT}
    if role == "tool":
        properties["tool_call_id"] = {"type": "string", "minLength": 1}
    return _object(properties)


def _name_schema() -> Schema:
    return {"type": "string", "pattern": f"^[a-zA-Z0-9_-]{{1,{choices.MAX_NAME_CHARACTERS}}}$"}


def _json_schema_schema() -> Schema:
    members = {
        "name": _name_schema(),
        "schema": _optional({"type": "object"}),
        "strict": _optional({"type": "boolean"}),
    }
    return _object(members, ["name"], closed=False)


# -- responses ---------------------------------------------------------------------------------------------------------


def _response_schemas() -> Schema:
    completion = {
        "id": {"type": "string", "pattern": f"^{choices.COMPLETION_ID_PREFIX}"},
        "object": {"const": "chat.completion"},
        "created": {"type": "integer"},
        "model": _TEXT,
        "choices": {"type": "array", "minItems": 1, "maxItems": 1, "items": _ref("Choice")},
        "usage": _ref("Usage"),
        "cmc": _ref("Cmc"),
        "service_tier": _TEXT,
        "cryptodesk": _ref("Extra"),
    }
    documented = [name for name in completion if name != "cryptodesk"]
    delta = {
        "role": {"const": "assistant"},
        "content": _TEXT,
        "reasoning_content": _TEXT,
        "tool_calls": {"type": "array", "minItems": 1, "items": _ref("ToolCallPiece")},
    }
    finish_reason = {"enum": [*_FINISH_REASONS, None]}
    chunk_choice = {"index": {"const": 0}, "delta": _object(delta, []), "finish_reason": finish_reason}
    counts = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
    return {
        "ChatCompletion": _object(completion, documented),
        "ChatCompletionChunk": _object(
            {
                **completion,
                "object": {"const": choices.CHUNK_OBJECT},
                "choices": {"type": "array", "maxItems": 1, "items": _object(chunk_choice)},
            },
            ["id", "object", "created", "model", "choices", "service_tier"],
        ),
        "Choice": _object(
            {"index": {"const": 0}, "message": _ref("AssistantMessage"), "finish_reason": {"enum": _FINISH_REASONS}}
        ),
        "AssistantMessage": _object(
            {
                "role": {"const": "assistant"},
                "content": _TEXT,
                "reasoning_content": _TEXT,
                "tool_calls": {"type": "array", "minItems": 1, "items": _ref("ToolCall")},
            },
            ["role", "content", "reasoning_content"],
        ),
        "ToolCall": _object(
            {"id": _TEXT, "type": {"const": "function"}, "function": _object({"name": _TEXT, "arguments": _TEXT})}
        ),
        "ToolCallPiece": _object(
            {
                "index": _COUNT,
                "id": _TEXT,
                "type": {"const": "function"},
                "function": _object({"name": _TEXT, "arguments": _TEXT}, ["arguments"]),
            },
            ["index", "function"],
        ),
        "Usage": _object(dict.fromkeys(counts, _COUNT)),
        "Cmc": _object(
            {
                "cost": _object(
                    {"currency": {"const": "USD"}, "total_cost": {"type": ["number", "null"], "minimum": 0}}
                ),
                "tool_traces": {"type": "array", "minItems": 1, "items": _ref("ToolTrace")},
            },
            ["cost"],
        ),
        "ToolTrace": _trace_schema(),
        **extra_schemas(),
        **_envelope_schemas(),
        "ModelList": _object({"object": {"const": "list"}, "data": {"type": "array", "items": _ref("Model")}}),
        "Model": _object({"id": _TEXT, "object": {"const": "model"}, "owned_by": _TEXT}),
    }


def _trace_schema() -> Schema:
    citation = {"source": _TEXT, "title": _TEXT, "url": _TEXT, "published_at": _TEXT}
    return _object(
        {
            "id": _TEXT,
            "name": _TEXT,
            "arguments": _TEXT,
            "status": {"enum": ["completed", "failed"]},
            "output_visibility": {"const": "sanitized"},
            "output": _TEXT,
            "citations": {"type": "array", "items": _object(citation, ["source", "title", "url"])},
            "error_message": _TEXT,
        },
        ["id", "name", "arguments", "status"],
    )


def _envelope_schemas() -> Schema:
    optional_text = {"type": ["string", "null"]}
    codes = f"{KEY_MISSING[0]!r} key missing, {KEY_INVALID[0]!r} key invalid, {BUSY[0]!r} unsupported request shape."
    status = {
        "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
        "error_code": {"type": "string", "description": codes},
        "error_message": _TEXT,
        "elapsed": {"type": "integer"},
        "credit_count": {"type": "integer"},
    }
    gateway = {
        "timestamp": _TEXT,
        "path": _TEXT,
        "status": {"type": "integer"},
        "error": _TEXT,
        "requestId": _TEXT,
    }
    # A provider's own error may hold further members, and a code that is a number.
    error = _object(
        {"message": _TEXT, "type": optional_text, "param": {}, "code": {"type": ["string", "integer", "null"]}},
        ["message"],
        closed=False,
    )
    return {
        "ErrorEnvelope": _object({"error": error}),
        "StatusEnvelope": _object({"status": _object(status)}),
        "GatewayEnvelope": _object(gateway),
    }
