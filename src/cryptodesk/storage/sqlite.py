"""One SQLite file: batched durable writes through one thread, reads on the caller's own connection."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.connection import connect_reader, connect_writer, to_internal_error
from cryptodesk.storage.database import Outcome, Statement, StatementBatch
from cryptodesk.storage.groups import GroupSizes
from cryptodesk.storage.migrations import Migration, apply_migrations
from cryptodesk.storage.presence import FolderPresence
from cryptodesk.storage.writer import GroupWriter

__all__ = ["SqliteBatch", "SqliteDatabase"]

T = TypeVar("T")

SqliteBatch = StatementBatch


class _Reader:
    """One thread's connection. Closing it waits for the read that is under way in that thread: a connection that is
    closed beneath a running statement takes the whole process with it."""

    __slots__ = ("_connection", "_lock")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


class SqliteDatabase:
    """A database file. `open` before use, `close` at the end; or use it in a `with` block."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._writer: GroupWriter | None = None
        self._local = threading.local()
        self._readers: list[_Reader] = []

    def open(self) -> None:
        """Creates the file if it is missing. Raises: InternalError if it cannot be written or is no database."""
        if self._writer is None:
            self._writer = GroupWriter(connect_writer(self.path), self.path)

    def close(self) -> None:
        """Blocks until what was submitted is on disk and what is being read is read. Closing twice is fine."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        readers, self._readers, self._local = self._readers, [], threading.local()
        for reader in readers:
            reader.close()

    def __enter__(self) -> SqliteDatabase:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def transactions(self) -> int:
        """How many transactions were committed since the file was opened; concurrent batches share them."""
        return self._require_writer().transactions

    @property
    def groups(self) -> GroupSizes:
        """How many pieces of work were committed together, since the file was opened."""
        return self._require_writer().groups

    async def aclose(self) -> None:
        self.close()

    def migrate(self, component: str, migrations: Sequence[Migration]) -> tuple[int, ...]:
        return apply_migrations(self.path, component, migrations)

    def presence(self) -> FolderPresence:
        return FolderPresence(self.path.parent)

    def apart(self, part: str) -> SqliteDatabase:
        """Itself: a file has one writer."""
        return self

    def batch(self) -> StatementBatch:
        return StatementBatch(self)

    def write_statements(self, statements: Sequence[Statement]) -> Awaitable[None]:
        """Returns once all are on disk, in one transaction. Raises: InternalError if they are not."""
        return self._require_writer().write(statements)

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Outcome:
        """What one statement brought, once what it wrote is on disk. Raises: InternalError."""

        def run(connection: sqlite3.Connection) -> Outcome:
            cursor = connection.execute(sql, parameters)
            return Outcome(cursor.fetchall(), cursor.rowcount)

        return await self.write(run)

    async def write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """What `action` returned, once what it wrote is on disk. No other writer comes between its statements.

        It runs in the writer thread inside a transaction that it neither begins nor ends, and may be run twice, so
        it touches nothing but the connection. If it raises, what it wrote is undone and the exception passed on.
        Raises: InternalError for a failing database."""
        result: T = await self._require_writer().write(action=action)
        return result

    def write_blocking(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """As `write`, for a thread without an event loop: a command, a test, start-up."""
        result: T = self._require_writer().write_blocking(action)
        return result

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """As `read`, which does not wait for long."""
        return self.read(sql, parameters)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows, as tuples, of what is committed at this moment. Runs on the calling thread and waits for no
        writer, so it suits look-ups by an index from the event loop.

        Raises: InternalError for a failing database."""
        try:
            return self._reader().rows(sql, parameters)
        except sqlite3.Error as error:
            raise to_internal_error(error, self.path) from error

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            self._require_writer()
            reader = self._local.reader = _Reader(connect_reader(self.path))
            self._readers.append(reader)
        return reader

    def _require_writer(self) -> GroupWriter:
        if self._writer is None:
            raise InternalError(f"the database {str(self.path)!r} is not open")
        return self._writer
