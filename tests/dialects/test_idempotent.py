"""`Idempotency-Key` in front of the chats: one run, the same bytes, and clear words where that cannot be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import RunEvent, RunFailed, TextDelta
from cryptodesk.dialects._http import build_asgi
from cryptodesk.ledger.idempotency import AnswerStore
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.dialects.support import KEY, PATH, STARTED, Answer, Client, FakeEngine, chat, make_ports, no_lifespan
from tests.ledger.support import open_ledger

MESSARI = "/ai/v2/chat/completions"
FAILED: list[list[RunEvent]] = [[STARTED], [TextDelta("a")], [RunFailed(UpstreamUnavailable("down", upstream="x"))]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with open_ledger(tmp_path) as database:
        yield database


def connect(database: SqliteDatabase, engine: FakeEngine) -> Client:
    client = Client(engine)
    ports = structs.replace(make_ports(engine), answers=AnswerStore(database), research=engine, research_model="m")
    client.app = build_asgi(ports, no_lifespan)
    return client


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def client(database: SqliteDatabase, engine: FakeEngine) -> Client:
    return connect(database, engine)


async def ask(client: Client, body: Any = None, *, path: str = PATH, name: str | None = "mine", **more: str) -> Answer:
    headers = {"content-type": "application/json", "x-cmc_pro_api_key": KEY, "x-messari-api-key": KEY, **more}
    if name is not None:
        headers["idempotency-key"] = name
    return await client.call("POST", path, json.dumps(chat() if body is None else body).encode(), headers)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", [PATH, MESSARI])
async def test_the_same_request_again_is_the_same_answer_and_no_second_run(
    client: Client, engine: FakeEngine, path: str, stream: bool
) -> None:
    first = await ask(client, chat(stream=stream), path=path)
    again = await ask(client, chat(stream=stream), path=path)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert len(engine.requests) == 1
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]


async def test_without_the_header_each_request_runs(client: Client, engine: FakeEngine) -> None:
    for _ in range(2):
        assert (await ask(client, name=None)).status == 200
    assert len(engine.requests) == 2


@pytest.mark.parametrize("path", [PATH, MESSARI])
async def test_another_body_under_the_same_key_is_refused(client: Client, engine: FakeEngine, path: str) -> None:
    await ask(client, path=path)
    answer = await ask(client, chat(temperature=1), path=path)
    assert answer.status == 400
    assert "was given to another request" in json.dumps(answer.json)
    assert len(engine.requests) == 1


@pytest.mark.parametrize("more", [{"cryptodesk-include": "receipt"}, {"cryptodesk-max-cost-usd": "1"}])
async def test_a_header_that_changes_the_answer_makes_it_another_request(client: Client, more: dict[str, str]) -> None:
    await ask(client)
    answer = await ask(client, **more)
    assert (answer.status, answer.error["code"]) == (400, "idempotency_key_reused")


async def test_while_the_first_runs_a_second_is_told_to_come_again(database: SqliteDatabase) -> None:
    engine = FakeEngine(hangs=True)
    slow, other = connect(database, engine), connect(database, FakeEngine())
    running = asyncio.ensure_future(ask(slow))
    await engine.reached_end.wait()
    answer = await ask(other)
    assert (answer.status, answer.error["code"]) == (409, "idempotency_key_in_use")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await ask(other)).status == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_a_failed_run_is_not_kept(database: SqliteDatabase, stream: bool) -> None:
    failing = connect(database, FakeEngine(FAILED))
    first = await ask(failing, chat(stream=stream))
    assert b"down" in first.body
    whole = await ask(connect(database, FakeEngine()), chat(stream=stream))
    assert (whole.status, "idempotent-replayed" in whole.headers) == (200, False)


async def test_a_refused_request_is_refused_again_and_may_be_mended(client: Client, engine: FakeEngine) -> None:
    assert (await ask(client, {"model": "m"})).status == 400
    assert (await ask(client)).status == 200
    assert len(engine.requests) == 1


async def test_an_answer_is_given_to_its_own_key_alone(client: Client) -> None:
    await ask(client)
    wrong = {"x-cmc_pro_api_key": "wrong"}
    answer = await ask(client, **wrong)
    assert answer.json["status"]["error_code"] == "1001"


@pytest.mark.parametrize("name", ["", "x" * 256])
async def test_a_key_that_is_none_is_refused(client: Client, name: str) -> None:
    answer = await ask(client, name=name)
    assert (answer.status, answer.error["param"]) == (400, "Idempotency-Key")


async def test_a_body_that_is_too_large_is_refused_as_ever(client: Client) -> None:
    answer = await ask(client, chat(messages=[{"role": "user", "content": "x" * (5 * 2**20)}]))
    assert answer.status == 413
