"""The schemas of what the chat routes answer: sources, charts, metadata, bodies and chunks."""

from __future__ import annotations

from typing import Any

from cryptodesk.core.research import MAX_RELATED_QUESTIONS
from cryptodesk.dialects.messari import choices

__all__ = ["answer_schemas", "array", "closed", "ref"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_FINISH_REASONS = ["stop", "length", "content_filter"]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema, **bounds: int) -> Schema:
    return {"type": "array", "items": items, **bounds}


def closed(properties: Schema, required: list[str] | None = None) -> Schema:
    """An object of exactly these members, all required unless told otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def answer_schemas() -> Schema:
    """Components by name."""
    return {
        "MessariSource": closed(
            {
                "citationId": {"type": "integer", "minimum": 1},
                "domain": {"type": "string", "minLength": 1},
                "title": _TEXT,
                "url": _TEXT,
            }
        ),
        "MessariChart": _chart(),
        "MessariMetadata": _metadata(),
        "MessariEnvelope": _envelope(),
        "MessariCompletion": _completion(),
        "MessariChunk": _chunk(),
        "MessariExtra": closed(
            {"verification": {}, "receipt": {}, "progress": {"anyOf": [array(_step()), {"type": "null"}]}}, []
        ),
    }


def _chart() -> Schema:
    names = ("description", "format", "group_aggregate_operation", "id", "name", "slug", "subcategory")
    column: Schema = {
        "attribution": array(closed({"link": _TEXT, "name": _TEXT})),
        **dict.fromkeys(names, _TEXT),
        "is_timestamp": {"type": "boolean"},
        "time_bucket_aggregate_operation": _TEXT,
    }
    subject = closed(dict.fromkeys(("id", "name", "slug", "symbol"), _TEXT))
    row = array({"type": ["number", "null"]}, minItems=2)
    series = closed({"entity": subject, "key": _TEXT, "points": array(row)})
    return closed(
        {
            "citationId": _COUNT,
            "dataset": _TEXT,
            "end": _MOMENT,
            "entities": array(closed({"entityId": _TEXT, "entityType": _TEXT}), minItems=1),
            "granularity": _TEXT,
            "id": {"type": "integer"},
            "metric": _TEXT,
            "metricTimeseries": closed({"point_schema": array(closed(column)), "series": array(series)}),
            "start": _MOMENT,
            "tier": _TEXT,
        }
    )


def _metadata() -> Schema:
    sources = array(ref("MessariSource"))
    members = {
        "status": {"enum": ["success", "clarification"]},
        "trace_id": {"type": "string", "format": "uuid"},
        "charts": array(ref("MessariChart")),
        "cited_sources": sources,
        "sources": {**sources, "description": "On v2 alone: the same list under its other name."},
        "related_questions": array(_TEXT, maxItems=MAX_RELATED_QUESTIONS),
    }
    return closed(members, [name for name in members if name != "sources"])


def _envelope() -> Schema:
    message = closed({"role": {"const": "assistant"}, "content": _TEXT})
    members = {
        "error": {"type": "null"},
        "data": closed({"messages": array(message, minItems=1, maxItems=1)}),
        "metadata": ref("MessariMetadata"),
        "cryptodesk": ref("MessariExtra"),
    }
    return closed(members, ["error", "data", "metadata"])


def _links() -> Schema:
    link = closed({"start_index": _COUNT, "end_index": _COUNT, "title": _TEXT, "url": _TEXT})
    note = closed({"url_citation": link, "type": {"const": "url_citation"}})
    return {"annotations": array(note), "citations": array(_TEXT)}


def _base(kind: str) -> Schema:
    return {
        "id": _TEXT,
        "object": {"const": kind},
        "created": {"type": "integer"},
        "model": {"const": choices.MODEL},
    }


def _usage() -> Schema:
    return closed(dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), _COUNT))


def _completion() -> Schema:
    message = closed({"role": {"const": "assistant"}, "content": _TEXT, **_links()}, ["role", "content"])
    choice = closed({"index": {"const": 0}, "message": message, "finish_reason": {"enum": _FINISH_REASONS}})
    members = {
        **_base("chat.completion"),
        "choices": array(choice, minItems=1, maxItems=1),
        "usage": _usage(),
        "metadata": ref("MessariMetadata"),
        "cryptodesk": ref("MessariExtra"),
    }
    return closed(members, [name for name in members if name != "cryptodesk"])


def _chunk() -> Schema:
    """The chunk with charts alone has the first part of the metadata."""
    delta = closed({"role": {"const": "assistant"}, "content": _TEXT, **_links()}, [])
    choice = closed({"index": {"const": 0}, "delta": delta, "finish_reason": {"enum": [*_FINISH_REASONS, None]}})
    members = {
        **_base("chat.completion.chunk"),
        "choices": array(choice, minItems=1, maxItems=1),
        "usage": _usage(),
        "metadata": {
            "type": "object",
            "properties": _metadata()["properties"],
            "required": ["status", "trace_id", "charts"],
            "additionalProperties": False,
        },
        "cryptodesk": ref("MessariExtra"),
    }
    return closed(members, ["id", "object", "created", "model", "choices"])


def _step() -> Schema:
    members = {
        "node": _TEXT,
        "form": {"enum": ["model", "rules"]},
        "status": {"enum": ["started", "completed", "failed", "skipped"]},
        "detail": _TEXT,
        "duration_ms": {"type": "number", "minimum": 0},
    }
    return closed(members, ["node", "form", "status"])
