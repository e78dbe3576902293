"""The OpenAPI document, and the server held against it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from cryptodesk.core.events import ReasoningDelta, RunEvent, RunFailed, TextDelta
from cryptodesk.dialects._http import build_asgi
from tests.dialects.cmc.test_encode import CALL_EVENTS, FAILED, LOOKUP, SEARCH, TOOL_END, built_in_run
from tests.dialects.cmc.test_route import FAILURES
from tests.dialects.support import (
    KEY,
    PATH,
    PLAIN_END,
    PLAIN_RUN,
    STARTED,
    Answer,
    Client,
    FakeEngine,
    chat,
    make_ports,
    no_lifespan,
)

SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", build_asgi(make_ports(), no_lifespan))
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


def is_beyond_the_document(error: dict[str, Any]) -> bool:
    """Rules that a schema cannot say: strict schemas, tool messages only on resumption, moments that have come."""
    return (
        error["code"] == "invalid_function_parameters"
        or error["param"] in ("response_format", "cryptodesk.as_of")
        or ("preceeding message" in error["message"] or error["param"] == "response_format.json_schema.schema")
    )


@SCHEMA.parametrize()
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_answer_conforms_to_the_document(case: schemathesis.Case) -> None:
    response = case.call_and_validate(headers={"X-CMC_PRO_API_KEY": KEY}, checks=CHECKS)
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        assert is_beyond_the_document(response.json()["error"])


@SCHEMA.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_without_a_key_every_answer_conforms_too(case: schemathesis.Case) -> None:
    case.call_and_validate(headers={"X-CMC_PRO_API_KEY": "wrong"}, checks=CHECKS)


DOCUMENT = SCHEMA.raw_schema


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what a schema of the document says."""
    rooted = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(rooted).is_valid(value)


def response_schema(answer: Answer) -> dict[str, Any]:
    schema: dict[str, Any] = DOCUMENT["paths"][PATH]["post"]["responses"][str(answer.status)]["content"][
        "application/json"
    ]["schema"]
    return schema


RUNS: list[list[list[RunEvent]]] = [
    PLAIN_RUN,
    built_in_run(LOOKUP, SEARCH, FAILED),
    [[STARTED], *CALL_EVENTS, [TOOL_END]],
    [[STARTED], [ReasoningDelta("Hm."), TextDelta("Yes.")], [PLAIN_END]],
]


@pytest.mark.parametrize("batches", RUNS)
async def test_every_success_shape_conforms_to_the_document(batches: list[list[RunEvent]]) -> None:
    answer = await Client(FakeEngine(batches)).post(chat())
    assert conforms(answer.json, response_schema(answer))
    chunk = {"$ref": "#/components/schemas/ChatCompletionChunk"}
    frames = (await Client(FakeEngine(batches)).post(chat(stream=True))).frames
    assert [conforms(frame, chunk) for frame in frames] == [True] * len(frames)


@pytest.mark.parametrize("case", FAILURES)
async def test_every_failure_of_a_run_conforms_to_the_document(case: str) -> None:
    answer = await Client(FakeEngine([[RunFailed(FAILURES[case][1])]])).post(chat())
    assert conforms(answer.json, response_schema(answer))


async def test_what_is_not_documented_does_not_conform() -> None:
    answer = await Client().post(chat())
    with_total = {**answer.json, "usage": {**answer.json["usage"], "total_tokens": 223}}
    assert not conforms(with_total, response_schema(answer))
    assert not conforms({"error": {"code": "x"}}, response_schema(answer))


async def test_the_document_names_only_what_is_mounted() -> None:
    document = (await Client().call("GET", "/openapi.json")).json
    assert (document["openapi"], own_paths(document)) == ("3.1.0", [PATH, "/v1/models"])
    bare = (await Client(lists_models=False).call("GET", "/openapi.json")).json
    assert own_paths(bare) == [PATH]


def own_paths(document: dict[str, Any]) -> list[str]:
    return [path for path in document["paths"] if not path.startswith("/openai/")]
