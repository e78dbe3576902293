"""Worlds for tests, each built once a process: they never change."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import minute_of

__all__ = ["MINUTE", "MOMENT", "SEEDS", "moments", "world"]

SEEDS = (1, 7)
MOMENT = datetime(2026, 3, 11, 15, 27, tzinfo=UTC)
MINUTE = minute_of(MOMENT)


@cache
def world(seed: int = 7, size: int = 700) -> SimulatedWorld:
    return SimulatedWorld(seed, size=size)


def moments() -> list[datetime]:
    """Moments of all kinds: midnights, the last minute of a day, weekends, early and late years."""
    return [
        datetime(2016, 2, 29, 0, 0, tzinfo=UTC),
        datetime(2021, 11, 6, 23, 59, tzinfo=UTC),
        datetime(2024, 1, 12, 9, 30, tzinfo=UTC),
        MOMENT,
        datetime(2029, 12, 31, 12, 0, tzinfo=UTC),
    ]
