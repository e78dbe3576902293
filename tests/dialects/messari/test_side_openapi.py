"""The document of the routes beside the chat, and the routes held against it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from msgspec.structs import replace

from cryptodesk.core.jobs import JobReport
from cryptodesk.dialects._http import build_openapi
from cryptodesk.dialects._ports import Dialect
from cryptodesk.dialects.messari import credits as credit_routes
from cryptodesk.dialects.messari import deep_research, extraction, trending
from cryptodesk.dialects.messari.openapi import build_openapi as build_chat_part
from cryptodesk.documents.entities import Entities, extract_entities
from cryptodesk.documents.trending import Trending, TrendingQuestion
from tests.dialects.messari.requirements_side import requirement
from tests.dialects.messari.side_support import (
    JOB_ID,
    KEYED,
    SIDES,
    FakeJobs,
    FakeMeter,
    FakeTexts,
    SideClient,
    a_job,
    job_id,
    mount,
)
from tests.dialects.messari.support import CHART, SOURCES, STEPS
from tests.dialects.messari.test_credits import ALLOWANCE

TEXT = "Vitalik Buterin spoke of Uniswap, $BTC and Lumen Labs Inc. at Coinbase."
QUESTION = TrendingQuestion(question="Why?", topic_title="Bitcoin", topic_id=JOB_ID)
REPORT = JobReport("# Report", SOURCES, (CHART,), ("And Ether?",))
JOBS = (
    a_job(),
    a_job(job_id=job_id(1), status="completed", report=REPORT, steps=STEPS),
    a_job(job_id=job_id(2), status="failed", error_code="run_timeout", error_message="Late."),
    a_job(job_id=job_id(3), status="cancelled"),
)


class Texts(FakeTexts):
    async def extract(self, text: str) -> Entities:
        return extract_entities(text)


def a_client() -> SideClient:
    texts = Texts(found=Trending((QUESTION,), 1))
    return SideClient(jobs=FakeJobs(*JOBS), texts=texts, meter=FakeMeter(ALLOWANCE))


def document_of(client: SideClient) -> dict[str, Any]:
    """The routes as the dialect joins them to its document."""

    def part(ports: Any) -> dict[str, Any]:
        chat = build_chat_part(ports)
        return {**chat, "paths": {path: item for side in SIDES for path, item in side.paths(ports).items()}}

    return build_openapi(client.ports, [Dialect("messari", lambda _: (), part)])


DOCUMENT = document_of(a_client())


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The document, and behind it a fresh desk for every request."""
    if scope["type"] == "http" and scope["path"] == "/openapi.json":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": msgspec.json.encode(DOCUMENT)})
    elif scope["type"] == "http":
        await mount(a_client().ports)(scope, receive, send)


SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", app)
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


@requirement("MES-SIDE-OPENAPI")
@SCHEMA.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_answer_conforms_to_the_document(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=KEYED, checks=CHECKS)


def conforms(value: Any, path: str, method: str) -> bool:
    schema = DOCUMENT["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).is_valid(value)


@requirement("MES-SIDE-OPENAPI")
async def test_every_good_answer_is_of_the_described_form() -> None:
    client = a_client()
    by_id = deep_research.PATH + "/{job_id}"
    everything = {"Cryptodesk_Include": ",".join(deep_research.INCLUDES)}
    for job in JOBS:
        assert conforms((await client.get(f"{deep_research.PATH}/{job.job_id}")).json, by_id, "get")
        assert conforms((await client.get(f"{deep_research.PATH}/{job.job_id}", **everything)).json, by_id, "get")
    cancelled = await client.send_json(f"{deep_research.PATH}/{JOB_ID}/cancel", {})
    assert conforms(cancelled.json, by_id + "/cancel", "post")
    listed = await client.get(deep_research.PATH)
    assert len(listed.json["data"]) == 4
    assert conforms(listed.json, deep_research.PATH, "get")
    created = await client.send_json(deep_research.PATH, {"query": "?"})
    assert conforms(created.json, deep_research.PATH, "post")
    extracted = await client.send_json(extraction.PATH, {"content": TEXT, "allSimilarEntities": True})
    assert len(extracted.json["data"]["extractedEntities"]) >= 4
    assert conforms(extracted.json, extraction.PATH, "post")
    assert conforms((await client.get(trending.PATH)).json, trending.PATH, "get")
    assert conforms((await client.get(credit_routes.PATH)).json, credit_routes.PATH, "get")


@requirement("MES-SIDE-OPENAPI")
async def test_what_is_not_described_does_not_conform() -> None:
    answer = await a_client().get(credit_routes.PATH)
    assert not conforms({**answer.json, "more": 1}, credit_routes.PATH, "get")
    assert not conforms({"error": "x"}, deep_research.PATH, "get")


@requirement("MES-SIDE-OPENAPI", "MES-SIDE-ABSENT")
@pytest.mark.parametrize(
    ("missing", "paths"),
    [("jobs", 3), ("texts", 2), ("credits", 1)],
)
def test_what_is_not_mounted_is_not_described(missing: str, paths: int) -> None:
    client = a_client()
    client.ports = replace(client.ports, **{missing: None})
    assert len(DOCUMENT["paths"]) - len(document_of(client)["paths"]) == paths
