"""What only a real connection can show, over uvicorn on a free port."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import uvicorn

from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import DialectSettings
from tests.dialects.support import KEY, PATH, PLAIN_RUN, FakeEngine, chat, make_ports, no_lifespan

HEAD = f"POST {PATH} HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\nx-cmc_pro_api_key: {KEY}\r\n"
BODY = json.dumps(chat()).encode()
STREAM = json.dumps(chat(stream=True)).encode()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, up: asyncio.Event) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()


class Wire:
    """One connection, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        self.writer.writelines(pieces)
        await self.writer.drain()

    async def read_answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        status = int(lines[0].split()[1])
        if "content-length" in headers:
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return status, headers, body

    def hang_up(self) -> None:
        """Closes with a reset, as a killed client does."""
        self.writer.transport.abort()


@asynccontextmanager
async def serving(
    engine: FakeEngine, settings: DialectSettings | None = None
) -> AsyncIterator[Callable[[], asyncio.Future[Wire]]]:
    up = asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = build_asgi(make_ports(engine, settings=settings), no_lifespan)
        config = uvicorn.Config(app, http="httptools", ws="none", log_config=None, access_log=False, lifespan="on")
        server = _Server(config, up)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # signals stay the test runner's
        running = asyncio.create_task(server.serve([listener]))
        await up.wait()
        wires: list[Wire] = []

        async def connect() -> Wire:
            wires.append(Wire(*await asyncio.open_connection(*listener.getsockname())))
            return wires[-1]

        try:
            yield lambda: asyncio.ensure_future(connect())
        finally:
            for wire in wires:
                wire.hang_up()
            server.should_exit = server.force_exit = True
            await running


def request(body: bytes, extra: str = "") -> bytes:
    return f"{HEAD}{extra}content-length: {len(body)}\r\n\r\n".encode() + body


async def test_a_buffered_and_a_streamed_answer_come_over_one_connection() -> None:
    async with serving(FakeEngine()) as connect:
        wire = await connect()
        await wire.send(request(BODY))
        status, headers, body = await wire.read_answer()
        assert (status, headers["content-type"]) == (200, "application/json")
        assert json.loads(body)["choices"][0]["message"]["content"] == "Bitcoin is money."
        await wire.send(request(STREAM))
        status, headers, body = await wire.read_answer()
        assert (status, headers["content-type"]) == (200, "text/event-stream;charset=utf-8")
        assert (body[:6], body[-13:]) == (b"data:{", b"data:[DONE]\n\n")


async def test_pipelined_requests_are_answered_in_order() -> None:
    engine = FakeEngine()
    async with serving(engine) as connect:
        wire = await connect()
        bodies = [json.dumps(chat(max_completion_tokens=20 + i)).encode() for i in range(4)]
        await wire.send(b"".join(map(request, bodies)))
        assert [(await wire.read_answer())[0] for _ in bodies] == [200] * 4
        assert [asked.max_output_tokens for asked in engine.requests] == [20, 21, 22, 23]


async def test_a_chunked_body_is_read() -> None:
    async with serving(FakeEngine()) as connect:
        wire = await connect()
        await wire.send(f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode())
        for start in range(0, len(BODY), 7):
            piece = BODY[start : start + 7]
            await wire.send(b"%x\r\n" % len(piece), piece, b"\r\n")
        await wire.send(b"0\r\n\r\n")
        assert (await wire.read_answer())[0] == 200


async def test_a_body_that_is_too_large_is_refused_and_the_connection_stays_of_use() -> None:
    async with serving(FakeEngine(), DialectSettings(max_body_bytes=1000)) as connect:
        wire = await connect()
        await wire.send(request(b" " * 300_000))
        status, _, body = await wire.read_answer()
        assert (status, json.loads(body)["error"]["code"]) == (413, "too_large")
        await wire.send(request(BODY))
        assert (await wire.read_answer())[0] == 200


async def test_an_endless_chunked_body_is_refused() -> None:
    async with serving(FakeEngine(), DialectSettings(max_body_bytes=1000)) as connect:
        wire = await connect()
        await wire.send(f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode())
        await wire.send(b"%x\r\n" % 2000, b" " * 2000, b"\r\n")
        assert (await wire.read_answer())[0] == 413


async def test_a_body_that_stops_arriving_gets_408_and_the_connection_is_closed() -> None:
    async with serving(FakeEngine(), DialectSettings(body_seconds=0.05)) as connect:
        wire = await connect()
        await wire.send(f"{HEAD}content-length: 1000\r\n\r\n".encode() + BODY)
        status, headers, body = await wire.read_answer()
        assert (status, headers["connection"]) == (408, "close")
        assert json.loads(body)["error"]["code"] == "request_timeout"
        assert await wire.reader.read() == b""


async def test_a_client_that_waits_to_be_told_to_go_on_is_told() -> None:
    async with serving(FakeEngine()) as connect:
        wire = await connect()
        await wire.send(f"{HEAD}expect: 100-continue\r\ncontent-length: {len(BODY)}\r\n\r\n".encode())
        assert await wire.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await wire.send(BODY)
        assert (await wire.read_answer())[0] == 200


async def test_head_gets_the_headers_of_405_and_no_body() -> None:
    async with serving(FakeEngine()) as connect:
        wire = await connect()
        await wire.send(f"HEAD {PATH} HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n".encode())
        head, _, rest = (await wire.reader.read()).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 405")
        assert (b"allow: POST" in head, rest) == (True, b"")


async def test_a_client_that_resets_a_buffered_request_stops_its_run() -> None:
    engine = FakeEngine(PLAIN_RUN[:2], hangs=True)
    async with serving(engine, DialectSettings(watch_after_seconds=0.0)) as connect:
        wire = await connect()
        await wire.send(request(BODY))
        await engine.reached_end.wait()
        wire.hang_up()
        await engine.stopped.wait()


async def test_a_client_that_resets_a_stream_stops_its_run() -> None:
    engine = FakeEngine(PLAIN_RUN[:2], hangs=True)
    async with serving(engine, DialectSettings(watch_after_seconds=0.0)) as connect:
        wire = await connect()
        await wire.send(request(STREAM))
        assert b"data:{" in await wire.reader.readuntil(b"data:{")
        wire.hang_up()
        await engine.stopped.wait()


async def test_a_hang_up_leaves_other_clients_alone() -> None:
    engine = FakeEngine(PLAIN_RUN[:2], hangs=True)
    async with serving(engine, DialectSettings(watch_after_seconds=0.0)) as connect:
        gone, stays = await connect(), await connect()
        await gone.send(request(STREAM))
        await gone.reader.readuntil(b"data:{")
        gone.hang_up()
        await engine.stopped.wait()
        engine.batches, engine.hangs = PLAIN_RUN, False
        await stays.send(request(BODY))
        assert (await stays.read_answer())[0] == 200


async def test_a_client_that_ends_before_its_body_is_whole_reaches_no_run() -> None:
    engine = FakeEngine()
    async with serving(engine) as connect:
        wire = await connect()
        await wire.send(f"{HEAD}content-length: 1000\r\n\r\n".encode() + BODY)
        wire.hang_up()
        other = await connect()
        await other.send(request(BODY))
        assert (await other.read_answer())[0] == 200
        assert len(engine.requests) == 1
