"""The OpenAPI document: it names what is mounted, the committed copy is the code's, and a desk answers as it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from starlette.routing import Route

import cryptodesk.dialects
from cryptodesk.app import server as server_module
from cryptodesk.app.openapi import METHODS, SECTIONS, complete_document
from cryptodesk.app.openapi_page import build_routes as build_reference
from cryptodesk.core.discover import discover
from cryptodesk.settings import Settings
from cryptodesk.web.pages import build_routes as build_pages
from tests.clients.server import KEY, RunningServer, running_server

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
VERBS = re.compile("(Add|Answer|Begin|Cancel|Delete|Download|Estimate|Find|List|Rename|Show|Take|Tell) [a-z]")
# Words that need a line above, or the document around them.
POINTS_ELSEWHERE = re.compile(r"\b(same|this document|above|likewise|ditto|an extension)\b", re.IGNORECASE)
# Beginnings under which a dialect answers everything, so that it has its own 404.
CATCH_ALL = {"/ai/", "/openai/", "/v1/deep-research/"}

pytestmark = pytest.mark.xdist_group("openapi")


def test_the_committed_document_is_that_of_the_code() -> None:
    script = [sys.executable, str(ROOT / "scripts" / "write_openapi.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "the files are those of the code\n"), done.stderr


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """Exact paths and beginnings of paths that a desk's server answers, pages for people left out."""
    seen: list[Any] = []

    def build(ports: Any, lifespan: Any, routes: Any, *others: Any, **more: Any) -> Any:
        seen.extend((ports, routes))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_module, "build_asgi", build)
        server_module.create_app(Settings(home=tmp_path_factory.mktemp("desk")))
    ports, routes = seen
    pages = {route.path for route in (*build_pages(), *build_reference()) if isinstance(route, Route)}
    dialects = discover(cryptodesk.dialects, "DIALECT").values()
    exact = {route.path for dialect in dialects for route in dialect.routes(ports)}
    exact |= {route.path for route in routes if route.path not in pages} | {"/healthz", "/openapi.json"}
    return exact, {route.path for dialect in dialects for route in dialect.prefixes(ports)}


def test_every_mounted_route_is_described(mounted: tuple[set[str], set[str]]) -> None:
    exact, prefixes = mounted
    assert exact - set(DOCUMENT["paths"]) == set()
    undescribed = {prefix for prefix in prefixes if not any(path.startswith(prefix) for path in DOCUMENT["paths"])}
    assert undescribed - CATCH_ALL == set()


def test_each_route_says_alone_what_it_does() -> None:
    summaries = {name: operation["summary"] for name, (_, _, operation) in OPERATIONS.items()}
    assert len(set(summaries.values())) == len(summaries)
    for name, summary in summaries.items():
        assert VERBS.match(summary), (name, summary)
        assert not POINTS_ELSEWHERE.search(summary), (name, summary)


def test_every_described_route_is_mounted(mounted: tuple[set[str], set[str]]) -> None:
    exact, prefixes = mounted
    lost = [path for path in DOCUMENT["paths"] if path not in exact and not path.startswith(tuple(prefixes))]
    assert lost == []


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    names = [operation["operationId"] for _, _, operation in OPERATIONS.values()]
    assert len(set(names)) == len([1 for item in DOCUMENT["paths"].values() for method in item if method in METHODS])
    for name in DOCUMENT["components"]["schemas"]:
        jsonschema_rs.Draft202012Validator({**DOCUMENT, "$ref": f"#/components/schemas/{name}"})
    schemes = {scheme for *_, one in OPERATIONS.values() for way in one.get("security", ()) for scheme in way}
    assert schemes <= set(DOCUMENT["components"]["securitySchemes"])


def test_every_operation_stands_in_one_section_that_is_told() -> None:
    told = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    assert [name for name, (*_, one) in OPERATIONS.items() if len(one["tags"]) != 1 or one["tags"][0] not in told] == []


def test_what_is_not_mounted_is_not_described() -> None:
    bare = {"paths": {}, "components": {"schemas": {}, "securitySchemes": {}, "headers": {}}}
    assert set(complete_document(bare, {"/readyz"})["paths"]) == {"/healthz", "/openapi.json", "/readyz"}


def test_a_section_of_the_longest_beginning_holds() -> None:
    sections = {path: operation["tags"][0] for _, path, operation in OPERATIONS.values()}
    assert sections["/v1/chat/completions"] == "CoinMarketCap AI"
    assert sections["/v1/quote"] == "Desk"
    assert sections["/mcp"] == "MCP"
    assert {name for _, name, _ in SECTIONS} == set(sections.values())


# --- held against a desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("openapi")) as running:
        yield running


class Answer:
    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.media_type = headers.get_content_type() if headers.get("content-type") else ""


def ask(url: str, method: str, headers: dict[str, str], body: Any = None) -> Answer:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json", **headers}, method=method.upper())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def key_headers(operation: dict[str, Any], key: str) -> dict[str, str]:
    for way in operation.get("security", ()):
        for name in way:
            scheme = DOCUMENT["components"]["securitySchemes"][name]
            return {scheme["name"]: key} if scheme["type"] == "apiKey" else {"Authorization": f"Bearer {key}"}
    return {}


def assert_conforms(answer: Answer, operation: dict[str, Any]) -> None:
    """The status, the headers, the media type and the body are described."""
    assert str(answer.status) in operation["responses"], (answer.status, answer.body[:300])
    told = operation["responses"][str(answer.status)]
    for name in told.get("headers", {}):
        assert answer.headers.get(name), f"{name} is missing"
    if "content" not in told:
        assert answer.body == b""
        return
    assert answer.media_type in told["content"], answer.media_type
    schema = told["content"][answer.media_type].get("schema", {})
    if answer.media_type == "application/json":
        validator(json.dumps(schema)).validate(json.loads(answer.body))


@cache
def validator(schema: str) -> Any:
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": DOCUMENT["components"]})


def frames(body: bytes) -> list[Any]:
    """The JSON of an event stream."""
    lines = [line[5:].strip() for line in body.decode().splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


EXAMPLES = [
    pytest.param(name, example["value"], id=f"{name}-{key}")
    for name, (_, _, operation) in OPERATIONS.items()
    if "requestBody" in operation
    for key, example in operation["requestBody"]["content"]["application/json"].get("examples", {}).items()
]


def test_every_operation_with_a_body_has_an_example_of_the_described_form() -> None:
    with_body = {name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation}
    assert {parameter.values[0] for parameter in EXAMPLES} == with_body
    for parameter in EXAMPLES:
        name, body = parameter.values
        schema = OPERATIONS[name][2]["requestBody"]["content"]["application/json"]["schema"]
        validator(json.dumps(schema)).validate(body)


@pytest.mark.parametrize(("name", "body"), EXAMPLES)
def test_every_example_is_answered_as_described(name: str, body: Any, desk: RunningServer) -> None:
    method, path, operation = OPERATIONS[name]
    headers = {**key_headers(operation, KEY), "Accept": "application/json"}
    answer = ask(desk.url + filled_in(path, desk), method, headers, body)
    assert answer.status == 200, answer.body[:500]
    assert_conforms(answer, operation)
    if answer.media_type == "application/json":
        assert "error_code" not in json.loads(answer.body).get("status", {})
    elif answer.media_type == "text/event-stream":
        assert len(frames(answer.body)) > 2


WITHOUT_BODY = [name for name, (*_, operation) in OPERATIONS.items() if "requestBody" not in operation]
# A job is over when it is: cancelling it then is a conflict.
OTHER_STATUSES = {"cancelDeepResearch": (200, 409)}


@pytest.mark.parametrize("name", WITHOUT_BODY)
def test_every_request_without_a_body_is_answered_as_described(name: str, desk: RunningServer) -> None:
    method, path, operation = OPERATIONS[name]
    answer = ask(desk.url + filled_in(path, desk), method, key_headers(operation, KEY))
    assert answer.status in OTHER_STATUSES.get(name, (200,)), answer.body[:500]
    assert_conforms(answer, operation)


def filled_in(path: str, desk: RunningServer) -> str:
    """The path with ids that there are, made by asking for them."""
    made = {
        "/v1/receipts/{id}": lambda: made_by("createChatCompletion", desk)["id"],
        "/ai/v1/deep-research/{job_id}": lambda: made_by("createDeepResearch", desk)["job_id"],
        "/openai/v1/models/{model}": lambda: "cryptodesk-analyst",
        "/v1/evidence/{id}": lambda: made_by("createChatCompletion", desk)["id"],
        "/v1/history/{id}": lambda: made_by("mergeConversation", desk)["id"],
    }
    if "{" not in path:
        return path
    before, _, rest = path.partition("{")
    path = path.removesuffix("/cancel")
    return before + made[path]() + rest.partition("}")[2]


def made_by(name: str, desk: RunningServer) -> Any:
    method, path, operation = OPERATIONS[name]
    path = path.replace("{id}", "conversation-1")
    body = next(parameter.values[1] for parameter in EXAMPLES if parameter.values[0] == name)
    return json.loads(ask(desk.url + path, method, key_headers(operation, KEY), body).body)


@pytest.mark.parametrize("name", [name for name, (*_, operation) in OPERATIONS.items() if operation.get("security")])
def test_without_a_key_the_answer_is_as_described_too(name: str, desk: RunningServer) -> None:
    method, path, operation = OPERATIONS[name]
    path = path.replace("{", "").replace("}", "")
    for headers in ({}, key_headers(operation, "wrong")):
        assert_conforms(ask(desk.url + path, method, headers, None if method in ("get", "delete") else {}), operation)


def test_an_answer_that_is_not_described_does_not_pass(desk: RunningServer) -> None:
    method, path, operation = OPERATIONS["getDataStatus"]
    answer = ask(desk.url + path, method, key_headers(operation, KEY))
    answer.body = json.dumps({**json.loads(answer.body), "more": 1}).encode()
    with pytest.raises(jsonschema_rs.ValidationError):
        assert_conforms(answer, operation)


# The schema first: loading one registers the checks.
BESIDE_THE_DIALECTS = schemathesis.openapi.from_dict(DOCUMENT).include(tag=["Operations", "MCP", "Desk"])
CHECKS = schemathesis.checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


@BESIDE_THE_DIALECTS.parametrize()
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_made_up_requests_are_answered_as_described(case: schemathesis.Case, desk: RunningServer) -> None:
    kind = {"Accept": "application/json", "Content-Type": "application/json"}
    headers = {**key_headers(case.operation.definition.raw, KEY), **(kind if case.method == "POST" else {})}
    case.call_and_validate(base_url=desk.url, headers=headers, checks=CHECKS)
