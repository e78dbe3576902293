"""The endpoint: transport, keys, errors, streams, and clients that go away."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from cryptodesk.core.errors import (
    BudgetSpent,
    ContextTooLong,
    CryptodeskError,
    Forbidden,
    InternalError,
    ModelNotFound,
    OutOfCredit,
    OutputLimitTooLow,
    PendingToolCall,
    RateLimited,
    RunTimeout,
    TurnCompleted,
    TurnNotFound,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.cmc.requirements import requirement
from tests.dialects.support import CALLER, KEY, MODEL, PATH, PLAIN_RUN, STARTED, Client, FakeEngine, Keys, chat

HEX = set("0123456789abcdef")
JSON_TYPE = {"content-type": "application/json"}
KEYED = {**JSON_TYPE, "x-cmc_pro_api_key": KEY}


def failing(error: CryptodeskError) -> Client:
    return Client(FakeEngine([[RunFailed(error)]]))


# -- transport ---------------------------------------------------------------------------------------------------------


@requirement("CMC-QUICK-START", "CMC-KEY-HEADER", "CMC-JSON-TYPE")
async def test_the_quick_start_is_answered() -> None:
    client = Client()
    answer = await client.post(
        b'{"model":"cmc-ai-v1-gpt-5.1","messages":[{"role":"user","content":"What is Bitcoin?"}]}'
    )
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json["choices"][0]["message"]["content"] == "Bitcoin is money."
    assert client.engine.requests[0].caller == CALLER


@requirement("CMC-TRACE-ID")
async def test_every_answer_has_a_trace_id_of_its_own() -> None:
    client = Client()
    unknown = failing(ModelNotFound("", model_id="x"))
    answers = [
        await client.post(chat()),
        await client.post(chat(stream=True)),
        await client.post(chat(temperature=3)),
        await client.post(chat(tool_choice={})),
        await unknown.post(chat()),
        await client.call("GET", PATH),
        await client.call("OPTIONS", PATH),
        await client.post(chat(), headers=JSON_TYPE),
        await client.post(chat(), headers={**JSON_TYPE, "x-cmc_pro_api_key": "wrong"}),
        await client.call("GET", "/nowhere"),
        await client.call("GET", "/v1/models", headers=KEYED),
    ]
    assert [answer.status for answer in answers] == [200, 200, 400, 200, 404, 405, 204, 200, 200, 404, 200]
    ids = [answer.headers["x-server-traceid"] for answer in answers]
    assert all(len(trace_id) == 32 and set(trace_id) <= HEX for trace_id in ids)
    assert len(set(ids)) == len(ids)
    assert client.engine.requests[0].trace_id == ids[0]


@requirement("CMC-STREAM-TYPE", "CMC-STREAM-BYTES")
async def test_a_stream_has_the_exact_type_and_begins_and_ends_as_documented() -> None:
    answer = await Client().post(chat(stream=True))
    assert (b"content-type", b"text/event-stream;charset=UTF-8") in answer.header_list
    assert answer.body.startswith(b"data:{")
    assert answer.body.endswith(b"data:[DONE]\n\n")


@requirement("CMC-STREAM-BYTES")
async def test_each_batch_of_events_is_one_write() -> None:
    answer = await Client().post(chat(stream=True))
    assert [piece.count(b"data:") for piece in answer.pieces] == [3, 3]


@requirement("CMC-ACCEPT")
@pytest.mark.parametrize(("stream", "kind"), [(True, "text/event-stream;charset=UTF-8"), (False, "application/json")])
async def test_the_bodys_flag_decides_about_streaming(stream: bool, kind: str) -> None:
    accept = "application/json" if stream else "text/event-stream"
    answer = await Client().post(chat(stream=stream), headers={**KEYED, "accept": accept})
    assert answer.headers["content-type"] == kind


@requirement("CMC-CONTENT-TYPE")
@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
async def test_json_is_accepted_with_any_charset_parameter(kind: str) -> None:
    assert (await Client().post(chat(), headers={**KEYED, "content-type": kind})).status == 200


@requirement("CMC-CONTENT-TYPE")
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_any_other_content_type_is_refused(kind: str | None) -> None:
    headers = {"x-cmc_pro_api_key": KEY} | ({} if kind is None else {"content-type": kind})
    answer = await Client().post(chat(), headers=headers)
    assert (answer.status, answer.error["code"]) == (400, "unsupported_content_type")


@requirement("CMC-REQUEST-ID")
async def test_the_clients_request_id_is_logged_beside_the_trace_id_and_not_echoed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "cryptodesk.dialects.cmc"):
        answer = await Client().post(chat(), headers={**KEYED, "x-request-id": "mine-7"})
    assert "mine-7" in caplog.text
    assert answer.headers["x-server-traceid"] in caplog.text
    assert "mine-7" not in str(answer.header_list)


@requirement("CMC-UNKNOWN-PATH")
@pytest.mark.parametrize("path", ["/v1/completions", "/v1/responses", "/v1/chat/completions/", "/"])
async def test_an_unknown_path_is_told_so(path: str) -> None:
    answer = await Client().post(chat())
    answer = await Client().call("POST", path, b"{}", KEYED)
    assert (answer.status, answer.error["code"]) == (404, "not_found")


@requirement("CMC-MODELS")
async def test_the_list_of_models_needs_a_key_and_names_the_ids() -> None:
    client = Client()
    assert (await client.call("GET", "/v1/models")).json["status"]["error_code"] == "1002"
    answer = await client.call("GET", "/v1/models", headers=KEYED)
    assert answer.json == {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "cryptodesk"}]}
    refused = await client.call("POST", "/v1/models", headers=KEYED)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")
    assert (await Client(lists_models=False).call("GET", "/v1/models", headers=KEYED)).status == 404


# -- keys and methods --------------------------------------------------------------------------------------------------


@requirement("CMC-KEY-MISSING", "CMC-BEARER-IGNORED")
@pytest.mark.parametrize("headers", [JSON_TYPE, {**JSON_TYPE, "authorization": f"Bearer {KEY}"}, {}])
async def test_a_missing_key_is_told_at_http_200(headers: dict[str, str]) -> None:
    client = Client()
    for body in (chat(), chat(stream=True), b"not json"):
        answer = await client.post(body, headers=headers)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.body == (
            b'{"status":{"timestamp":"2026-09-24T16:05:10.255Z","error_code":"1002",'
            b'"error_message":"API key missing.","elapsed":0,"credit_count":0}}'
        )
    assert client.engine.requests == []


@requirement("CMC-KEY-INVALID")
async def test_an_invalid_key_is_told_at_http_200() -> None:
    answer = await Client().post(chat(), headers={**JSON_TYPE, "x-cmc_pro_api_key": "wrong"})
    status = answer.json["status"]
    assert (answer.status, status["error_code"]) == (200, "1001")
    assert status["error_message"].strip() == "This API Key is invalid."


@requirement("CMC-BEARER-IGNORED")
async def test_a_bearer_beside_the_key_is_ignored() -> None:
    answer = await Client().post(chat(), headers={**KEYED, "authorization": "Bearer placeholder"})
    assert answer.json["object"] == "chat.completion"


@requirement("CMC-CHAIN")
async def test_a_chain_of_look_ups_is_bounded_whatever_the_settings_allow() -> None:
    client = Client()
    await client.post(chat())
    assert client.engine.requests[0].limits.rounds == 4


@requirement("CMC-KEY-QUERY")
async def test_the_key_may_come_in_the_query_unless_that_is_switched_off() -> None:
    query = f"CMC_PRO_API_KEY={KEY}"
    assert (await Client().post(chat(), headers=JSON_TYPE, query=query)).json["object"] == "chat.completion"
    wrong = await Client().post(chat(), headers=JSON_TYPE, query="CMC_PRO_API_KEY=wrong")
    assert wrong.json["status"]["error_code"] == "1001"
    client = Client(settings=DialectSettings(allow_query_key=False))
    assert (await client.post(chat(), headers=JSON_TYPE, query=query)).json["status"]["error_code"] == "1002"


async def test_a_key_store_that_lets_anyone_in_needs_no_key() -> None:
    answer = await Client(keys=Keys(is_strict=False)).post(chat(), headers=JSON_TYPE)
    assert answer.json["object"] == "chat.completion"


@requirement("CMC-METHOD")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE"])
async def test_every_verb_but_post_gets_the_gateway_envelope(method: str) -> None:
    answer = await Client().call(method, PATH)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    body = answer.json
    assert list(body) == ["timestamp", "path", "status", "error", "requestId"]
    assert body["timestamp"] == "2026-09-24T16:05:10.255+00:00"
    assert (body["path"], body["status"], body["error"]) == (PATH, 405, "Method Not Allowed")


@requirement("CMC-OPTIONS")
async def test_options_names_the_methods_and_allows_no_foreign_origin() -> None:
    answer = await Client().call("OPTIONS", PATH, headers={"origin": "https://evil.example"})
    assert (answer.status, answer.body, answer.headers["allow"]) == (204, b"", "POST")
    assert "access-control-allow-origin" not in answer.headers


# -- errors of the run -------------------------------------------------------------------------------------------------

_UP = {"upstream": "openai"}
FAILURES: dict[str, tuple[str, CryptodeskError, int, dict[str, Any]]] = {
    "completed": (
        "CMC-RESUME-COMPLETED",
        TurnCompleted("x"),
        400,
        {
            "message": "conversation is already completed",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
    ),
    "unknown turn": (
        "CMC-RESUME-UNKNOWN",
        TurnNotFound("x", turn_id="B9"),
        400,
        {
            "message": "Previous response with id 'chatcmpl-B9' not found.",
            "type": "invalid_request_error",
            "param": "previous_response_id",
            "code": "previous_response_not_found",
        },
    ),
    "pending call": (
        "CMC-RESUME-PENDING",
        PendingToolCall("x", call_id="call_x"),
        400,
        {
            "message": "No tool output found for function call call_x.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": None,
        },
    ),
    "unknown call": (
        "CMC-RESUME-PENDING",
        PendingToolCall("x", call_id="call_y", is_unknown=True),
        400,
        {
            "message": "No tool output found for function call call_y.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": None,
        },
    ),
    "cap too low": (
        "CMC-CAP",
        OutputLimitTooLow("x"),
        400,
        {
            "message": "Could not finish the message because max_tokens or model output limit was reached. "
            "Please try again with higher max_tokens.",
            "type": "invalid_request_error",
            "param": None,
            "code": None,
        },
    ),
    "unknown model": (
        "CMC-MODEL-UNKNOWN",
        ModelNotFound("x", model_id="gpt-4o"),
        404,
        {
            "message": "The model `gpt-4o` does not exist or you do not have access to it.",
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        },
    ),
    "model without a provider": (
        "CMC-MODEL-UNKNOWN",
        ModelNotFound("x", model_id=MODEL, hint="No provider key is set."),
        404,
        {
            "message": f"The model `{MODEL}` does not exist or you do not have access to it. No provider key is set.",
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        },
    ),
    "upstream limited": (
        "CMC-UPSTREAM",
        UpstreamRateLimited("openai limited us", **_UP),
        429,
        {"message": "openai limited us", "type": "rate_limit_error", "param": None, "code": "upstream_rate_limited"},
    ),
    "upstream down": (
        "CMC-UPSTREAM",
        UpstreamUnavailable("openai is down", **_UP),
        503,
        {"message": "openai is down", "type": "server_error", "param": None, "code": "upstream_unavailable"},
    ),
    "upstream slow": (
        "CMC-UPSTREAM",
        UpstreamTimeout("openai is slow", **_UP),
        504,
        {"message": "openai is slow", "type": "server_error", "param": None, "code": "upstream_timeout"},
    ),
    "upstream talks nonsense": (
        "CMC-UPSTREAM",
        UpstreamBadAnswer("openai broke off", **_UP),
        500,
        {"message": "openai broke off", "type": "server_error", "param": None, "code": "upstream_bad_answer"},
    ),
    "native body": (
        "CMC-UPSTREAM-NATIVE",
        UpstreamRejected(
            "x", **_UP, upstream_status=400, body={"error": {"message": "too long", "code": 7, "extra": 1}}
        ),
        400,
        {"message": "too long", "code": 7, "extra": 1},
    ),
    "native body without its envelope": (
        "CMC-UPSTREAM-NATIVE",
        UpstreamRejected("x", **_UP, upstream_status=422, body={"message": "no such field", "type": "bad"}),
        422,
        {"message": "no such field", "type": "bad"},
    ),
    "the operator's organisation": (
        "CMC-UPSTREAM-SECRET",
        UpstreamRateLimited(
            "openai limited us", **_UP, upstream_status=429, body={"error": {"message": "limit of organization org-1"}}
        ),
        429,
        {"message": "openai limited us", "type": "rate_limit_error", "param": None, "code": "upstream_rate_limited"},
    ),
    "body of another shape": (
        "CMC-UPSTREAM-NATIVE",
        UpstreamRejected("openai refused", **_UP, upstream_status=400, body={"detail": "x"}),
        500,
        {"message": "openai refused", "type": "server_error", "param": None, "code": "upstream_rejected"},
    ),
    "the operator's key": (
        "CMC-UPSTREAM-SECRET",
        UpstreamRejected(
            "openai refused", **_UP, upstream_status=401, body={"error": {"message": "Incorrect API key: sk-abc"}}
        ),
        500,
        {"message": "openai refused", "type": "server_error", "param": None, "code": "upstream_rejected"},
    ),
    "too long": (
        "CMC-ERRORS-BEFORE-STREAM",
        ContextTooLong("too long"),
        400,
        {"message": "too long", "type": "invalid_request_error", "param": None, "code": "context_too_long"},
    ),
    "budget": (
        "CMC-ERRORS-BEFORE-STREAM",
        BudgetSpent("spent"),
        402,
        {"message": "spent", "type": "invalid_request_error", "param": None, "code": "budget_spent"},
    ),
    "run too slow": (
        "CMC-ERRORS-BEFORE-STREAM",
        RunTimeout("slow"),
        504,
        {"message": "slow", "type": "server_error", "param": None, "code": "run_timeout"},
    ),
    "defect of the engine": (
        "CMC-DEFECT",
        InternalError("the database '/home/desk/cryptodesk.db' failed"),
        500,
        {
            "message": "An internal error occurred. It was logged under the request's id.",
            "type": "server_error",
            "param": None,
            "code": "internal_error",
        },
    ),
}


@requirement(*sorted({row[0] for row in FAILURES.values()}), "CMC-NO-COST-ON-ERROR", "CMC-ERRORS-BEFORE-STREAM")
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", FAILURES)
async def test_a_run_that_fails_before_its_first_byte_gets_plain_json(case: str, stream: bool) -> None:
    _, error, status, members = FAILURES[case]
    answer = await failing(error).post(chat(stream=stream))
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert answer.json == {"error": members}


@requirement("CMC-ERRORS-BEFORE-STREAM")
async def test_a_run_that_began_but_wrote_nothing_still_gets_plain_json() -> None:
    error = UpstreamUnavailable("down", upstream="openai")
    for batches in ([[STARTED], [RunFailed(error)]], [[STARTED, TextDelta("a"), RunFailed(error)]]):
        answer = await Client(FakeEngine(batches)).post(chat(stream=True))
        assert (answer.status, answer.error["code"]) == (503, "upstream_unavailable")


@requirement("CMC-OUR-LIMITS")
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(OutOfCredit("no credit"), 402, "1004"), (Forbidden("no"), 403, "1006"), (RateLimited("slowly"), 429, "1008")],
)
async def test_our_own_limits_get_the_status_envelope(error: CryptodeskError, status: int, code: str) -> None:
    answer = await failing(error).post(chat())
    assert (answer.status, answer.json["status"]["error_code"]) == (status, code)
    assert answer.json["status"]["error_message"] == error.message


@requirement("CMC-ERROR-FRAME")
async def test_a_failure_in_mid_stream_ends_it_with_an_error_frame() -> None:
    error = UpstreamTimeout("openai fell silent", upstream="openai")
    answer = await Client(FakeEngine([[STARTED], [TextDelta("Bit")], [RunFailed(error)]])).post(chat(stream=True))
    assert answer.status == 200
    assert answer.frames[-1] == {
        "error": {"message": "openai fell silent", "type": "server_error", "param": None, "code": "upstream_timeout"}
    }


@requirement("CMC-DEFECT")
@pytest.mark.parametrize("stream", [False, True])
async def test_a_defect_is_logged_and_told_without_its_cause(stream: bool, caplog: pytest.LogCaptureFixture) -> None:
    engine = FakeEngine([[STARTED]])
    engine.defect = RuntimeError("the secret cause")
    answer = await Client(engine).post(chat(stream=stream))
    assert (answer.status, answer.error["type"]) == (500, "server_error")
    assert b"secret" not in answer.body
    assert "the secret cause" in caplog.text
    assert answer.headers["x-server-traceid"] in caplog.text


@requirement("CMC-DEFECT", "CMC-ERROR-FRAME")
async def test_a_defect_in_mid_stream_ends_it_with_an_error_frame(caplog: pytest.LogCaptureFixture) -> None:
    engine = FakeEngine(PLAIN_RUN[:2])
    engine.defect = RuntimeError("the secret cause")
    answer = await Client(engine).post(chat(stream=True))
    assert answer.frames[-1]["error"]["code"] == "internal_error"
    assert b"secret" not in answer.body
    assert "the secret cause" in caplog.text


async def test_a_stream_whose_run_just_stops_ends_with_an_error_frame(caplog: pytest.LogCaptureFixture) -> None:
    answer = await Client(FakeEngine(PLAIN_RUN[:2])).post(chat(stream=True))
    assert answer.frames[-1]["error"]["code"] == "internal_error"


async def test_a_key_store_that_fails_is_a_defect(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def authenticate(self, presented_key: str, now: object) -> None:
            raise RuntimeError("disk full")

    for path, method in ((PATH, "POST"), ("/v1/models", "GET")):
        answer = await Client(keys=Broken()).call(method, path, b"{}", KEYED)
        assert (answer.status, answer.error["code"]) == (500, "internal_error")


# -- bodies and clients that misbehave ---------------------------------------------------------------------------------


@requirement("CMC-BODY-TOO-LARGE")
@pytest.mark.parametrize("declared", ["1001", "9" * 10_000, None])
async def test_a_body_that_is_too_large_is_refused_declared_or_not(declared: str | None) -> None:
    client = Client(settings=DialectSettings(max_body_bytes=1000))
    headers = KEYED if declared is None else {**KEYED, "content-length": declared}
    answer = await client.call("POST", PATH, [b" " * 600, b" " * 600], headers)
    assert (answer.status, answer.error["code"]) == (413, "too_large")
    assert answer.error["type"] == "invalid_request_error"


@requirement("CMC-BODY-TOO-LARGE")
async def test_a_body_just_within_the_limit_is_read_whatever_its_length_is_said_to_be() -> None:
    body = b" " * 600 + b'{"model":"cmc-ai-v1-gpt-5.1","messages":[{"role":"user","content":""}]}'
    client = Client(settings=DialectSettings(max_body_bytes=len(body)))
    for length in ("0", "-5", "junk"):
        answer = await client.call("POST", PATH, [body[:300], body[300:]], {**KEYED, "content-length": length})
        assert answer.status == 200


@requirement("CMC-BODY-TOO-SLOW")
async def test_a_body_that_does_not_arrive_is_given_up_and_the_connection_closed() -> None:
    client = Client(settings=DialectSettings(body_seconds=0.01))
    sent: list[Any] = []

    async def receive() -> Any:
        await client.gone.wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await client.app(client.scope("POST", PATH, KEYED), receive, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b'"code":"request_timeout"' in sent[1]["body"]


async def test_a_client_that_goes_before_its_body_is_whole_gets_nothing() -> None:
    client = Client()
    client.hang_up()
    await client.drive("POST", PATH, [], KEYED)
    assert (client.sent, client.engine.requests) == ([], [])


AT_ONCE = DialectSettings(watch_after_seconds=0.0)


@requirement("CMC-HANG-UP")
@pytest.mark.parametrize("stream", [False, True])
async def test_a_hang_up_stops_the_run(stream: bool) -> None:
    client = Client(FakeEngine(PLAIN_RUN[:2], hangs=True), settings=AT_ONCE)
    body = b'{"model":"m","messages":[{"role":"user","content":""}],"stream":%b}' % (b"true" if stream else b"false")
    request = asyncio.create_task(client.drive("POST", PATH, body, KEYED))
    await client.engine.reached_end.wait()
    client.hang_up()
    await request
    assert client.engine.stopped.is_set()
    assert not request.cancelled()
    assert request.cancelling() == 0
    assert bool(client.sent) == stream


@requirement("CMC-HANG-UP")
async def test_a_client_that_stops_reading_is_as_good_as_gone() -> None:
    client = Client(FakeEngine(hangs=True), settings=DialectSettings(watch_after_seconds=0.0, write_seconds=0.01))
    body = b'{"model":"m","messages":[{"role":"user","content":""}],"stream":true}'
    pieces = [body]

    async def receive() -> Any:
        if not pieces:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": pieces.pop(), "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await client.app(client.scope("POST", PATH, KEYED), receive, send)
    assert client.engine.stopped.is_set()


async def test_a_server_that_stops_cancels_the_run_and_is_not_held_up() -> None:
    client = Client(FakeEngine(PLAIN_RUN[:1], hangs=True), settings=AT_ONCE)
    request = asyncio.create_task(client.post(chat(stream=True)))
    await client.engine.reached_end.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert client.engine.stopped.is_set()


async def test_no_task_is_left_behind_by_a_finished_request() -> None:
    client = Client(settings=AT_ONCE)
    before = asyncio.all_tasks()
    for _ in range(3):
        await client.post(chat(stream=True))
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
