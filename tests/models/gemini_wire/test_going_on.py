"""Answers that are longer than one request may bring."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import (
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelFinished, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.usage import Usage
from cryptodesk.models.gemini_wire import _provider
from tests.models.gemini_wire.client import (
    ASK,
    USAGE,
    events,
    serving,
    until_failure,
)
from tests.models.gemini_wire.upstream import (
    MODEL,
    Exchange,
    candidate,
    frame,
    text_answer,
)

LONG = ModelRequest("m-1", ASK.messages, max_output_tokens=100_000)


def pieces(number: int, **more: Any) -> tuple[bytes, ...]:
    more = more or {"finish": "CONTINUATION", "continuationToken": f"dG9rZW4{number}"}
    return (frame(text_answer(f"{number}")), frame(candidate(usage=USAGE, **more)))


async def test_a_very_long_answer_goes_on_in_further_requests_of_the_same_body() -> None:
    async def reply(exchange: Exchange) -> None:
        number = len(upstream.requests)
        await exchange.stream(*(pieces(number) if number < 3 else pieces(number, finish="STOP")))

    async with serving(reply) as (provider, upstream):
        found = await events(provider, LONG)
        sent = [request.json for request in upstream.requests]
        assert upstream.connections == 1
    assert found == [ModelStarted(MODEL), *map(TextDelta, "123"), ModelFinished("stop", Usage(9, 6))]
    assert [body.pop("continuationToken", None) for body in sent] == [None, "dG9rZW41", "dG9rZW42"]
    assert sent[0] == sent[1] == sent[2]
    assert {request.path for request in upstream.requests} == {"/v1beta/models/m-1:streamGenerateContent?alt=sse"}


async def test_an_answer_in_one_piece_goes_on_too() -> None:
    async def reply(exchange: Exchange) -> None:
        number = len(upstream.requests)
        more = {"continuationToken": "dG9r", "finish": "CONTINUATION"} if number == 1 else {"finish": "STOP"}
        await exchange.answer(200, json.dumps(text_answer(f"{number}", usage=USAGE, **more)).encode())

    async with serving(reply) as (provider, upstream):
        found = await events(provider, ASK)
    assert found == [ModelStarted(MODEL), TextDelta("1"), TextDelta("2"), ModelFinished("stop", Usage(6, 4))]


async def test_an_answer_that_never_ends_going_on_is_ended_as_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_provider, "_MAX_REQUESTS", 3)

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*pieces(len(upstream.requests)))

    async with serving(reply) as (provider, upstream):
        found = await events(provider, LONG)
        assert len(upstream.requests) == 3
    assert found[-1] == ModelFinished("length", Usage(9, 6))


async def test_a_refused_further_request_is_raised_after_what_came() -> None:
    async def reply(exchange: Exchange) -> None:
        if len(upstream.requests) == 1:
            await exchange.stream(*pieces(1))
        else:
            await exchange.answer(503, b"{}")

    async with serving(reply) as (provider, upstream):
        found, error = await until_failure(provider, LONG)
    assert isinstance(error, UpstreamUnavailable)
    assert found == [ModelStarted(MODEL), TextDelta("1")]


async def test_leaving_in_a_further_request_closes_its_connection() -> None:
    async def reply(exchange: Exchange) -> None:
        if len(upstream.requests) == 1:
            await exchange.stream(*pieces(1))
            return
        await exchange.stream(frame(text_answer("2")), end=False)
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(reply) as (provider, upstream):
        answers = provider.stream(LONG)
        while TextDelta("2") not in await anext(answers):
            pass
        await answers.aclose()  # type: ignore[attr-defined]
        await upstream.hung_up.wait()
