"""How many pieces of work a writer commits together: the larger, the less each of them waits for the disk."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

__all__ = ["GROUP_SIZE_BOUNDS", "GroupSizes"]

GROUP_SIZE_BOUNDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


class GroupSizes:
    """A histogram that writers add to, from threads perhaps; whoever reads it meanwhile may miss the last group."""

    __slots__ = ("_counts", "_works")

    def __init__(self) -> None:
        self._counts = [0] * (len(GROUP_SIZE_BOUNDS) + 1)
        self._works = 0

    def add(self, size: int) -> None:
        self._counts[bisect_left(GROUP_SIZE_BOUNDS, size)] += 1
        self._works += size

    def numbers(self) -> list[float]:
        """Groups by bucket, the last one without a bound, and behind them all the pieces of work."""
        return [*map(float, self._counts), float(self._works)]
