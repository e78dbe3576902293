"""One time limit over several waits of one task."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Awaitable
from contextvars import Context
from typing import Protocol, TypeVar, runtime_checkable

__all__ = ["Deadline"]

T = TypeVar("T")


@runtime_checkable
class _Closable(Protocol):
    def close(self) -> None: ...


class Deadline:
    """The moment on the loop's clock by which the task that made it must be done. Close it then.

    It serves every wait: `asyncio.timeout` around each batch of a run would cost more than the batch.
    """

    __slots__ = ("_alarm", "_ended", "_is_waiting", "_task", "at")

    def __init__(self, seconds: float) -> None:
        self._alarm = alarm = _running_alarm()
        self._task = asyncio.current_task(alarm.loop)
        self.at = alarm.loop.time() + seconds
        self._is_waiting = False
        self._ended = False
        alarm.open[self] = None
        if self.at < alarm.set_for:
            alarm.set(self.at)

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
        return max(0.0, min(at_most, self.at - self._alarm.loop.time()))

    def close(self) -> None:
        self._alarm.open.pop(self, None)

    def _end(self) -> None:
        self._ended = True
        if self._is_waiting and self._task is not None:
            self._task.cancel()


class _Alarm:
    """The open deadlines of a loop, and one timer for the first of them. Nearly all are closed in time, so that a timer
    for each would be made and cancelled in vain, for ten times what this costs.

    The timer may be left set for one that was closed meanwhile; it then finds nothing to end."""

    __slots__ = ("_timer", "loop", "open", "set_for")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.open: dict[Deadline, None] = {}
        self.set_for = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # In a context of its own: that of whoever watches first would be kept for as long as the timer is set.
        self.set_for, self._timer = at, self.loop.call_at(at, self._ring, context=Context())

    def _ring(self) -> None:
        now = max(self.set_for, self.loop.time())  # a loop may be early by what its clock cannot tell apart
        self.set_for, self._timer = math.inf, None
        for deadline in sorted((each for each in self.open if each.at <= now), key=_at):
            del self.open[deadline]
            deadline._end()
        if self.open:
            self.set(min(map(_at, self.open)))


def _at(deadline: Deadline) -> float:
    return deadline.at


class _Here(threading.local):
    alarm: _Alarm | None = None


# A thread runs one loop at a time.
_here = _Here()


def _running_alarm() -> _Alarm:
    loop, alarm = asyncio.get_running_loop(), _here.alarm
    if alarm is None or alarm.loop is not loop:
        alarm = _here.alarm = _Alarm(loop)
    return alarm
