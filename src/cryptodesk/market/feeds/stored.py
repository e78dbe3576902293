"""The store as a feed: whatever was shipped, pulled, ingested or once fetched, as it was known at any moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from msgspec import structs

from cryptodesk.market.query import AssetId, Found, Query, Record, Unavailable, entity_of
from cryptodesk.market.records import Asset, CandleSeries, CoinListing, Interval, MetricSeries
from cryptodesk.market.store import DatabaseCandleStore, RecordStore, SeriesStore
from cryptodesk.market.store.choosing import in_asked_order, in_own_order, matches
from cryptodesk.market.store.derived import compute_listing, compute_weeks
from cryptodesk.market.store.reading import PART, Reading
from cryptodesk.storage.database import Database

__all__ = ["SOURCES", "StoredFeed"]

R = TypeVar("R", bound=Record)

# Of two sources that say the same thing of the same moment, the one named first is believed.
SOURCES = (
    "coinmarketcap_pro",
    "coinmarketcap",
    "binance_usdm",
    "coingecko_demo",
    "coingecko",
    "defillama_pro",
    "defillama",
)

_MOST_NAMED = 20
_FEW = 20
# What could be pulled is told under a name of its own, so that an answer passes it on.
_PULL = "data pull"
_Span = tuple[datetime | None, datetime | None, datetime | None]


class StoredFeed:
    """A `Feed` over the database, and the way in for what live sources bring.

    Live values come back as a snapshot with their date. `assets` are the coins that a listing can be computed for where
    only candles are stored. `hint` says how the store could be made to answer a question that it cannot."""

    def __init__(
        self,
        database: Database,
        assets: Iterable[Asset] = (),
        sources: Sequence[str] = SOURCES,
        *,
        hint: Callable[[Query[Any]], Awaitable[str | None]] | None = None,
    ) -> None:
        database = database.apart(PART)
        self.candles = DatabaseCandleStore(database, sources)
        self.series = SeriesStore(database, sources)
        self.records = RecordStore(database, sources)
        self._assets = {asset.asset_id: asset for asset in assets}
        self._hint = hint

    async def find(self, query: Query[R]) -> Found[R]:
        found: Found[Any]
        if query.kind is CandleSeries:
            found = await self._find_candles(cast("Query[CandleSeries]", query))
        elif query.kind is MetricSeries:
            found = await self._find_series(cast("Query[MetricSeries]", query))
        else:
            found = await self._with_hint(await self._find_records(query), query)
        return _limited(found, query.limit)

    async def save_records(
        self, records: Iterable[Record], source: str, *, is_list: bool = False, known_at: datetime | None = None
    ) -> int:
        """See `RecordStore.save`. Candles and metric series go to their own tables; of a list they are never a part.
        What corrects a held candle or point counts from `known_at` on."""
        plain: list[Record] = []
        saved = 0
        for record in records:
            if isinstance(record, CandleSeries):
                saved += await self.save_candles(record, known_at)
            elif isinstance(record, MetricSeries):
                saved += await self.save_series(record, known_at)
            else:
                plain.append(record)
        return saved + (await self.records.save(plain, source, is_list=is_list) if plain else 0)

    async def save_series(self, series: MetricSeries, known_at: datetime | None = None) -> int:
        return await self.series.save(series, known_at)

    async def save_candles(self, series: CandleSeries, known_at: datetime | None = None) -> int:
        return await self.candles.save_candles(series, known_at)

    async def _find_candles(self, query: Query[CandleSeries]) -> Found[CandleSeries]:
        interval = query.interval or "1d"
        ids = query.ids if query.ids is not None else await self.candles.covered(interval)
        reading = await self.candles.begin()
        found: list[CandleSeries] = []
        missing: list[AssetId] = []
        for asked in ids:
            if query.ids is None and query.limit is not None and len(found) >= query.limit:
                break
            span = query.start, query.end, query.as_of
            series = await self._series_of(reading, asked, interval, span, query.quote_currency)
            if series is None:
                missing.append(asked)
            else:
                found.append(series)
        # Of all there are, what was not known yet is not missing.
        return Found(tuple(found), () if query.ids is None else _gaps(f"{interval} candles", missing, query))

    async def _series_of(
        self, reading: Reading, asset_id: AssetId, interval: Interval, span: _Span, currency: str
    ) -> CandleSeries | None:
        series = await self.candles.load_fullest(asset_id, interval, span, currency, reading)
        if series is not None or interval != "1w":
            return series
        days = await self.candles.load_fullest(asset_id, "1d", (None, None, span[2]), currency, reading)
        weeks = days and compute_weeks(days)
        return weeks and _cut(weeks, span)

    async def _find_series(self, query: Query[MetricSeries]) -> Found[MetricSeries]:
        found = await self.series.find(
            query.ids,
            metric=query.metric,
            granularity=query.interval,
            start=query.start,
            end=query.end,
            as_of=query.as_of,
        )
        if query.ids is None:
            return Found(tuple(found))
        return _answered(found, query, query.metric or "metric series")

    async def _find_records(self, query: Query[R]) -> Found[R]:
        currency, as_of = query.quote_currency, query.as_of
        if query.ids is None:
            return await self._find_list(query)
        stored = await self.records.find(query.kind, query.ids, quote_currency=currency, as_of=as_of)
        records: list[Any] = [record for record in stored.records if matches(record, query)]
        if query.kind is CoinListing:
            records = await self._with_computed(records, query.ids, query)
        found = _answered(records, query, query.kind.__name__)
        return structs.replace(found, unavailable=(*found.unavailable, *_unreadable(query, stored.unreadable)))

    async def _with_hint(self, found: Found[R], query: Query[Any]) -> Found[R]:
        """Says what could be pulled where something is missing."""
        is_complete = found.records and not found.unavailable
        hint = None if is_complete or self._hint is None else await self._hint(query)
        return (
            found
            if hint is None
            else structs.replace(found, unavailable=(*found.unavailable, Unavailable(_PULL, hint)))
        )

    async def _find_list(self, query: Query[R]) -> Found[R]:
        stored = await self.records.find_list(query.kind, quote_currency=query.quote_currency, as_of=query.as_of)
        held: list[Any] = [record for record in stored.records if matches(record, query)]
        if query.kind is CoinListing and not stored.records:
            held = await self._with_computed([], tuple(self._assets), query)
        ordered = in_own_order(query.kind, held)
        return Found(tuple(ordered), _unreadable(query, stored.unreadable))

    async def _with_computed(
        self, records: list[CoinListing], ids: Sequence[AssetId], query: Query[Any]
    ) -> list[CoinListing]:
        """The listings, those replaced or added that the daily candles know better, because later."""
        by_id = {record.asset_id: record for record in records}
        if len(ids) > _FEW:
            # One question instead of hundreds: most assets have no candles at all.
            covered = set(await self.candles.covered("1d"))
            ids = [asked for asked in ids if str(asked).isdecimal() and int(asked) in covered]
        reading = await self.candles.begin()
        for asked in ids:
            asset = self._assets.get(int(asked)) if str(asked).isdecimal() else None
            days = asset and await self.candles.load_candles(
                asset.asset_id, "1d", as_of=query.as_of, quote_currency=query.quote_currency, reading=reading
            )
            if not asset or not days:
                continue
            held = by_id.get(asset.asset_id)
            if held is None or held.provenance.as_of < days.provenance.as_of:
                listing = compute_listing(asset, days)
                if matches(listing, query):
                    by_id[asset.asset_id] = listing
        return list(by_id.values())


def _cut(weeks: CandleSeries, span: _Span) -> CandleSeries:
    start, end, _ = span
    candles = tuple(
        week
        for week in weeks.candles
        if (start is None or start <= week.opened_at) and (end is None or week.opened_at < end)
    )
    return structs.replace(weeks, candles=candles)


def _answered(records: Sequence[R], query: Query[Any], what: str) -> Found[R]:
    """The records in the order of the ids, and a line for each id that has none."""
    ids = query.ids or ()
    ordered = in_asked_order(ids, records)
    named = {str(entity_of(record)) for record in ordered} | {
        str(getattr(record, "asset_id", "")) for record in ordered
    }
    missing = [asked for asked in ids if str(asked) not in named]
    return Found(tuple(ordered), _gaps(what, missing, query))


def _gaps(what: str, missing: Sequence[AssetId], query: Query[Any]) -> tuple[Unavailable, ...]:
    when = "" if query.as_of is None else f" as known at {query.as_of:%Y-%m-%d %H:%M} UTC"
    gaps = [
        Unavailable("store", f"no {what} of {str(asked)[:80]!r} is stored{when}") for asked in missing[:_MOST_NAMED]
    ]
    if len(missing) > _MOST_NAMED:
        gaps.append(Unavailable("store", f"nor of {len(missing) - _MOST_NAMED} more ids"))
    return tuple(gaps)


def _unreadable(query: Query[Any], count: int) -> tuple[Unavailable, ...]:
    if not count:
        return ()
    reason = f"{count} stored records were written by another version and cannot be read"
    return (Unavailable("store", reason, query.kind.__name__),)


def _limited(found: Found[R], limit: int | None) -> Found[R]:
    return found if limit is None else structs.replace(found, records=found.records[: max(limit, 0)])
