"""Candles at rest, behind one port."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Interval, Mode, Provenance
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["CandleStore", "SqliteCandleStore"]

_MOST_CACHED = 64


class CandleStore(Protocol):
    async def load_candles(
        self,
        asset_id: int,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> CandleSeries | None:
        """Candles with `start` <= `opened_at` < `end`, oldest first; an open end where None.

        Only candles complete by `as_of` exist for the caller. None if that leaves no record of the asset at all; a
        record without candles in the span is a series without candles, as of the record's last visible close."""
        ...

    async def latest(self, asset_id: int, as_of: datetime | None = None) -> CandleSeries | None:
        """The last daily candle complete by `as_of`, alone in its series; None if there is none."""
        ...

    async def covered(self, interval: Interval = "1d") -> tuple[int, ...]:
        """Ids of the assets that have any candle of `interval`, ascending."""
        ...


class _Header(Struct, frozen=True):
    series_id: int
    source: str
    instrument: str
    quote_currency: str
    mode: Mode
    note: str | None


class SqliteCandleStore:
    """Candles in the SQLite file. `sources` are asked in their order; the first that holds the asset answers."""

    def __init__(self, database: SqliteDatabase, sources: Sequence[str] = ("binance_usdm",)) -> None:
        self._database = database
        self._sources = tuple(sources)
        # A quote needs an asset's whole record; reading it anew each time would cost the event loop some 5 ms.
        self._cache: OrderedDict[int, tuple[Candle, ...]] = OrderedDict()

    async def load_candles(
        self,
        asset_id: int,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> CandleSeries | None:
        for header in self._headers(asset_id, interval):
            visible = _visible(self._record(header.series_id), interval, as_of)
            if visible:
                return _series(asset_id, interval, header, visible, _between(visible, start, end))
        return None

    async def latest(self, asset_id: int, as_of: datetime | None = None) -> CandleSeries | None:
        for header in self._headers(asset_id, "1d"):
            visible = _visible(self._record(header.series_id), "1d", as_of)
            if visible:
                return _series(asset_id, "1d", header, visible, visible[-1:])
        return None

    async def covered(self, interval: Interval = "1d") -> tuple[int, ...]:
        marks = ", ".join("?" * len(self._sources))
        rows = self._database.read(
            f"SELECT DISTINCT asset_id FROM candle_series WHERE interval = ? AND source IN ({marks}) ORDER BY asset_id",  # noqa: S608  question marks only
            (interval, *self._sources),
        )
        return tuple(asset_id for (asset_id,) in rows)

    def _headers(self, asset_id: int, interval: Interval) -> list[_Header]:
        rows = self._database.read(
            "SELECT series_id, source, instrument, quote_currency, mode, note FROM candle_series"
            " WHERE asset_id = ? AND interval = ?",
            (asset_id, interval),
        )
        headers = [_Header(*row) for row in rows if row[1] in self._sources]
        return sorted(headers, key=lambda header: self._sources.index(header.source))

    def _record(self, series_id: int) -> tuple[Candle, ...]:
        held = self._cache.get(series_id)
        if held is not None:
            self._cache.move_to_end(series_id)
            return held
        rows = self._database.read(
            "SELECT opened_at, open, high, low, close, volume, quote_volume FROM candles"
            " WHERE series_id = ? ORDER BY opened_at",
            (series_id,),
        )
        record = tuple(Candle(datetime.fromtimestamp(opened_at, UTC), *values) for opened_at, *values in rows)
        self._cache[series_id] = record
        if len(self._cache) > _MOST_CACHED:
            self._cache.popitem(last=False)
        return record


def _visible(record: tuple[Candle, ...], interval: Interval, as_of: datetime | None) -> tuple[Candle, ...]:
    if as_of is None:
        return record
    return record[: bisect_right(record, as_of - INTERVALS[interval], key=_opened_at)]


def _between(record: tuple[Candle, ...], start: datetime | None, end: datetime | None) -> tuple[Candle, ...]:
    first = 0 if start is None else bisect_left(record, start, key=_opened_at)
    last = len(record) if end is None else bisect_left(record, end, key=_opened_at)
    return record[first:last]


def _series(
    asset_id: int, interval: Interval, header: _Header, visible: tuple[Candle, ...], asked: tuple[Candle, ...]
) -> CandleSeries:
    as_of = (asked or visible)[-1].opened_at + INTERVALS[interval]
    origin = Provenance(header.source, header.mode, as_of, header.note)
    began_at = visible[0].opened_at
    return CandleSeries(asset_id, interval, header.quote_currency, header.instrument, began_at, origin, asked)


def _opened_at(candle: Candle) -> datetime:
    return candle.opened_at
