"""A failure that its caller is not told of stands in the log exactly once, under the id that the answer carries."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import StoreUnavailable, UpstreamTimeout
from cryptodesk.core.events import RunFailed
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import KEY, PATH, Answer, Client, FakeEngine, make_ports, no_lifespan
from tests.engine.fakes import Desk

CAUSE = "connection to 'db.example' was lost"
CHATS = {"cmc": PATH, "messari": "/ai/v2/chat/completions", "openai": "/openai/v1/chat/completions"}
CHATS_AND_RESPONSES = {**CHATS, "openai responses": "/openai/v1/responses"}
OTHERS = {
    "cmc models": "/v1/models",
    "messari models": "/ai/openai/models",
    "messari trending": "/ai/v1/questions/trending",
    "openai models": "/openai/v1/models",
    "desk limits": "/v1/limits",
}
HEADERS = {
    "content-type": "application/json",
    "x-cmc_pro_api_key": KEY,
    "x-messari-api-key": KEY,
    "authorization": f"Bearer {KEY}",
}


class FailingKeys:
    def __init__(self, error: Exception) -> None:
        self.error = error

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        raise self.error


def client_of(engine: Any = None, **more: Any) -> Client:
    made = make_ports(engine)
    fields = {"research": made.engine, "research_model": "model", "require_model": None, "built_in_tools": frozenset()}
    client = Client(made.engine)
    client.app = build_asgi(structs.replace(made, **fields, **more), no_lifespan)
    return client


async def ask(client: Client, path: str, *, stream: bool = False, name: str = "") -> Answer:
    said = [{"role": "user", "content": "What is Bitcoin?"}]
    named = {"idempotency-key": name} if name else {}
    body = {"model": "model", "stream": stream, "input" if path.endswith("/responses") else "messages": said}
    return await client.call("POST", path, json.dumps(body).encode(), {**HEADERS, **named})


def told_id(answer: Answer) -> str:
    told = answer.headers.get("x-server-traceid") or answer.headers["x-request-id"]
    return told.removeprefix("req_")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("path", CHATS_AND_RESPONSES.values(), ids=CHATS_AND_RESPONSES)
async def test_a_store_that_fails_before_the_run_is_logged_once_with_its_cause(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ask(client_of(keys=FailingKeys(StoreUnavailable(CAUSE))), path)
    assert answer.status in (500, 503)  # one of the documented formats has a single status for all of these
    assert CAUSE.encode() not in answer.body
    assert lines(caplog) == [f"request {told_id(answer)} failed: {CAUSE}"]


@pytest.mark.parametrize("path", OTHERS.values(), ids=OTHERS)
async def test_the_routes_beside_the_chats_log_it_too(path: str, caplog: pytest.LogCaptureFixture) -> None:
    client = client_of(keys=FailingKeys(StoreUnavailable(CAUSE)), limit_states=unused, texts=object())
    answer = await client.call("GET", path, b"", HEADERS)
    assert answer.status in (500, 503)
    assert lines(caplog) == [f"request {told_id(answer)} failed: {CAUSE}"]


@pytest.mark.parametrize("path", CHATS_AND_RESPONSES.values(), ids=CHATS_AND_RESPONSES)
async def test_a_defect_is_logged_once_with_its_traceback(path: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await ask(client_of(keys=FailingKeys(RuntimeError(CAUSE))), path)
    assert (answer.status, CAUSE.encode() in answer.body) == (500, False)
    assert lines(caplog) == [f"request {told_id(answer)} failed by a defect"]
    assert caplog.records[0].exc_info is not None
    assert CAUSE in str(caplog.records[0].exc_info[1])


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", CHATS_AND_RESPONSES.values(), ids=CHATS_AND_RESPONSES)
@pytest.mark.parametrize("kind", [StoreUnavailable, RuntimeError])
async def test_what_the_engine_has_logged_is_not_logged_again(
    kind: type[Exception], path: str, stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(request: object) -> Any:
        raise kind(CAUSE)

    answer = await ask(client_of(Desk(fail).engine), path, stream=stream)
    assert CAUSE.encode() not in answer.body
    run = f"run run1 of request {told_id(answer).replace('-', '')}"
    assert lines(caplog) == [f"{run} failed by a defect" if kind is RuntimeError else f"{run} failed: {CAUSE}"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", CHATS_AND_RESPONSES.values(), ids=CHATS_AND_RESPONSES)
async def test_a_run_that_nobody_logged_is_logged_where_it_is_answered(
    path: str, stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ask(client_of(FakeEngine([[RunFailed(StoreUnavailable(CAUSE))]])), path, stream=stream)
    assert lines(caplog) == [f"request {told_id(answer)} failed: {CAUSE}"]


@pytest.mark.parametrize("path", CHATS_AND_RESPONSES.values(), ids=CHATS_AND_RESPONSES)
async def test_what_a_caller_is_told_is_not_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    silent = FakeEngine([[RunFailed(UpstreamTimeout("openai fell silent", upstream="openai"))]])
    assert (await ask(client_of(silent), path)).status == 504
    assert lines(caplog) == []


async def unused(caller: object) -> Any:
    raise AssertionError("who has no key is not told of limits")


class FailingAnswers:
    async def begin(self, claim: object) -> Any:
        raise StoreUnavailable(CAUSE)


@pytest.mark.parametrize("path", CHATS.values(), ids=CHATS)
async def test_kept_answers_that_cannot_be_looked_up_are_logged_under_an_id_that_is_told(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await ask(client_of(answers=FailingAnswers()), path, name="mine")
    assert answer.status in (500, 503)
    assert lines(caplog) == [f"request {answer.headers['x-server-traceid']} failed: {CAUSE}"]
