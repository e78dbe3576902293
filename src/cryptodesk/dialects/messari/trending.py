"""`GET /ai/v1/questions/trending`: what the news of the day makes people ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from cryptodesk.dialects._ports import DialectPorts, DialectRoute, TextServices
from cryptodesk.dialects.messari.openapi_answers import array, closed
from cryptodesk.dialects.messari.side import Ask, SideEndpoint, operation, query_count

__all__ = ["PATH", "paths", "routes"]

PATH = "/ai/v1/questions/trending"
DEFAULT_LIMIT: Final = 5
# Not published.
MAX_LIMIT: Final = 50

Schema = dict[str, Any]


class _WireQuestion(Struct):
    question: str
    topic_title: str
    topic_id: str


_json = msgspec.json.Encoder().encode


def routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.texts is None:
        return ()
    texts: TextServices = ports.texts

    async def show(ask: Ask) -> bytes:
        limit = query_count(ask.scope, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        found = await texts.trending(limit)
        questions = [_WireQuestion(each.question, each.topic_title, each.topic_id) for each in found.questions]
        return _json({"error": None, "data": {"questions": questions}})

    return (DialectRoute(PATH, SideEndpoint(ports, GET=show)),)


def paths(ports: DialectPorts) -> Schema:
    if ports.texts is None:
        return {}
    text: Schema = {"type": "string"}
    question = closed({"question": text, "topic_title": text, "topic_id": {**text, "format": "uuid"}})
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    described = operation(
        "listTrendingQuestions",
        "List questions of the day, those about the most written-about topics first",
        closed({"error": {"type": "null"}, "data": closed({"questions": array(question)})}),
        {"400": "`limit` is malformed or out of range."},
        parameters=[{"name": "limit", "in": "query", "required": False, "schema": limit}],
    )
    return {PATH: {"get": described}}
