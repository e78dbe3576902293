"""What the client makes of servers that fail, lie, stall or leave."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cryptodesk.core.errors import (
    ContentFiltered,
    ContextTooLong,
    OutputLimitTooLow,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelFinished, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.models.gemini_wire import Timeouts, _provider
from tests.models.gemini_wire.client import (
    ASK,
    ASK_STREAM,
    CLOSING,
    HI,
    KEY,
    SHORT,
    STREAM,
    USAGE,
    batches,
    events,
    failure,
    refuse,
    serving,
)
from tests.models.gemini_wire.upstream import (
    MODEL,
    Exchange,
    candidate,
    frame,
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
