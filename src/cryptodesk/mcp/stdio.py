"""MCP over standard input and output: one client, which started this process and is the desk's own user."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from typing import Any, cast

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

from cryptodesk.core.requests import Caller
from cryptodesk.mcp.ports import McpPorts
from cryptodesk.mcp.server import build_server

__all__ = ["Lines", "serve_stdio"]

_PIECE_BYTES = 65_536


class Lines:
    """The lines of an open file, as they come. The SDK's own reading cannot be stopped while it waits, so that Ctrl+C
    would wait for the client; this one's thread is left behind."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="mcp-stdin", daemon=True).start()

    def __aiter__(self) -> Lines:
        return self

    async def __anext__(self) -> str:
        line = await self._lines.get()
        if line is None:
            raise StopAsyncIteration
        return line

    def _read(self) -> None:
        """By the descriptor and not by `sys.stdin`, whose lock would be held when the process ends."""
        rest = b""
        with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody listens
            while piece := self._piece():
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    self._tell(line.decode("utf-8", "replace"))
            if rest:
                self._tell(rest.decode("utf-8", "replace"))
            self._tell(None)

    def _piece(self) -> bytes:
        try:
            return os.read(self._descriptor, _PIECE_BYTES)
        except OSError:
            return b""

    def _tell(self, line: str | None) -> None:
        self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


async def serve_stdio(ports: McpPorts, caller: Caller) -> None:
    """Until the client closes its end, or the process is told to end."""

    def caller_of(context: ServerRequestContext[Any, Any]) -> Caller:
        return caller

    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):  # on Windows, where SIGTERM ends a process at once
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    server = build_server(ports, caller_of)
    lines = Lines(sys.stdin.fileno())
    async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
        await server.run(read, write, server.create_initialization_options())
