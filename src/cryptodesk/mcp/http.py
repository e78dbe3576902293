"""The SDK's side of `/mcp`: one server without sessions, behind a writer of event streams and a writer of JSON."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import Receive, Scope, Send
from cryptodesk.mcp.ports import McpPorts
from cryptodesk.mcp.route import CALLER
from cryptodesk.mcp.server import build_server

__all__ = ["HttpServing", "open_serving"]


class HttpServing:
    """Both writers live in one task of their own, which ends with the server and not with a request."""

    def __init__(self, ports: McpPorts) -> None:
        server = build_server(ports, _caller_of)
        largest = ports.edge.settings.max_body_bytes
        self._streaming, self._whole = (
            StreamableHTTPSessionManager(server, json_response=is_whole, stateless=True, max_request_body_size=largest)
            for is_whole in (False, True)
        )
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(ready))
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            self._task.result()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        manager = self._streaming if _accepts_stream(scope) else self._whole
        await manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        self._stop.set()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, ready: asyncio.Future[None]) -> None:
        async with self._streaming.run(), self._whole.run():
            ready.set_result(None)
            await self._stop.wait()


async def open_serving(ports: McpPorts) -> HttpServing:
    serving = HttpServing(ports)
    await serving.open()
    return serving


def _accepts_stream(scope: Scope) -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept").lower()
    return b"text/event-stream" in accepted or b"text/*" in accepted


def _caller_of(context: ServerRequestContext[Any, Any]) -> Caller:
    # Absent only by a defect, and then nobody is let in.
    request: Any = context.request
    caller: Caller = request.scope[CALLER]
    return caller
