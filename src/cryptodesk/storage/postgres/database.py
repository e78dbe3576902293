"""One PostgreSQL, shared by any number of processes: batched writes, reads side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from threading import get_ident
from typing import Any, TypeVar

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.database import Connection, Outcome, Statement, StatementBatch
from cryptodesk.storage.groups import GroupSizes
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.postgres.address import Address
from cryptodesk.storage.postgres.background import Background
from cryptodesk.storage.postgres.bridge import Asked
from cryptodesk.storage.postgres.connecting import Connector, PostgresOptions
from cryptodesk.storage.postgres.marks import COMPONENT, MIGRATIONS
from cryptodesk.storage.postgres.migrating import apply_migrations
from cryptodesk.storage.postgres.presence import PostgresPresence
from cryptodesk.storage.postgres.side import Side

__all__ = ["PostgresDatabase"]

T = TypeVar("T")

_WHOLE = "desk"


class PostgresDatabase:
    """`storage.database.Database`. The event loop of the thread that opened it gets connections of its own; everybody
    else is served by a loop in a background thread."""

    def __init__(self, url: str, options: PostgresOptions | None = None) -> None:
        """Raises: InternalError for a URL that cannot be one."""
        self._connector = Connector(Address(url), options or PostgresOptions())
        self._part = _WHOLE
        self._sides = _Sides(self._connector)

    @property
    def label(self) -> str:
        """What the database is called in messages: its host and name."""
        return self._connector.label

    def open(self) -> None:
        """Blocks. Raises: InternalError if the server cannot be reached or used."""
        self._sides.open()
        try:
            self.migrate(COMPONENT, MIGRATIONS)
        except BaseException:
            self._sides.close()
            raise

    def close(self) -> None:
        """Blocks until what was submitted from threads is on disk. What was submitted on an event loop is waited for by
        `aclose`; here its connections are broken off."""
        self._sides.close()

    async def aclose(self) -> None:
        await self._sides.aclose()

    def __enter__(self) -> PostgresDatabase:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def transactions(self) -> int:
        return self._sides.transactions

    @property
    def groups(self) -> GroupSizes:
        return self._connector.groups

    def migrate(self, component: str, migrations: Sequence[Migration]) -> tuple[int, ...]:
        return self._sides.blocking(apply_migrations(self._connector, component, migrations))

    def apart(self, part: str) -> PostgresDatabase:
        apart = object.__new__(PostgresDatabase)
        apart._connector, apart._sides, apart._part = self._connector, self._sides, part
        return apart

    def presence(self) -> PostgresPresence:
        """Tells whether this process is the only one on the database."""
        return PostgresPresence(self._connector, self._sides.blocking)

    async def create_pool(self, most: int) -> Any:
        """A pool of asyncpg for the running loop, for who speaks PostgreSQL's own language; closed by its owner."""
        return await self._connector.create_pool(most)

    def batch(self) -> StatementBatch:
        return StatementBatch(self)

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        await self._sides.served(lambda side: side.write(self._part, statements))

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Outcome:
        asked = Asked(sql, parameters)
        found: Outcome = await self._sides.served(lambda side: side.write(self._part, asked))
        return found

    async def write(self, action: Callable[[Connection], T]) -> T:
        result: T = await self._sides.served(lambda side: side.write(self._part, action))
        return result

    def write_blocking(self, action: Callable[[Connection], T]) -> T:
        result: T = self._sides.blocking_side(lambda side: side.write(self._part, action))
        return result

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        found: list[Any] = await self._sides.served(lambda side: side.fetch(sql, parameters))
        return found

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        found: list[Any] = self._sides.blocking_side(lambda side: side.fetch(sql, parameters))
        return found


Use = Callable[[Side], Coroutine[Any, Any, Any]]


class _Sides:
    """The side of the home loop, which is that of the thread that opened the database, and that of the background."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._home_thread = 0
        self._background: Background | None = None
        self._blocking = Side(connector, 1)
        self._home: asyncio.AbstractEventLoop | None = None
        self._own: Side | None = None
        self._transactions_before = 0

    @property
    def transactions(self) -> int:
        self._require_background()
        return self._transactions_before + self._blocking.transactions + (self._own.transactions if self._own else 0)

    def open(self) -> None:
        if self._background is None:
            self._background = Background()
            self._home_thread = get_ident()

    async def served(self, use: Use) -> Any:
        side = self._side_of(asyncio.get_running_loop())
        if side is not None:
            return await use(side)
        return await asyncio.wrap_future(self._require_background().submit(use(self._blocking)))

    def blocking_side(self, use: Use) -> Any:
        return self.blocking(use(self._blocking))

    def blocking(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            background = self._require_background()
        except InternalError:
            work.close()
            raise
        return background.run(work)

    async def aclose(self) -> None:
        if self._own is not None and self._home is asyncio.get_running_loop():
            await self._own.close()
            self._leave_home()
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        background, self._background = self._background, None
        if background is not None:
            background.run(self._blocking.close())
            self._transactions_before += self._blocking.transactions
            self._blocking = Side(self._connector, 1)
            background.close()
        own, home = self._own, self._home
        if own is not None and home is not None:
            self._leave_home()
            if home.is_running() and not _is_current(home):
                home.call_soon_threadsafe(own.break_off)
            else:
                own.break_off()

    def _leave_home(self) -> None:
        if self._own is not None:
            self._transactions_before += self._own.transactions
        self._home = self._own = None

    def _side_of(self, loop: asyncio.AbstractEventLoop) -> Side | None:
        self._require_background()
        if self._home is loop:
            return self._own
        if get_ident() != self._home_thread:
            return None
        if self._own is not None:  # of a loop that ended before
            self._own.break_off()
            self._leave_home()
        self._home, self._own = loop, Side(self._connector, self._connector.options.pool)
        return self._own

    def _require_background(self) -> Background:
        if self._background is None:
            raise InternalError(f"the database {self._connector.label!r} is not open")
        return self._background


def _is_current(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
