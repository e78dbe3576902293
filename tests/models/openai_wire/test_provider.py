from __future__ import annotations

import asyncio
import gc
import json
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.clock import SystemClock
from cryptodesk.core.errors import (
    ContextTooLong,
    CryptodeskError,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import text_message
from cryptodesk.core.usage import Usage
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.openai_wire import PROVIDER, Timeouts
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider
from tests.models.openai_wire.upstream import Exchange, Upstream, chunk, frame, sse_head, text_chunk

KEY = "sk-very-secret"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2}
BODY = json.dumps(
    {
        "model": "up-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
).encode()
HI = [ModelStarted("up-1"), TextDelta("Hi"), ModelFinished("stop", Usage(3, 2))]
CLOSING = (frame(chunk(finish="stop")), frame({"choices": [], "usage": USAGE}), b"data: [DONE]\n\n")

Reply = Callable[[Exchange], Awaitable[None]]
SHORT = 0.05
ASK = ModelRequest("m-1", (text_message("user", "hi"),))
ASK_STREAM = ModelRequest("m-1", (text_message("user", "hi"),), stream=True)


@asynccontextmanager
async def serving(reply: Reply, **options: Any) -> AsyncIterator[tuple[OpenAIWireProvider, Upstream]]:
    async with Upstream(reply) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url, KEY, **options)
        try:
            yield provider, upstream
        finally:
            await provider.close()


async def batches(provider: OpenAIWireProvider, request: ModelRequest) -> list[list[ModelEvent]]:
    return [batch async for batch in provider.stream(request)]


async def events(provider: OpenAIWireProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event for batch in await batches(provider, request) for event in batch]


async def failure(provider: OpenAIWireProvider, request: ModelRequest) -> CryptodeskError:
    with pytest.raises(CryptodeskError) as caught:
        await batches(provider, request)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert KEY not in shown
    return caught.value


async def refuse(status: int, body: Any) -> CryptodeskError:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(status, json.dumps(body).encode())

    async with serving(reply) as (provider, _):
        return await failure(provider, ASK)


async def answer(exchange: Exchange) -> None:
    await exchange.answer(200, BODY)


async def answer_stream(exchange: Exchange) -> None:
    await exchange.stream(frame(text_chunk("Hi")), *CLOSING)


async def test_a_buffered_answer_is_one_batch() -> None:
    async with serving(answer) as (provider, _):
        assert await batches(provider, ASK) == [HI]


async def test_a_streamed_answer_has_the_same_events() -> None:
    async with serving(answer_stream) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_the_request_on_the_wire() -> None:
    async with serving(answer_stream, headers={"X-Team": "desk"}) as (provider, upstream):
        await batches(provider, ASK_STREAM)
        sent = upstream.request
    assert (sent.method, sent.path) == ("POST", "/v1/chat/completions")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["x-team"] == "desk"
    assert sent.json == {
        "model": "m-1",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("key", [None, ""])
async def test_without_a_key_no_credential_is_sent(key: str | None) -> None:
    async with Upstream(answer) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url + "/", key)
        assert await events(provider, ASK) == HI
        await provider.close()
        assert "authorization" not in upstream.request.headers
        assert upstream.request.path == "/v1/chat/completions"


async def test_each_network_read_is_one_batch() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        await exchange.chunk(frame(text_chunk("a")) + frame(text_chunk("b")) + b'data: {"choi')
        await read_on.wait()
        await exchange.chunk(b'ces":[{"delta":{"content":"\xe2\x82')
        await exchange.chunk(b'\xbf"}}]}\r\n\r\n' + b"".join(CLOSING))
        await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("a"), TextDelta("b")]
        read_on.set()
        rest = [event async for batch in answers for event in batch]
    assert rest == [TextDelta("₿"), ModelFinished("stop", Usage(3, 2))]


async def test_a_stream_without_its_terminator_ends_with_the_connection() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("Hi")), *CLOSING[:-1])

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_a_stream_cut_after_its_finish_reason_is_whole_but_without_usage() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("Hi")), CLOSING[0], end=False)
        await read_on.wait()
        exchange.cut()

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("Hi")]
        read_on.set()
        assert [event async for batch in answers for event in batch] == [ModelFinished("stop", None)]


async def test_a_server_that_ignores_stream_is_read_all_the_same() -> None:
    async with serving(answer) as (provider, _):
        assert await batches(provider, ASK_STREAM) == [HI]


async def test_a_stream_that_nobody_asked_for_or_labelled_is_read_all_the_same() -> None:
    async def unlabelled(exchange: Exchange) -> None:
        await exchange.answer(200, frame(text_chunk("Hi")) + b"".join(CLOSING), "text/plain")

    async with serving(answer_stream) as (provider, _):
        assert await events(provider, ASK) == HI
    async with serving(unlabelled) as (provider, _):
        assert await events(provider, ASK_STREAM) == HI


async def test_a_body_in_http_chunks_is_put_together() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head().replace(b"text/event-stream", b"application/json"))
        for byte in BODY:
            await exchange.chunk(bytes([byte]))
        await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        assert await batches(provider, ASK) == [HI]


async def test_a_tool_call_arrives_in_pieces() -> None:
    begin = {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    rest = {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":1}'}}]}

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(chunk(begin)), frame(chunk(rest)), frame(chunk(finish="tool_calls")), CLOSING[-1])

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == [
            ModelStarted("up-1"),
            ToolCallDelta(0, "a", "f", ""),
            ToolCallDelta(0, None, None, '{"x":1}'),
            ModelFinished("tool_calls", None),
        ]


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
@pytest.mark.parametrize("reply", [answer, answer_stream])
async def test_one_connection_serves_one_answer_after_the_other(request_: ModelRequest, reply: Reply) -> None:
    async with serving(reply) as (provider, upstream):
        for _ in range(5):
            assert await events(provider, request_) == HI
        assert upstream.connections == 1


async def test_a_connection_whose_end_comes_late_is_drained_aside_and_used_again() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("Hi")), *CLOSING, end=False)
        await read_on.wait()
        await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, upstream):
        assert await events(provider, ASK_STREAM) == HI
        read_on.set()
        await asyncio.gather(*provider._drains)
        assert await events(provider, ASK_STREAM) == HI
        assert upstream.connections == 1


async def test_closing_the_iterator_closes_the_upstream_connection_at_once() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        await exchange.chunk(frame(text_chunk("a")))
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        answers = provider.stream(ASK_STREAM)
        await anext(answers)
        await answers.aclose()  # type: ignore[attr-defined]
        await upstream.hung_up.wait()


@pytest.mark.parametrize("has_begun", [True, False])
async def test_cancelling_the_reader_closes_the_upstream_connection(has_begun: bool) -> None:
    arrived = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        if has_begun:
            await exchange.write(sse_head())
            await exchange.chunk(frame(text_chunk("a")))
        arrived.set()
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        task = asyncio.create_task(batches(provider, ASK_STREAM))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.hung_up.wait()


async def test_a_kept_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    async def reply(exchange: Exchange) -> None:
        if len(upstream.requests) == 2:
            exchange.writer.close()
            raise ConnectionResetError
        await answer(exchange)

    async with serving(reply) as (provider, upstream):
        assert await events(provider, ASK) == HI
        assert await events(provider, ASK) == HI
        assert (len(upstream.requests), upstream.connections) == (3, 2)


async def test_many_answers_at_once_do_not_wait_for_each_other() -> None:
    everybody = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        if len(upstream.requests) == 120:
            everybody.set()
        await everybody.wait()
        await answer(exchange)

    async with serving(reply) as (provider, upstream):
        found = await asyncio.gather(*(events(provider, ASK) for _ in range(120)))
    assert found == [HI] * 120


async def test_a_long_conversation_is_sent_whole() -> None:
    async with serving(answer) as (provider, upstream):
        text = "₿" * 1_000_000
        assert await events(provider, ModelRequest("m-1", (text_message("user", text),))) == HI
        assert upstream.request.json["messages"][0]["content"] == text


async def test_upstream_refusals_are_mapped_with_their_body() -> None:
    limited = await refuse(429, {"error": {"message": "slow down"}})
    assert isinstance(limited, UpstreamRateLimited)
    assert (limited.upstream, limited.upstream_status) == ("up", 429)
    assert limited.body == {"error": {"message": "slow down"}}
    assert isinstance(await refuse(400, {"error": {"code": "context_length_exceeded"}}), ContextTooLong)
    too_low = {"error": {"message": "... max_tokens or model output limit was reached ..."}}
    assert isinstance(await refuse(400, too_low), OutputLimitTooLow)
    bad_key = await refuse(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}})
    assert isinstance(bad_key, UpstreamUnavailable)
    assert "API key" in bad_key.message


async def test_a_redirect_is_not_followed() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(307, b"", extra=f"Location: {upstream.base_url}/elsewhere\r\n")

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK), UpstreamUnavailable)
        assert len(upstream.requests) == 1


async def test_a_limit_says_when_to_come_back() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(429, b'{"error":{"message":"Slow down"}}', extra="Retry-After: 3\r\n")

    async with serving(reply) as (provider, _):
        limited = await failure(provider, ASK)
        assert isinstance(limited, UpstreamRateLimited)
        assert limited.retry_after_seconds == 3


async def test_a_refusal_whose_body_never_comes_is_still_that_refusal() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 429 X\r\nContent-Length: 99\r\n\r\n{")
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, ASK), UpstreamRateLimited)


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Welcome</html>", "text/html"), (b"", "application/json"), (b"", "text/event-stream"),
        (b"not json", "application/json"), (b'{"choices":[]}', "application/json"),
        (b"data: not json\n\n", "text/event-stream"), (b"data: [DONE]\n\n", "text/event-stream"),
        (b": ping\n\ndata:\n\n", "text/event-stream"), (b'data: {"choices":[]}\n\n', "text/event-stream"),
    ],
)  # fmt: skip
async def test_a_200_that_is_no_answer_is_a_bad_answer(request_: ModelRequest, body: bytes, content_type: str) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, body, content_type)

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, request_), UpstreamBadAnswer)


async def test_an_error_in_the_stream_is_raised_after_what_came_before_it() -> None:
    async def reply(exchange: Exchange) -> None:
        error = {"error": {"message": "The server had an error", "type": "server_error"}}
        await exchange.write(sse_head())
        await exchange.chunk(frame(text_chunk("a")) + frame(error))

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("a")]
        with pytest.raises(UpstreamUnavailable):
            await anext(answers)


@pytest.mark.parametrize("how", ["reset", "close", "end"])
async def test_a_stream_cut_before_its_finish_reason_is_a_bad_answer(how: str) -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("a")), end=False)
        await read_on.wait()
        if how == "reset":
            exchange.cut()
        elif how == "close":
            exchange.writer.close()
        else:
            await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("a")]
        read_on.set()
        with pytest.raises(UpstreamBadAnswer):
            await anext(answers)


async def test_a_body_cut_half_way_is_a_bad_answer() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n" + BODY)
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, ASK), UpstreamBadAnswer)


async def test_an_answer_that_is_not_http_is_a_bad_answer() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, ASK), UpstreamBadAnswer)


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_connection_that_is_dropped_without_an_answer_is_unavailable(how: str) -> None:
    async def reply(exchange: Exchange) -> None:
        exchange.cut() if how == "reset" else exchange.writer.close()
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK), UpstreamUnavailable)
        assert len(upstream.requests) == 2


async def test_a_refused_connection_is_unavailable() -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port, nobody answers on it
        taken.bind(("127.0.0.1", 0))
        provider = OpenAIWireProvider("up", f"http://127.0.0.1:{taken.getsockname()[1]}/v1", KEY)
        error = await failure(provider, ASK)
        await provider.close()
    assert isinstance(error, UpstreamUnavailable)
    assert error.upstream == "up"


async def test_failed_tls_is_unavailable() -> None:
    async def reply(exchange: Exchange) -> None:
        raise AssertionError("no request can arrive")

    async with Upstream(reply) as upstream:
        provider = OpenAIWireProvider("up", upstream.base_url.replace("http", "https"), KEY)
        error = await failure(provider, ASK)
        await provider.close()
    assert isinstance(error, UpstreamUnavailable)


async def test_no_first_byte_in_time_is_a_timeout() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.reader.read()

    async with serving(reply, timeouts=Timeouts(first_byte=SHORT)) as (provider, _):
        assert isinstance(await failure(provider, ASK_STREAM), UpstreamTimeout)


async def test_silence_in_mid_stream_is_a_timeout_of_its_own() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("a")), end=False)
        await exchange.reader.read()

    async with serving(reply, timeouts=Timeouts(first_byte=60, between_reads=SHORT)) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted("up-1"), TextDelta("a")]
        with pytest.raises(UpstreamTimeout):
            await anext(answers)


async def test_an_event_that_never_ends_is_a_bad_answer() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("a")), end=False)
        for _ in range(40):
            await exchange.chunk(b"x" * 60_000)

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK_STREAM), UpstreamBadAnswer)
        await upstream.hung_up.wait()


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
async def test_an_answer_beyond_the_size_limit_is_a_bad_answer(
    request_: ModelRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptodesk.models._http.answers.MAX_BODY_BYTES", 1000)

    async def reply(exchange: Exchange) -> None:
        if request_.stream:
            await exchange.stream(*(frame(text_chunk("x" * 100)) for _ in range(50)), *CLOSING)
        else:
            await exchange.answer(200, BODY.replace(b"Hi", b"x" * 1000))

    async with serving(reply) as (provider, _):
        error = await failure(provider, request_)
    assert isinstance(error, UpstreamBadAnswer)
    assert "1000 bytes" in error.message


async def test_nothing_is_left_open_after_failures_and_closing() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_chunk("a")), end=False)
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        await failure(provider, ASK_STREAM)
    await provider.close()
    gc.collect()  # an unclosed session or connection would warn, and warnings are errors


def test_each_loop_has_its_own_session() -> None:
    provider: OpenAIWireProvider | None = None

    async def once() -> list[ModelEvent]:
        nonlocal provider
        async with Upstream(answer) as upstream:
            provider = provider or OpenAIWireProvider("up", upstream.base_url, KEY)
            provider._url = provider._url.with_port(upstream._port)
            try:
                return await events(provider, ASK)
            finally:
                await provider.close()

    assert asyncio.run(once()) == HI
    assert asyncio.run(once()) == HI


@pytest.mark.parametrize("base_url", ["", "api.openai.com/v1", "ftp://x/v1", "http://", "/v1", "http://[::1/v1"])
def test_an_unusable_base_url_is_refused_when_the_provider_is_built(base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        OpenAIWireProvider("up", base_url, KEY)


@pytest.mark.parametrize("key", ["sk-two\nlines", "sk-ключ"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="Authorization") as caught:
        OpenAIWireProvider("up", "http://127.0.0.1/v1", key)
    assert key not in str(caught.value)


def config(**options: Any) -> ProviderConfig:
    profiles = {"m-1": ModelProfile(reasoning_efforts={"minimal": "low"})}
    services = ProviderServices(SystemClock())
    return ProviderConfig("rack", services, "http://127.0.0.1:1/v1", None, options, profiles)


async def test_a_provider_is_built_from_its_catalogue_entry() -> None:
    built = PROVIDER.build(
        config(headers={"X-Team": "desk"}, output_limit_field="max_tokens", stream_usage=False, timeouts={"connect": 2})
    )
    assert isinstance(built, OpenAIWireProvider)
    assert built.name == "rack"
    async with Upstream(answer) as upstream:
        built._url = built._url.with_port(upstream._port)
        message = (text_message("user", "hi"),)
        request = ModelRequest("m-1", message, max_output_tokens=99, reasoning_effort="minimal", stream=True)
        assert await events(built, request) == HI
        await built.close()
        assert upstream.request.headers["x-team"] == "desk"
        assert upstream.request.json["max_tokens"] == 99
        assert upstream.request.json["reasoning_effort"] == "low"
        assert "stream_options" not in upstream.request.json


@pytest.mark.parametrize(
    ("options", "names"),
    [({"hedaers": {}}, "hedaers"), ({"output_limit_field": "tokens"}, "output_limit_field"),
     ({"timeouts": {"connect": "long"}}, "connect")],
)  # fmt: skip
def test_a_wrong_option_is_named(options: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        PROVIDER.build(config(**options))
