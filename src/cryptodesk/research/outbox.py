"""Events on their way from the nodes of a run to its one reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

__all__ = ["Outbox"]

T = TypeVar("T")


class Outbox(Generic[T]):
    """What was put since the last look comes as one batch: a burst of events costs one write."""

    __slots__ = ("_is_closed", "_items", "_wake")

    def __init__(self) -> None:
        self._items: list[T] = []
        self._wake = asyncio.Event()
        self._is_closed = False

    def put(self, *items: T) -> None:
        self._items += items
        self._wake.set()

    def close(self) -> None:
        """Nothing follows; what is there is still read."""
        self._is_closed = True
        self._wake.set()

    async def batches(self) -> AsyncIterator[list[T]]:
        while True:
            await self._wake.wait()
            self._wake.clear()
            items, self._items = self._items, []
            if items:
                yield items
            if self._is_closed and not self._items:
                return
