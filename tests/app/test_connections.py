"""What one connection may do before its request reaches the desk, over uvicorn on a free port."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn

from cryptodesk.app.connections import ConnectionLimits, allow_descriptors, bounded_protocol
from cryptodesk.app.headers import STANDARD_HEADERS

# Windows has none.
resource = pytest.importorskip("resource")

GET = b"GET /x HTTP/1.1\r\nhost: desk\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n"
# More than the kernel takes in for a reader that does not read.
LARGE = b"x" * (32 * 2**20)
PATIENT = ConnectionLimits(header_seconds=1e6)
QUICK = ConnectionLimits(header_seconds=0.01)
# Long enough for what is sent at once to arrive on a busy machine.
SHORT = ConnectionLimits(header_seconds=0.5)
NARROW = ConnectionLimits(header_seconds=1e6, max_header_bytes=2048)


async def app(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    if scope["path"] == "/unanswered":
        await receive()  # the connection is gone
        return
    told = LARGE if scope["path"] == "/large" else b"%d %s" % (len(body + message["body"]), scope["path"].encode())
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class Wire:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        return int(head.split()[1]), await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """Until the server closes."""
        return await self.reader.read()


Connect = Callable[[], Awaitable[Wire]]


def refusal_of(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer that is whole and says what every answer says."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers.items() >= {(name.decode(), value.decode()) for name, value in STANDARD_HEADERS}
    assert (headers["connection"], headers["content-length"]) == ("close", str(len(body)))
    return int(status.split()[1]), json.loads(body)["error"]["code"]


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(limits: ConnectionLimits, **more: Any) -> AsyncIterator[Connect]:
    async with serving_openly(limits, **more) as (connect, _):
        yield connect


@asynccontextmanager
async def serving_openly(
    limits: ConnectionLimits, app: Any = app, **more: Any
) -> AsyncIterator[tuple[Connect, set[Any]]]:
    """With the connections that the server holds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, http=bounded_protocol(limits), ws="none", log_config=None, access_log=False, lifespan="off", **more
        )
        server = Server(config)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # signals stay the test runner's
        running = asyncio.create_task(server.serve([listener]))
        await server.up.wait()
        wires: list[Wire] = []

        async def connect() -> Wire:
            wires.append(Wire(*await asyncio.open_connection(*listener.getsockname())))
            return wires[-1]

        try:
            yield connect, server.server_state.connections
        finally:
            for wire in wires:
                wire.writer.transport.abort()
            server.should_exit = True
            await running


async def test_requests_pass_one_after_the_other_and_in_pieces() -> None:
    async with serving(PATIENT) as connect:
        wire = await connect()
        for _ in range(3):
            await wire.send(GET)
            assert await wire.answer() == (200, b"0 /x")
        for byte in GET:
            await wire.send(bytes([byte]))
        assert await wire.answer() == (200, b"0 /x")
        await wire.send(GET + GET)
        assert [await wire.answer(), await wire.answer()] == [(200, b"0 /x")] * 2


async def test_a_body_is_no_part_of_the_head() -> None:
    async with serving(NARROW) as connect:
        wire = await connect()
        for _ in range(2):
            await wire.send(b"POST /x HTTP/1.1\r\nhost: desk\r\ncontent-length: 50000\r\n\r\n" + b"x" * 50_000)
            assert await wire.answer() == (200, b"50000 /x")


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_head_that_is_too_large_is_refused(at_once: bool) -> None:
    head = b"GET /x HTTP/1.1\r\nhost: desk\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 90) for n in range(40))
    async with serving(NARROW) as connect:
        wire = await connect()
        if at_once:
            await wire.send(head + b"\r\n")
        else:
            for begin in range(0, len(head), 200):
                await wire.send(head[begin : begin + 200])
        assert refusal_of(await wire.rest()) == (431, "head_too_large")


async def test_a_head_without_end_takes_no_memory() -> None:
    async with serving(NARROW) as connect:
        wire = await connect()
        await wire.send(b"GET /x HTTP/1.1\r\nx-long: ")

        async def go_on() -> None:
            for _ in range(1000):
                await wire.send(b"z" * 65_536)
            await wire.rest()
            raise AssertionError("all of it was taken")

        with pytest.raises(ConnectionError):
            await go_on()


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with serving(QUICK) as connect:
        assert await (await connect()).rest() == b""


async def test_a_head_that_does_not_come_to_an_end_is_told_and_closed() -> None:
    async with serving(SHORT) as connect:
        wire = await connect()
        await wire.send(b"GET /x HTTP/1.1\r\nhost: ")
        assert refusal_of(await wire.rest()) == (408, "request_timeout")


async def test_the_second_request_of_a_connection_has_no_more_time_than_the_first() -> None:
    async with serving(SHORT) as connect:
        wire = await connect()
        await wire.send(GET)
        assert await wire.answer() == (200, b"0 /x")
        await wire.send(b"GET /x HTTP/1.1\r\nhost: ")
        assert refusal_of(await wire.rest()) == (408, "request_timeout")


async def test_beyond_the_connections_health_alone_is_answered() -> None:
    async with serving(ConnectionLimits(most=2, header_seconds=1e6)) as connect:
        held = [await connect() for _ in range(2)]
        for wire in held:
            await wire.send(GET)
            assert (await wire.answer())[0] == 200
        late = await connect()
        await late.send(GET)
        status, body = await late.answer()
        assert (status, json.loads(body)["error"]["code"]) == (503, "overloaded")
        assert await late.rest() == b""
        health = await connect()
        await health.send(HEALTH)
        assert await health.answer() == (200, b"0 /healthz")


async def test_what_is_no_http_is_refused() -> None:
    async with serving(PATIENT) as connect:
        wire = await connect()
        await wire.send(b"this is no HTTP\r\n\r\n")
        assert refusal_of(await wire.rest()) == (400, "bad_http")


async def test_a_body_that_is_no_body_is_refused_before_it_is_answered() -> None:
    async with serving(PATIENT) as connect:
        wire = await connect()
        await wire.send(b"POST /x HTTP/1.1\r\nhost: desk\r\ntransfer-encoding: chunked\r\n\r\nthis is no length\r\n")
        assert refusal_of(await wire.rest()) == (400, "bad_http")


async def test_no_refusal_is_taken_for_the_answer_to_the_request_before() -> None:
    async with serving(PATIENT) as connect:
        wire = await connect()
        await wire.send(b"GET /unanswered HTTP/1.1\r\nhost: desk\r\n\r\nthis is no HTTP\r\n\r\n")
        assert await wire.rest() == b""


@pytest.mark.parametrize("keep_alive_seconds", [0.01, 1e6])
async def test_who_never_reads_an_answer_is_hung_up_on(keep_alive_seconds: float) -> None:
    limits = ConnectionLimits(header_seconds=1e6, write_seconds=0.05)
    async with serving_openly(limits, timeout_keep_alive=keep_alive_seconds) as (connect, held):
        wire = await connect()
        wire.reader._transport.pause_reading()  # type: ignore[attr-defined]
        await wire.send(b"GET /large HTTP/1.1\r\nhost: desk\r\n\r\n")
        await until(lambda: bool(held))
        await until(lambda: not held)
        wire.reader._transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await wire.rest()) < len(LARGE)


async def test_who_reads_slowly_gets_all_of_it() -> None:
    limits = ConnectionLimits(header_seconds=1e6, write_seconds=0.05)
    async with serving(limits, timeout_keep_alive=0.01) as connect:
        wire = await connect()
        await wire.send(b"GET /large HTTP/1.1\r\nhost: desk\r\n\r\n")
        await wire.reader.readuntil(b"\r\n\r\n")
        missing = len(LARGE)
        while missing:
            missing -= len(await wire.reader.readexactly(min(missing, 2**20)))
            await asyncio.sleep(0.005)
        assert await wire.rest() == b""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "allowed", "raised_to"),
    [
        (1024, 1 << 20, 4096, 4096, 4608),
        (1024, 2048, 4096, 1536, 2048),
        (1024, 1024, 4096, 512, None),
        (1 << 20, 1 << 20, 4096, 4096, None),
        (256, 256, 4096, 1, None),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, allowed: int, raised_to: int | None
) -> None:
    raised: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: raised.append(limits[0]))
    assert allow_descriptors(wanted) == allowed
    assert raised == ([] if raised_to is None else [raised_to])


async def test_the_head_of_an_answer_leaves_with_its_body_and_alone_where_nothing_follows() -> None:
    may_go_on = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/slow":
            await may_go_on.wait()
        await send({"type": "http.response.body", "body": b"told"})

    async with serving(PATIENT, app=slow) as connect:
        wire = await connect()
        await wire.send(GET)
        assert (await wire.reader.read(1_000)).endswith(b"\r\n\r\n4\r\ntold\r\n0\r\n\r\n")
        await wire.send(GET.replace(b"/x", b"/slow"))
        assert (await wire.reader.read(1_000)).endswith(b"\r\n\r\n")
        may_go_on.set()
        assert await wire.reader.read(1_000) == b"4\r\ntold\r\n0\r\n\r\n"


async def test_a_head_without_a_body_leaves_before_the_connection_is_closed() -> None:
    async with serving(PATIENT) as connect:
        wire = await connect()
        await wire.send(b"HEAD /x HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n")
        head = await wire.rest()
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert head.endswith(b"\r\n\r\n")
