"""The market data of a data folder's file, for programs that need nothing else of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["open_market_store"]


@contextmanager
def open_market_store(database_path: Path) -> Iterator[SqliteDatabase]:
    """The open database with the market's tables up to date; made if it is missing.

    Raises: InternalError if it cannot be opened, or was written by a newer version."""
    with SqliteDatabase(database_path) as database:
        database.migrate(COMPONENT, MIGRATIONS)
        yield database
