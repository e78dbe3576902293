"""The dialect's part of the OpenAPI 3.1 document: requests and our own object from the types the code runs on."""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.core.research import Chart, CitedSource
from cryptodesk.core.verification import Verification
from cryptodesk.dialects._annotations import Annotation
from cryptodesk.dialects._ports import DialectPorts, ReadAsset
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.answering import WireStep, WireTrace
from cryptodesk.dialects.openai.errors import WireError
from cryptodesk.dialects.openai.request import ChatRequest
from cryptodesk.dialects.openai.responses import RESPONSES_PATH
from cryptodesk.dialects.openai.responses.request import ResponsesRequest
from cryptodesk.dialects.openai.route import CHAT_PATH, PREFIX

__all__ = ["build_openapi"]

Schema = dict[str, Any]

_TYPES = (
    ChatRequest,
    ResponsesRequest,
    ReadAsset,
    WireStep,
    WireTrace,
    Verification,
    CitedSource,
    Chart,
    Annotation,
    WireError,
)
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FINISHES = ["stop", "length", "tool_calls", "content_filter"]
_STATUSES = {
    "400": "A parameter is missing, malformed or out of range.",
    "401": "The key is missing or invalid.",
    "402": "The request's own cost limit is too low.",
    "403": "Not allowed with this key.",
    "404": "Unknown model.",
    "408": "The body did not arrive in time.",
    "409": "The first request with this Idempotency-Key is still being answered.",
    "413": "The body is too large.",
    "429": "A limit of this desk was met, or its credit is spent.",
    "500": "A defect.",
    "502": "The model's provider gave no usable answer.",
    "503": "The model's provider is unavailable.",
    "504": "The model's provider, or the run, took too long.",
}


_CHAT = "Answer a conversation in the format of OpenAI's Chat Completions API"
_RESPONSE = "Answer a conversation in the format of OpenAI's Responses API"
_LIST = "List the models that this desk serves, in OpenAI's format"
_SHOW = "Show one of the models that this desk serves, in OpenAI's format"


def build_openapi(ports: DialectPorts) -> Schema:
    """`paths` and `components`."""
    return {
        "paths": {
            CHAT_PATH: {"post": _answered("answerChat", _CHAT, "ChatRequest", "Completion")},
            RESPONSES_PATH: {"post": _answered("answerResponses", _RESPONSE, "ResponsesRequest", "Response")},
            f"{PREFIX}/models": {"get": _listed("listOpenAIModels", _LIST, "Models", [])},
            f"{PREFIX}/models/{{model}}": {"get": _listed("showOpenAIModel", _SHOW, "Model", [_MODEL_PARAMETER])},
        },
        "components": {
            "schemas": {**_typed(), **_answers()},
            "securitySchemes": {"openaiKey": {"type": "http", "scheme": "bearer"}},
            "headers": {
                "x-request-id-openai": {
                    "description": "The request's id; quote it in reports.",
                    "required": True,
                    "schema": {"type": "string", "pattern": f"^{choices.REQUEST_ID_PREFIX}[0-9a-f]{{32}}$"},
                }
            },
        },
    }


_MODEL_PARAMETER: Schema = {
    "name": "model",
    "in": "path",
    "required": True,
    "description": "An id of the list. It may hold slashes.",
    "schema": {"type": "string", "minLength": 1},
}


def _answered(operation: str, summary: str, request: str, answer: str) -> Schema:
    # Without a type: readers differ in whether such a schema is about the whole text or about one event.
    events = {"schema": {"description": "A JSON object an event; the chat's last one is `data: [DONE]`."}}
    content = {"application/json": {"schema": _ref(answer)}, "text/event-stream": events}
    return {
        "operationId": operation,
        "summary": summary,
        "description": "See docs/dialects/openai.md. With `stream` the answer is server-sent events.",
        "tags": ["OpenAI"],
        "security": [{"openaiKey": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(request)}}},
        "responses": {"200": {**_response("The answer."), "content": content}, **_errors()},
    }


def _listed(operation: str, summary: str, answer: str, parameters: list[Schema]) -> Schema:
    content = {"application/json": {"schema": _ref(answer)}}
    return {
        "operationId": operation,
        "summary": summary,
        "tags": ["OpenAI"],
        "security": [{"openaiKey": []}],
        "parameters": parameters,
        "responses": {"200": {**_response("What there is."), "content": content}, **_errors("401", "404", "500")},
    }


def _errors(*statuses: str) -> Schema:
    schema = {"type": "object", "properties": {"error": _ref("WireError")}, "required": ["error"]}
    content = {"application/json": {"schema": schema}}
    return {code: {**_response(_STATUSES[code]), "content": content} for code in statuses or _STATUSES}


def _response(description: str) -> Schema:
    return {
        "description": description,
        "headers": {"x-request-id": {"$ref": "#/components/headers/x-request-id-openai"}},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/OpenAI{name}"}


def _typed() -> Schema:
    _, components = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/OpenAI{name}")
    return {f"OpenAI{name}": schema for name, schema in components.items()}


def _answers() -> Schema:
    return {
        "OpenAIExtra": _extra(),
        "OpenAIUsage": _usage(),
        "OpenAICompletion": _completion(),
        "OpenAIResponse": _open({"id": _TEXT, "object": {"const": "response"}, "output": {"type": "array"}}),
        "OpenAIModel": _open({"id": _TEXT, "created": _COUNT, "object": {"const": "model"}, "owned_by": _TEXT}),
        "OpenAIModels": _open({"object": {"const": "list"}, "data": _array(_ref("Model"))}),
    }


def _open(properties: Schema, *optional: str) -> Schema:
    return {"type": "object", "properties": properties, "required": [x for x in properties if x not in optional]}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _extra() -> Schema:
    amount: Schema = {"type": ["string", "null"], "description": "Exact; null where the price is not known."}
    receipt = _open(
        {
            "run_id": _TEXT,
            "total_usd": amount,
            "held_usd": amount,
            "price_versions": _array(_TEXT),
            "is_estimated": {"type": "boolean"},
        }
    )
    members = {
        "resolution": _array(_ref("ReadAsset")),
        "progress": _array(_ref("WireStep")),
        "research": _open({"status": {"enum": ["success", "clarification"]}, "choices": _array(_TEXT)}),
        "limit": _TEXT,
        "provenance": _array(_ref("WireTrace")),
        "outputs": {"type": "object"},
        "verification": _nullable(_ref("Verification")),
        "citations": _array(_ref("CitedSource")),
        "charts": _array(_ref("Chart")),
        "related": _array(_TEXT),
        "receipt": _nullable(receipt),
    }
    return {"type": "object", "properties": members, "additionalProperties": False}


def _usage() -> Schema:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    details = {"type": "object", "additionalProperties": _COUNT}
    counts: Schema = dict.fromkeys(names, _COUNT)
    return _open({**counts, "prompt_tokens_details": details, "completion_tokens_details": details})


def _completion() -> Schema:
    function = _open({"name": _TEXT, "arguments": _TEXT})
    call = _open({"id": _TEXT, "type": {"const": "function"}, "function": function})
    message = _open(
        {
            "role": {"const": "assistant"},
            "content": {"type": ["string", "null"]},
            "refusal": {"type": "null"},
            "annotations": _array(_ref("Annotation")),
            "tool_calls": _array(call),
        },
        "tool_calls",
    )
    choice = _open(
        {
            "index": {"const": 0},
            "message": message,
            "logprobs": {"type": "null"},
            "finish_reason": {"enum": _FINISHES},
        }
    )
    return _open(
        {
            "id": {"type": "string", "pattern": f"^{choices.COMPLETION_ID_PREFIX}"},
            "object": {"const": "chat.completion"},
            "created": _COUNT,
            "model": _TEXT,
            "service_tier": {"enum": sorted(choices.SERVICE_TIERS)},
            "choices": _array(choice),
            "usage": _ref("Usage"),
            "cryptodesk": _ref("Extra"),
        },
        "service_tier",
        "cryptodesk",
    )
