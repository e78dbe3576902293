"""The chat routes' part of the OpenAPI 3.1 document, built from the constants the code runs on."""

from __future__ import annotations

from typing import Any

from cryptodesk.core.research import MAX_RELATED_QUESTIONS
from cryptodesk.dialects._extra import COST_PATTERN, COST_SCHEMA, RESEARCH_INCLUDES
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.dialects._schemas import list_of
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.openapi_answers import answer_schemas, array, closed, ref
from cryptodesk.dialects.messari.route import CHAT_PATHS, MODELS_PATH

__all__ = ["SECURITY", "answers", "build_openapi"]

Schema = dict[str, Any]

# Either header; for the other modules of this package as well.
SECURITY: list[Schema] = [{"messariKey": []}, {"messariBearer": []}]

_TEXT: Schema = {"type": "string"}
_ENVELOPE = "MessariEnvelope"
_COMPLETION = "MessariCompletion"

_SUMMARIES = {
    "messari_v1": ("answerV1", "Answer a conversation by research, in version 1 of Messari AI's format", _ENVELOPE),
    "messari_v2": (
        "answerV2",
        "Answer a conversation by research with inline citations, in version 2 of Messari AI's format",
        _ENVELOPE,
    ),
    "messari_openai": (
        "answerOpenAI",
        "Answer a conversation by research, in OpenAI's format with Messari AI's `metadata`",
        _COMPLETION,
    ),
    "messari_vercel": (
        "answerVercel",
        "Answer a conversation by research, as a Vercel AI data stream of version 1",
        None,
    ),
}


def build_openapi(ports: DialectPorts) -> Schema:
    """`paths` and `components`. What the package's errors and headers refer to is there without chat routes too."""
    paths: Schema = {}
    if ports.research is not None:
        paths = {path: {"post": _chat_operation(name)} for path, name in CHAT_PATHS.items()}
        paths[MODELS_PATH] = {"get": _models_operation()}
    return {
        "paths": paths,
        "components": {
            "schemas": {
                **_request_schemas(),
                **answer_schemas(),
                "MessariError": closed({"error": _TEXT, "data": {"type": "null"}}),
            },
            "securitySchemes": {
                "messariKey": {"type": "apiKey", "in": "header", "name": choices.KEY_HEADER.decode()},
                "messariBearer": {"type": "http", "scheme": "bearer"},
            },
            "headers": {
                "x-request-id": {
                    "description": "The request's id; quote it in reports.",
                    "required": True,
                    "schema": {"type": "string", "format": "uuid"},
                }
            },
        },
    }


def answers(good: Schema, faults: dict[str, str]) -> Schema:
    """The responses of an operation: 200 with `good` as content by media type, and the errors by status."""
    headers = {"x-request-id": {"$ref": "#/components/headers/x-request-id"}}
    error = {"application/json": {"schema": ref("MessariError")}}
    responses: Schema = {"200": {"description": "The answer.", "headers": headers, "content": good}}
    for status, text in sorted(faults.items()):
        responses[status] = {"description": text, "headers": headers, "content": error}
    return responses


# -- operations --------------------------------------------------------------------------------------------------------


def _chat_operation(name: str) -> Schema:
    operation_id, summary, body = _SUMMARIES[name]
    content: Schema = {}
    if body is not None:
        content["application/json"] = {"schema": ref(body)}
        # Without a type: readers differ in whether such a schema is about the whole text or about one event.
        content["text/event-stream"] = {"schema": {"description": "A JSON object an event, at the end `data: [DONE]`."}}
    if name in ("messari_openai", "messari_vercel"):
        content["text/plain"] = {"schema": {"description": "Lines of `CODE:JSON`, the last one `d:`."}}
    return {
        "operationId": operation_id,
        "summary": summary,
        "security": SECURITY,
        "parameters": [
            _header("Cryptodesk-Include", list_of(RESEARCH_INCLUDES)),
            _header("Cryptodesk-Early-Headers", {"enum": ["1"]}),
            _header("Cryptodesk-Max-Cost-Usd", {"type": "string", "pattern": COST_PATTERN}),
            _header("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255}),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": ref("MessariChatRequest")}}},
        "responses": answers(content, _CHAT_FAULTS),
    }


_CHAT_FAULTS = {
    "400": "A field is missing, malformed or out of range, or the body is too large; the message names the field.",
    "401": "No key, or one that is not valid.",
    "402": "A limit on spending was met.",
    "403": "The key may not do this.",
    "404": "The desk's model for research cannot be served.",
    "405": "Any method but POST.",
    "408": "The body did not arrive in time.",
    "409": "The first request with this Idempotency-Key is still being answered.",
    "429": "Too many requests.",
    "500": "The run failed.",
    "502": "A model provider or source failed.",
    "503": "A model provider or source is unavailable.",
    "504": "The run took too long.",
}


def _header(name: str, schema: Schema) -> Schema:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "schema": schema,
        "description": "An extension; see docs/dialects/messari.md.",
    }


def _models_operation() -> Schema:
    model = closed({"id": {"const": choices.MODEL}, "object": {"const": "model"}, "owned_by": _TEXT})
    body = closed({"object": {"const": "list"}, "data": array(model)})
    return {
        "operationId": "listMessariModels",
        "summary": "List the one model that answers by research (beyond Messari AI's own routes)",
        "security": SECURITY,
        "responses": answers(
            {"application/json": {"schema": body}},
            {"401": "No key, or one that is not valid.", "405": "Any method but GET and HEAD."},
        ),
    }


# -- requests ----------------------------------------------------------------------------------------------------------


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _request_schemas() -> Schema:
    flag = _nullable({"type": "boolean"})
    shared = {
        "inline_citations": flag,
        "generate_related_questions": _nullable({"type": "integer", "minimum": 0, "maximum": MAX_RELATED_QUESTIONS}),
        "allow_clarification_query": flag,
    }
    aliases = {
        "inlineCitations": flag,
        "generateRelatedQuestions": shared["generate_related_questions"],
        "allowClarificationQuery": flag,
        "responseFormat": _format_schema(),
        "streamFormat": _stream_format_schema(),
    }
    properties = {
        "messages": {
            "type": "array",
            "minItems": 1,
            "items": ref("MessariMessage"),
            "description": f"The last one is the user's. Of more than {choices.MAX_MESSAGES} the last ones count.",
        },
        "verbosity": _nullable({"enum": [*choices.VERBOSITIES, *choices.LEGACY_VERBOSITY]}),
        "response_format": _format_schema(),
        **shared,
        "stream": flag,
        "stream_format": _stream_format_schema(),
        "model": {"description": f"Anything; the answer is always {choices.MODEL}'s."},
        **aliases,
        "cryptodesk": _nullable({**_extra_schema(), "description": "An extension."}),
    }
    return {
        "MessariChatRequest": {"type": "object", "properties": properties, "required": ["messages"]},
        **_message_schemas(),
    }


def _format_schema() -> Schema:
    named = {"enum": [*choices.FORMATS, *choices.LEGACY_FORMATS]}
    kinds = {"type": {"enum": sorted(choices.FORMAT_OBJECTS)}}
    return {"anyOf": [named, {"type": "object", "properties": kinds, "required": ["type"]}, {"type": "null"}]}


def _stream_format_schema() -> Schema:
    return {"enum": ["openai", "vercel", None], "description": "On `/ai/openai` alone, for streams."}


def _extra_schema() -> Schema:
    members = {
        "include": _nullable(array({"enum": list(RESEARCH_INCLUDES)})),
        "as_of": _nullable(_TEXT),
        "max_cost_usd": _nullable(COST_SCHEMA),
        "early_headers": _nullable({"type": "boolean"}),
    }
    return {"type": "object", "properties": members, "additionalProperties": False}


def _message_schemas() -> Schema:
    part = {"type": {"enum": ["text"]}, "text": _TEXT}
    parts = array({"type": "object", "properties": part, "required": ["type", "text"]})
    message = {
        "role": {"enum": list(choices.ROLES)},
        "content": {"anyOf": [_TEXT, parts, {"type": "null"}]},
        "MultiContent": _nullable(parts),
        "name": _nullable(_TEXT),
    }
    return {"MessariMessage": {"type": "object", "properties": message, "required": ["role"]}}
