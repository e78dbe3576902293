"""What bounds one run, and the words with which it says that a bound was met."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar, runtime_checkable

import msgspec

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.requests import RunLimits

__all__ = ["Deadline", "RepeatGuard", "notice", "rounds_limit", "seconds_limit", "tool_calls_limit"]

T = TypeVar("T")


@runtime_checkable
class Closable(Protocol):
    def close(self) -> None: ...


class Deadline:
    """The moment on the loop's clock by which the task that made it must have ended its run. Close it then.

    One timer serves every wait of the run: `asyncio.timeout` for each batch would cost more than the batch.
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
        if self.is_over:
            if isinstance(awaitable, Closable):
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


class RepeatGuard:
    """Knows the calls of a run, so that the same question is not asked twice."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, bytes], str] = {}

    def earlier(self, call: ToolCallPart) -> str | None:
        """What the same call returned before in this run; None if it is new."""
        return self._seen.get(_key(call))

    def remember(self, call: ToolCallPart, content: str) -> None:
        self._seen[_key(call)] = content


def _key(call: ToolCallPart) -> tuple[str, bytes]:
    try:
        canonical = msgspec.json.encode(msgspec.json.decode(call.arguments), order="deterministic")
    except (msgspec.DecodeError, RecursionError):
        canonical = call.arguments.encode("utf-8", "surrogatepass")
    return call.name, canonical


def rounds_limit(limits: RunLimits) -> str:
    return f"the limit of {limits.rounds} rounds was reached"


def tool_calls_limit(limits: RunLimits) -> str:
    return f"the limit of {limits.tool_calls} tool calls was reached"


def seconds_limit(limits: RunLimits) -> str:
    return f"the time limit of {limits.seconds:g} seconds was reached"


def notice(limit: str, *, wrote_text: bool) -> str:
    """The sentence that ends an answer cut short."""
    if wrote_text:
        return f"\n\n[Stopped early: {limit}. The answer above uses what was gathered until then.]"
    return f"I could not finish this answer: {limit}."
