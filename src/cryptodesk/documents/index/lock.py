"""One writer at a time, in whatever process. The lock ends with its process, however that ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["IndexBusy", "writing"]

_NAME = "writer.lock"


class IndexBusy(RuntimeError):
    """Another process has been writing the index for too long."""


@contextmanager
def writing(folder: Path, patience_seconds: float) -> Iterator[None]:
    """Holds the folder's write lock. Raises: IndexBusy.

    SQLite's file lock is used, because it is the same on every system and there is nothing to clean up after a kill."""
    with closing(sqlite3.connect(folder / _NAME, timeout=patience_seconds, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise IndexBusy("another process is writing the document index") from None
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
