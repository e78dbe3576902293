"""What a store may ask of a database, whichever it is: one SQLite file or one PostgreSQL.

Stores are written once, in the SQL that both understand (docs/postgresql.md says which that is)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from cryptodesk.core.errors import InternalError
from cryptodesk.core.ports import Batch
from cryptodesk.storage.groups import GroupSizes
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.presence import Presence

__all__ = ["Connection", "Cursor", "Database", "Outcome", "Statement", "StatementBatch", "Writable"]

T = TypeVar("T")
Statement = tuple[str, Sequence[Any]]


class Cursor(Protocol):
    """What one statement brought. `rowcount` is of the rows that it changed."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any:
        """The next row, None behind the last."""
        ...

    def fetchall(self) -> list[Any]: ...


class Outcome:
    """A cursor over rows that were all read."""

    __slots__ = ("_next", "_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self.rowcount = rowcount
        self._rows = rows
        self._next = 0

    def fetchone(self) -> Any:
        if self._next >= len(self._rows):
            return None
        self._next += 1
        return self._rows[self._next - 1]

    def fetchall(self) -> list[Any]:
        rows, self._next = self._rows[self._next :], len(self._rows)
        return rows


class Connection(Protocol):
    """The connection of one transaction, lent to an action for as long as it runs."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """One statement that brings nothing, for each of the rows."""
        ...


class Writable(Protocol):
    def write_statements(self, statements: Sequence[Statement]) -> Awaitable[None]: ...


class StatementBatch:
    """Statements that become durable together or not at all, in the order they were added.

    Batches that wait at the same time are concurrent: what depends on a batch is added after its commit returned."""

    __slots__ = ("_database", "_is_committed", "_statements")

    def __init__(self, database: Writable) -> None:
        self._database = database
        self._statements: list[Statement] = []
        self._is_committed = False

    @staticmethod
    def of(batch: Batch) -> StatementBatch:
        """The same batch, known to take SQL. Raises: TypeError for a batch of something else."""
        if not isinstance(batch, StatementBatch):
            raise TypeError(f"a store needs a batch of its own database, got {type(batch).__name__}")
        return batch

    def add(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Waits for the commit. `INSERT INTO t (…) VALUES (?, …)` is the form that concurrent batches share."""
        self._statements.append((sql, parameters))

    def commit(self) -> Awaitable[None]:
        """Returns once the statements are on disk; a caller cancelled meanwhile does not learn whether they are.

        Raises: InternalError if they are not, or if the batch was committed before."""
        if self._is_committed:
            raise InternalError("a batch can be committed only once")
        self._is_committed = True
        return self._database.write_statements(self._statements) if self._statements else _nothing()


async def _nothing() -> None:
    pass


class Database(Protocol):
    """`open` before use, `aclose` (or, without an event loop, `close`) at the end."""

    def open(self) -> None:
        """Raises: InternalError if it cannot be used, with what mends it."""
        ...

    def close(self) -> None:
        """Blocks until what was submitted is on disk. Closing twice is fine."""
        ...

    async def aclose(self) -> None:
        """As `close`, on the event loop that used it."""
        ...

    @property
    def transactions(self) -> int:
        """How many were committed since it was opened; concurrent batches share them."""
        ...

    @property
    def groups(self) -> GroupSizes:
        """How many pieces of work each of them had."""
        ...

    def migrate(self, component: str, migrations: Sequence[Migration]) -> tuple[int, ...]:
        """The versions that were applied now, in order, each exactly once whoever starts at the same time. Blocks.

        Raises: InternalError if the schema is newer than this program or another one's, or a step fails."""
        ...

    def presence(self) -> Presence:
        """To be entered while this process serves the database: it then knows whether it is the only one."""
        ...

    def apart(self, part: str) -> Database:
        """The same database for work that may take long and shares no invariant with the rest: where writers can be
        several, its writes wait for those of the same part alone. Closed with the whole."""
        ...

    def batch(self) -> StatementBatch: ...

    def write_statements(self, statements: Sequence[Statement]) -> Awaitable[None]:
        """Returns once all are on disk, in one transaction. Raises: InternalError if they are not."""
        ...

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """What one statement brought, once what it wrote is on disk: the cheapest way to check and write in one step.
        No other writer of any process comes between its halves. Raises: InternalError."""
        ...

    async def write(self, action: Callable[[Connection], T]) -> T:
        """What `action` returned, once what it wrote is on disk. No other writer of any process comes between its
        statements.

        It runs inside a transaction that it neither begins nor ends, and may be run more than once, so it touches
        nothing but the connection. If it raises, what it wrote is undone and the exception passed on.
        Raises: InternalError for a failing database."""
        ...

    def write_blocking(self, action: Callable[[Connection], T]) -> T:
        """As `write`, for a thread without an event loop: a command, a test, start-up."""
        ...

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows, as tuples, of what is committed at this moment. Waits for no writer.

        Raises: InternalError for a failing database."""
        ...

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """As `fetch`, on the calling thread: for commands and threads. On an event loop everything waits for it."""
        ...
