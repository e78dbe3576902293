"""The OpenAPI document of the chat routes, and the server held against it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from cryptodesk.core.events import RunFailed
from tests.dialects.messari.support import (
    CHATS,
    OPENAI,
    V1,
    V2,
    VERCEL,
    Client,
    ended,
    events,
    question,
    run_of,
)
from tests.dialects.messari.test_route import FAILURES
from tests.dialects.support import KEY, Answer, FakeEngine

MODELS = "/ai/openai/models"
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", Client().app).include(path=[*CHATS, MODELS])
CHECKS = schemathesis.checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
    ]
)
EXTRA = question(cryptodesk={"include": ["progress", "verification"]})


def is_beyond_the_document(error: str) -> bool:
    """Rules that a schema cannot say: whose message is the last, a text that is more than blanks, moments that have
    come."""
    return any(part in error for part in ("last message must be", "must not be empty", "that has come"))


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_answer_conforms_to_the_document(case: schemathesis.Case) -> None:
    response = case.call_and_validate(headers={"x-messari-api-key": KEY}, checks=CHECKS)
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        assert is_beyond_the_document(response.json()["error"]), response.text


@SCHEMA.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_without_a_key_every_answer_conforms_too(case: schemathesis.Case) -> None:
    case.call_and_validate(headers={"x-messari-api-key": "wrong"}, checks=CHECKS)


DOCUMENT = SCHEMA.raw_schema


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what a schema of the document says."""
    rooted = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True).is_valid(value)


def response_schema(answer: Answer, path: str) -> dict[str, Any]:
    responses = DOCUMENT["paths"][path]["post"]["responses"]
    schema: dict[str, Any] = responses[str(answer.status)]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("path", [V1, V2, OPENAI])
async def test_every_whole_answer_conforms_to_the_document(path: str) -> None:
    clarification = run_of(ended(status="clarification", sources=(), charts=(), choices=("A", "B")))
    for client in (Client(), Client(FakeEngine(clarification))):
        for body in (question(), EXTRA):
            answer = await client.ask(path, body)
            assert answer.status == 200
            assert conforms(answer.json, response_schema(answer, path))


async def test_every_chunk_conforms_to_the_document() -> None:
    chunk = {"$ref": "#/components/schemas/MessariChunk"}
    found = events(await Client().ask(OPENAI, {**EXTRA, "stream": True}))
    assert [conforms(event, chunk) for event in found] == [True] * 8


@pytest.mark.parametrize(("error", "status", "text"), FAILURES)
async def test_every_failure_conforms_to_the_document(error: Any, status: int, text: str) -> None:
    for path in CHATS:
        answer = await Client(FakeEngine([[RunFailed(error)]])).ask(path)
        assert conforms(answer.json, response_schema(answer, path))


async def test_what_is_not_documented_does_not_conform() -> None:
    answer = await Client().ask(OPENAI)
    body = answer.json
    schema = response_schema(answer, OPENAI)
    body["metadata"]["charts"][0]["title"] = "Bitcoin"
    assert not conforms(body, schema)
    assert not conforms({**answer.json, "data": {}}, schema)
    assert not conforms({"error": {"message": "x"}, "data": None}, {"$ref": "#/components/schemas/MessariError"})


async def test_the_document_names_only_what_is_mounted() -> None:
    mounted = (await Client().call("GET", "/openapi.json")).json["paths"]
    assert {*CHATS, MODELS} <= set(mounted)
    bare = (await Client(research=False).call("GET", "/openapi.json")).json["paths"]
    assert not {*CHATS, MODELS} & set(bare)


def test_the_stream_only_route_promises_no_json() -> None:
    content = DOCUMENT["paths"][VERCEL]["post"]["responses"]["200"]["content"]
    assert list(content) == ["text/plain"]
