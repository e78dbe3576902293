"""Admission at the edge: every dialect's own words for a refusal, and a burst that is far more than a process takes."""

from __future__ import annotations

import asyncio
import gc
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, TextDelta
from cryptodesk.core.limits import Measure
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.dialects._admission import AdmittedEngine, RunUses, limit_headers
from cryptodesk.dialects._gate import Gate
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import ASGIApp, DialectPorts
from cryptodesk.state.limits import DefaultLimits, LimitBook
from cryptodesk.state.limits_desk import LimitDesk
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.dialects.support import (
    CALLER,
    KEY,
    NOW,
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

MESSARI = {"messages": [{"role": "user", "content": "What is Bitcoin?"}]}
HEADERS = {"content-type": "application/json", "authorization": f"Bearer {KEY}", "x-cmc_pro_api_key": KEY}
Limits = dict[Measure, int]
PATHS = ("/v1/chat/completions", "/openai/v1/chat/completions", "/openai/v1/responses", "/ai/v1/chat/completions")


class Edge(Client):
    """The application behind a gate and, where any are given, limits."""

    def __init__(self, engine: Any, gate: Gate, limits: LimitDesk | None = None) -> None:
        super().__init__(engine)
        self.gate = gate
        self.uses = RunUses()
        self.admitted = AdmittedEngine(engine, gate, limits, self.uses)
        self.app = build_asgi(self._ports(limits), no_lifespan)

    def _ports(self, limits: LimitDesk | None) -> DialectPorts:
        ports = structs.replace(
            make_ports(self.admitted), research=self.admitted, turn_away=lambda _: self.gate.check()
        )
        if limits is not None:
            ports = structs.replace(
                ports,
                limit_headers=lambda caller: limit_headers(limits.states(caller), NOW),
                turn_away=limits.refuse_early,
            )
        return ports

    async def ask(self, path: str = PATHS[0], **fields: Any) -> Any:
        body = {**MESSARI, **fields} if path.startswith("/ai/") else chat(**fields)
        if path.endswith("/responses"):
            body = {"model": body["model"], "input": "What is Bitcoin?", **fields}
        return await call(self.app, path, json.dumps(body).encode())


async def call(app: ASGIApp, path: str, body: bytes) -> Answer:
    """As a client of its own."""
    sent: list[Any] = []
    pieces = [{"type": "http.request", "body": body}]

    async def receive() -> Any:
        return pieces.pop() if pieces else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(Client.scope("POST", path, HEADERS), receive, send)
    return Answer(sent)


class Slow(FakeEngine):
    """Answers when it is let, and knows how many runs it had at once."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()
        self.running = self.most = 0

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.let_go.wait()
            for batch in PLAIN_RUN:
                yield batch
        finally:
            self.running -= 1


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "desk.db")
    opened.open()
    opened.migrate(COMPONENT, MIGRATIONS)
    yield opened
    opened.close()


async def settle(is_so: Callable[[], bool]) -> None:
    """Lets all that runs run on until it is so. Raises: AssertionError if it never is."""
    for _ in range(100_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")


def limited(database: SqliteDatabase, engine: Any = None, **key: int) -> Edge:
    limits = LimitDesk(database, FixedClock(NOW), LimitBook(database, DefaultLimits(key=cast("Limits", key))))
    return Edge(engine or FakeEngine(), Gate(10, 10, 10.0), limits)


def limits_of(edge: Edge) -> LimitDesk:
    assert edge.admitted.limits is not None
    return edge.admitted.limits


# -- overload ----------------------------------------------------------------------------------------------------------


async def test_a_burst_of_two_thousand_is_answered_whole_and_stays_within_its_bounds() -> None:
    engine = Slow()
    edge = Edge(engine, Gate(50, 100, 1e6))
    tasks = [asyncio.create_task(edge.ask()) for _ in range(2000)]
    await settle(lambda: sum(task.done() for task in tasks) == 1850)
    assert (engine.running, edge.gate.running, edge.gate.waiting) == (50, 50, 100)
    # Meanwhile the cheap ones are answered as ever.
    assert (await Client.call(edge, "GET", "/healthz")).status == 200
    assert (await Client.call(edge, "GET", "/v1/models", headers=HEADERS)).status == 200
    engine.let_go.set()
    answers = await asyncio.gather(*tasks)
    assert Counter(answer.status for answer in answers) == {200: 150, 503: 1850}
    assert (engine.most, edge.gate.running, edge.gate.waiting) == (50, 0, 0)


async def test_a_refusal_reads_no_body() -> None:
    edge = Edge(Slow(), Gate(1, 0, 1.0))
    assert edge.gate.try_enter()

    async def receive() -> Any:
        raise AssertionError("nothing of the body is needed")

    for path in PATHS:
        sent: list[Any] = []

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        await edge.app(Client.scope("POST", path, HEADERS), receive, send)
        assert sent[0]["status"] == 503


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", PATHS)
async def test_every_dialect_tells_of_overload_in_its_own_envelope(path: str, stream: bool) -> None:
    edge = Edge(FakeEngine(), Gate(1, 0, 1.5))
    assert edge.gate.try_enter()
    answer = await edge.ask(path, stream=stream)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    error = answer.error
    message = error if isinstance(error, str) else error["message"]
    assert message == "This server has as many requests under way as it takes; try again in a moment."
    if not isinstance(error, str):
        assert (error["type"], error["code"]) == ("server_error", "overloaded")
    edge.gate.leave()
    assert (await edge.ask(path, stream=stream)).status == 200
    assert edge.gate.running == 0


async def test_who_waits_in_the_line_is_served_when_a_place_is_free() -> None:
    edge = Edge(FakeEngine(), Gate(1, 1, 1e6))
    assert edge.gate.try_enter()
    asking = asyncio.create_task(edge.ask())
    await settle(lambda: edge.gate.waiting == 1)
    edge.gate.leave()
    assert (await asking).status == 200


async def test_a_client_that_hangs_up_in_the_line_leaves_it() -> None:
    edge = Edge(Slow(), Gate(1, 5, 1e6))
    assert edge.gate.try_enter()
    asking = asyncio.create_task(edge.drive("POST", PATHS[0], json.dumps(chat()).encode(), HEADERS))
    await settle(lambda: edge.gate.waiting == 1)
    edge.hang_up()
    await asking
    assert (edge.gate.running, edge.gate.waiting) == (1, 0)


async def test_a_run_that_fails_or_is_cut_gives_its_place_back() -> None:
    failing = FakeEngine([[STARTED], [RunFailed(UpstreamUnavailable("gone", upstream="x"))]])
    edge = Edge(failing, Gate(1, 0, 1.0))
    assert (await edge.ask()).status == 503
    failing.batches = [[STARTED]]
    failing.defect = RuntimeError("a defect")
    assert (await edge.ask()).status == 500
    assert edge.gate.running == 0
    events = edge.admitted.run(make_request())
    assert await anext(events) == [STARTED]
    assert edge.gate.running == 1
    await events.aclose()  # type: ignore[attr-defined]
    assert edge.gate.running == 0


async def test_who_reads_to_the_end_without_closing_gives_its_place_back() -> None:
    edge = Edge(FakeEngine(), Gate(1, 0, 1.0))
    assert [batch async for batch in edge.admitted.run(make_request())] == PLAIN_RUN
    gc.collect()
    assert edge.gate.running == 0


def make_request() -> RunRequest:
    return RunRequest(caller=CALLER, dialect="test", trace_id="t1", model_id="m", messages=())


# -- limits ------------------------------------------------------------------------------------------------------------


async def test_the_strict_dialect_sends_the_standard_headers(database: SqliteDatabase) -> None:
    edge = limited(database, requests_a_minute=2, tokens_a_day=5000)
    answer = await edge.ask(PATHS[1])
    assert {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit")} == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "50s",
        "x-ratelimit-limit-tokens": "5000",
        "x-ratelimit-remaining-tokens": str(5000 - 11 - 212),
        "x-ratelimit-reset-tokens": "7h54m50s",
    }


async def test_of_several_limits_the_headers_tell_the_tightest(database: SqliteDatabase) -> None:
    edge = limited(database, requests_a_minute=50, requests_a_day=3)
    answer = await edge.ask(PATHS[1])
    assert (answer.headers["x-ratelimit-limit-requests"], answer.headers["x-ratelimit-remaining-requests"]) == (
        "3",
        "2",
    )


async def test_who_has_no_limits_gets_no_headers(database: SqliteDatabase) -> None:
    answer = await limited(database).ask(PATHS[1])
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


async def test_the_strict_dialect_refuses_as_openai_does(database: SqliteDatabase) -> None:
    edge = limited(database, requests_a_minute=1)
    await edge.ask(PATHS[1])
    for path in PATHS[1:3]:
        answer = await edge.ask(path)
        assert (answer.status, answer.headers["retry-after"]) == (429, "50")
        assert (answer.error["type"], answer.error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
        assert answer.headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize(
    ("measure", "code"),
    [("requests_a_minute", "1008"), ("requests_a_day", "1009"), ("requests_a_month", "1010")],
)
async def test_the_cmc_dialect_has_a_code_for_each_period(database: SqliteDatabase, measure: str, code: str) -> None:
    edge = limited(database, **{measure: 1})
    await edge.ask()
    answer = await edge.ask()
    assert (answer.status, answer.json["status"]["error_code"]) == (429, code)
    assert "retry-after" not in answer.headers  # the documented API sends none


async def test_the_messari_dialect_tells_when_the_limit_resets(database: SqliteDatabase) -> None:
    edge = limited(database, requests_a_day=1)
    await edge.ask(PATHS[3])
    answer = await edge.ask(PATHS[3])
    assert (answer.status, answer.error) == (429, "rate limit exceeded. Resets in 7h54m50s")
    assert answer.headers["retry-after"] == str(7 * 3600 + 54 * 60 + 50)


async def test_a_request_larger_than_its_limit_is_not_sent_again_by_clients(database: SqliteDatabase) -> None:
    edge = limited(database, tokens_a_minute=100)
    answer = await edge.ask(PATHS[1], max_tokens=5000)
    assert (answer.status, answer.headers["x-should-retry"]) == (429, "false")
    assert answer.error["message"].startswith("Request too large")


async def test_a_stream_is_over_when_its_last_event_is_seen(database: SqliteDatabase) -> None:
    edge = limited(database, streams=1)
    for _ in range(3):
        assert (await edge.ask(stream=True)).status == 200
    hanging = FakeEngine([[STARTED]], hangs=True)
    edge.admitted.engine = hanging
    asking = asyncio.create_task(edge.drive("POST", PATHS[0], json.dumps(chat(stream=True)).encode(), HEADERS))
    await settle(lambda: bool(hanging.requests))
    answer = await edge.ask(stream=True)
    assert (answer.status, answer.json["status"]["error_code"]) == (429, "1008")
    edge.hang_up()
    await asking
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [0]


async def test_a_run_that_never_began_takes_no_tokens(database: SqliteDatabase) -> None:
    failing = FakeEngine([[RunFailed(UpstreamUnavailable("gone", upstream="x"))]])
    edge = limited(database, failing, tokens_a_day=10_000, requests_a_day=10)
    await edge.ask(max_tokens=4000)
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [0, 1]


async def test_a_run_that_was_cut_takes_what_its_engine_tells(database: SqliteDatabase) -> None:
    edge = limited(database, tokens_a_day=10_000)
    events = edge.admitted.run(structs.replace(make_request(), max_output_tokens=4000))
    await anext(events)
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [4000]
    edge.uses._followed["t1"] = 123  # as its engine tells when it is closed
    await events.aclose()  # type: ignore[attr-defined]
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [123]
    assert edge.uses._followed == {}


async def test_a_run_that_somebody_lets_go_of_is_over(database: SqliteDatabase) -> None:
    edge = limited(database, streams=1, tokens_a_day=10_000)
    events = edge.admitted.run(structs.replace(make_request(), stream=True))
    await anext(events)
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [1, 1024]
    del events
    gc.collect()
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [0, 1024]
    assert (edge.gate.running, edge.uses._followed) == (0, {})


async def test_what_a_run_used_is_put_right_when_it_ends(database: SqliteDatabase) -> None:
    end = RunFinished("stop", Usage(100, 50, 0, 0), Cost(PLAIN_END.cost.tokens_usd))
    edge = limited(database, FakeEngine([[STARTED], [TextDelta("Hi")], [end]]), tokens_a_day=10_000)
    assert [batch async for batch in edge.admitted.run(make_request())][-1] == [end]
    assert [state.used for state in await limits_of(edge).look(CALLER)] == [150]


async def test_a_full_window_is_told_before_a_body_is_read(database: SqliteDatabase) -> None:
    edge = limited(database, requests_a_minute=1)
    await edge.ask()
    answer = await edge.post(b"{ this is no JSON")
    assert answer.status == 429
    limits_of(edge)._clock.moment = NOW + timedelta(minutes=1)  # type: ignore[attr-defined]
    assert (await edge.post(b"{ this is no JSON")).status == 400
