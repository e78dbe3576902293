"""An event loop whose clock jumps: where everybody waits for a moment, that moment has come.

So a run that took a minute is replayed in milliseconds, and its time limits, pauses and hang-ups come about in the
order in which they did. Work for threads is done at once, in the loop's own."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

__all__ = ["JumpingLoop", "Stalled", "catch_up"]


class Stalled(Exception):
    """Everybody waits for something that will not happen."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.seconds

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def catch_up(moment: float) -> None:
    """The program's own work until then took time; a replay's takes none."""
    loop = asyncio.get_running_loop()
    if isinstance(loop, JumpingLoop):
        loop.seconds = max(loop.seconds, moment)


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found:
            return found
        if timeout is None:
            raise Stalled
        self._loop.seconds += max(0.0, timeout)
        return found
