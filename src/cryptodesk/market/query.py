"""One question to the market data, whatever the record and wherever it comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from cryptodesk.market.records import AssetClass, Interval, Provenance

__all__ = ["AssetId", "Feed", "Found", "Query", "Record", "Unavailable", "answers", "entity_of"]

AssetId = int | str


class Record(Protocol):
    """What every kind of record has. `key` tells two records of one kind and moment apart."""

    @property
    def key(self) -> str: ...

    @property
    def provenance(self) -> Provenance: ...


R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


class Query(Struct, Generic[R], frozen=True, kw_only=True):
    """Records of `kind` for `ids`, or all there are where `ids` is None, as they were known at `as_of` (None is now).

    An id is a record's entity (see `entity_of`) or its `asset_id`. `interval` belongs to candles and series, `metric`
    to series, `asset_class` to profiles; `start` <= t < `end` to whatever has a time. `limit` keeps the first ones by
    the kind's own order (lists by rank, events by date)."""

    kind: type[R]
    ids: tuple[AssetId, ...] | None = None
    as_of: datetime | None = None
    quote_currency: str = "USD"
    asset_class: AssetClass | None = None
    platform: str | None = None
    interval: Interval | None = None
    metric: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int | None = None


class Unavailable(Struct, frozen=True):
    """A source that should have answered and did not, or an id or field that no source has; and why."""

    source: str
    reason: str
    field: str | None = None


class Found(Struct, Generic[R_co], frozen=True):
    """Records in the order of the ids asked for, several of one id together. `unavailable` is empty if all went well;
    records may be there all the same, from the next source."""

    records: tuple[R_co, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()


class Feed(Protocol):
    """One way to market data: the live sources, the store, the simulated world, or several of these in layers."""

    async def find(self, query: Query[R]) -> Found[R]:
        """Never raises for a source that fails or a record that is not there; nothing known after `as_of` is used."""
        ...


def entity_of(record: Record) -> AssetId:
    """What the record is of: an asset's id for most, else what its class names (a chain's slug, a project's name)."""
    value: AssetId = getattr(record, getattr(type(record), "ENTITY", "asset_id"))
    return value


def answers(record: Record, asked: AssetId) -> bool:
    """Whether the record is one of what was asked for; a number and its text are the same id."""
    asset_id = getattr(record, "asset_id", None)
    return str(asked) == str(entity_of(record)) or (asset_id is not None and str(asked) == str(asset_id))
