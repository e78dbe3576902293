"""Keeps an answer open that has begun and is silent."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Protocol

__all__ = ["Filled", "Fillers"]


class Filled(Protocol):
    async def send_filler(self, filler: bytes) -> None:
        """Does nothing while the answer has not begun, is being written or is over."""
        ...


class Fillers:
    """Async context manager: writes `filler` again and again while an answer that has begun is silent.

    A short run pays for one timer."""

    __slots__ = ("_filler", "_loop", "_reply", "_seconds", "_task", "_timer")

    def __init__(self, reply: Filled, filler: bytes, seconds: float) -> None:
        self._reply = reply
        self._filler = filler
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Fillers:
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._seconds, self._fill)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._task is None:
            return
        try:
            if kind is None:
                await asyncio.wait((self._task,))
        finally:
            self._task.cancel()

    def _fill(self) -> None:
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._write())
        self._timer = self._loop.call_later(self._seconds, self._fill)

    async def _write(self) -> None:
        with contextlib.suppress(OSError):  # a broken connection is found by the answer's own next write
            await self._reply.send_filler(self._filler)
