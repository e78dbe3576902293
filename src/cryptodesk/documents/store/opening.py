"""The documents of a data folder, for commands that need nothing else of the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptodesk.documents.store.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["open_document_store"]


@contextmanager
def open_document_store(database_path: Path) -> Iterator[SqliteDatabase]:
    """The open database with the documents' tables up to date; made if it is missing.

    Raises: InternalError if it cannot be opened, or was written by a newer version."""
    with closing(connect_writer(database_path)) as connection:
        apply_migrations(connection, COMPONENT, MIGRATIONS)
    with SqliteDatabase(database_path) as database:
        yield database
