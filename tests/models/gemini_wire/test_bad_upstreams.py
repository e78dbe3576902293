"""What the client makes of servers that fail, lie, stall or leave."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    OutputLimitTooLow,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelFinished, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.usage import Usage
from cryptodesk.models.gemini_wire import Timeouts, _provider
from cryptodesk.models.gemini_wire._provider import GeminiWireProvider
from tests.models.gemini_wire.client import (
    ASK,
    ASK_STREAM,
    BODY,
    CLOSING,
    HI,
    KEY,
    SHORT,
    STREAM,
    USAGE,
    WHOLE,
    batches,
    events,
    failure,
    refuse,
    serving,
    until_failure,
)
from tests.models.gemini_wire.upstream import (
    MODEL,
    Exchange,
    Upstream,
    candidate,
    frame,
    sse_head,
    text_answer,
)

LONG_SILENCE = Timeouts(between_reads=3600)
GUARD = 20  # ends a test that would hang


async def test_a_stream_cut_after_its_finish_reason_is_whole_but_without_usage() -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("Hi")), frame(candidate(finish="STOP")), end=False)
        await read_on.wait()
        exchange.cut()

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted(MODEL), TextDelta("Hi")]
        read_on.set()
        assert [event async for batch in answers for event in batch] == [ModelFinished("stop", None)]


async def test_a_stream_that_says_nothing_after_its_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_provider, "_AFTER_FINISH_SECONDS", SHORT)

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("Hi")), *CLOSING, end=False)
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with asyncio.timeout(GUARD), serving(reply, timeouts=LONG_SILENCE) as (provider, upstream):
        assert await events(provider, ASK_STREAM) == HI
        await upstream.hung_up.wait()


async def test_a_stream_that_pings_on_after_its_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_provider, "_AFTER_FINISH_SECONDS", LONG_SILENCE.between_reads)
    monkeypatch.setattr("cryptodesk.models._http.provider._DRAIN_SECONDS", SHORT)
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("Hi")), *CLOSING, end=False)
        await read_on.wait()
        await exchange.chunk(b": ping\n\n")
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with asyncio.timeout(GUARD), serving(reply, timeouts=LONG_SILENCE) as (provider, upstream):
        answers = provider.stream(ASK_STREAM)
        found = await anext(answers)
        read_on.set()
        found += [event for batch in [batch async for batch in answers] for event in batch]
        assert found == HI
        await upstream.hung_up.wait()


async def test_upstream_refusals_are_mapped_with_their_body() -> None:
    said = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}
    limited = await refuse(429, said)
    assert isinstance(limited, UpstreamRateLimited)
    assert (limited.upstream, limited.upstream_status) == ("up", 429)
    assert limited.body == said
    too_long = "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576)."
    assert isinstance(await refuse(400, {"error": {"code": 400, "message": too_long}}), ContextTooLong)
    too_low = {"error": {"code": 400, "message": "max_output_tokens must be positive", "status": "INVALID_ARGUMENT"}}
    assert isinstance(await refuse(400, [too_low]), OutputLimitTooLow)
    bad_key = await refuse(400, {"error": {"message": f"API key not valid: {KEY}.", "status": "INVALID_ARGUMENT"}})
    assert isinstance(bad_key, UpstreamUnavailable)
    assert bad_key.body is None
    assert "API key" in bad_key.message


async def test_a_redirect_is_not_followed() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(307, b"", extra=f"Location: {upstream.base_url}/elsewhere\r\n")

    async with serving(reply) as (provider, upstream):
        assert isinstance(await failure(provider, ASK), UpstreamUnavailable)
        assert len(upstream.requests) == 1


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
        (b"not json", "application/json"), (b'{"candidates":[]}', "application/json"),
        (b"data: not json\n\n", "text/event-stream"), (b"data: [DONE]\n\n", "text/event-stream"),
        (b": ping\n\ndata:\n\n", "text/event-stream"), (b'data: {"candidates":null}\n\n', "text/event-stream"),
    ],
)  # fmt: skip
async def test_a_200_that_is_no_answer_is_a_bad_answer(request_: ModelRequest, body: bytes, content_type: str) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(200, body, content_type)

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, request_), UpstreamBadAnswer)


async def test_an_error_in_the_stream_is_raised_after_what_came_before_it() -> None:
    async def reply(exchange: Exchange) -> None:
        error = {"error": {"code": 500, "message": "The server had an error", "status": "INTERNAL"}}
        await exchange.write(sse_head())
        await exchange.chunk(frame(text_answer("a")) + frame(error))

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted(MODEL), TextDelta("a")]
        with pytest.raises(UpstreamUnavailable):
            await anext(answers)


@pytest.mark.parametrize("how", ["reset", "close", "end"])
async def test_a_stream_cut_before_its_finish_reason_is_a_bad_answer(how: str) -> None:
    read_on = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("a")), end=False)
        await read_on.wait()
        if how == "reset":
            exchange.cut()
        elif how == "close":
            exchange.writer.close()
        else:
            await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted(MODEL), TextDelta("a")]
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
        provider = GeminiWireProvider("up", f"http://127.0.0.1:{taken.getsockname()[1]}/v1beta", KEY)
        error = await failure(provider, ASK)
        await provider.close()
    assert isinstance(error, UpstreamUnavailable)
    assert error.upstream == "up"


async def test_failed_tls_is_unavailable() -> None:
    async def reply(exchange: Exchange) -> None:
        raise AssertionError("no request can arrive")

    async with Upstream(reply) as upstream:
        provider = GeminiWireProvider("up", upstream.base_url.replace("http", "https"), KEY)
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
        await exchange.stream(frame(text_answer("a")), end=False)
        await exchange.reader.read()

    async with serving(reply, timeouts=Timeouts(first_byte=60, between_reads=SHORT)) as (provider, _):
        answers = provider.stream(ASK_STREAM)
        assert await anext(answers) == [ModelStarted(MODEL), TextDelta("a")]
        with pytest.raises(UpstreamTimeout):
            await anext(answers)


async def test_an_event_that_never_ends_is_a_bad_answer() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("a")), end=False)
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
            await exchange.stream(*(frame(text_answer("x" * 100)) for _ in range(50)), *CLOSING)
        else:
            await exchange.answer(200, BODY.replace(b"Hi", b"x" * 1000))

    async with serving(reply) as (provider, _):
        error = await failure(provider, request_)
    assert isinstance(error, UpstreamBadAnswer)
    assert "1000 bytes" in error.message


async def test_nothing_is_left_open_after_failures_and_closing() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("a")), end=False)
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        await failure(provider, ASK_STREAM)
    await provider.close()
    gc.collect()  # an unclosed session or connection would warn, and warnings are errors


async def test_every_byte_may_come_by_itself() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        for byte in b"".join(STREAM):
            await exchange.chunk(bytes([byte]))
        await exchange.write(b"0\r\n\r\n")

    async with serving(reply) as (provider, _):
        assert await events(provider, ASK_STREAM) == WHOLE


@pytest.mark.parametrize("index", range(len(STREAM)))
async def test_a_stream_cut_at_any_frame_is_no_whole_answer(index: int) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM[:index], STREAM[index][:-30], end=False)
        exchange.writer.close()

    async with serving(reply) as (provider, _):
        found, error = await until_failure(provider, ASK_STREAM)
    assert isinstance(error, UpstreamBadAnswer)
    assert found == WHOLE[: index + 1 if index else 0]


@pytest.mark.parametrize("index", range(len(STREAM)))
async def test_leaving_at_any_frame_closes_the_upstream_connection(index: int) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*STREAM[: index + 1], end=False)
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        answers = provider.stream(ASK_STREAM)
        await anext(answers)
        await answers.aclose()  # type: ignore[attr-defined]
        await upstream.hung_up.wait()


async def test_a_frame_of_nearly_a_megabyte_is_read() -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(frame(text_answer("x" * 999_000)), *CLOSING)

    async with serving(reply) as (provider, _):
        found = await events(provider, ASK_STREAM)
    assert found[1:] == [TextDelta("x" * 999_000), ModelFinished("stop", Usage(3, 2))]


async def test_an_error_in_bare_lines_of_a_stream_is_raised() -> None:
    async def reply(exchange: Exchange) -> None:
        error = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
        await exchange.stream(frame(text_answer("a")), json.dumps(error, indent=2).encode())

    async with serving(reply) as (provider, _):
        assert isinstance(await failure(provider, ASK_STREAM), UpstreamUnavailable)


async def test_a_stream_in_one_list_is_read() -> None:
    async def reply(exchange: Exchange) -> None:
        chunks = [text_answer("Hi"), candidate(finish="STOP", usage=USAGE)]
        await exchange.answer(200, json.dumps(chunks).encode(), "application/json; charset=UTF-8")

    async with serving(reply) as (provider, _):
        assert await batches(provider, ASK_STREAM) == [HI]


@pytest.mark.parametrize("request_", [ASK, ASK_STREAM], ids=["buffered", "streamed"])
@pytest.mark.parametrize(
    "said", [{"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": USAGE}, candidate(finish="RECITATION")]
)
async def test_what_is_filtered_before_it_begins_is_refused_at_once(request_: ModelRequest, said: Any) -> None:
    async def reply(exchange: Exchange) -> None:
        if request_.stream:
            await exchange.stream(frame(said))
        else:
            await exchange.answer(200, json.dumps(said).encode())

    async with serving(reply) as (provider, _):
        with pytest.raises(ContentFiltered):
            await anext(provider.stream(request_))
