"""What a store holds, for people: one line for each kind, source and mode."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.market.records import Mode

__all__ = ["Holding", "as_stored_mode"]


class Holding(Struct, frozen=True):
    """`entities` counts assets or other things described, `rows` all that was recorded of them. `first` and `last` are
    the moments the oldest and newest row describe. `mode` is how they came in: "live" ones are given as a snapshot."""

    kind: str
    source: str
    mode: Mode
    rows: int
    entities: int
    first: datetime | None
    last: datetime | None
    detail: str = ""


def as_stored_mode(mode: Mode) -> Mode:
    """How a stored value is labelled: what was live when it was fetched is a snapshot from then on."""
    return "snapshot" if mode == "live" else mode
