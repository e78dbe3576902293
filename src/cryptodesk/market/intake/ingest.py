"""Takes files of candles and metric series into the store: a file's good rows all at once, or none of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.market.intake.cells import RowError
from cryptodesk.market.intake.download import Progress
from cryptodesk.market.intake.rows import CandleReader, IngestOptions, PointReader, ResolveAsset
from cryptodesk.market.intake.staging import ROWS_AT_ONCE, Staged, Staging
from cryptodesk.market.intake.tables import Table, open_table
from cryptodesk.market.store.candle_rows import CandleRow, SeriesName, merge_candles, series_id_of
from cryptodesk.market.store.reading import PART
from cryptodesk.market.store.series import MetricName, MetricRow, granularity_seconds, merge_points, metric_series_id
from cryptodesk.storage.database import Connection, Database

__all__ = ["Ingested", "Refused", "ingest_file"]

_MOST_SHOWN = 20
_REPORT_EVERY = 50_000

_KNOWN = "SELECT rows FROM ingested_files WHERE fingerprint = ?"
_MARK = """
INSERT INTO ingested_files (fingerprint, name, rows, ingested_at) VALUES (?, ?, ?, ?)
ON CONFLICT (fingerprint) DO UPDATE
SET name = excluded.name, rows = excluded.rows, ingested_at = excluded.ingested_at
"""


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
    database: Database,
    path: Path,
    options: IngestOptions,
    resolve: ResolveAsset,
    *,
    now: int,
    report: Progress = lambda *_: None,
    again: bool = False,
) -> Ingested:
    """Reads the file first, without keeping anybody from the database, then writes it in one transaction. What differs
    from what is held counts as known from `now` (unix seconds), where the row does not say since when. Blocks.

    Raises: InvalidRequest for a file that is no table or has no good row at all; InternalError."""
    fingerprint = _fingerprint(path, options)
    known = database.read(_KNOWN, (fingerprint,))
    if known and not again:
        return Ingested(path.name, known[0][0], 0, 0, 0, was_known=True)
    with Staging() as staging:
        intake = _Intake(staging, resolve, options, report)
        with open_table(path) as table:
            intake.read(table)
        if not intake.rows:
            raise InvalidRequest(f"{str(path)!r} holds no good row{intake.first_problem}")
        written = intake.commit(database, now, (fingerprint, path.name))
    return Ingested(path.name, intake.rows, written, intake.refused, len(intake.names), tuple(intake.problems))


def _fingerprint(path: Path, options: IngestOptions) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise InvalidRequest(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
    digest.update(msgspec.json.encode(options))
    return digest.hexdigest()


class _Intake:
    """The rows of one file, from its lines into the store."""

    def __init__(self, staging: Staging, resolve: ResolveAsset, options: IngestOptions, report: Progress) -> None:
        self.rows = 0
        self.refused = 0
        self.problems: list[Refused] = []
        self.names: dict[SeriesName | MetricName, int] = {}
        self._in_order = True
        self._staging = staging
        self._resolve = resolve
        self._options = options
        self._report = report

    @property
    def first_problem(self) -> str:
        return f": line {self.problems[0].line} {self.problems[0].reason}" if self.problems else ""

    def read(self, table: Table) -> None:
        self.rows = self._staging.add(self._read(table))

    def _read(self, table: Table) -> Iterator[Staged]:
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

    def commit(self, database: Database, now: int, file: tuple[str, str]) -> int:
        """How many rows were written; all of them, with the mark that the file was ingested, or none."""

        def merge(connection: Connection) -> tuple[int, list[Refused]]:
            # Begun anew each time, for a transaction may have to be run again.
            written, repeats = 0, _Repeats()
            for name, number in self.names.items():
                written += self._merge(connection, name, repeats.left_out(self._staged(number)), now)
            connection.execute(_MARK, (*file, self.rows - len(repeats.found), now))
            return written, repeats.found

        written, repeats = database.apart(PART).write_blocking(merge)
        for repeat in repeats:
            self._refuse(repeat.line, repeat.reason)
        self.rows -= len(repeats)
        self._report("store", self.rows, self.rows)
        return written

    def _staged(self, number: int) -> Iterator[Staged]:
        return self._staging.rows(number, are_sorted=self._in_order and len(self.names) == 1)

    def _merge(self, connection: Connection, name: SeriesName | MetricName, rows: Iterator[Staged], now: int) -> int:
        note = self._options.note
        written = 0
        if isinstance(name, SeriesName):
            series_id = series_id_of(connection, name, "snapshot", note)
            while chunk := list(islice(rows, ROWS_AT_ONCE)):
                written += merge_candles(connection, series_id, [cast(CandleRow, row[1:9]) for row in chunk], now)
        else:
            series_id = metric_series_id(connection, name, "snapshot", note)
            timing = (granularity_seconds(name.granularity), now)
            while chunk := list(islice(rows, ROWS_AT_ONCE)):
                written += merge_points(connection, series_id, [cast(MetricRow, row[1:4]) for row in chunk], timing)
        return written

    def _refuse(self, line: int, reason: str) -> None:
        self.refused += 1
        if len(self.problems) < _MOST_SHOWN:
            self.problems.append(Refused(line, reason))


class _Repeats:
    """Rows of the same moment, known since the same moment, as one before: the first of them counts."""

    def __init__(self) -> None:
        self.found: list[Refused] = []

    def left_out(self, rows: Iterable[Staged]) -> Iterator[Staged]:
        last: Staged = (None, None, None)
        for row in rows:
            if row[1] == last[1] and row[2] == last[2]:
                self.found.append(Refused(row[9], f"is of the same moment as line {last[9]}, which counts"))
                continue
            last = row
            yield row
