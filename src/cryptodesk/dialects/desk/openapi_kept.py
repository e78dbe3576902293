"""Evidence and kept conversations in the OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any, Final

from cryptodesk.dialects.desk.evidence import EVIDENCE_PREFIX
from cryptodesk.dialects.desk.history import EXPORT_PATH, HISTORY_PATH, HISTORY_PREFIX
from cryptodesk.dialects.desk.history_wire import ID_PATTERN, MOST_MESSAGES_AT_ONCE, MOST_REVISION
from cryptodesk.dialects.desk.openapi_parts import Schema, file_response, object_, operation, ref

__all__ = ["evidence_paths", "history_paths", "history_schemas"]

_EVIDENCE: Final = "Download the file that proves what a run was asked, answered and charged"
_LISTED: Final = "List the kept conversations that were changed since the last look"
_MOMENT: Final = {"type": "number", "minimum": 0, "description": "Unix milliseconds."}


def evidence_paths() -> Schema:
    by_id = _in_path("The id of an answer, with or without `chatcmpl-`.")
    faults = {
        "404": "No run of this key, or nothing recorded of it.",
        "413": "The file would be too large; the command writes it.",
        "503": "Evidence of other runs is being made.",
    }
    shown = operation("getEvidence", _EVIDENCE, None, faults, parameters=[by_id])
    shown["responses"]["200"] = file_response("The file.", "application/json", {"type": "object"})
    return {f"{EVIDENCE_PREFIX}{{id}}": {"get": shown}}


def history_paths() -> Schema:
    by_id, since = _in_path("The conversation's id."), _count_parameter("since", "The last sequence that is known.")
    limit = _count_parameter("limit", "At most so many, up to 200.")
    wrong, missing = {"400": "A parameter or body that is not right."}, {"404": "No such conversation of this key."}
    sent = {"408": "The body did not arrive in time.", "413": "Too large, or no room left.", **wrong, **missing}
    listed = operation("listConversations", _LISTED, "ConversationList", wrong, parameters=[since, limit])
    shown = operation(
        "getConversation",
        "Show a kept conversation and those of its messages that were changed",
        "ConversationMessages",
        {**wrong, **missing},
        parameters=[by_id, since, limit],
    )
    merged = operation(
        "mergeConversation",
        "Add messages to a kept conversation, or begin one",
        "MergedConversation",
        sent,
        parameters=[by_id],
        requestBody=_body("ConversationMerge"),
    )
    renamed = operation(
        "renameConversation",
        "Rename a kept conversation",
        "Conversation",
        sent,
        parameters=[by_id],
        requestBody=_body("ConversationTitle"),
    )
    deleted = operation(
        "deleteConversation",
        "Delete a kept conversation",
        "DeletedConversation",
        {**wrong, **missing},
        parameters=[by_id, _count_parameter("sequence", "Only if nothing was changed after it.")],
    )
    saved = operation("exportConversations", "Download all kept conversations, one a line", None)
    saved["responses"]["200"] = file_response("As the web app saves each.", "application/x-ndjson", {"type": "string"})
    return {
        HISTORY_PATH: {"get": listed},
        EXPORT_PATH: {"get": saved},
        f"{HISTORY_PREFIX}{{id}}": {"get": shown, "post": merged, "patch": renamed, "delete": deleted},
    }


def _in_path(description: str) -> Schema:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": description}


def _count_parameter(name: str, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 0}, "description": description}


def _body(name: str) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": ref(name)}}}


def history_schemas() -> dict[str, Any]:
    text, count, flag, moment = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}, _MOMENT
    kind = {"const": "conversation"}
    place = {"object": kind, "id": text, "sequence": count, "is_deleted": flag}
    facts = {
        "title": text,
        **dict.fromkeys(("created_at", "updated_at", "renamed_at"), moment),
        "head_id": {"type": ["string", "null"]},
        "messages": count,
        "size": count,
    }
    kept = {**place, **facts}
    row = object_({"revision": count, "sequence": count, "message": ref("HistoryMessage")})
    listed = {"type": "array", "items": object_(kept, list(place))}
    sent = {"type": "array", "maxItems": MOST_MESSAGES_AT_ONCE, "items": _sent_message()}
    told = {name: facts[name] for name in ("title", "created_at", "updated_at", "renamed_at", "head_id")}
    return {
        "HistoryMessage": _message_schema(),
        "Conversation": object_(kept),
        "ConversationList": object_(
            {
                "object": {"const": "list"},
                "data": listed,
                "has_more": flag,
                "next": {"type": ["integer", "null"]},
                "latest": count,
                "epoch": text,
                "key_id": text,
                "size": count,
                "most_size": count,
            }
        ),
        "ConversationMessages": object_({**kept, "data": {"type": "array", "items": row}, "has_more": flag}),
        "MergedConversation": object_({**kept, "is_new": flag, "before": count}),
        "ConversationMerge": object_(
            {**told, "messages": sent, "restore": flag}, ["title", "created_at", "updated_at"]
        ),
        "ConversationTitle": object_({"title": {"type": "string", "minLength": 1}}),
        "DeletedConversation": object_({"object": kind, "id": text, "is_deleted": flag}),
    }


def _message_schema() -> dict[str, Any]:
    members = {
        "id": {"type": "string", "pattern": f"^{ID_PATTERN}$"},
        "parentId": {"type": ["string", "null"]},
        "role": {"enum": ["user", "assistant"]},
        "text": {"type": "string"},
        "createdAt": {"type": "number"},
    }
    return {"type": "object", "properties": members, "required": list(members)}


def _sent_message() -> dict[str, Any]:
    revision = {"type": "integer", "minimum": 0, "maximum": MOST_REVISION}
    return object_({"message": ref("HistoryMessage"), "revision": revision}, ["message"])
