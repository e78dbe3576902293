"""A start that fails: what stands in its way is one line; a traceback is for defects."""

from __future__ import annotations

from collections.abc import Awaitable

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.dialects._ports import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Starting"]

_FAILED = "lifespan.startup.failed"


class Starting:
    """The same application. Where its start fails by an error of ours, that is kept as `failure` for whoever runs the
    server to say, and the server is told of no traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.failure: CryptodeskError | None = None
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self._live if scope["type"] == "lifespan" else self._app)(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed: list[Message] = []

        async def send_unless_failed(message: Message) -> None:
            if message["type"] == _FAILED:
                failed.append(message)  # what the framework says is a traceback
            else:
                await send(message)

        try:
            await self._app(scope, receive, send_unless_failed)
        except CryptodeskError as error:
            if not failed:
                raise
            self.failure = error
            await send({"type": _FAILED})
        except BaseException:
            for message in failed:
                await send(message)
            raise
