"""Metric series at rest, each point with the moment it became known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import INTERVALS, MetricPoint, MetricSeries, Mode, Provenance
from cryptodesk.market.store.holdings import Holding, as_stored_mode
from cryptodesk.market.store.moments import FAR_FUTURE, from_seconds, to_seconds, to_seconds_up
from cryptodesk.market.store.reading import SERIES, Reading, Reads, count_change
from cryptodesk.storage.database import Connection, Database

__all__ = ["MetricName", "MetricRow", "SeriesStore", "granularity_seconds", "merge_points", "metric_series_id"]

# at, known_at (0 is the end of its bucket), value; times in unix seconds.
MetricRow = tuple[int, int, float]

_GRANULARITIES: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    **{str(interval): length for interval, length in INTERVALS.items()},
    "8h": timedelta(hours=8),
    "1M": timedelta(days=31),
}


class MetricName(Struct, frozen=True):
    """What tells one metric series from another."""

    metric: str
    entity: str
    granularity: str
    unit: str
    source: str


class _Header(Struct, frozen=True):
    series_id: int
    metric: str
    entity: str
    granularity: str
    unit: str
    source: str
    mode: Mode
    note: str | None


_HEADERS = "SELECT series_id, metric, entity, granularity, unit, source, mode, note FROM metric_series"
_POINTS = """
SELECT at, known_at, value FROM metric_points WHERE series_id = ? AND at >= ? AND at < ? AND at <= ?
AND CASE known_at WHEN 0 THEN at + ? ELSE known_at END <= ?
ORDER BY at, CASE known_at WHEN 0 THEN at + ? ELSE known_at END
"""
_MAKE = """
INSERT INTO metric_series (metric, entity, granularity, unit, source, mode, note) VALUES (?, ?, ?, ?, ?, ?, ?)
RETURNING series_id
"""
# No point is seen before it began, nor before it became known.
_LATEST = """
SELECT max(CASE WHEN known_at = 0 THEN at + ? WHEN known_at < at THEN at ELSE known_at END)
FROM metric_points WHERE series_id = ?
"""


def granularity_seconds(granularity: str) -> int:
    """How long a bucket is; a month counts as its longest. Raises: ValueError for an unknown granularity."""
    length = _GRANULARITIES.get(granularity)
    if length is None:
        raise ValueError(f"granularity {granularity!r} is unknown; one of {', '.join(_GRANULARITIES)}")
    return int(length.total_seconds())


class SeriesStore:
    """Metric series in the database. Of two sources with the same metric of an entity, the one named first in
    `sources` is given that has anything to show, then by name."""

    def __init__(self, database: Database, sources: Sequence[str] = ()) -> None:
        self._database = database
        self._reads = Reads(database)
        self._rank = {source: place for place, source in enumerate(sources)}

    async def save(self, series: MetricSeries, known_at: datetime | None = None) -> int:
        """How many points were new or differ from what was held. A point counts as known from the end of its bucket;
        one that was fetched before that, from then; one that differs from what was held, from `known_at` on (by
        default from when the series could be known)."""
        length = granularity_seconds(series.granularity)
        origin = series.provenance
        name = MetricName(series.metric, series.entity, series.granularity, series.unit, origin.source)
        fetched_at = to_seconds_up(origin.visible_from)
        rows = [_row(point, length, origin, fetched_at) for point in series.points]
        corrected_at = fetched_at if known_at is None else to_seconds_up(known_at)

        def save(connection: Connection) -> int:
            series_id = metric_series_id(connection, name, origin.mode, origin.note)
            return merge_points(connection, series_id, rows, (length, corrected_at))

        return await self._database.write(save)

    async def find(
        self,
        entities: Iterable[AssetId] | None,
        *,
        metric: str | None = None,
        granularity: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> list[MetricSeries]:
        """One series for each entity and metric, ordered by both; with points `start` <= `at` < `end` known by `as_of`.
        A series that had begun by `as_of` is given even if no point of it lies in the span."""
        reading = await self._reads.begin(SERIES)
        found: dict[tuple[str, str, str], MetricSeries] = {}
        for header in await self._headers(reading, entities, metric, granularity):
            key = (header.entity, header.metric, header.granularity)
            if key not in found and (series := await self._load(reading, header, (start, end), as_of)) is not None:
                found[key] = series
        return [found[key] for key in sorted(found)]

    def holdings(self) -> list[Holding]:
        """What there is, by metric, source and mode."""
        rows = self._database.read(
            "SELECT s.metric, s.granularity, s.source, s.mode, CAST(sum(p.n) AS INTEGER), count(DISTINCT s.entity),"
            " min(p.first), max(p.last), s.unit FROM metric_series s"
            " JOIN (SELECT series_id, count(*) AS n, min(at) AS first, max(at) AS last"
            " FROM metric_points GROUP BY series_id) AS p USING (series_id)"
            " GROUP BY s.metric, s.granularity, s.source, s.mode, s.unit"
            " ORDER BY s.metric, s.source, s.granularity, s.mode, s.unit"
        )
        return [
            Holding(f"Metric {metric} {step}", source, mode, n, entities, from_seconds(first), from_seconds(last), unit)
            for metric, step, source, mode, n, entities, first, last, unit in rows
        ]

    async def _headers(
        self, reading: Reading, entities: Iterable[AssetId] | None, metric: str | None, granularity: str | None
    ) -> list[_Header]:
        if entities is None:
            rows = await reading.fetch(_HEADERS)
        else:
            rows = [
                row
                for entity in {str(entity) for entity in entities}
                for row in await reading.fetch(f"{_HEADERS} WHERE entity = ?", (entity,))
            ]
        headers = [_Header(*row) for row in rows]
        return sorted(
            (header for header in headers if _fits(header, metric, granularity)),
            key=lambda header: (self._rank.get(header.source, len(self._rank)), header.source, header.series_id),
        )

    async def _load(
        self, reading: Reading, header: _Header, span: tuple[datetime | None, datetime | None], as_of: datetime | None
    ) -> MetricSeries | None:
        length = granularity_seconds(header.granularity)
        until = FAR_FUTURE if as_of is None else to_seconds(as_of)
        known_by = await reading.bound(until, _LATEST, (length, header.series_id))
        first, end = _seconds(span)
        # Whole buckets are read, in the same words as before until the next one begins.
        asked = (header.series_id, _down(first, length), -_down(-end, length), known_by, length, known_by, length)
        rows = await reading.fetch(_POINTS, asked)
        latest: dict[int, MetricRow] = {row[0]: row for row in rows if first <= row[0] < end}
        last = max((_known_at(row, length) for row in latest.values()), default=None)
        if last is None and (last := await _begun(reading, header, known_by, length)) is None:
            return None
        return MetricSeries(
            metric=header.metric,
            entity=header.entity,
            unit=header.unit,
            granularity=header.granularity,
            provenance=Provenance(header.source, as_stored_mode(header.mode), from_seconds(last), header.note),
            points=tuple([MetricPoint(from_seconds(at), value) for at, _, value in latest.values()]),
        )


async def _begun(reading: Reading, header: _Header, known_by: int, length: int) -> int | None:
    """When the last visible point of the whole series became known; None if none was yet."""
    rows = await reading.fetch(
        "SELECT max(CASE known_at WHEN 0 THEN at + ? ELSE known_at END) FROM metric_points WHERE series_id = ?"
        " AND at <= ? AND CASE known_at WHEN 0 THEN at + ? ELSE known_at END <= ?",
        (length, header.series_id, known_by, length, known_by),
    )
    found: int | None = rows[0][0]
    return found


def _seconds(span: tuple[datetime | None, datetime | None]) -> tuple[int, int]:
    start, end = span
    return (
        -FAR_FUTURE if start is None else to_seconds_up(start),
        FAR_FUTURE if end is None else to_seconds_up(end),
    )


def _down(seconds: int, length: int) -> int:
    return seconds // length * length


def _fits(header: _Header, metric: str | None, granularity: str | None) -> bool:
    return metric in {None, header.metric} and granularity in {None, header.granularity}


def _row(point: MetricPoint, length: int, origin: Provenance, fetched_at: int) -> MetricRow:
    at = to_seconds(point.at)
    if origin.known_at is not None:
        late = to_seconds_up(origin.known_at)
        return at, 0 if late <= at + length else late, point.value
    # A bucket that was still open when it was read is known as it was then.
    return at, fetched_at if at <= fetched_at < at + length else 0, point.value


def _known_at(row: MetricRow, length: int) -> int:
    return row[1] or row[0] + length


def metric_series_id(connection: Connection, name: MetricName, mode: Mode, note: str | None) -> int:
    """The id of the series, made if there is none, with this note. Its mode becomes the one given."""
    key = (name.metric, name.entity, name.granularity, name.unit, name.source)
    held = connection.execute(
        "SELECT series_id, mode FROM metric_series"
        " WHERE metric = ? AND entity = ? AND granularity = ? AND unit = ? AND source = ?",
        key,
    ).fetchone()
    if held is None:
        (series_id,) = connection.execute(_MAKE, (*key, mode, note)).fetchone()
        count_change(connection, SERIES)
        return int(series_id)
    if held[1] != mode:
        connection.execute("UPDATE metric_series SET mode = ? WHERE series_id = ?", (mode, held[0]))
        count_change(connection, SERIES)
    return int(held[0])


def merge_points(connection: Connection, series_id: int, rows: Sequence[MetricRow], timing: tuple[int, int]) -> int:
    """How many rows were written, within the transaction of the caller. `timing` is the length of a bucket and the
    moment from which a value that differs from the held one counts, where it does not say so itself."""
    if not rows:
        return 0
    length, corrected_at = timing
    held: dict[int, MetricRow] = {}
    for row in connection.execute(
        "SELECT at, known_at, value FROM metric_points WHERE series_id = ? AND at BETWEEN ? AND ?"
        " ORDER BY at, CASE known_at WHEN 0 THEN at + ? ELSE known_at END",
        (series_id, min(row[0] for row in rows), max(row[0] for row in rows), length),
    ).fetchall():
        held[row[0]] = row
    written = list(_changes(held, rows, length, corrected_at))
    if written:
        connection.executemany("INSERT INTO metric_points VALUES (?, ?, ?, ?)", [(series_id, *row) for row in written])
        count_change(connection, SERIES)
    return len(written)


def _changes(
    held: dict[int, MetricRow], rows: Sequence[MetricRow], length: int, corrected_at: int
) -> Iterable[MetricRow]:
    for row in rows:
        before = held.get(row[0])
        if before is not None:
            if before[2] == row[2]:
                continue
            # What is given for an end of a bucket that is over replaces what was read while it was open.
            is_final = row[1] == 0 and _known_at(before, length) < row[0] + length
            if not is_final:
                row = (row[0], max(row[1] or corrected_at, _known_at(before, length) + 1), row[2])  # noqa: PLW2901
        held[row[0]] = row
        yield row
