"""Single flight: who asks for what is already under way waits for it instead of asking again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from cryptodesk.core.errors import UpstreamError, UpstreamUnavailable
from cryptodesk.market.fetching.errors import copy_of

__all__ = ["Flights"]

T = TypeVar("T")

Start = Callable[[], Coroutine[Any, Any, T]]


class _Flight(Generic[T]):
    __slots__ = ("task", "waiters")

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiters = 0


class Flights(Generic[T]):
    """One task a key. A waiter that leaves does not end it; the last one does."""

    def __init__(self, owner: str) -> None:
        self.shared = 0
        self._owner = owner
        self._flying: dict[Hashable, _Flight[T]] = {}
        self._tasks: set[asyncio.Task[T]] = set()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._flying)

    async def join(self, key: Hashable, start: Start[T]) -> T:
        """What the flight brings. Raises: what it raises; UpstreamUnavailable once closed."""
        flight = self._flight(key, start)
        flight.waiters += 1
        try:
            await asyncio.wait((flight.task,))
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._forget(key, flight)  # who comes now needs a flight that is not being cancelled
                flight.task.cancel()
        return self._landed(flight.task)

    def launch(self, key: Hashable, start: Start[T]) -> None:
        """Sees to it that it is under way, for nobody in particular: it flies on when all waiters leave."""
        if not self._is_closed and key not in self._flying:
            self._flight(key, start).waiters += 1

    async def close(self) -> None:
        """Cancels what is under way and waits until it has ended."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _flight(self, key: Hashable, start: Start[T]) -> _Flight[T]:
        flight = self._flying.get(key)
        if flight is not None:
            self.shared += 1
            return flight
        if self._is_closed:
            raise self._closed()
        task = asyncio.get_running_loop().create_task(start())
        flight = self._flying[key] = _Flight(task)
        self._tasks.add(task)
        landing = flight
        task.add_done_callback(lambda _: self._forget(key, landing))
        task.add_done_callback(self._tidy)
        return flight

    def _forget(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flying.get(key) is flight:
            del self._flying[key]

    def _tidy(self, task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen, even if everybody has left

    def _landed(self, task: asyncio.Task[T]) -> T:
        if task.cancelled():  # not the waiter was cancelled: its flight was, by `close`
            raise self._closed()
        error = task.exception()
        if isinstance(error, UpstreamError):
            raise copy_of(error)
        return task.result()

    def _closed(self) -> UpstreamUnavailable:
        return UpstreamUnavailable(f"{self._owner} is closed", upstream=self._owner)
