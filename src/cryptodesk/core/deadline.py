"""One time limit over several waits of one task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar, runtime_checkable

__all__ = ["Deadline"]

T = TypeVar("T")


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


class Deadline:
    """The moment on the loop's clock by which the task that made it must be done. Close it then.

    One timer serves every wait: `asyncio.timeout` around each batch of a run would cost more than the batch.
    """

    __slots__ = ("_at", "_ended", "_is_waiting", "_loop", "_task", "_timer")

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._at = self._loop.time() + seconds
        self._is_waiting = False
        self._ended = False
        self._timer = self._loop.call_at(self._at, self._end)

    @property
    def is_over(self) -> bool:
        return self._ended

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """What `awaitable` gives. Only the deadline's own task waits, and for one thing at a time.

        Raises: TimeoutError when the deadline passes first."""
        if self._ended:
            if isinstance(awaitable, _Closable):
                awaitable.close()  # it never started, and must not complain of that
            raise TimeoutError
        self._is_waiting = True
        try:
            return await awaitable
        except asyncio.CancelledError:
            # Somebody else may have cancelled the task as well; theirs goes on.
            if self._took_back_cancellation():
                raise TimeoutError from None
            raise
        finally:
            self._is_waiting = False

    def _took_back_cancellation(self) -> bool:
        """Whether the task was cancelled by this deadline and by nobody else."""
        return self._ended and self._task is not None and self._task.uncancel() == 0

    def remaining(self, at_most: float) -> float:
        return max(0.0, min(at_most, self._at - self._loop.time()))

    def close(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self._ended = True
        if self._is_waiting and self._task is not None:
            self._task.cancel()
