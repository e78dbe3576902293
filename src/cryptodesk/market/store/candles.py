"""Candles at rest, behind one port."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Interval, Mode, Provenance
from cryptodesk.market.store.candle_rows import CandleRow, SeriesName, merge_candles, series_id_of, stored_id
from cryptodesk.market.store.holdings import Holding, as_stored_mode
from cryptodesk.market.store.moments import FAR_FUTURE, from_seconds, to_seconds, to_seconds_up
from cryptodesk.market.store.reading import CANDLES, Reading, Reads
from cryptodesk.storage.database import Connection, Database
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["DOLLARS", "CandleStore", "DatabaseCandleStore"]

# What counts as a price in US dollars, best first. The series still says which it is.
DOLLARS = ("USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI")

_MOST_CACHED = 64
# Records of these are short enough to be kept in memory whole: six years of days are 2,200 candles.
_CACHED_INTERVALS: frozenset[Interval] = frozenset({"1d", "1w"})

_VISIBLE = "FROM candles WHERE series_id = ? AND opened_at <= ? AND known_at <= ?"
_EDGES = f"""
SELECT
    (SELECT opened_at {_VISIBLE} ORDER BY opened_at LIMIT 1),
    (SELECT opened_at {_VISIBLE} ORDER BY opened_at DESC LIMIT 1)
"""
_CANDLES = f"""
SELECT opened_at, open, high, low, close, volume, quote_volume {_VISIBLE} AND opened_at >= ? AND opened_at < ?
ORDER BY opened_at, known_at
"""


class CandleStore(Protocol):
    async def load_candles(
        self,
        asset_id: AssetId,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> CandleSeries | None:
        """Candles with `start` <= `opened_at` < `end`, oldest first; an open end where None.

        Only candles complete by `as_of` exist for the caller. None if that leaves no record of the asset at all; a
        record without candles in the span is a series without candles, as of the record's last visible close."""
        ...

    async def latest(self, asset_id: AssetId, as_of: datetime | None = None) -> CandleSeries | None:
        """The last daily candle complete by `as_of`, alone in its series; None if there is none."""
        ...

    async def covered(self, interval: Interval = "1d") -> tuple[AssetId, ...]:
        """Ids of the assets that have any candle of `interval`, ascending."""
        ...


class _Header(Struct, frozen=True):
    series_id: int
    interval: Interval
    source: str
    instrument: str
    quote_currency: str
    mode: Mode
    note: str | None
    revision: int


class _Record(Struct, frozen=True):
    """A series as it is known today. `is_revised` tells that it was known otherwise at an earlier moment."""

    revision: int
    candles: tuple[Candle, ...]
    is_revised: bool


class _Span(Struct, frozen=True):
    """What may be seen: `first` <= opening < `end`, opened no later than `newest`, known no later than `known_by`."""

    first: int
    end: int
    newest: int
    known_by: int


class DatabaseCandleStore:
    """Candles in the database. `sources` are asked first, in their order, then all others; the first that holds the
    asset answers. Without a currency, only prices in dollars or a dollar stablecoin count (see `DOLLARS`)."""

    def __init__(self, database: Database, sources: Sequence[str] = ("binance_usdm",)) -> None:
        self._database = database
        self._reads = Reads(database)
        self._in_file = isinstance(database, SqliteDatabase)
        self._rank = {source: place for place, source in enumerate(sources)}
        # A quote needs an asset's whole record; reading it anew each time would cost the event loop some 5 ms.
        self._cache: OrderedDict[int, _Record] = OrderedDict()

    async def begin(self) -> Reading:
        """For a question that asks this store for many things, each of which is then told what has begun already."""
        return await self._reads.begin(CANDLES)

    async def load_candles(
        self,
        asset_id: AssetId,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        quote_currency: str | None = None,
        reading: Reading | None = None,
    ) -> CandleSeries | None:
        reading = reading or await self.begin()
        for header in await self._headers(reading, asset_id, interval, quote_currency):
            series = await self._load(reading, asset_id, header, (start, end, as_of))
            if series is not None:
                return series
        return None

    async def load_fullest(
        self,
        asset_id: AssetId,
        interval: Interval,
        span: tuple[datetime | None, datetime | None, datetime | None],
        quote_currency: str | None = None,
        reading: Reading | None = None,
    ) -> CandleSeries | None:
        """As `load_candles` for `span` (start, end, as_of), from the series with most candles in it; of equally full
        ones from the one that ends last, then in the order of sources."""
        reading = reading or await self.begin()
        best: CandleSeries | None = None
        for header in await self._headers(reading, asset_id, interval, quote_currency):
            series = await self._load(reading, asset_id, header, span)
            if series is not None and (best is None or _fullness(series) > _fullness(best)):
                best = series
        return best

    async def latest(self, asset_id: AssetId, as_of: datetime | None = None) -> CandleSeries | None:
        reading = await self.begin()
        for header in await self._headers(reading, asset_id, "1d", None):
            edges = await self._edges(reading, header, _span("1d", None, None, as_of))
            if edges is not None:
                span = _span("1d", from_seconds(edges[1]), None, as_of)
                return _series(asset_id, header, edges, (await self._read(reading, header, span)).candles)
        return None

    async def covered(self, interval: Interval = "1d") -> tuple[AssetId, ...]:
        reading = await self.begin()
        rows = await reading.fetch("SELECT DISTINCT asset_id FROM candle_series WHERE interval = ?", (interval,))
        return tuple(
            sorted((_plain(held) for (held,) in rows), key=lambda asset_id: (isinstance(asset_id, str), asset_id))
        )

    async def save_candles(self, series: CandleSeries, known_at: datetime | None = None) -> int:
        """How many candles were new or differ from what was held. One that differs counts from `known_at` on (by
        default from when the series could be known); a question about an earlier moment still sees the old one."""
        name = SeriesName(
            series.asset_id, series.interval, series.provenance.source, series.instrument, series.quote_currency
        )
        origin = series.provenance
        since = 0 if origin.known_at is None else to_seconds_up(origin.known_at)
        corrected_at = to_seconds_up(known_at or origin.visible_from)
        rows = [_row(candle, since, series.interval) for candle in series.candles]

        def save(connection: Connection) -> int:
            series_id = series_id_of(connection, name, origin.mode, origin.note)
            return merge_candles(connection, series_id, rows, corrected_at)

        return await self._database.write(save)

    def holdings(self) -> list[Holding]:
        """What there is, by interval, source and mode."""
        rows = self._database.read(
            "SELECT s.interval, s.source, s.mode, CAST(sum(c.n) AS INTEGER), count(DISTINCT s.asset_id), min(c.first),"
            " max(c.last), s.quote_currency FROM candle_series s"
            " JOIN (SELECT series_id, count(*) AS n, min(opened_at) AS first, max(opened_at) AS last"
            " FROM candles GROUP BY series_id) AS c USING (series_id)"
            " GROUP BY s.interval, s.source, s.mode, s.quote_currency"
            " ORDER BY s.source, s.interval, s.mode, s.quote_currency"
        )
        return [
            Holding(f"Candle {interval}", source, mode, count, assets, *_first_last(interval, first, last), currency)
            for interval, source, mode, count, assets, first, last, currency in rows
        ]

    async def _headers(
        self, reading: Reading, asset_id: AssetId, interval: Interval, quote_currency: str | None
    ) -> list[_Header]:
        rows = await reading.fetch(
            "SELECT series_id, interval, source, instrument, quote_currency, mode, note, revision FROM candle_series"
            " WHERE asset_id = ? AND interval = ?",
            (stored_id(asset_id, in_file=self._in_file), interval),
        )
        asked = (quote_currency or "USD").upper()
        wanted = DOLLARS if asked == "USD" else (asked,)
        headers = [header for row in rows if (header := _Header(*row)).quote_currency.upper() in wanted]
        return sorted(
            headers,
            key=lambda header: (
                *self._order(header.source),
                wanted.index(header.quote_currency.upper()),
                header.instrument,
            ),
        )

    def _order(self, source: str) -> tuple[int, str]:
        return self._rank.get(source, len(self._rank)), source

    async def _load(
        self,
        reading: Reading,
        asset_id: AssetId,
        header: _Header,
        asked: tuple[datetime | None, datetime | None, datetime | None],
    ) -> CandleSeries | None:
        start, end, as_of = asked
        interval = header.interval
        record = await self._held(reading, header, whole=start is None)
        if record is None or (record.is_revised and as_of is not None):
            span = _span(interval, start, end, as_of)
            seen = await self._edges(reading, header, span)
            return seen and _series(asset_id, header, seen, (await self._read(reading, header, span)).candles)
        visible = _visible(record.candles, interval, as_of)
        if not visible:
            return None
        edges = to_seconds(visible[0].opened_at), to_seconds(visible[-1].opened_at)
        return _series(asset_id, header, edges, _between(visible, start, end))

    async def _held(self, reading: Reading, header: _Header, *, whole: bool) -> _Record | None:
        """The whole record from memory, read now if it is `whole` that is wanted; None where a part is cheaper."""
        if header.interval not in _CACHED_INTERVALS:
            return None
        held = self._cache.get(header.series_id)
        if held is not None and held.revision == header.revision:
            self._cache.move_to_end(header.series_id)
            return held
        if not whole:
            return None
        held = self._cache[header.series_id] = await self._read(
            reading, header, _span(header.interval, None, None, None)
        )
        self._cache.move_to_end(header.series_id)
        if len(self._cache) > _MOST_CACHED:
            self._cache.popitem(last=False)
        return held

    async def _edges(self, reading: Reading, header: _Header, span: _Span) -> tuple[int, int] | None:
        """When the first and the last visible candle of the whole series open."""
        asked = (header.series_id, span.newest, span.known_by)
        ((first, last),) = await reading.fetch_anew(_EDGES, (*asked, *asked))
        return None if first is None or last is None else (first, last)

    async def _read(self, reading: Reading, header: _Header, span: _Span) -> _Record:
        rows = await reading.fetch_anew(_CANDLES, (header.series_id, span.newest, span.known_by, span.first, span.end))
        latest: dict[int, tuple[Any, ...]] = {row[0]: row for row in rows}
        candles = tuple([Candle(from_seconds(row[0]), *row[1:]) for row in latest.values()])
        is_revised = len(latest) != len(rows) or await self._has_late_rows(reading, header)
        return _Record(header.revision, candles, is_revised)

    async def _has_late_rows(self, reading: Reading, header: _Header) -> bool:
        # A candle that became known after its close is as invisible before as one that was corrected.
        return header.revision > 0 and bool(
            await reading.fetch_anew(
                "SELECT 1 FROM candles WHERE series_id = ? AND known_at > 0 LIMIT 1", (header.series_id,)
            )
        )


def _fullness(series: CandleSeries) -> tuple[int, datetime]:
    return len(series.candles), series.provenance.as_of


def _plain(asset_id: AssetId) -> AssetId:
    return int(asset_id) if isinstance(asset_id, str) and asset_id.isdecimal() else asset_id


def _row(candle: Candle, known_at: int, interval: Interval) -> CandleRow:
    opened_at = to_seconds(candle.opened_at)
    if known_at <= opened_at + INTERVALS[interval].total_seconds():
        known_at = 0
    return (
        opened_at,
        known_at,
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.quote_volume,
    )


def _span(interval: Interval, start: datetime | None, end: datetime | None, as_of: datetime | None) -> _Span:
    return _Span(
        first=-FAR_FUTURE if start is None else to_seconds_up(start),
        end=FAR_FUTURE if end is None else to_seconds_up(end),
        newest=FAR_FUTURE if as_of is None else to_seconds(as_of - INTERVALS[interval]),
        known_by=FAR_FUTURE if as_of is None else to_seconds(as_of),
    )


def _visible(record: tuple[Candle, ...], interval: Interval, as_of: datetime | None) -> tuple[Candle, ...]:
    if as_of is None:
        return record
    return record[: bisect_right(record, as_of - INTERVALS[interval], key=_opened_at)]


def _between(record: tuple[Candle, ...], start: datetime | None, end: datetime | None) -> tuple[Candle, ...]:
    first = 0 if start is None else bisect_left(record, start, key=_opened_at)
    last = len(record) if end is None else bisect_left(record, end, key=_opened_at)
    return record[first:last]


def _series(asset_id: AssetId, header: _Header, edges: tuple[int, int], asked: tuple[Candle, ...]) -> CandleSeries:
    interval = header.interval
    last_opened_at = asked[-1].opened_at if asked else from_seconds(edges[1])
    origin = Provenance(header.source, as_stored_mode(header.mode), last_opened_at + INTERVALS[interval], header.note)
    return CandleSeries(
        _plain(asset_id),
        interval,
        header.quote_currency,
        header.instrument,
        from_seconds(edges[0]),
        origin,
        asked,
    )


def _first_last(interval: Interval, first: int, last: int) -> tuple[datetime, datetime]:
    return from_seconds(first), from_seconds(last) + INTERVALS[interval]


def _opened_at(candle: Candle) -> datetime:
    return candle.opened_at
