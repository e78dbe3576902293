"""How long a request waited for upstreams, for who asks how much of its time was the desk's own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Final

__all__ = ["WAITING", "Waiting"]


class Waiting:
    """One request's. Time in which several upstreams are waited for counts once. `own_providers` are those that need no
    upstream, by name."""

    __slots__ = ("_begun_at", "_monotonic", "_open", "_seconds", "own_providers")

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        self._monotonic = monotonic
        self._open = 0
        self._begun_at = 0.0
        self._seconds = 0.0
        self.own_providers: set[str] = set()

    def begin(self) -> None:
        """To be ended once, however the wait ends."""
        if not self._open:
            self._begun_at = self._monotonic()
        self._open += 1

    def end(self) -> None:
        self._open -= 1
        if not self._open:
            self._seconds += self._monotonic() - self._begun_at

    @property
    def seconds(self) -> float:
        """Until now."""
        return self._seconds + (self._monotonic() - self._begun_at if self._open else 0.0)


# Of the request that this task serves, where it asked; its tasks inherit it.
WAITING: Final[ContextVar[Waiting | None]] = ContextVar("waiting", default=None)
