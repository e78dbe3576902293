"""What watches a run from the side: its record while it goes on, or the record that it is played from."""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["TAPE", "Tape"]


class Tape:
    """One request's. Whoever makes an id in its course hands it in, and takes what comes back."""

    __slots__ = ()

    def id(self, fresh: str) -> str:
        return fresh


# Of the request that this task serves; its tasks inherit it. None where nobody watches.
TAPE: ContextVar[Tape | None] = ContextVar("tape", default=None)
