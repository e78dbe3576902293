"""A source on loopback whose every byte a test decides, and the bad days that every source survives.

A test of a source runs all of them:

    @pytest.mark.parametrize("day", BAD_DAYS, ids=str)
    async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
        await suffer(day, SOURCE, ROUTE, QUERY, CONTEXT)

What only a reader of the body can notice (`wrong length`, `null`, …) is raised by the route's `to_records` or by the
source's `check`.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import structs
from yarl import URL

from cryptodesk.core.clock import Clock, FixedClock
from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.ticks import Ticks
from cryptodesk.market.fetching.client import (
    CallBudget,
    HttpAnswer,
    HttpRequest,
    SessionPool,
    SourceClient,
    SourcePolicy,
)
from tests.ticks import FakeTicks, settle

__all__ = [
    "BAD_DAYS",
    "NOW",
    "POLICY",
    "Asked",
    "BadDay",
    "FakeTicks",
    "Play",
    "SourceServer",
    "aimed_at",
    "answering",
    "client_for",
    "client_of",
    "policy_for",
    "settle",
    "suffer",
]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
MAX_BODY_BYTES = 200_000
SHORT_SECONDS = 0.05

POLICY = SourcePolicy(
    base_url="http://127.0.0.1:9",
    per_minute=60_000,
    burst=1000,
    per_day=None,
    timeout_seconds=60,
    connect_seconds=60,
    concurrency=1000,
    max_body_bytes=MAX_BODY_BYTES,
    breaker_failures=1000,
    breaker_open_seconds=30,
    retries=0,
)

Play = Callable[["Asked"], Awaitable[None]]


class Asked:
    """One received request, and the pen to answer it with."""

    def __init__(
        self, head: str, server: SourceServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        first, *lines = head.split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.path = urlsplit(self.target).path
        self.params = parse_qsl(urlsplit(self.target).query, keep_blank_values=True)
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.body = b""
        self.server = server
        self.written = 0
        self._reader = reader
        self._writer = writer

    async def write(self, raw: bytes) -> None:
        self._writer.write(raw)
        await self._writer.drain()
        self.written += len(raw)

    async def answer(
        self, body: bytes, *, status: int = 200, kind: str = "application/json", headers: str = "", length: int = -1
    ) -> None:
        """`headers` are whole lines; `length` is what the answer claims, by default the truth."""
        length = len(body) if length < 0 else length
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n"
        await self.write(head.encode() + body)

    async def hang(self) -> None:
        """Says nothing more, until the client leaves or the test ends."""
        await self._reader.read(1)
        raise ConnectionResetError

    def cut(self) -> None:
        """Ends the connection in order, whatever was promised."""
        self._writer.close()

    def reset(self) -> None:
        self._writer.transport.abort()


class SourceServer:
    """Plays `play` to every request; `requests` are those received, in order. Assign `play` to change the day."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.requests: list[Asked] = []
        self.connections = 0
        self.most_at_once = 0
        self.came = asyncio.Event()
        self.hung_up = asyncio.Event()
        self._at_once = 0
        self._faults: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> SourceServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1000)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        assert not self._faults, self._faults

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                await self._play_one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            self.hung_up.set()
        except BaseException as error:
            self._faults.append(error)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _play_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (first := await reader.readexactly(1)) == b"\x16":  # a TLS greeting; this server speaks plain HTTP
            raise ConnectionResetError
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode().strip()
        asked = Asked(head, self, reader, writer)
        asked.body = await reader.readexactly(int(asked.headers.get("content-length", 0)))
        self.requests.append(asked)
        self.came.set()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self.play(asked)
        finally:
            self._at_once -= 1
        if writer.is_closing():
            raise ConnectionResetError


def answering(body: bytes, **how: Any) -> Play:
    """A play in one answer; `how` as in `Asked.answer`."""

    async def play(asked: Asked) -> None:
        await asked.answer(body, **how)

    return play


class BadDay(NamedTuple):
    """`expected` is what the client, or after it the reading of the body, raises."""

    name: str
    play: Play
    expected: type[UpstreamError]
    timeout_seconds: float = 60.0

    def __str__(self) -> str:
        return self.name


async def _slow_headers(asked: Asked) -> None:
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: applica")
    await asked.hang()


async def _slow_body(asked: Asked) -> None:
    await asked.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"data": [')
    await asked.hang()


async def _silence(asked: Asked) -> None:
    await asked.hang()


async def _truncated_chunks(asked: Asked) -> None:
    await asked.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" + b'{"data":\r\n')
    asked.cut()


async def _truncated(asked: Asked) -> None:
    await asked.answer(b'{"data": [{"id": 1, "na', length=5000)
    asked.cut()


async def _reset(asked: Asked) -> None:
    asked.reset()


async def _reset_in_body(asked: Asked) -> None:
    await asked.answer(b'{"data": [', length=5000)
    asked.reset()


async def _hang_up(asked: Asked) -> None:
    asked.cut()


async def _endless(asked: Asked) -> None:
    """100 MB without saying so beforehand."""
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    for _ in range(1600):
        await asked.write(piece)


async def _huge(asked: Asked) -> None:
    await asked.answer(b"{", length=100_000_000)
    await asked.hang()


async def _gzip_bomb(asked: Asked) -> None:
    await asked.answer(_bomb(), headers="Content-Encoding: gzip\r\n")


async def _cut_gzip(asked: Asked) -> None:
    await asked.answer(_packed(b'{"data": []}')[:-9], headers="Content-Encoding: gzip\r\n")


async def _redirect_circle(asked: Asked) -> None:
    await asked.answer(b"", status=302, headers=f"Location: {asked.target}\r\n")


async def _garbage(asked: Asked) -> None:
    await asked.write(b"\x00\xffSSH-2.0-OpenSSH\r\n\r\n")
    asked.cut()


async def _long_header(asked: Asked) -> None:
    await asked.answer(b"{}", headers=f"X-Long: {'x' * 100_000}\r\n")
    asked.cut()


@lru_cache
def _bomb() -> bytes:
    return _packed(b" " * 20_000_000)


def _packed(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


_PAGE = b"<!DOCTYPE html><html><body><h1>Just a moment...</h1></body></html>"
_BUSY = b'{"status": {"error_code": "500", "error_message": "The system is busy, please try again later!"}}'
_DEEP = b"[" * 100_000

BAD_DAYS: tuple[BadDay, ...] = (
    BadDay("silence", _silence, UpstreamTimeout, SHORT_SECONDS),
    BadDay("slow headers", _slow_headers, UpstreamTimeout, SHORT_SECONDS),
    BadDay("slow body", _slow_body, UpstreamTimeout, SHORT_SECONDS),
    BadDay("hang-up", _hang_up, UpstreamUnavailable),
    BadDay("reset", _reset, UpstreamUnavailable),
    BadDay("reset in the body", _reset_in_body, UpstreamBadAnswer),
    BadDay("truncated body", _truncated, UpstreamBadAnswer),
    BadDay("truncated chunks", _truncated_chunks, UpstreamBadAnswer),
    BadDay("wrong length", answering(b'{"data": [{"id": 1}]}', length=12), UpstreamBadAnswer),
    BadDay("empty body", answering(b""), UpstreamBadAnswer),
    BadDay("blank body", answering(b" \r\n\t"), UpstreamBadAnswer),
    BadDay("no content", answering(b"", status=204), UpstreamBadAnswer),
    BadDay("html", answering(_PAGE, kind="text/html; charset=utf-8"), UpstreamBadAnswer),
    BadDay("html named json", answering(b"\r\n " + _PAGE), UpstreamBadAnswer),
    BadDay("text named json", answering(b"OK"), UpstreamBadAnswer),
    BadDay("wrong charset", answering(b'{"data": "\xff\xfe\x80"}'), UpstreamBadAnswer),
    BadDay("deep nesting", answering(_DEEP), UpstreamBadAnswer),
    BadDay("null", answering(b"null"), UpstreamBadAnswer),
    BadDay("a number", answering(b"42"), UpstreamBadAnswer),
    BadDay("busy in a 200", answering(_BUSY), UpstreamError),
    BadDay("busy in a 500", answering(_BUSY, status=500), UpstreamUnavailable),
    BadDay("500 without a body", answering(b"", status=500), UpstreamUnavailable),
    BadDay("502 html", answering(_PAGE, status=502, kind="text/html"), UpstreamUnavailable),
    BadDay("403 html", answering(_PAGE, status=403, kind="text/html"), UpstreamUnavailable),
    BadDay("451", answering(b"{}", status=451), UpstreamUnavailable),
    BadDay("429", answering(b"", status=429), UpstreamRateLimited),
    BadDay("429 with Retry-After", answering(b"", status=429, headers="Retry-After: 7\r\n"), UpstreamRateLimited),
    BadDay("503 with Retry-After", answering(b"", status=503, headers="Retry-After: 7\r\n"), UpstreamRateLimited),
    BadDay("redirect in a circle", _redirect_circle, UpstreamUnavailable),
    BadDay(
        "redirect elsewhere",
        answering(b"", status=301, headers="Location: http://elsewhere.invalid/\r\n"),
        UpstreamUnavailable,
    ),
    BadDay("redirect nowhere", answering(b"", status=302), UpstreamUnavailable),
    BadDay("100 MB announced", _huge, UpstreamBadAnswer),
    BadDay("100 MB", _endless, UpstreamBadAnswer),
    BadDay("gzip bomb", _gzip_bomb, UpstreamBadAnswer),
    BadDay("cut gzip", _cut_gzip, UpstreamBadAnswer),
    BadDay("false gzip", answering(b'{"data": []}', headers="Content-Encoding: gzip\r\n"), UpstreamBadAnswer),
    BadDay("unasked packing", answering(b"\x0b\x02\x80", headers="Content-Encoding: br\r\n"), UpstreamBadAnswer),
    BadDay("no http", _garbage, UpstreamBadAnswer),
    BadDay("overlong header", _long_header, UpstreamBadAnswer),
)


def policy_for(real: SourcePolicy, server: SourceServer, **changes: Any) -> SourcePolicy:
    """The source's own policy pointed at the server, without its patience: no retries, no waiting for a turn."""
    calm = {name: getattr(POLICY, name) for name in ("per_minute", "burst", "per_day", "concurrency", "retries")}
    calm |= {"breaker_failures": 1000, "max_body_bytes": min(real.max_body_bytes, MAX_BODY_BYTES)}
    return structs.replace(real, base_url=server.base_url, **{**calm, **changes})


@asynccontextmanager
async def client_of(
    server: SourceServer,
    *,
    name: str = "acme",
    check: Callable[[HttpAnswer], None] | None = None,
    clock: Clock | None = None,
    ticks: Ticks | None = None,
    budget: CallBudget | None = None,
    **changes: Any,
) -> AsyncIterator[SourceClient]:
    """A client of a made-up source; `changes` are fields of its policy."""
    clock = clock or FixedClock(NOW)
    policy = structs.replace(POLICY, **{"base_url": server.base_url, **changes})
    async with SessionPool() as pool:
        client = SourceClient(
            name, policy, session=pool, clock=clock, budget=budget or CallBudget(clock), check=check, ticks=ticks
        )
        async with client:
            yield client


@asynccontextmanager
async def client_for(source: Any, server: SourceServer, day: BadDay | None = None) -> AsyncIterator[SourceClient]:
    """The client of a real source (its `name`, `policy` and `check`), pointed at the server, on this day.

    Requests with an absolute address go where they say; `aimed_at` turns them to the server."""
    policy = policy_for(source.policy, server, timeout_seconds=day.timeout_seconds if day else POLICY.timeout_seconds)
    clock = FixedClock(NOW)
    async with SessionPool() as pool:
        client = SourceClient(
            source.name, policy, session=pool, clock=clock, budget=CallBudget(clock), check=source.check
        )
        async with client:
            yield client


def aimed_at(server: SourceServer, request: HttpRequest) -> HttpRequest:
    """The same request to the server, whatever host it names."""
    if not request.path.startswith(("http://", "https://")):
        return request
    return structs.replace(request, path=server.base_url + URL(request.path).raw_path)


async def suffer(day: BadDay, source: Any, route: Any, query: Any, context: Any) -> UpstreamError:
    """Runs a route of a source on this day: it must end in the expected error, which names the source and nothing of
    the address it was asked at."""
    requests = route.build_query(query, context)
    assert requests, "this query asks the source for nothing"
    async with SourceServer(day.play) as server, client_for(source, server, day) as client:
        with pytest.raises(UpstreamError) as caught:  # noqa: PT012  either of the two may notice
            answers = [await client.fetch(aimed_at(server, request)) for request in requests]
            route.to_records(answers, query, context)
    error = caught.value
    assert isinstance(error, day.expected), f"{day}: {type(error).__name__} ({error}), expected {day.expected.__name__}"
    assert error.upstream == source.name
    assert "127.0.0.1" not in error.message
    return error
