"""How many runs one process has under way at once. What comes on top waits in a short line for a moment; what does not
fit into the line is refused at once, so that a process under any load answers every request and keeps its memory."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Final

from cryptodesk.core.errors import Overloaded

__all__ = ["Gate"]

_FULL: Final = "This server has as many requests under way as it takes; try again in a moment."


class Gate:
    """Belongs to one event loop. `most_runs` at once, `most_waiting` in the line, each for `wait_seconds` at most."""

    def __init__(self, most_runs: int, most_waiting: int, wait_seconds: float) -> None:
        self._most_runs = most_runs
        self._most_waiting = most_waiting
        self._wait_seconds = wait_seconds
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def check(self) -> None:
        """To be asked before a request's body is read. Raises: Overloaded if there is no place for it, not even in the
        line."""
        if self.running >= self._most_runs and len(self._waiting) >= self._most_waiting:
            raise self._refusal()

    def try_enter(self) -> bool:
        """Whether there was a place at once. Who entered leaves."""
        if self.running >= self._most_runs or self._waiting:
            return False
        self.running += 1
        return True

    async def enter(self) -> None:
        """Returns once there is a place. Who entered leaves. Raises: Overloaded."""
        if self.try_enter():
            return
        self.check()
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(self._wait_seconds, self._give_up, turn)
        try:
            has_entered = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()  # its turn had come in the same moment
            else:
                self._drop(turn)
            raise
        finally:
            timer.cancel()
        if not has_entered:
            raise self._refusal()

    def leave(self) -> None:
        """The place goes to who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self.running -= 1

    def _give_up(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._drop(turn)
            turn.set_result(False)

    def _drop(self, turn: asyncio.Future[bool]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)

    def _refusal(self) -> Overloaded:
        return Overloaded(_FULL, retry_after_seconds=max(1, math.ceil(self._wait_seconds)))
