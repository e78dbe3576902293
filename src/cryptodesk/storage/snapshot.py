"""A SQLite file as it is at one moment, read without changing anything of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.connection import BUSY_TIMEOUT_SECONDS, to_internal_error
from cryptodesk.storage.presence import FolderPresence
from cryptodesk.storage.shape import Table, quoted, tables_of

__all__ = ["FileSnapshot", "is_served", "is_writable"]

_BATCH = 2_000
_MOST_FINDINGS = 20


class FileSnapshot:
    """A `with` block in which everything that is read is of one moment, while others may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._watch: sqlite3.Connection | None = None
        self._version = 0

    def __enter__(self) -> FileSnapshot:
        """Raises: InternalError for a file that there is not, that cannot be read, or that is no database."""
        if not self.path.is_file():
            raise InternalError(f"there is no database {str(self.path)!r}")
        try:
            self._connection = self._open()
            self._watch = self._open()
            self._version = self._data_version()
            self._connection.execute("BEGIN")
            # The first read is what fixes the moment.
            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            self.__exit__()
            raise to_internal_error(error, self.path) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (self._connection, self._watch):
            if connection is not None:
                connection.close()
        self._connection = self._watch = None

    @property
    def has_changed(self) -> bool:
        """Whether somebody has written to the file since."""
        return self._data_version() != self._version

    def tables(self) -> tuple[Table, ...]:
        """Each behind those that its rows refer to."""
        try:
            return tables_of(self._require())
        except sqlite3.Error as error:
            raise to_internal_error(error, self.path) from error

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows, as tuples. Raises: InternalError."""
        try:
            return self._require().execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise to_internal_error(error, self.path) from error

    def rows(self, table: Table) -> Iterator[list[tuple[Any, ...]]]:
        """All rows, some at a time. A character that is no UTF-8 comes as half of a character.

        Raises: InternalError."""
        names = ", ".join(map(quoted, table.column_names))
        try:
            cursor = self._require().execute(f"SELECT {names} FROM {quoted(table.name)}")  # noqa: S608 - quoted names
            while batch := cursor.fetchmany(_BATCH):
                yield batch
        except sqlite3.Error as error:
            raise to_internal_error(error, self.path) from error

    def count(self, table: Table) -> int:
        return int(self.read(f"SELECT count(*) FROM {quoted(table.name)}")[0][0])  # noqa: S608 - a quoted name

    def highest_numbers(self) -> dict[str, int]:
        """The highest number that each table ever gave to a row, of those that never give one twice."""
        if not self.read("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"):
            return {}
        return {str(name): int(number) for name, number in self.read("SELECT name, seq FROM sqlite_sequence")}

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file, nothing if it is whole. Reads all of it."""
        try:
            connection = self._require()
            found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_FINDINGS})")]
            lost = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_FINDINGS)
        except sqlite3.DatabaseError as error:
            return [str(error)]
        wrong = [line for text in found if text != "ok" for line in text.splitlines()]
        return [*wrong, *(f"a row of {table} refers to a row of {parent} that is gone" for table, _, parent, _ in lost)]

    def _open(self) -> sqlite3.Connection:
        address = self.path.absolute().as_uri()
        try:
            return _connect(f"{address}?mode=ro")
        except sqlite3.OperationalError:
            if is_writable(self.path.parent):
                raise
        # Nobody can write to it here, so that nothing beside the file is needed, unless something was left beside it.
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise InternalError(
                f"the database {str(self.path)!r} is on a read-only disk, its last changes are still in {log.name!r}:"
                " copy both files to a folder that can be written, and name that"
            )
        return _connect(f"{address}?mode=ro&immutable=1")

    def _data_version(self) -> int:
        watch = self._watch
        if watch is None:
            raise InternalError(f"the snapshot of {str(self.path)!r} is not open")
        return int(watch.execute("PRAGMA data_version").fetchone()[0])

    def _require(self) -> sqlite3.Connection:
        if self._connection is None:
            raise InternalError(f"the snapshot of {str(self.path)!r} is not open")
        return self._connection


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.text_factory = _text
        with closing(connection.execute("SELECT count(*) FROM sqlite_master")) as cursor:
            cursor.fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def is_served(folder: Path) -> bool:
    """Whether a server is at work on the data folder at this moment."""
    lock = folder / "servers.lock"
    if not lock.exists() or not is_writable(lock):
        return False
    with FolderPresence(folder) as presence:
        return not presence.is_sole


def is_writable(place: Path) -> bool:
    """Whether this process may write to the file or folder, and the disk it is on can be written."""
    may = os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    return may and not os.statvfs(place).f_flag & os.ST_RDONLY
