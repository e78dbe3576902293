"""The OpenAPI document of these routes, and the server held against it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.dialects.messari.support import RUN as RESEARCH_RUN
from tests.dialects.openai.support import CHAT, KEY, MODELS, RESPONSES, TOOL_RUN, Client
from tests.dialects.support import FakeEngine

SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", Client().app).include(
    path=[CHAT, RESPONSES, MODELS, MODELS + "/{model}"]
)
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
DOCUMENT = SCHEMA.raw_schema
PAGE = Path(__file__).parents[3] / "docs" / "dialects" / "openai.md"


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
    case.call_and_validate(headers={"authorization": f"Bearer {KEY}"}, checks=CHECKS)


@SCHEMA.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_without_a_key_every_answer_conforms_too(case: schemathesis.Case) -> None:
    case.call_and_validate(headers={"authorization": "Bearer wrong"}, checks=CHECKS)


def validator(name: str) -> Any:
    return jsonschema_rs.validator_for({**DOCUMENT, "$ref": f"#/components/schemas/{name}"})


@pytest.mark.parametrize("is_researched", [False, True])
async def test_a_whole_answer_with_everything_of_ours_is_described(is_researched: bool) -> None:
    client = Client(FakeEngine(TOOL_RUN))
    client.research.batches = RESEARCH_RUN
    everything = ["resolution", "progress", "provenance", "outputs", "verification", "citations", "charts", "related"]
    body = await client.whole(cryptodesk={"include": [*everything, "receipt"], "research": is_researched})
    validator("OpenAICompletion").validate(body)
    described = set(DOCUMENT["components"]["schemas"]["OpenAIExtra"]["properties"])
    assert set(everything) < set(body["cryptodesk"]) <= described


def test_the_documented_example_is_of_the_described_form() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    documented = json.loads(example)
    validator("OpenAIExtra").validate(documented)
    assert set(documented) == set(DOCUMENT["components"]["schemas"]["OpenAIExtra"]["properties"])
