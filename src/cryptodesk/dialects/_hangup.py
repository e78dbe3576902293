"""Ends a run whose client has hung up or stopped reading."""

from __future__ import annotations

import asyncio
from types import TracebackType

from cryptodesk.dialects._ports import DialectSettings, Message, Receive, Send

__all__ = ["HangUpWatch"]


class HangUpWatch:
    """Async context manager: cancels the task inside it when the client is gone, and swallows that cancellation.

    A short run never pays for it: the task that waits for the hang-up is started by a timer. Write through `send`,
    so that a write which lasts longer than `write_seconds` counts as a hang-up too.
    """

    __slots__ = ("_loop", "_receive", "_send", "_settings", "_task", "_timer", "_watcher", "_write", "hung_up")

    def __init__(self, receive: Receive, send: Send, settings: DialectSettings) -> None:
        self._receive = receive
        self._send = send
        self._settings = settings
        self._watcher: asyncio.Task[None] | None = None
        self._write = 0  # odd while a write goes on
        self.hung_up = False

    async def __aenter__(self) -> HangUpWatch:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = self._loop.call_later(self._settings.watch_after_seconds, self._start)
        return self

    async def send(self, message: Message) -> None:
        self._write += 1
        await self._send(message)
        self._write += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None  # it ends with an error that remembers this watch
        if not self.hung_up or self._task is None:
            return False
        if kind is None:
            # The cancellation was asked for while the last step ran: let it arrive here, not in the server's code.
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                if self._task.uncancel():
                    raise
            return False
        # Somebody else may have cancelled the task as well; theirs goes on.
        return kind is asyncio.CancelledError and self._task.uncancel() == 0

    def _start(self) -> None:
        self._watcher = self._loop.create_task(self._watch())
        self._timer = self._loop.call_later(self._settings.write_seconds, self._look, self._write)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end()

    def _look(self, write_before: int) -> None:
        """Ends the run if the write that went on at the last look still goes on."""
        if write_before % 2 and write_before == self._write:
            self._end()
        else:
            self._timer = self._loop.call_later(self._settings.write_seconds, self._look, self._write)

    def _end(self) -> None:
        if not self.hung_up and self._task is not None:
            self.hung_up = True
            self._task.cancel()
