"""Metric series at rest, each point with the moment it became known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import INTERVALS, MetricPoint, MetricSeries, Mode, Provenance
from cryptodesk.market.store.holdings import Holding, as_stored_mode
from cryptodesk.market.store.moments import FAR_FUTURE, from_seconds, to_seconds, to_seconds_up
from cryptodesk.storage.sqlite import SqliteDatabase

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


def granularity_seconds(granularity: str) -> int:
    """How long a bucket is; a month counts as its longest. Raises: ValueError for an unknown granularity."""
    length = _GRANULARITIES.get(granularity)
    if length is None:
        raise ValueError(f"granularity {granularity!r} is unknown; one of {', '.join(_GRANULARITIES)}")
    return int(length.total_seconds())


class SeriesStore:
    """Metric series in the SQLite file. Of two sources with the same metric of an entity, the one named first in
    `sources` is given that has anything to show, then by name."""

    def __init__(self, database: SqliteDatabase, sources: Sequence[str] = ()) -> None:
        self._database = database
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

        def save(connection: sqlite3.Connection) -> int:
            series_id = metric_series_id(connection, name, origin.mode, origin.note)
            return merge_points(connection, series_id, rows, (length, corrected_at))

        return await self._database.write(save)

    def find(
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
        found: dict[tuple[str, str, str], MetricSeries] = {}
        for header in self._headers(entities, metric, granularity):
            key = (header.entity, header.metric, header.granularity)
            if key not in found and (series := self._load(header, (start, end), as_of)) is not None:
                found[key] = series
        return [found[key] for key in sorted(found)]

    def holdings(self) -> list[Holding]:
        """What there is, by metric, source and mode."""
        rows = self._database.read(
            "SELECT s.metric, s.granularity, s.source, s.mode, sum(n), count(DISTINCT s.entity), min(first), max(last),"
            " s.unit FROM metric_series s JOIN (SELECT series_id, count(*) AS n, min(at) AS first, max(at) AS last"
            " FROM metric_points GROUP BY series_id) USING (series_id)"
            " GROUP BY s.metric, s.granularity, s.source, s.mode, s.unit ORDER BY s.metric, s.source"
        )
        return [
            Holding(f"Metric {metric} {step}", source, mode, n, entities, from_seconds(first), from_seconds(last), unit)
            for metric, step, source, mode, n, entities, first, last, unit in rows
        ]

    def _headers(
        self, entities: Iterable[AssetId] | None, metric: str | None, granularity: str | None
    ) -> list[_Header]:
        columns = "SELECT series_id, metric, entity, granularity, unit, source, mode, note FROM metric_series"
        if entities is None:
            rows = self._database.read(columns)
        else:
            rows = [
                row
                for entity in {str(entity) for entity in entities}
                for row in self._database.read(f"{columns} WHERE entity = ?", (entity,))
            ]
        headers = [_Header(*row) for row in rows]
        return sorted(
            (header for header in headers if _fits(header, metric, granularity)),
            key=lambda header: (self._rank.get(header.source, len(self._rank)), header.source, header.series_id),
        )

    def _load(
        self, header: _Header, span: tuple[datetime | None, datetime | None], as_of: datetime | None
    ) -> MetricSeries | None:
        start, end = span
        length = granularity_seconds(header.granularity)
        known_by = FAR_FUTURE if as_of is None else to_seconds(as_of)
        rows = self._database.read(
            "SELECT at, known_at, value FROM metric_points WHERE series_id = ? AND at >= ? AND at < ? AND at <= ?"
            " AND CASE known_at WHEN 0 THEN at + ? ELSE known_at END <= ? ORDER BY at,"
            " CASE known_at WHEN 0 THEN at + ? ELSE known_at END",
            (
                header.series_id,
                -FAR_FUTURE if start is None else to_seconds_up(start),
                FAR_FUTURE if end is None else to_seconds_up(end),
                known_by,
                length,
                known_by,
                length,
            ),
        )
        latest: dict[int, MetricRow] = {row[0]: row for row in rows}
        last = max((_known_at(row, length) for row in latest.values()), default=None) or self._begun(
            header, known_by, length
        )
        if last is None:
            return None
        return MetricSeries(
            metric=header.metric,
            entity=header.entity,
            unit=header.unit,
            granularity=header.granularity,
            provenance=Provenance(header.source, as_stored_mode(header.mode), from_seconds(last), header.note),
            points=tuple([MetricPoint(from_seconds(at), value) for at, _, value in latest.values()]),
        )

    def _begun(self, header: _Header, known_by: int, length: int) -> int | None:
        """When the last visible point of the whole series became known; None if none was yet."""
        rows = self._database.read(
            "SELECT max(CASE known_at WHEN 0 THEN at + ? ELSE known_at END) FROM metric_points WHERE series_id = ?"
            " AND at <= ? AND CASE known_at WHEN 0 THEN at + ? ELSE known_at END <= ?",
            (length, header.series_id, known_by, length, known_by),
        )
        return rows[0][0] if rows else None


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


def metric_series_id(connection: sqlite3.Connection, name: MetricName, mode: Mode, note: str | None) -> int:
    """The id of the series, made if there is none. Its mode and note become those given."""
    key = (name.metric, name.entity, name.granularity, name.unit, name.source)
    connection.execute(
        "INSERT INTO metric_series (metric, entity, granularity, unit, source, mode, note) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET mode = excluded.mode",
        (*key, mode, note),
    )
    (series_id,) = connection.execute(
        "SELECT series_id FROM metric_series"
        " WHERE metric = ? AND entity = ? AND granularity = ? AND unit = ? AND source = ?",
        key,
    ).fetchone()
    return int(series_id)


def merge_points(
    connection: sqlite3.Connection, series_id: int, rows: Sequence[MetricRow], timing: tuple[int, int]
) -> int:
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
    ):
        held[row[0]] = row
    written = list(_changes(held, rows, length, corrected_at))
    connection.executemany("INSERT INTO metric_points VALUES (?, ?, ?, ?)", ((series_id, *row) for row in written))
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
