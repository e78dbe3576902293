"""Looks for what is wrong with the stored data: damage, gaps, impossible candles, repeats, and age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.market.intake.rows import week_offset
from cryptodesk.market.records import INTERVALS, Interval
from cryptodesk.market.shipped import load_shipped
from cryptodesk.market.store.bodies import unpack
from cryptodesk.market.store.moments import from_seconds
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["Finding", "verify"]

_MOST_PAGES = 500
_MOST_SHOWN = 10

_SERIES = "SELECT series_id, asset_id, interval, source, instrument FROM candle_series ORDER BY series_id"
_GAPS = """
SELECT before, opened_at FROM (
    SELECT opened_at, lag(opened_at) OVER (ORDER BY opened_at) AS before
    FROM (SELECT DISTINCT opened_at FROM candles WHERE series_id = ?) AS openings
) AS pairs WHERE opened_at - before > ? ORDER BY opened_at
"""
_IMPOSSIBLE = """
SELECT count(*), min(opened_at) FROM candles
WHERE series_id = ?
AND NOT (low > 0 AND low <= open AND low <= close AND open <= high AND close <= high AND volume >= 0)
"""
_ASKEW = "SELECT count(*), min(opened_at) FROM candles WHERE series_id = ? AND (opened_at - ?) % ? != 0"
_LOST_KEYS = """
SELECT count(*) FROM record_keys k LEFT JOIN record_pages p USING (page_id) WHERE p.page_id IS NULL
"""
_TORN_BATCHES = """
SELECT count(*) FROM record_batches b
WHERE b.records > 0 AND NOT EXISTS (SELECT 1 FROM record_pages p WHERE p.batch_id = b.batch_id)
"""


class Finding(Struct, frozen=True):
    """One thing that was found. A "problem" makes the command fail, a "note" does not."""

    level: Literal["problem", "note"]
    subject: str
    what: str


def verify(database: Database, now: datetime, max_age: timedelta | None = None) -> list[Finding]:
    """Everything wrong with the stored market data, by subject. Data older than `max_age` are a problem; without it, a
    series that has not grown for more than ten intervals is a note. Blocks.

    The pages of a file are looked through; those of a server are the server's to check."""
    found = [*_file(database)] if isinstance(database, SqliteDatabase) else []
    found += [*_shipped(), *_records(database)]
    for series in database.read(_SERIES):
        found += _candles(database, series, now, max_age)
    return found


def _file(database: SqliteDatabase) -> Iterator[Finding]:
    for (line,) in database.read("PRAGMA quick_check(20)"):
        if line != "ok":
            yield Finding("problem", str(database.path.name), f"the file is damaged: {line}")
    for table, *_ in database.read("PRAGMA foreign_key_check"):
        yield Finding("problem", str(database.path.name), f"a row of {table} has lost what it belongs to")


def _shipped() -> Iterator[Finding]:
    try:
        load_shipped()
    except InternalError as error:
        yield Finding("problem", "shipped snapshot", error.message)


def _records(database: Database) -> Iterator[Finding]:
    last, damaged = -1, 0
    sql = "SELECT page_id, body FROM record_pages WHERE page_id > ? ORDER BY page_id LIMIT ?"
    while pages := database.read(sql, (last, _MOST_PAGES)):
        for page_id, body in pages:
            last = page_id
            try:
                unpack(body)
            except ValueError:
                damaged += 1
    if damaged:
        yield Finding("problem", "records", f"{damaged} pages fail their checksum; pull or fetch them again")
    for sql, what in ((_LOST_KEYS, "keys lead to no page"), (_TORN_BATCHES, "batches have lost their pages")):
        ((count,),) = database.read(sql)
        if count:
            yield Finding("problem", "records", f"{count} {what}")


def _candles(
    database: Database, series: tuple[int, object, Interval, str, str], now: datetime, max_age: timedelta | None
) -> Iterator[Finding]:
    series_id, asset_id, interval, source, instrument = series
    subject = f"{source} {instrument} {interval} (asset {asset_id})"
    ((last,),) = database.read("SELECT max(opened_at) FROM candles WHERE series_id = ?", (series_id,))
    if last is None:
        yield Finding("problem", subject, "the series is empty")
        return
    length = INTERVALS[interval]
    seconds = int(length.total_seconds())
    yield from _counted(database, _IMPOSSIBLE, (series_id,), (subject, "candles cannot be: low, high, prices, volume"))
    askew = (series_id, week_offset(interval), seconds)
    yield from _counted(database, _ASKEW, askew, (subject, f"candles do not begin at a whole {interval}, or overlap"))
    yield from _gaps(database, series_id, seconds, subject)
    yield from _age(now - (from_seconds(last) + length), length, subject, max_age)


def _counted(database: Database, sql: str, asked: tuple[object, ...], named: tuple[str, str]) -> Iterator[Finding]:
    ((count, first),) = database.read(sql, asked)
    if count:
        yield Finding("problem", named[0], f"{count} {named[1]}; the first at {from_seconds(first):%Y-%m-%d %H:%M} UTC")


def _gaps(database: Database, series_id: int, seconds: int, subject: str) -> Iterator[Finding]:
    gaps = database.read(_GAPS, (series_id, seconds))
    for before, after in gaps[:_MOST_SHOWN]:
        missing = (after - before) // seconds - 1
        since = from_seconds(before + seconds)
        yield Finding("problem", subject, f"{missing} candles are missing from {since:%Y-%m-%d %H:%M} UTC on")
    if len(gaps) > _MOST_SHOWN:
        yield Finding("problem", subject, f"{len(gaps) - _MOST_SHOWN} more gaps")


def _age(age: timedelta, length: timedelta, subject: str, max_age: timedelta | None) -> Iterator[Finding]:
    what = f"the last candle closed {age.days} days ago" if age.days else f"the last candle closed {age} ago"
    if max_age is not None and age > max_age:
        yield Finding("problem", subject, what)
    elif max_age is None and age > 10 * length:
        yield Finding("note", subject, what)
    if age < -length:
        yield Finding("problem", subject, "the last candle closes in the future")
