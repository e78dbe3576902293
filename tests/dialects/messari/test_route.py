"""The endpoints: transport, methods, errors of the run, early headers, and clients that go away."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from cryptodesk.core.errors import (
    BudgetSpent,
    CryptodeskError,
    InternalError,
    OutOfCredit,
    RateLimited,
    RunTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import (
    CHATS,
    KEYED,
    OPENAI,
    RUN,
    SOURCES,
    STARTED,
    TEXT,
    V1,
    V2,
    VERCEL,
    Client,
    WaitingEngine,
    ended,
    events,
    lines,
    question,
    run_of,
)
from tests.dialects.support import KEY, Answer, FakeEngine

WHOLE = (V1, V2, OPENAI)
INTERNAL = "Internal server error, please try again"


def failing(error: CryptodeskError) -> Client:
    return Client(FakeEngine([[RunFailed(error)]]))


# -- transport ---------------------------------------------------------------------------------------------------------


@requirement("MES-CONTENT-TYPE")
@pytest.mark.parametrize("kind", [None, "*/*", "application/json", "text/plain", "application/x-www-form-urlencoded"])
async def test_any_content_type_is_accepted(kind: str | None) -> None:
    headers = {"x-messari-api-key": KEY} | ({} if kind is None else {"content-type": kind})
    for path in CHATS:
        assert (await Client().ask(path, headers=headers)).status == 200


@requirement("MES-STREAM-FLAG", "MES-SSE-HEADERS")
@pytest.mark.parametrize("path", WHOLE)
async def test_the_body_decides_about_streaming_whatever_is_accepted(path: str) -> None:
    whole = await Client().ask(path, question(stream=False), accept="text/event-stream")
    assert whole.headers["content-type"] == "application/json"
    streamed = await Client().ask(path, question(stream=True), accept="application/json")
    assert streamed.headers["content-type"] == "text/event-stream"
    assert streamed.headers["cache-control"] == "no-cache, no-transform"
    assert streamed.headers["x-accel-buffering"] == "no"


@requirement("MES-REQUEST-ID", "MES-TRACE-ID")
async def test_every_answer_has_a_request_id_of_its_own_which_is_its_trace_id() -> None:
    client = Client()
    answers = [await client.ask(path) for path in CHATS]
    assert [UUID(answer.headers["x-request-id"]).hex for answer in answers] == [
        request.trace_id for request in client.engine.requests
    ]
    answers += [
        await client.ask(OPENAI, question(stream=True)),
        await client.ask(V1, question(verbosity=1)),
        await client.ask(V1, headers={}),
        await failing(RunTimeout("slow")).ask(V2),
        await client.call("GET", V1),
        await client.call("OPTIONS", V1),
        await client.call("GET", "/ai/nowhere"),
        await client.call("GET", "/ai/openai/models", headers=KEYED),
    ]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 400, 401, 504, 405, 204, 404, 200]
    ids = [UUID(answer.headers["x-request-id"]) for answer in answers]
    assert (len(set(ids)), {one.version for one in ids}) == (len(ids), {4})


async def test_the_clients_request_id_is_logged_and_not_echoed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cryptodesk.dialects.messari"):
        answer = await Client().ask(V1, **{"x-request-id": "mine-7"})
    assert "mine-7" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "mine-7" not in str(answer.header_list)


@requirement("MES-404", "MES-ERROR")
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/ai/", "/ai/v3/chat/completions", f"{V1}/", "/ai/openai/completions", "/user-management/v1/x", "/ai/\x00"]
)
async def test_every_unknown_path_of_the_dialects_is_told_so_in_json(method: str, path: str) -> None:
    answer = await Client().call(method, path, b"{}")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json == {"error": f"not found: {method} {path}", "data": None}


@requirement("MES-404")
async def test_a_path_that_is_no_text_is_told_so_too() -> None:
    scope = {**Client.scope("GET", "/ai/x"), "path": "/ai/\udc80" + "x" * 1000}
    client = Client()
    await client.app(scope, client.gone.wait, client.send)
    answer = Answer(client.sent)
    assert (answer.status, len(answer.error) < 300) == (404, True)


@requirement("MES-NO-RESEARCH", "MES-404")
async def test_without_a_research_graph_the_chat_routes_are_not_there() -> None:
    client = Client(research=False)
    for path in CHATS:
        answer = await client.ask(path)
        assert (answer.status, answer.error) == (404, f"not found: POST {path}")
    assert (await client.call("GET", "/ai/openai/models", headers=KEYED)).status == 404


@requirement("MES-405")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_another_method_is_told_which_there_is(method: str) -> None:
    client = Client()
    for path in CHATS:
        answer = await client.call(method, path, headers=KEYED)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
        assert answer.json == {"error": f"method {method} is not allowed here; use POST", "data": None}


@requirement("MES-405")
async def test_options_names_the_methods_and_allows_no_foreign_origin() -> None:
    answer = await Client().call("OPTIONS", V1, headers={"origin": "https://evil.example"})
    assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", "POST")
    assert not [name for name in answer.headers if name.startswith("access-control")]


@requirement("MES-MODELS")
async def test_the_list_of_models_names_the_one_there_is() -> None:
    client = Client()
    answer = await client.call("GET", "/ai/openai/models", headers={"authorization": f"Bearer {KEY}"})
    assert answer.json == {
        "object": "list",
        "data": [{"id": "messari-ai", "object": "model", "owned_by": "cryptodesk"}],
    }
    refused = await client.call("POST", "/ai/openai/models", headers=KEYED)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


@requirement("MES-MESSAGE-LIMIT")
@pytest.mark.parametrize("stream", [False, True])
async def test_a_long_conversation_is_answered_and_the_answer_says_from_what(stream: bool) -> None:
    messages = [{"role": ("user", "assistant")[number % 2], "content": f"m{number}"} for number in range(9)]
    client = Client()
    for path in CHATS:
        answer = await client.ask(path, {"messages": messages, "stream": stream})
        assert answer.status == 200
        assert answer.headers["cryptodesk-notice"] == "answered from the last 5 of 9 messages"
        assert [message.text for message in client.asked.messages] == ["m4", "m5", "m6", "m7", "m8"]
    assert "cryptodesk-notice" not in (await client.ask()).headers


# -- errors ------------------------------------------------------------------------------------------------------------

FAILURES: list[tuple[CryptodeskError, int, str]] = [
    (OutOfCredit("no credit left"), 402, "no credit left"),
    (BudgetSpent("the budget is spent"), 402, "the budget is spent"),
    (RateLimited("One at a time."), 429, "rate limit exceeded. One at a time."),
    (InternalError("the secret cause"), 500, INTERNAL),
    (UpstreamUnavailable("openai is down", upstream="openai"), 503, "openai is down"),
    (RunTimeout("the run took too long"), 504, "the run took too long"),
]


@requirement("MES-ERROR", "MES-UPSTREAM", "MES-500")
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("error", "status", "text"), FAILURES)
async def test_a_run_that_fails_before_its_first_byte_gets_plain_json(
    error: CryptodeskError, status: int, text: str, stream: bool
) -> None:
    for path in CHATS:
        answer = await failing(error).ask(path, question(stream=stream))
        assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
        assert answer.json == {"error": text, "data": None}


@requirement("MES-ERROR")
async def test_a_run_that_began_and_failed_in_one_go_still_gets_its_status() -> None:
    engine = FakeEngine([[STARTED, TextDelta("Bit"), RunFailed(RunTimeout("slow"))]])
    for path in CHATS:
        assert (await Client(engine).ask(path, question(stream=True))).status == 504


@requirement("MES-500")
@pytest.mark.parametrize("path", WHOLE)
async def test_a_defect_is_logged_and_told_without_its_cause(path: str, caplog: pytest.LogCaptureFixture) -> None:
    engine = FakeEngine([[STARTED]])
    engine.defect = RuntimeError("the secret cause")
    answer = await Client(engine).ask(path)
    assert (answer.status, answer.error) == (500, INTERNAL)
    assert answer.headers["x-should-retry"] == "false"
    assert "the secret cause" in caplog.text
    assert answer.headers["x-request-id"] in caplog.text


@requirement("MES-500", "MES-SSE-ERROR", "MES-V1-STREAM-ERROR", "MES-VERCEL-ERROR")
@pytest.mark.parametrize("stops", [False, True])
async def test_a_defect_in_mid_stream_ends_it_with_an_error(stops: bool, caplog: pytest.LogCaptureFixture) -> None:
    for path in CHATS:
        engine = FakeEngine(RUN[:3])
        engine.defect = None if stops else RuntimeError("the secret cause")
        answer = await Client(engine).ask(path, question(stream=True))
        assert b"secret" not in answer.body
        if path == VERCEL:
            assert [value for code, value in lines(answer) if code == "3"] == [INTERNAL]
        else:
            error = events(answer)[-1]["error"]
            assert (error["message"] if path == OPENAI else error) == INTERNAL
    assert ("the secret cause" in caplog.text) is not stops


async def test_a_key_store_that_fails_is_a_defect(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def authenticate(self, presented_key: str, now: object) -> None:
            raise RuntimeError("disk full")

    for path, method in ((V1, "POST"), ("/ai/openai/models", "GET")):
        answer = await Client(keys=Broken()).call(method, path, b"{}", KEYED)
        assert (answer.status, answer.error) == (500, INTERNAL)


@requirement("MES-413")
@pytest.mark.parametrize("declared", ["10485760", "9" * 10_000, None])
async def test_a_body_that_is_too_large_is_refused_clearly_declared_or_not(declared: str | None) -> None:
    client = Client(settings=DialectSettings(max_body_bytes=1000))
    headers = KEYED if declared is None else {**KEYED, "content-length": declared}
    for path in CHATS:
        answer = await client.call("POST", path, [b" " * 600, b" " * 600], headers)
        assert (answer.status, answer.json["data"]) == (400, None)
        assert "larger than 1000 bytes" in answer.error


@requirement("MES-413")
async def test_ten_megabytes_of_text_are_refused_under_the_default_settings() -> None:
    body = json.dumps(question(messages=[{"role": "user", "content": "x" * 10_000_000}])).encode()
    client = Client()
    answer = await client.ask(V2, body)
    assert (answer.status, answer.json["data"]) == (400, None)
    assert "larger than" in answer.error
    assert client.engine.requests == []


# -- early headers -----------------------------------------------------------------------------------------------------

SOON = DialectSettings(fill_seconds=0.001)
EARLY = {"cryptodesk-early-headers": "1"}


async def ask_slowly(client: Client, path: str, body: Any, fillers: int, **headers: str) -> list[bytes]:
    """The pieces written before the engine went on, once there were `fillers` of them."""
    engine = client.engine
    enough = asyncio.Event()
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        client.sent.append(message)
        if message["type"] == "http.response.body":
            pieces.append(message["body"])
            if len(pieces) >= fillers:
                enough.set()

    client.send = send  # type: ignore[method-assign]
    request = asyncio.create_task(client.drive("POST", path, json.dumps(body).encode(), {**KEYED, **headers}))
    await enough.wait()
    before = list(pieces)
    engine.go_on.set()
    await request
    return before


@requirement("MES-EARLY")
@pytest.mark.parametrize("path", WHOLE)
@pytest.mark.parametrize("by_header", [False, True])
async def test_a_slow_answer_s_headers_go_out_at_once_and_its_body_is_padded(path: str, by_header: bool) -> None:
    client = Client(WaitingEngine(RUN), settings=SOON)
    body = question() if by_header else question(cryptodesk={"early_headers": True})
    before = await ask_slowly(client, path, body, 3, **(EARLY if by_header else {}))
    assert set(before) == {b" "}
    start, *rest = client.sent
    assert (start["status"], b"content-length" in dict(start["headers"])) == (200, False)
    assert dict(start["headers"])[b"content-type"] == b"application/json"
    whole = json.loads(b"".join(message["body"] for message in rest))
    message = whole["choices"][0]["message"] if path == OPENAI else whole["data"]["messages"][0]
    assert message["content"] == TEXT
    assert rest[-1]["more_body"] is False


@requirement("MES-EARLY")
async def test_a_failure_after_early_headers_is_an_error_body_under_200() -> None:
    client = failing(RunTimeout("the run took too long"))
    answer = await client.ask(V1, None, None, **EARLY)
    assert (answer.status, answer.json) == (200, {"error": "the run took too long", "data": None})


@requirement("MES-EARLY")
async def test_a_request_that_is_wrong_gets_its_status_even_so() -> None:
    assert (await Client().ask(V1, question(verbosity=1), None, **EARLY)).status == 400
    assert (await Client().ask(V1, None, {}, **EARLY)).status == 401


@requirement("MES-EARLY")
async def test_who_does_not_ask_for_early_headers_gets_nothing_before_the_answer() -> None:
    answer = await Client(settings=SOON).ask(V1)
    assert (len(answer.pieces), answer.headers["content-length"]) == (1, str(len(answer.body)))


@requirement("MES-EARLY-ROLE", "MES-SSE-KEEP-ALIVE")
@pytest.mark.parametrize(
    ("path", "filler"),
    [(V1, b": keep-alive\n\n"), (V2, b": keep-alive\n\n"), (OPENAI, b": keep-alive\n\n"), (VERCEL, b"2:[]\n")],
)
async def test_a_silent_stream_has_begun_and_is_kept_alive(path: str, filler: bytes) -> None:
    client = Client(WaitingEngine(RUN), settings=SOON)
    first, *fillers = await ask_slowly(client, path, question(stream=True), 3)
    assert first.startswith((b"data: ", b'0:""'))
    assert set(fillers) == {filler}
    assert client.sent[-1]["more_body"] is False
    ending = b"data: [DONE]\n\n" if path != VERCEL else b"}\n"
    assert client.sent[-1]["body"].endswith(ending)


@requirement("MES-SSE-FORM", "MES-VERCEL-LINES")
@pytest.mark.parametrize("path", CHATS)
async def test_no_text_can_look_like_the_end_of_a_line(path: str) -> None:
    """Line readers split at more than line feeds, and the official app's pattern stops at two more."""
    text = "a\nb\r\nc\u2028d\u2029e\x85f\x1eg"
    source = structs.replace(SOURCES[0], title=text)
    answer = await Client(FakeEngine(run_of(ended(sources=(source,)), text))).ask(path, question(stream=True))
    frames = answer.body.decode()
    assert frames.splitlines() == frames.split("\n")[:-1]
    if path == VERCEL:
        assert ("0", text) in lines(answer)
    else:
        assert text in _texts(events(answer))
        assert events(answer)[-1]["metadata"]["cited_sources"][0]["title"] == text


def _texts(found: list[Any]) -> list[str]:
    deltas = [(event.get("choices") or event["data"]["messages"])[0]["delta"] for event in found]
    return [delta["content"] for delta in deltas if "content" in delta]


# -- clients that go away ----------------------------------------------------------------------------------------------

AT_ONCE = DialectSettings(watch_after_seconds=0.0)


@requirement("MES-HANG-UP")
@pytest.mark.parametrize("headers", [{}, EARLY])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", CHATS)
async def test_a_hang_up_stops_the_run(path: str, stream: bool, headers: dict[str, str]) -> None:
    client = Client(FakeEngine(RUN[:2], hangs=True), settings=AT_ONCE)
    body = json.dumps(question(stream=stream)).encode()
    request = asyncio.create_task(client.drive("POST", path, body, {**KEYED, **headers}))
    await client.engine.reached_end.wait()
    client.hang_up()
    await request
    assert client.engine.stopped.is_set()
    assert (request.cancelled(), request.cancelling()) == (False, 0)


@requirement("MES-HANG-UP")
@pytest.mark.parametrize("headers", [{}, EARLY])
async def test_a_client_that_stops_reading_is_as_good_as_gone(headers: dict[str, str]) -> None:
    settings = DialectSettings(watch_after_seconds=0.0, write_seconds=0.01, fill_seconds=0.001)
    client = Client(FakeEngine(RUN, hangs=True), settings=settings)
    pieces = [json.dumps(question(stream=not headers)).encode()]

    async def receive() -> Any:
        if not pieces:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": pieces.pop(), "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and (message["body"] != b" " or client.engine.requests):
            await asyncio.Event().wait()

    before = asyncio.all_tasks()
    await client.app(client.scope("POST", OPENAI, {**KEYED, **headers}), receive, send)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert client.engine.stopped.is_set()


async def test_a_server_that_stops_cancels_the_run_and_is_not_held_up() -> None:
    client = Client(FakeEngine(RUN[:1], hangs=True), settings=AT_ONCE)
    request = asyncio.create_task(client.ask(OPENAI, question(stream=True)))
    await client.engine.reached_end.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert client.engine.stopped.is_set()


async def test_a_client_that_goes_before_its_body_is_whole_gets_nothing() -> None:
    client = Client()
    client.hang_up()
    await client.drive("POST", V1, [], KEYED)
    assert (client.sent, client.engine.requests) == ([], [])


async def test_no_task_is_left_behind_by_a_finished_request() -> None:
    client = Client(settings=DialectSettings(watch_after_seconds=0.0, fill_seconds=0.0))
    before = asyncio.all_tasks()
    for path in CHATS:
        await client.ask(path, question(stream=True))
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
