"""HTTP by hand: whole answers, chunked ones, those that are cut, and those that do not come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bench.proof.mutating.wire import Line, Unanswered

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; x=y\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"
OPEN_ENDED = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nrest"


@asynccontextmanager
async def answering(*answers: bytes | None) -> AsyncIterator[tuple[Line, list[int]]]:
    """Connections are answered in turn, one request each unless the next answer is None, which waits for ever."""
    left, connections = list(answers), [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections[0] += 1
        while await reader.readuntil(b"\r\n\r\n"):
            answer = left.pop(0)
            if answer is None:
                await reader.read()
                break
            writer.write(answer)
            await writer.drain()
            if answer not in (LENGTH, CHUNKED):
                break
        writer.close()

    async def serve_quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, IndexError):
            writer.close()

    server = await asyncio.start_server(serve_quietly, "127.0.0.1", 0)
    line = Line(server.sockets[0].getsockname()[1])
    try:
        yield line, connections
    finally:
        await line.close()
        server.close()
        await server.wait_closed()


REQUEST = b"GET / HTTP/1.1\r\n\r\n"


async def test_a_connection_is_used_again_unless_it_is_to_be_new() -> None:
    async with answering(LENGTH, CHUNKED, LENGTH) as (line, connections):
        first = await line.ask(REQUEST, 5, anew=False)
        assert (first.status, first.kind, first.body) == (200, "application/json", b"{}")
        assert (await line.ask(REQUEST, 5, anew=False)).body == b"abcde"
        assert connections == [1]
        await line.ask(REQUEST, 5, anew=True)
        assert connections == [2]


async def test_an_answer_that_is_cut_or_missing_is_none() -> None:
    async with answering(CUT, b"") as (line, _):
        for _ in range(2):
            with pytest.raises(Unanswered):
                await line.ask(REQUEST, 5, anew=True)


async def test_a_body_without_a_length_ends_with_the_connection() -> None:
    async with answering(OPEN_ENDED) as (line, _):
        assert (await line.ask(REQUEST, 5, anew=True)).body == b"rest"


async def test_silence_is_a_timeout() -> None:
    async with answering(None) as (line, _):
        with pytest.raises(TimeoutError):
            await line.ask(REQUEST, 0.05, anew=True)


async def test_what_is_no_http_is_refused() -> None:
    async with answering(b"SSH-2.0-x\r\n\r\n") as (line, _):
        with pytest.raises(ValueError, match="no HTTP"):
            await line.ask(REQUEST, 5, anew=True)
