"""What market data there is, and what could be added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from cryptodesk.market.intake.bundles import BUNDLES, read_pulled
from cryptodesk.market.store import DatabaseCandleStore, Holding, RecordStore, SeriesStore
from cryptodesk.storage.database import Database

__all__ = ["DataStatus", "Pullable", "SourceState", "read_status"]


class SourceState(Struct, frozen=True):
    """How a live source is: `state` in a word ("on", "off", "resting"), `detail` for people."""

    name: str
    state: str
    detail: str = ""


class Pullable(Struct, frozen=True):
    """A bundle that `data pull` can bring, and whether it is there."""

    name: str
    is_pulled: bool
    adds: str
    size_bytes: int


class DataStatus(Struct, frozen=True):
    """What is stored, what can be pulled, how live sources are, and the moment this was said of."""

    at: datetime
    holdings: tuple[Holding, ...]
    pullable: tuple[Pullable, ...]
    sources: tuple[SourceState, ...] = ()


def read_status(
    database: Database, now: datetime, sources: Callable[[], Sequence[SourceState]] | None = None
) -> DataStatus:
    """The state of the stored data, for commands and threads: it blocks. `sources` tells that of the live ones, where
    somebody knows it."""
    holdings = (
        *DatabaseCandleStore(database).holdings(),
        *SeriesStore(database).holdings(),
        *RecordStore(database).holdings(),
    )
    pulled = read_pulled(database)
    pullable = tuple(Pullable(bundle.name, bundle in pulled, bundle.adds, bundle.size_bytes) for bundle in BUNDLES)
    return DataStatus(now, holdings, pullable, tuple(sources()) if sources else ())
