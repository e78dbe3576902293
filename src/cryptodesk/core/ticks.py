"""Time that only runs forward, waiting in it, and chance: what limits, breakers, caches and retries count with."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol

__all__ = ["SystemTicks", "Ticks"]


class Ticks(Protocol):
    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        ...

    async def sleep(self, seconds: float) -> None: ...

    def chance(self) -> float:
        """A number from 0 up to 1, so that many clients do not try again at the same moment."""
        ...


class SystemTicks:
    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        return random.random()
