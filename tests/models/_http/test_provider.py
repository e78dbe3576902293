"""Addresses and headers, and what becomes of a connection; each adapter's tests drive the client over a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from yarl import URL

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.errors import CryptodeskError, UpstreamError, UpstreamRateLimited, UpstreamUnavailable
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.traces import TRACEPARENT
from cryptodesk.models._http.answers import read_body
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.timeouts import Timeouts
from tests.models._http.client.asking import without_collector
from tests.models._http.upstream import Exchange, Reply, Upstream

GUARD = 10.0


def meaning(
    upstream: str, status: int, raw_body: bytes, *, secret: str | None, retry_after_seconds: float | None
) -> CryptodeskError:
    words = f"{status} {raw_body.decode()} {secret}"
    return UpstreamRateLimited(words, upstream=upstream, retry_after_seconds=retry_after_seconds)


@asynccontextmanager
async def asking(reply: Reply) -> AsyncIterator[tuple[HttpProvider, URL, Upstream]]:
    headers = request_headers("up", {"X-Key": "k"}, None)
    async with asyncio.timeout(GUARD), Upstream(reply) as upstream:
        url = http_url("up", upstream.base_url)
        provider = HttpProvider("up", url, "k", headers, Timeouts(), {"m": ModelProfile(temperature=False)}, meaning)
        try:
            yield provider, url, upstream
        finally:
            await provider.close()


async def hello(exchange: Exchange) -> None:
    await exchange.answer(200, b"hello")


async def test_a_request_carries_the_common_headers_and_the_vendors() -> None:
    async with asking(hello) as (provider, url, upstream):
        response = await provider._ask(url, b"{}")
        with provider._held(response):
            assert await read_body(response, 5) == b"hello"
        sent = upstream.request.headers
        assert (upstream.request.method, upstream.request.body) == ("POST", b"{}")
        assert (sent["content-type"], sent["accept-encoding"], sent["x-key"]) == ("application/json", "identity", "k")
        assert "cookie" not in sent


async def test_a_connection_whose_answer_was_read_is_used_again() -> None:
    async with asking(hello) as (provider, url, upstream):
        for _ in range(3):
            response = await provider._ask(url, b"{}")
            with provider._held(response):
                await read_body(response, 5)
        assert (len(upstream.requests), upstream.connections) == (3, 1)


async def test_a_connection_is_closed_at_once_when_its_reader_is_stopped() -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.stream(b"data: 1\n\n", end=False)
        await exchange.reader.read(1)
        raise ConnectionError

    async with asking(endless) as (provider, url, upstream):
        response = await provider._ask(url, b"{}")
        await response.read_any()
        with pytest.raises(asyncio.CancelledError), provider._held(response):
            raise asyncio.CancelledError
        assert response.is_closed
        assert not provider._drains
        await upstream.hung_up.wait()


async def test_an_answer_whose_end_comes_late_is_drained_aside() -> None:
    may_end = asyncio.Event()

    async def late(exchange: Exchange) -> None:
        await exchange.stream(b"data: 1\n\n", end=False)
        await may_end.wait()
        await exchange.write(b"0\r\n\r\n")

    async with asking(late) as (provider, url, upstream):
        response = await provider._ask(url, b"{}")
        with provider._held(response):
            await response.read_any()
        (drain,) = provider._drains
        may_end.set()
        await drain
        with provider._held(await provider._ask(url, b"{}")):
            pass
        assert upstream.connections == 1


async def test_closing_waits_for_no_drain() -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.stream(b"data: 1\n\n", end=False)
        await asyncio.Event().wait()

    async with asking(endless) as (provider, url, _):
        response = await provider._ask(url, b"{}")
        with provider._held(response):
            await response.read_any()
        (drain,) = provider._drains
        await provider.close()
        assert drain.cancelled()
        assert response.is_closed
        assert not provider._clients


async def test_a_status_other_than_200_is_what_the_vendors_table_says() -> None:
    async with asking(limited) as (provider, url, _):
        with pytest.raises(UpstreamRateLimited) as raised:
            await provider._ask(url, b"{}")
        assert raised.value.message == "429 slow down ('k',)"
        assert raised.value.retry_after_seconds == 7


async def test_a_kept_connection_that_the_server_closed_is_opened_again_once() -> None:
    async def cutting(exchange: Exchange) -> None:
        exchange.cut()

    async with asking(cutting) as (provider, url, upstream):
        with pytest.raises(UpstreamUnavailable) as raised:
            await provider._ask(url, b"{}")
        assert len(upstream.requests) == 2
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None


async def cut(exchange: Exchange) -> None:
    exchange.cut()


async def limited(exchange: Exchange) -> None:
    await exchange.answer(429, b"slow down", extra="Retry-After: 7\r\n")


@pytest.mark.parametrize("reply", [cut, limited])
async def test_a_failure_leaves_nothing_to_the_collector(reply: Reply) -> None:
    async with asking(reply) as (provider, url, _), without_collector() as left:
        for _ in range(3):
            with pytest.raises(UpstreamError):
                await provider._ask(url, b"{}")
    assert not left


@pytest.mark.parametrize(
    ("content_type", "is_asked", "is_stream"),
    [
        ("text/event-stream", False, True),
        ("Text/Event-Stream; charset=utf-8", True, True),
        ("application/json", True, False),
        ("text/plain", True, True),
        ("text/plain", False, False),
    ],
)
async def test_a_stream_is_known_by_its_type_or_by_what_was_asked(
    content_type: str, *, is_asked: bool, is_stream: bool
) -> None:
    async def labelled(exchange: Exchange) -> None:
        await exchange.answer(200, b"x", content_type=content_type)

    async with asking(labelled) as (provider, url, _):
        response = await provider._ask(url, b"{}")
        with provider._held(response):
            assert provider._comes_as_stream(response, is_asked=is_asked) is is_stream
            await read_body(response, 5)


async def test_a_model_nobody_described_has_the_default_profile() -> None:
    async with asking(hello) as (provider, _, _):
        assert provider._profile(ModelRequest("m", ())) == ModelProfile(temperature=False)
        assert provider._profile(ModelRequest("another", ())) == ModelProfile()


@pytest.mark.parametrize("address", ["", "up", "ftp://up/v1", "http://", "http://[", "http://up:port/v1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="provider 'up': base_url: expected an http"):
        http_url("up", address)


def test_an_operators_header_goes_before_the_vendors_whatever_its_case() -> None:
    headers = request_headers("up", {"X-Key": "theirs", "User-Agent": "theirs"}, {"x-key": "ours", "accept": "*/*"})
    assert (headers.getall("X-Key"), headers["User-Agent"], headers["Accept"]) == (["ours"], "theirs", "*/*")


@pytest.mark.parametrize("value", ["k\r\nX: 1", "k\u00e9", "k\u200b", "k\x00"])
def test_a_value_no_header_may_have_is_refused_and_not_shown(value: str) -> None:
    for own, extra in (({"X-Key": value}, None), ({}, {"X-Key": value})):
        with pytest.raises(ValueError, match="'X-Key' has characters no header may have") as raised:
            request_headers("up", own, extra)
        assert value not in str(raised.value)


async def test_a_traced_request_takes_its_trace_along_and_the_next_one_none() -> None:
    async with asking(hello) as (provider, url, upstream):
        token = TRACEPARENT.set("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        try:
            await read_body(await provider._ask(url, b"{}"), 5)
        finally:
            TRACEPARENT.reset(token)
        assert upstream.request.headers["traceparent"] == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        assert upstream.request.headers["x-key"] == "k"
        await read_body(await provider._ask(url, b"{}"), 5)
        assert "traceparent" not in upstream.request.headers
