"""Servers that fail, stall, lie or leave, over every way to a vendor: each fault is the error of the catalogue that it
means, as retryable as it is, and nothing hangs or stays open."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator

import pytest

from cryptodesk.core.errors import (
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelFinished
from tests.contracts.vendors import (
    ADAPTERS,
    CALLS,
    TEXT,
    Vendor,
    answering,
    ask,
    events,
    failure,
    serving,
    text_of,
    until_failure,
)
from tests.models._http.upstream import Exchange, Upstream, sse_head

SHORT = 0.05
GUARD_SECONDS = 30  # ends a test that would hang
DATE = "Sun, 22 Nov 2026 08:00:00 GMT"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(params=sorted(ADAPTERS))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return ADAPTERS[request.param]


@pytest.fixture(params=[True, False], ids=["streamed", "buffered"])
def stream(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(autouse=True)
async def nothing_hangs() -> AsyncIterator[None]:
    async with asyncio.timeout(GUARD_SECONDS):
        yield


# -- statuses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, UpstreamUnavailable), (402, UpstreamUnavailable), (403, UpstreamUnavailable), (404, UpstreamUnavailable),
     (408, UpstreamTimeout), (409, UpstreamRejected), (418, UpstreamRejected), (422, UpstreamRejected),
     (429, UpstreamRateLimited), (500, UpstreamUnavailable), (502, UpstreamUnavailable), (503, UpstreamUnavailable),
     (504, CryptodeskError), (529, UpstreamUnavailable), (599, UpstreamUnavailable), (204, UpstreamBadAnswer),
     (206, UpstreamBadAnswer)],
)  # fmt: skip
async def test_a_status_means_the_same_whatever_stands_beneath_it(
    vendor: Vendor, status: int, kind: type[CryptodeskError]
) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(status, b"" if status == 204 else bodies[-1], "text/html")

    bodies: list[bytes] = []
    async with serving(vendor, reply) as (provider, _):
        for body in (b"", b"<html>no</html>", b"null", b"[[]]", b'{"error":7}', b"\xff" * 99):
            bodies.append(body)
            error = await failure(provider, ask(vendor, stream=True))
            assert isinstance(error, kind)
            assert error.retryable is (kind is not UpstreamRejected)
            assert (error.upstream, error.upstream_status) == (vendor.name, status)  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [500, 429, 401])
async def test_an_error_that_repeats_the_key_is_passed_on_without_it(vendor: Vendor, status: int) -> None:
    async def reply(exchange: Exchange) -> None:
        said = vendor.error(f"not you: {exchange.headers} {exchange.path}", status)
        await exchange.answer(status, json.dumps(said).encode())

    async with serving(vendor, reply) as (provider, _):
        await failure(provider, ask(vendor, stream=False))  # which looks for the key itself


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [("Retry-After: 7", 7.0), ("Retry-After: 1.5", 1.5), ("Retry-After: 0", 0.0), ("Retry-After: -3", 0.0),
     ("Retry-After: 1e9", 86_400.0), ("retry-after-ms: 250\r\nRetry-After: 1", 0.25), ("Retry-After: soon", None),
     ("Retry-After: ", None), ("Retry-After: nan", None), (f"Retry-After: {'9' * 5000}", 86_400.0), ("X: y", None),
     (f"Date: {DATE}\r\nRetry-After: Sun, 22 Nov 2026 08:02:00 GMT", 120.0),
     (f"Date: {DATE}\r\nRetry-After: Sun, 22 Nov 2026 07:02:00 GMT", 0.0),
     ("Retry-After: Sun, 22 Nov 2026 08:02:00 GMT", None)],
)  # fmt: skip
async def test_a_limit_says_when_to_come_back(vendor: Vendor, headers: str, seconds: float | None) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(429, json.dumps(vendor.error("Slow down", 429)).encode(), extra=f"{headers}\r\n")

    async with serving(vendor, reply) as (provider, _):
        limited = await failure(provider, ask(vendor, stream=True))
    assert type(limited) is UpstreamRateLimited
    assert limited.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(vendor: Vendor, status: int) -> None:
    async def nobody(exchange: Exchange) -> None:
        raise AssertionError("the redirect was followed")

    async with Upstream(nobody) as elsewhere:

        async def reply(exchange: Exchange) -> None:
            await exchange.answer(status, b"", extra=f"Location: {elsewhere.base_url}\r\n")

        async with serving(vendor, reply) as (provider, upstream):
            assert type(await failure(provider, ask(vendor, stream=True))) is UpstreamUnavailable
            assert len(upstream.requests) == 1
        assert elsewhere.connections == 0


@pytest.mark.parametrize("status", [429, 500])
async def test_a_refusal_whose_body_is_cut_endless_or_packed_wrongly_is_still_that_refusal(
    vendor: Vendor, status: int
) -> None:
    kind = UpstreamRateLimited if status == 429 else UpstreamUnavailable

    async def reply(exchange: Exchange) -> None:
        head = f"HTTP/1.1 {status} X\r\n".encode()
        match len(upstream.requests):
            case 1:
                await exchange.write(head + b"Content-Length: 99\r\n\r\n{")
                exchange.writer.close()
            case 2:
                await exchange.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
                while True:
                    await exchange.chunk(b"x" * 60_000)
            case _:
                await exchange.write(head + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone")

    async with serving(vendor, reply) as (provider, upstream):
        for _ in range(3):
            assert type(await failure(provider, ask(vendor, stream=True))) is kind


# -- connections -------------------------------------------------------------------------------------------------


async def test_a_refused_connection_is_unavailable(vendor: Vendor) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port, nobody answers on it
        taken.bind(("127.0.0.1", 0))
        provider = vendor.build(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        error = await failure(provider, ask(vendor, stream=True))
        await provider.close()
    assert type(error) is UpstreamUnavailable
    assert error.retryable


@pytest.mark.parametrize("greeting", [b"", b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_failed_tls_is_unavailable(vendor: Vendor, greeting: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        provider = vendor.build(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        error = await failure(provider, ask(vendor, stream=True))
        await provider.close()
    assert type(error) is UpstreamUnavailable


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_a_connection_that_is_dropped_without_an_answer_is_unavailable(vendor: Vendor, how: str) -> None:
    async def reply(exchange: Exchange) -> None:
        exchange.cut() if how == "reset" else exchange.writer.close()
        raise ConnectionResetError

    async with serving(vendor, reply) as (provider, upstream):
        assert type(await failure(provider, ask(vendor, stream=True))) is UpstreamUnavailable
        assert len(upstream.requests) == 2, "a kept connection may just have been closed: it is tried once more"


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.9\r\n\r\n", b"\0" * 99 + b"\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n"],
    ids=lambda part: repr(part[:36]),
)  # fmt: skip
async def test_an_answer_that_is_no_http_is_a_bad_answer(vendor: Vendor, stream: bool, answer: bytes) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(answer)
        exchange.writer.close()
        raise ConnectionResetError

    async with serving(vendor, reply) as (provider, _):
        assert type(await failure(provider, ask(vendor, stream=stream))) is UpstreamBadAnswer


async def test_a_body_that_is_cut_is_a_bad_answer(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        body = json.dumps(vendor.whole(TEXT, ())).encode()
        await exchange.write(JSON_HEAD % (len(body) + 1) + body)
        exchange.cut() if len(upstream.requests) > 1 else exchange.writer.close()

    async with serving(vendor, reply) as (provider, upstream):
        for _ in range(2):
            assert type(await failure(provider, ask(vendor, stream=False))) is UpstreamBadAnswer


@pytest.mark.parametrize("how", ["reset", "close", "end", "half"])
async def test_a_stream_cut_at_any_frame_is_the_beginning_of_its_answer_and_no_whole_one(
    vendor: Vendor, how: str
) -> None:
    frames = vendor.frames(TEXT, ())

    async def reply(exchange: Exchange) -> None:
        count = len(upstream.requests) - 1
        half = [frames[count][: len(frames[count]) // 2]] if how == "half" else []
        await exchange.stream(*frames[:count], *half, end=how == "end")
        if how == "reset":
            exchange.cut()
        elif how != "end":
            exchange.writer.close()

    async with serving(vendor, reply) as (provider, upstream):
        for count in range(len(frames)):
            found, error = await until_failure(provider, ask(vendor, stream=True))
            said = text_of(found)
            assert TEXT.startswith(said)
            if count <= vendor.end_frame:
                assert type(error) is UpstreamBadAnswer, count
            else:
                assert (error, said, type(found[-1])) == (None, TEXT, ModelFinished), count


async def test_an_error_in_mid_stream_is_raised_after_what_came_before_it(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        said = json.dumps(vendor.error("The server had an error", 500)).encode()
        await exchange.chunk(b"".join(vendor.frames(TEXT, ())[: vendor.end_frame]) + b"data: " + said + b"\n\n")

    async with serving(vendor, reply) as (provider, _):
        found, error = await until_failure(provider, ask(vendor, stream=True))
    assert type(error) is UpstreamUnavailable
    assert text_of(found) == TEXT


# -- time and size -----------------------------------------------------------------------------------------------


async def test_no_first_byte_in_time_is_a_timeout(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.reader.read()
        raise ConnectionResetError

    async with serving(vendor, reply, first_byte=SHORT) as (provider, upstream):
        assert type(await failure(provider, ask(vendor, stream=stream))) is UpstreamTimeout
        await upstream.hung_up.wait()


async def test_silence_in_mid_stream_is_a_timeout_of_its_own(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*vendor.frames(TEXT, ())[: vendor.end_frame], end=False)
        await exchange.reader.read()
        raise ConnectionResetError

    async with serving(vendor, reply, first_byte=60, between_reads=SHORT) as (provider, upstream):
        found, error = await until_failure(provider, ask(vendor, stream=True))
        await upstream.hung_up.wait()
    assert (type(error), text_of(found)) == (UpstreamTimeout, TEXT)


async def test_a_body_that_stalls_is_a_timeout(vendor: Vendor) -> None:
    async def reply(exchange: Exchange) -> None:
        await exchange.write(JSON_HEAD % 999 + b"{")
        await exchange.reader.read()
        raise ConnectionResetError

    async with serving(vendor, reply, first_byte=SHORT) as (provider, _):
        assert type(await failure(provider, ask(vendor, stream=False))) is UpstreamTimeout


@pytest.mark.parametrize("endless", ["frames", "pings", "one line", "one frame"])
async def test_a_stream_that_never_ends_is_ended_by_its_size(
    vendor: Vendor, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptodesk.models._http.answers.MAX_BODY_BYTES", 3_000_000)
    first, frame = vendor.frames("x" * 1000, ())[:1], b"".join(vendor.frames("x" * 1000, ())[1 : vendor.end_frame])
    more = {"frames": frame, "pings": b": ping\n\n", "one line": b"x" * 99, "one frame": b"data: x\n"}[endless]

    async def reply(exchange: Exchange) -> None:
        await exchange.stream(*first, end=False)
        while True:
            await exchange.chunk(more * (60_000 // len(more) + 1))

    async with serving(vendor, reply) as (provider, upstream):
        assert type(await failure(provider, ask(vendor, stream=True))) is UpstreamBadAnswer
        await upstream.hung_up.wait()


async def test_a_body_that_never_ends_is_ended_by_its_size(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptodesk.models._http.answers.MAX_BODY_BYTES", 500_000)

    async def reply(exchange: Exchange) -> None:
        await exchange.write(JSON_HEAD.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked"))
        while True:
            await exchange.chunk(b" " * 60_000)

    async with serving(vendor, reply) as (provider, upstream):
        error = await failure(provider, ask(vendor, stream=False))
        await upstream.hung_up.wait()
    assert type(error) is UpstreamBadAnswer
    assert "500000 bytes" in error.message


async def test_a_stream_that_pings_for_ever_is_ended_by_the_run_that_waits_for_it(vendor: Vendor) -> None:
    waited = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.write(sse_head())
        while True:
            await exchange.chunk(b": ping\n\n")
            waited.set()
            await asyncio.sleep(0)

    async with serving(vendor, reply) as (provider, upstream):
        task = asyncio.create_task(events(provider, ask(vendor, stream=True)))
        await waited.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.hung_up.wait()


@pytest.mark.parametrize("has_begun", [True, False])
async def test_whoever_leaves_closes_the_upstream_at_once(vendor: Vendor, has_begun: bool) -> None:
    arrived = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        if has_begun:
            await exchange.stream(*vendor.frames(TEXT, CALLS)[: vendor.end_frame], end=False)
        arrived.set()
        assert await exchange.reader.read() == b""
        raise ConnectionResetError

    async with serving(vendor, reply) as (provider, upstream):
        answers = provider.stream(ask(vendor, stream=True))
        waiting = asyncio.ensure_future(anext(answers))
        await arrived.wait()
        if has_begun:
            await waiting
            await answers.aclose()  # type: ignore[attr-defined]
        else:
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await upstream.hung_up.wait()


async def test_after_every_fault_the_next_answer_is_good(vendor: Vendor, stream: bool) -> None:
    async def reply(exchange: Exchange) -> None:
        match len(upstream.requests):
            case 1:
                await exchange.answer(500, b"")
            case 2:
                await exchange.stream(vendor.frames(TEXT, ())[0], end=False)
                exchange.cut()
            case _:
                await answering(vendor, exchange, stream=stream)

    async with serving(vendor, reply) as (provider, upstream):
        for _ in range(2):
            await failure(provider, ask(vendor, stream=stream))
        assert text_of(await events(provider, ask(vendor, stream=stream))) == TEXT
    gc.collect()  # an unclosed session or connection would warn, and warnings are errors
