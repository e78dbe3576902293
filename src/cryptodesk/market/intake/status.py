"""What market data there is, and what could be added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from cryptodesk.market.intake.bundles import BUNDLES, is_pulled
from cryptodesk.market.store import Holding, RecordStore, SeriesStore, SqliteCandleStore
from cryptodesk.storage.sqlite import SqliteDatabase

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
    database: SqliteDatabase, now: datetime, sources: Callable[[], Sequence[SourceState]] | None = None
) -> DataStatus:
    """The state of the stored data; `sources` tells that of the live ones, where somebody knows it."""
    holdings = (
        *SqliteCandleStore(database).holdings(),
        *SeriesStore(database).holdings(),
        *RecordStore(database).holdings(),
    )
    pullable = tuple(
        Pullable(bundle.name, is_pulled(database, bundle), bundle.adds, bundle.size_bytes) for bundle in BUNDLES
    )
    return DataStatus(now, holdings, pullable, tuple(sources()) if sources else ())
