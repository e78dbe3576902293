"""What may happen to a connection between a client and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

__all__ = ["Proxy", "proxied"]

_SOCKET = ".s.PGSQL.5432"


class Proxy:
    """`cut` says what becomes of the connection that next says a word: `before` the server hears it, or `after` it has
    answered, of which the client hears nothing. Connections that are open are counted in `connections`."""

    def __init__(self, folder: Path, server_socket: str, dsn: str) -> None:
        self.dsn = dsn
        self.cut: Literal["before", "after"] | None = None
        self.word = b"COMMIT\x00"
        self.refuses = False
        self.was_cut = asyncio.Event()
        self.connections = 0
        self._folder = folder
        self._server_socket = server_socket
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.close()
            return
        task = asyncio.ensure_future(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait([task])

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        server_reader, server_writer = await asyncio.open_unix_connection(self._server_socket)
        back = asyncio.ensure_future(_copy(server_reader, writer))
        try:
            while data := await reader.read(65536):
                if self.cut is not None and self.word in data:
                    is_heard, self.cut = self.cut == "after", None
                    self.was_cut.set()
                    back.cancel()
                    await asyncio.wait([back])
                    if is_heard:
                        server_writer.write(data)
                        await server_reader.read(65536)
                    return
                server_writer.write(data)
                await server_writer.drain()
        except ConnectionError:
            pass
        finally:
            self.connections -= 1
            back.cancel()
            writer.transport.abort()
            server_writer.transport.abort()

    async def close(self) -> None:
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def proxied(dsn: str, folder: Path) -> AsyncIterator[Proxy]:
    """A way to the server of `dsn` that may fail."""
    parts = urlsplit(dsn)
    server_folder = parse_qs(parts.query)["host"][0]
    query = parts.query.replace(server_folder, str(folder))
    assert query != parts.query
    proxy = Proxy(folder, f"{server_folder}/{_SOCKET}", urlunsplit(parts._replace(query=query)))
    listener = await asyncio.start_unix_server(proxy.serve, folder / _SOCKET)
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.close()
