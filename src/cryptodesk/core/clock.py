"""The one clock. Nothing else in the product reads the wall clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "FixedClock", "SystemClock"]


class Clock(Protocol):
    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...

    def unix(self) -> float:
        """The current moment in unix seconds."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def unix(self) -> float:
        return time.time()


class FixedClock:
    """Stands still until moved. For tests and replays."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"a clock needs an aware datetime, got {moment!r}")
        self.moment = moment

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)

    def unix(self) -> float:
        return self.moment.timestamp()
