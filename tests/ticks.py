"""Time that a test moves."""

from __future__ import annotations

import asyncio

__all__ = ["FakeTicks", "settle"]


class FakeTicks:
    """Runs forward by sleeping, at once. `hold` keeps sleepers asleep until `move` passes their time."""

    def __init__(self, *, hold: bool = False) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.luck = 1.0
        self._hold = hold
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.now

    def chance(self) -> float:
        return self.luck

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self._hold:
            self.now += seconds
            await asyncio.sleep(0)
            return
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, sleeper))
        await sleeper

    async def move(self, seconds: float) -> None:
        """Time passes; whose time has come is woken, the earliest first, and runs on until it waits again."""
        self.now += seconds
        due = sorted((each for each in self._sleepers if each[0] <= self.now + 1e-9), key=lambda each: each[0])
        self._sleepers = [each for each in self._sleepers if each not in due]
        for _, sleeper in due:
            if not sleeper.done():
                sleeper.set_result(None)
            await settle()


async def settle() -> None:
    """Lets everything run that can run without input or time."""
    for _ in range(20):
        await asyncio.sleep(0)
