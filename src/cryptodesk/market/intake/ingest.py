"""Takes files of candles and metric series into the store: a file's good rows all at once, or none of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.intake.cells import RowError
from cryptodesk.market.intake.download import Progress
from cryptodesk.market.intake.rows import CandleReader, IngestOptions, PointReader, ResolveAsset
from cryptodesk.market.intake.tables import Table, open_table
from cryptodesk.market.store.candle_rows import CandleRow, SeriesName, merge_candles, series_id_of
from cryptodesk.market.store.series import MetricName, MetricRow, granularity_seconds, merge_points, metric_series_id
from cryptodesk.storage.connection import connect_writer, to_internal_error

__all__ = ["Ingested", "Refused", "ingest_file"]

_MOST_SHOWN = 20
_ROWS_AT_ONCE = 10_000
_REPORT_EVERY = 50_000

_CREATE = """
CREATE TEMP TABLE staged (
    series INTEGER, at INTEGER, known_at INTEGER, open REAL, high REAL, low REAL, close REAL, volume REAL,
    quote_volume REAL, line INTEGER
)
"""
_STAGE = "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_STAGED = "SELECT * FROM staged WHERE series = ? ORDER BY at, known_at, line"
_STAGED_IN_ORDER = "SELECT * FROM staged WHERE series = ? ORDER BY rowid"

# One staged row: number of the series, then a candle or a point filled up to its length, then the line.
_Staged = tuple[Any, ...]


class Refused(Struct, frozen=True):
    """A row that was left out, and why."""

    line: int
    reason: str


class Ingested(Struct, frozen=True):
    """What became of a file. `written` are the rows that were new or differ from what was held; `refused` all bad
    ones, of which `problems` shows the first. `was_known` tells that the same file was ingested before."""

    file: str
    rows: int
    written: int
    refused: int
    series: int
    problems: tuple[Refused, ...] = ()
    was_known: bool = False


def ingest_file(
    database_path: Path,
    path: Path,
    options: IngestOptions,
    resolve: ResolveAsset,
    *,
    now: int,
    report: Progress = lambda *_: None,
    again: bool = False,
) -> Ingested:
    """Reads the file first, without keeping anybody from the database, then writes it in one transaction. What differs
    from what is held counts as known from `now` (unix seconds), where the row does not say since when.

    Raises: InvalidRequest for a file that is no table or has no good row at all; InternalError."""
    fingerprint = _fingerprint(path, options)
    with closing(connect_writer(database_path)) as connection, _explained(database_path):
        known = connection.execute("SELECT rows FROM ingested_files WHERE fingerprint = ?", (fingerprint,)).fetchone()
        if known is not None and not again:
            return Ingested(path.name, known[0], 0, 0, 0, was_known=True)
        staging = _Staging(connection, resolve, options, report)
        with open_table(path) as table:
            staging.read(table)
        if not staging.rows:
            raise InvalidRequest(f"{str(path)!r} holds no good row{staging.first_problem}")
        written = staging.commit(now, (fingerprint, path.name, staging.rows, now))
        return Ingested(path.name, staging.rows, written, staging.refused, len(staging.names), tuple(staging.problems))


@contextmanager
def _explained(database_path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise to_internal_error(error, database_path) from error


def _fingerprint(path: Path, options: IngestOptions) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InvalidRequest(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
    digest.update(msgspec.json.encode(options))
    return digest.hexdigest()


class _Staging:
    """The rows of one file in a table of this connection alone, until all of them are read."""

    def __init__(
        self, connection: sqlite3.Connection, resolve: ResolveAsset, options: IngestOptions, report: Progress
    ) -> None:
        self.rows = 0
        self.refused = 0
        self.problems: list[Refused] = []
        self.names: dict[SeriesName | MetricName, int] = {}
        # Most files are sorted; sorting them again would take a sixth of the time.
        self._in_order = True
        self._connection = connection
        self._resolve = resolve
        self._options = options
        self._report = report
        connection.execute(_CREATE)

    @property
    def first_problem(self) -> str:
        return f": line {self.problems[0].line} {self.problems[0].reason}" if self.problems else ""

    def read(self, table: Table) -> None:
        staged = self._read(table)
        while chunk := list(islice(staged, _ROWS_AT_ONCE)):
            self._connection.execute("BEGIN")
            self._connection.executemany(_STAGE, chunk)
            self._connection.execute("COMMIT")
            self.rows += len(chunk)

    def _read(self, table: Table) -> Iterator[_Staged]:
        reader = self._reader(table)
        last: SeriesName | MetricName | None = None
        series = latest = 0
        padding = (None,) * (0 if isinstance(reader, CandleReader) else 5)
        for count, line in enumerate(table.lines, 1):
            if count % _REPORT_EVERY == 0:
                self._report("read", count, None)
            if line.problem is not None:
                self._refuse(line.number, line.problem)
                continue
            try:
                name, row = reader.read(line.cells)
            except RowError as error:
                self._refuse(line.number, str(error))
                continue
            if name is not last:
                last, series = name, self.names.setdefault(name, len(self.names))
            elif row[0] <= latest:
                self._in_order = False
            latest = row[0]
            yield (series, *row, *padding, line.number)

    def _reader(self, table: Table) -> CandleReader | PointReader:
        options = self._options
        defaults = {
            "asset": options.asset,
            "interval": options.interval,
            "source": options.source,
            "currency": options.currency,
            "metric": options.metric,
            "unit": options.unit,
        }
        given = {name: value for name, value in {**defaults, **table.defaults}.items() if value is not None}
        is_metric = "metric" in given or {"metric", "value"} <= table.columns.keys()
        return (PointReader if is_metric else CandleReader)(table.columns, given, self._resolve)

    def commit(self, now: int, file: tuple[str, str, int, int]) -> int:
        """How many rows were written; all of them, with the mark that the file was ingested, or none."""
        connection = self._connection
        written = 0
        connection.execute("BEGIN IMMEDIATE")
        try:
            for name, number in self.names.items():
                written += self._merge(name, number, now)
            connection.execute("INSERT OR REPLACE INTO ingested_files VALUES (?, ?, ?, ?)", file)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._report("store", self.rows, self.rows)
        return written

    def _merge(self, name: SeriesName | MetricName, number: int, now: int) -> int:
        note = self._options.note
        is_sorted = self._in_order and len(self.names) == 1
        staged = self._connection.execute(_STAGED_IN_ORDER if is_sorted else _STAGED, (number,))
        rows = self._without_repeats(staged)
        written = 0
        if isinstance(name, SeriesName):
            series_id = series_id_of(self._connection, name, "snapshot", note)
            while chunk := list(islice(rows, _ROWS_AT_ONCE)):
                written += merge_candles(self._connection, series_id, [cast(CandleRow, row[1:9]) for row in chunk], now)
        else:
            series_id = metric_series_id(self._connection, name, "snapshot", note)
            timing = (granularity_seconds(name.granularity), now)
            while chunk := list(islice(rows, _ROWS_AT_ONCE)):
                written += merge_points(
                    self._connection, series_id, [cast(MetricRow, row[1:4]) for row in chunk], timing
                )
        return written

    def _without_repeats(self, rows: Iterable[_Staged]) -> Iterator[_Staged]:
        """Without rows of the same moment, known since the same moment, as one before: the first of them counts."""
        last: _Staged = (None, None, None)
        for row in rows:
            if row[1] == last[1] and row[2] == last[2]:
                self._refuse(row[9], f"is of the same moment as line {last[9]}, which counts")
                self.rows -= 1
                continue
            last = row
            yield row

    def _refuse(self, line: int, reason: str) -> None:
        self.refused += 1
        if len(self.problems) < _MOST_SHOWN:
            self.problems.append(Refused(line, reason))
