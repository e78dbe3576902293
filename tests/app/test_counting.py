"""The page of numbers over a whole server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from cryptodesk.app.counting import Counting, Slot
from cryptodesk.app.data_status import DeskData
from cryptodesk.app.server import create_app
from cryptodesk.core.errors import InternalError
from cryptodesk.observing.board import FileBoard
from cryptodesk.observing.tally import Tally
from cryptodesk.settings import Settings
from tests.asgi import alive
from tests.dialects.support import KEY, Client, built_in, chat

SUM = [{"role": "user", "content": '{"expression": "2 + 3"}'}]


@asynccontextmanager
async def serving(home: Path, **settings: Any) -> AsyncIterator[Client]:
    client = Client()
    values = {"bootstrap_key": SecretStr(KEY), "scripted_models": True, "data": "snapshot", **settings}
    client.app = create_app(Settings(home=home, **values))
    async with alive(client.app):
        yield client


def samples(text: str) -> dict[tuple[str, ...], float]:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        (
            sample.name.removeprefix("cryptodesk_"),
            *(sample.labels[name] for name in sorted(sample.labels)),
        ): sample.value
        for sample in found
    }


async def test_what_a_run_did_is_on_the_page(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        body = chat(model="scripted-tool_call", messages=SUM, tools=[built_in("cmc_math_eval")])
        assert (await client.post(body)).status == 200
        assert (await client.post(chat(model="scripted-none-such"))).status == 404
        page = (await client.call("GET", "/metrics")).body.decode()
    found = samples(page)
    assert found["runs_total", "", "cmc", "scripted-tool_call", "finished"] == 1
    assert found["runs_total", "model_not_found", "cmc", "none", "failed"] == 1
    assert found["http_responses_total", "200"] == found["http_responses_total", "404"] == 1
    assert found["tool_calls_total", "completed", "cmc_math_eval"] == 1
    assert found["provider_calls_total", "finished", "scripted"] == 1
    assert found["breaker_state", "tool_call", "scripted"] == 0
    assert found["store_commits_total", "committed"] == found["store_commit_seconds_count",] == 1
    assert found["store_transactions_total",] >= 1
    assert found["holds_open",] == found["streams_open",] == found["requests_open",] == found["runs_under_way",] == 0
    assert found["process_resident_bytes", "0"] > 1e6
    assert KEY not in page
    assert "main" not in page


async def test_a_model_name_that_a_caller_made_up_is_no_label(tmp_path: Path) -> None:
    async with serving(tmp_path) as client:
        await client.post(chat(model="CANARY"))
        assert "CANARY" not in (await client.call("GET", "/metrics")).body.decode()


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, 403),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, 403),
        ("10.0.0.7", {"authorization": "Bearer "}, 403),
    ],
)
async def test_without_a_key_this_machine_alone_reads_the_page(
    tmp_path: Path, peer: str, headers: dict[str, str], status: int
) -> None:
    assert await read_as(tmp_path, peer, headers) == status


@pytest.mark.parametrize(
    ("peer", "presented", "status"),
    [
        ("10.0.0.7", "Bearer m-key", 200),
        ("127.0.0.1", "Bearer m-kez", 403),
        ("127.0.0.1", "Bearer ключ", 403),
        ("::1", "", 403),
    ],
)
async def test_with_a_key_it_is_for_who_has_it_from_anywhere(
    tmp_path: Path, peer: str, presented: str, status: int
) -> None:
    headers = {"authorization": presented.encode().decode("latin-1")}
    assert await read_as(tmp_path, peer, headers, metrics_key=SecretStr("m-key")) == status


async def read_as(home: Path, peer: str, headers: dict[str, str], **settings: Any) -> int:
    async with serving(home, **settings) as client:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = client.scope("GET", "/metrics", headers) | {"client": (peer, 5000)}
        await client.app(scope, receive, send)
        return int(sent[0]["status"])


async def test_a_database_that_fails_takes_no_other_number_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: DeskData) -> None:
        raise InternalError("the disk is gone")

    async with serving(tmp_path) as client:
        await client.post(chat(model="scripted-plain"))
        monkeypatch.setattr(DeskData, "report", fail)
        found = samples((await client.call("GET", "/metrics")).body.decode())
    assert found["runs_total", "", "cmc", "scripted-plain", "finished"] == 1
    assert not [key for key in found if key[0] in {"data_age_seconds", "documents_stored"}]


@pytest.mark.parametrize("stream", [False, True])
async def test_who_asks_is_told_how_much_of_the_time_was_the_desks(tmp_path: Path, stream: bool) -> None:
    headers = {"content-type": "application/json", "x-cmc_pro_api_key": KEY, "cryptodesk-overhead": "1"}
    async with serving(tmp_path) as client:
        slow = await client.post(chat(model="scripted-slow", stream=stream), headers)
        own = await client.post(chat(model="cryptodesk-analyst", stream=stream), headers)
        unasked = await client.post(chat(model="scripted-plain", stream=stream))
        mcp = await client.call("GET", "/mcp", headers={"cryptodesk-overhead": "1", "host": "127.0.0.1"})
    assert float(slow.headers["cryptodesk-upstream-ms"]) > 0
    assert float(slow.headers["cryptodesk-overhead-ms"]) > 0
    assert own.headers["cryptodesk-upstream-ms"] == "0.000", "the embedded analyst is the desk itself"
    assert float(own.headers["cryptodesk-overhead-ms"]) > 0
    assert not [name for name in unasked.headers if name.startswith("cryptodesk-")]
    assert mcp.headers["cryptodesk-upstream-ms"] == "0.000"


async def test_a_research_job_is_open_work_like_a_request(tmp_path: Path) -> None:
    async with serving(tmp_path, research_model="scripted-never_ends") as client:
        local = {"host": "127.0.0.1"}
        headers = {"content-type": "application/json", "x-messari-api-key": KEY, **local}
        path, body = "/ai/v1/deep-research", b'{"query": "What is Bitcoin?"}'
        assert (await client.call("POST", path, body, headers)).status < 300
        found: dict[tuple[str, ...], float] = {}
        async with asyncio.timeout(20):
            while not found.get(("research_jobs_running",)):
                found = samples((await client.call("GET", "/metrics", headers=local)).body.decode())
    assert found["requests_open",] == found["research_jobs_running",] == 1


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    async with serving(tmp_path, metrics=False) as client:
        assert (await client.call("GET", "/metrics")).status == 404


def test_a_process_that_took_a_slot_over_counts_on_from_what_was_told(tmp_path: Path) -> None:
    for told in (5, 3):
        counting = Counting(slot=Slot(0, 1, tmp_path))
        with closing(counting.tally.board):
            counting.count_up("source_requests_total", ("kraken",), told)
            counting.count_up("source_requests_total", ("kraken",), told)
    with closing(FileBoard(tmp_path, 0)) as board:
        counts = {row.labels: values for row, values in board.read() if row.name.endswith("source_requests_total")}
        assert Tally(board).board is board
    assert counts == {("kraken",): [8]}
