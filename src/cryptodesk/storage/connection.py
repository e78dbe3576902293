"""How a SQLite file is opened, and what its failures are called. The only file that sets pragmas."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from cryptodesk.core.errors import InternalError

__all__ = ["BUSY_TIMEOUT_SECONDS", "connect_reader", "connect_writer", "primary_code", "to_internal_error"]

BUSY_TIMEOUT_SECONDS = 10.0
_WAL_RETRY_SECONDS = 0.02
_WAL_PAGES = 4000


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection that may write: WAL, every commit on disk before it returns, foreign keys enforced.

    The file and its folder are created when missing, readable by their owner alone. It begins no transaction by itself.
    Raises: InternalError if the file cannot be opened or is no database."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
        )
    except (OSError, sqlite3.Error) as error:
        raise to_internal_error(error, path) from error
    try:
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        # Pages that many commits touch are copied back once instead of many times.
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        # 16 MB keep the inner pages of large indexes at hand.
        connection.execute("PRAGMA cache_size = -16000")
    except (sqlite3.Error, OSError) as error:
        connection.close()
        raise to_internal_error(error, path) from error
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads and never waits for a writer. Raises: InternalError if there is no such file."""
    try:
        # `mode=ro` would be the plain way, but a reader that may not touch the shared-memory file cannot join a WAL.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise to_internal_error(error, path) from error
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not call its busy handler for this switch, so two processes that start at once would fail.
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_WAL_RETRY_SECONDS)
        else:
            return


def to_internal_error(error: BaseException, path: Path) -> InternalError:
    """The same failure in our own words: what happened to which file, and what mends it."""
    explained = _EXPLANATIONS.get(primary_code(error))
    if explained is None:
        return InternalError(f"the database {str(path)!r} failed: {type(error).__name__}: {error}")
    return InternalError(f"the database {str(path)!r} {explained} ({error})")


def primary_code(error: BaseException) -> int:
    """The kind of a failure, as SQLite numbers them; 0 for one of the module itself."""
    # The rest refines it.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


_EXPLANATIONS = {
    sqlite3.SQLITE_FULL: "could not be written because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "is read-only: make the file and its folder writable for this user",
    sqlite3.SQLITE_BUSY: "is locked by another process that does not finish its transaction: stop that process",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database: choose another data folder or move the file away",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and is writable for this user",
    sqlite3.SQLITE_IOERR: "could not be read or written: check the disk",
    sqlite3.SQLITE_CONSTRAINT: "refused a row that breaks a rule of its table",
}
