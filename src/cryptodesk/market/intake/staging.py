"""Where the rows of a file wait until all of them are read: a table of this process alone, on disk and gone with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from cryptodesk.core.errors import InternalError

__all__ = ["ROWS_AT_ONCE", "Staged", "Staging"]

ROWS_AT_ONCE = 10_000

_CREATE = """
CREATE TABLE staged (
    series INTEGER, at INTEGER, known_at INTEGER, open REAL, high REAL, low REAL, close REAL, volume REAL,
    quote_volume REAL, line INTEGER
)
"""
_STAGE = "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SORTED = "SELECT * FROM staged WHERE series = ? ORDER BY at, known_at, line"
_IN_ORDER = "SELECT * FROM staged WHERE series = ? ORDER BY rowid"

# One staged row: number of the series, then a candle or a point filled up to its length, then the line.
Staged = tuple[Any, ...]


class Staging:
    """Use it in a `with` block. May be read from any thread, by one at a time."""

    def __init__(self) -> None:
        # Without a name SQLite keeps it in a temporary file of its own.
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)

    def __enter__(self) -> Staging:
        with _explained():
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(_CREATE)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, rows: Iterable[Staged]) -> int:
        """How many rows there were. Raises: InternalError where there is no room for them."""
        count = 0
        rows = iter(rows)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            with _explained():
                self._connection.execute("BEGIN")
                self._connection.executemany(_STAGE, chunk)
                self._connection.execute("COMMIT")
            count += len(chunk)
        return count

    def rows(self, series: int, *, are_sorted: bool) -> Iterator[Staged]:
        """Of one series by moment, then by when they became known, then by line. Most files are sorted as they are;
        sorting them again would take a sixth of the time."""
        with _explained():
            yield from self._connection.execute(_IN_ORDER if are_sorted else _SORTED, (series,))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise InternalError(
            f"the rows of the file could not be set aside ({error}): free some space in the folder for temporary files"
        ) from error
