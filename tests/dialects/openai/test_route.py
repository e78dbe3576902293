"""The routes: keys, methods, ids, limits, streams that break, clients that leave."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.dialects._ports import DialectSettings
from cryptodesk.ledger.idempotency import AnswerStore
from tests.dialects.openai.requirements import requirement
from tests.dialects.openai.support import CHAT, KEYED, MODELS, RESPONSES, STARTED, Client, frames, text_of
from tests.dialects.support import KEY, MODEL, Answer, FakeEngine, Keys, chat
from tests.ledger.support import open_ledger

WRONG = {**KEYED, "authorization": "Bearer wrong"}
NONE = {"content-type": "application/json"}


@requirement("OAI-CHAT")
async def test_the_chat_answers() -> None:
    body = await Client().whole()
    assert body["choices"][0]["message"]["content"] == "Bitcoin is money."
    assert text_of(await Client().streamed()) == "Bitcoin is money."


@requirement("OAI-BEARER")
@pytest.mark.parametrize("path", [CHAT, RESPONSES, MODELS, f"{MODELS}/{MODEL}"])
@pytest.mark.parametrize(("headers", "code"), [(WRONG, "invalid_api_key"), (NONE, None)])
async def test_a_key_is_needed(path: str, headers: Any, code: str | None) -> None:
    method = "GET" if path.startswith(MODELS) else "POST"
    answer = await Client().call(method, path, b"{}", headers)
    assert (answer.status, answer.error["code"], answer.error["type"]) == (401, code, "invalid_request_error")
    assert "wrong" not in answer.error["message"]


@requirement("OAI-BEARER")
@pytest.mark.parametrize("value", [f"bearer {KEY}", f"  Bearer   {KEY} "])
async def test_the_scheme_is_read_in_any_case(value: str) -> None:
    assert (await Client().ask(headers={**NONE, "authorization": value})).status == 200


@requirement("OAI-BEARER")
async def test_where_no_key_is_wanted_none_is_needed() -> None:
    assert (await Client(keys=Keys(is_strict=False)).ask(headers=NONE)).status == 200


@requirement("OAI-CONTENT-TYPE")
@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/json; charset=utf-8", 200), ("Application/JSON", 200), ("text/plain", 400), ("", 400)],
)
async def test_only_json_is_read(kind: str, status: int) -> None:
    assert (await Client().ask(headers={**KEYED, "content-type": kind})).status == status


@requirement("OAI-METHOD")
@pytest.mark.parametrize(("path", "allowed"), [(CHAT, "POST"), (RESPONSES, "POST"), (MODELS, "GET, HEAD")])
async def test_other_methods_are_refused(path: str, allowed: str) -> None:
    answer = await Client().call("DELETE", path, b"", KEYED)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.error["code"] == "method_not_allowed"
    options = await Client().call("OPTIONS", path, b"", {"origin": "https://evil.example"})
    assert (options.status, options.body) == (204, b"")
    assert not [name for name in options.headers if name.startswith("access-control")]


@requirement("OAI-REQUEST-ID")
@pytest.mark.parametrize("path", [CHAT, MODELS, "/openai/v1/nothing"])
async def test_every_answer_has_an_id(path: str) -> None:
    seen = {(await Client().call("POST", path, b"{}", KEYED)).headers["x-request-id"] for _ in range(3)}
    assert len(seen) == 3
    assert all(each.startswith("req_") and len(each) == 36 for each in seen)


@requirement("OAI-REQUEST-ID")
async def test_a_clients_own_id_is_logged_beside_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "cryptodesk.dialects.openai"):
        answer = await Client().ask(headers={**KEYED, "x-client-request-id": "mine-1"})
    assert "'mine-1'" in caplog.text
    assert answer.headers["x-request-id"].removeprefix("req_") in caplog.text


@requirement("OAI-LIMIT-HEADERS")
async def test_a_callers_limits_go_with_every_answer_to_it() -> None:
    limits = ((b"x-ratelimit-limit-requests", b"60"),)
    client = Client(more={"limit_headers": lambda caller: limits if caller.key_id == "key-1" else ()})
    answers = [await client.ask(), await client.ask(b"{"), await client.call("GET", MODELS, b"", KEYED)]
    assert [answer.headers.get("x-ratelimit-limit-requests") for answer in answers] == ["60", "60", "60"]
    assert "x-ratelimit-limit-requests" not in (await client.ask(headers=WRONG)).headers


@requirement("OAI-MODELS")
async def test_models_are_listed_and_shown_one_by_one() -> None:
    listed = (await Client().call("GET", MODELS, b"", KEYED)).json
    (model,) = listed["data"]
    assert (listed["object"], model["id"], model["object"]) == ("list", MODEL, "model")
    assert (await Client().call("GET", f"{MODELS}/{MODEL}", b"", KEYED)).json == model
    assert model["created"] == 1790265910


@requirement("OAI-MODELS")
async def test_an_id_may_hold_slashes() -> None:
    client = Client(more={"model_ids": lambda: ["openrouter/x-ai/grok"]})
    answer = await client.call("GET", f"{MODELS}/openrouter/x-ai/grok", b"", KEYED)
    assert answer.json["id"] == "openrouter/x-ai/grok"


@requirement("OAI-MODELS")
@pytest.mark.parametrize("name", ["gpt-9", "", "\udcff"])
async def test_a_model_that_there_is_not_is_told_by_its_name(name: str) -> None:
    client = Client()
    await client.drive("GET", MODELS, b"", KEYED)
    scope = {**client.scope("GET", MODELS, KEYED), "path": f"{MODELS}/{name}"}
    client.sent = []
    await client.app(scope, _nothing, client.send)
    answer = Answer(client.sent)
    assert (answer.status, answer.error["code"]) == (404, "model_not_found")


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


@requirement("OAI-UNKNOWN-URL")
@pytest.mark.parametrize("path", ["/openai/v1/embeddings", "/openai/", "/openai/v1/chat/completions/"])
async def test_an_unknown_url_is_told_in_the_envelope(path: str) -> None:
    answer = await Client().call("POST", path, b"{}", KEYED)
    assert (answer.status, answer.error["code"]) == (404, "unknown_url")
    assert path in answer.error["message"]


@requirement("OAI-STREAM-ERROR")
async def test_a_run_that_fails_before_its_first_byte_is_no_stream() -> None:
    engine = FakeEngine([[RunFailed(UpstreamUnavailable("down", upstream="u"))]])
    answer = await Client(engine).ask(chat(stream=True))
    assert (answer.status, answer.error["code"]) == (503, "upstream_unavailable")


@requirement("OAI-STREAM-ERROR")
async def test_a_defect_in_mid_stream_tells_no_cause(caplog: pytest.LogCaptureFixture) -> None:
    engine = FakeEngine([[STARTED], [TextDelta("Bit")]])
    engine.defect = RuntimeError("secret detail")
    with caplog.at_level(logging.CRITICAL, "cryptodesk.dialects.openai"):
        answer = await Client(engine).ask(chat(stream=True))
    *_, last = frames(answer)
    assert last["error"]["code"] == "internal_error"
    assert "secret" not in answer.body.decode()


async def test_a_defect_before_the_answer_is_a_500() -> None:
    engine = FakeEngine([])
    engine.defect = RuntimeError("secret detail")
    answer = await Client(engine).ask()
    assert (answer.status, answer.error["type"]) == (500, "server_error")
    assert "secret" not in answer.body.decode()


@requirement("OAI-STREAM-ERROR")
async def test_a_run_without_its_end_is_told_to_the_stream() -> None:
    answer = await Client(FakeEngine([[STARTED]])).ask(chat(stream=True))
    assert frames(answer)[-1]["error"]["code"] == "internal_error"


@requirement("OAI-HANG-UP")
@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_ends_its_run(stream: bool) -> None:
    engine = FakeEngine([[STARTED], [TextDelta("Bit")]], hangs=True)
    client = Client(engine, settings=DialectSettings(watch_after_seconds=0.0))
    asking = asyncio.create_task(client.ask(chat(stream=stream)))
    await engine.reached_end.wait()
    client.hang_up()
    with suppress(Exception):
        await asking
    assert engine.stopped.is_set()


async def test_a_silent_stream_is_kept_open() -> None:
    engine = FakeEngine([[STARTED]], hangs=True)
    client = Client(engine, settings=DialectSettings(fill_seconds=0.0, watch_after_seconds=0.0))
    filled = asyncio.Event()
    plain_send = client.send

    async def send(message: Any) -> None:
        await plain_send(message)
        if message.get("body") == b": keep-alive\n\n":
            filled.set()

    client.send = send  # type: ignore[method-assign]
    asking = asyncio.create_task(client.ask(chat(stream=True)))
    await filled.wait()
    client.hang_up()
    with suppress(Exception):
        await asking
    assert engine.stopped.is_set()


@requirement("OAI-IDEMPOTENT")
async def test_a_repeated_request_gets_the_first_bytes(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as database:
        await _ask_twice(Client(more={"answers": AnswerStore(database)}))


async def _ask_twice(client: Client) -> None:
    headers = {**KEYED, "idempotency-key": "once"}
    first, second = await client.ask(headers=headers), await client.ask(headers=headers)
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"
    assert len(client.engine.requests) == 1
    other = await client.ask(chat(temperature=1), headers)
    assert (other.status, other.error["code"]) == (400, "idempotency_key_reused")
