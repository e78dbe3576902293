"""The writer of one event loop: whatever waits is committed together, and of all writers one writes at a time.

Each transaction takes an advisory lock of its part of the database first. So it sees all that was committed before it,
nothing comes between its statements, and rows are numbered in the order in which they are committed: what the writer
lock of a SQLite file gives, given to all processes. The lock ends with its transaction, however that ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeAlias

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.database import Connection, Statement
from cryptodesk.storage.postgres.bridge import Asked, Bridge
from cryptodesk.storage.postgres.connecting import Connector, RawConnection, terminate
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, is_lost, is_passing, to_internal_error
from cryptodesk.storage.postgres.marks import Marks
from cryptodesk.storage.postgres.statements import Inserts, execute, run

__all__ = ["PostgresWriter", "Wanted"]

_LARGEST_GROUP: Final = 256
_ATTEMPTS: Final = 4
# Of a process that stopped in the middle of a transaction, or was cut off from the server: less than the others wait
# for their turn, so that they go on and nobody is told.
_IDLE_SECONDS: Final = 5.0
_CONNECTING: Final[tuple[type[BaseException], ...]] = (*DRIVER_ERRORS, InternalError)


Wanted: TypeAlias = Asked | Sequence[Statement] | Callable[[Connection], Any]


class _Work:
    """What is to be committed whole or not at all, and the future that hears how it went."""

    __slots__ = ("future", "result", "wanted")

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.result: Any = None

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)
            self.future.exception()  # its waiter may have been cancelled

    def succeed(self) -> None:
        if not self.future.done():
            self.future.set_result(self.result)


class _Again(Exception):
    """The transaction is undone for certain, and running it once more may succeed."""


class _Shared(Exception):
    """A failure that is no single piece of work's fault: trying each alone would only multiply the wait, or write twice
    what perhaps was written."""


class PostgresWriter:
    """Owns one connection. A failing piece of work never takes another one with it."""

    def __init__(self, connector: Connector, part: str) -> None:
        self.transactions = 0
        self._connector = connector
        self._lock_name = f".cryptodesk.{part}"
        self._connection: RawConnection | None = None
        self._marks = Marks()
        self._bridge = Bridge()
        self._waiting: deque[_Work] = deque()
        self._running: asyncio.Task[None] | None = None
        self._is_closed = False
        options = connector.options
        self._begin = (
            "BEGIN ISOLATION LEVEL READ COMMITTED; "
            f"SET LOCAL lock_timeout = {int(options.lock_seconds * 1000)}; "
            f"SET LOCAL statement_timeout = {int(options.statement_seconds * 1000)}; "
            f"SET LOCAL idle_in_transaction_session_timeout = {int(_IDLE_SECONDS * 1000)}"
        )

    async def write(self, wanted: Wanted) -> Any:
        """What it brought, once it is committed. Raises: InternalError if it is not; whatever an action raised."""
        if self._is_closed:
            raise InternalError(f"the database {self._connector.label!r} is closed")
        work = _Work(wanted)
        self._waiting.append(work)
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())
        return await work.future

    async def close(self) -> None:
        """Commits what waits, then ends the connection. May be called again."""
        self._is_closed = True
        while self._running is not None:
            await asyncio.wait([self._running])
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*DRIVER_ERRORS):
                await self._marks.forget(connection)
                await connection.close(timeout=self._connector.options.connect_seconds)
        self._bridge.close()

    def break_off(self) -> None:
        """Ends the connection at once. What waits hears that nothing of it was written."""
        self._is_closed = True
        if self._running is not None:
            self._running.cancel()
        else:
            self._bridge.close()
        self._drop()

    async def _run(self) -> None:
        group: list[_Work] = []
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _LARGEST_GROUP))]
                await self._commit_group(group)
        except BaseException:  # cancelled with its loop
            for work in (*group, *self._waiting):
                work.future.cancel()
            self._waiting.clear()
            self._drop()
            raise
        finally:
            self._running = None

    async def _commit_group(self, group: Sequence[_Work]) -> None:
        try:
            await self._commit_patiently(group)
        except _Shared as shared:
            for work in group:
                work.fail(self._explain(shared.__cause__ or shared))
        except Exception as error:
            if len(group) == 1:
                group[0].fail(self._explain(error))
            else:
                for work in group:
                    await self._commit_group([work])
        else:
            for work in group:
                work.succeed()

    async def _commit_patiently(self, group: Sequence[_Work]) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._commit(group)
            except _Again as again:
                if attempt == _ATTEMPTS:
                    raise _Shared from again.__cause__
            else:
                return

    async def _commit(self, group: Sequence[_Work]) -> None:
        connection = await self._connected()
        async with self._undoing(connection):
            await self._begin_alone(connection)
            await self._apply(connection, group)
        await self._end(connection)
        self.transactions += 1
        self._connector.groups.add(len(group))

    async def _connected(self) -> RawConnection:
        if self._connection is None or self._connection.is_closed():
            try:
                self._connection = await self._connector.connect()
                await self._marks.settle(self._connection)
            except _CONNECTING as error:
                self._drop()
                raise _Shared from error
        return self._connection

    async def _begin_alone(self, connection: RawConnection) -> None:
        try:
            await connection.execute(self._begin)
            await self._marks.begin(connection, self._lock_name)
        except DRIVER_ERRORS as error:
            if is_lost(error) or connection.is_closed() or is_passing(error):
                raise
            raise _Shared from error

    async def _apply(self, connection: RawConnection, group: Sequence[_Work]) -> None:
        """Work that may read runs whole and in order; plain inserts come last, gathered."""
        inserts = Inserts()
        for work in group:
            wanted = work.wanted
            if isinstance(wanted, Asked):
                work.result = await run(connection, wanted)
            elif callable(wanted):
                work.result = await self._bridge.run(wanted, partial(run, connection))
            elif not inserts.take(wanted):
                for sql, parameters in wanted:
                    await execute(connection, sql, parameters)
        await inserts.run(connection)

    async def _end(self, connection: RawConnection) -> None:
        try:
            status = await connection.execute("COMMIT")
        except DRIVER_ERRORS as error:
            if is_passing(error):
                raise _Again from error
            self._drop()
            await self._find_out(error)
            return
        if status != "COMMIT":
            # A statement failed and its action went on as if nothing had happened: the server undid everything.
            raise InternalError(f"the database {self._connector.label!r} undid a transaction in which something failed")

    async def _find_out(self, error: BaseException) -> None:
        """Returns if a transaction took place whose commit was not answered.

        Raises: _Again if it did not and never will, _Shared if that cannot be known."""
        try:
            was_committed = await self._marks.is_made(await self._connected())
        except DRIVER_ERRORS as unanswered:
            self._drop()
            raise _Shared from self._unknown(unanswered)
        except _Shared as unreachable:
            raise _Shared from self._unknown(unreachable.__cause__ or unreachable)
        if was_committed is None:
            raise _Shared from self._unknown(error)
        if not was_committed:
            raise _Again from error

    @asynccontextmanager
    async def _undoing(self, connection: RawConnection) -> AsyncIterator[None]:
        """Leaves, after a failure, a connection that can be used again, or none."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, Exception) or isinstance(error, TimeoutError) or is_lost(error):
                self._drop()
            elif not connection.is_closed():
                await self._roll_back(connection)
            if is_lost(error) or is_passing(error) or (isinstance(error, Exception) and connection.is_closed()):
                raise _Again from error
            raise

    async def _roll_back(self, connection: RawConnection) -> None:
        try:
            await connection.execute("ROLLBACK")
        except DRIVER_ERRORS:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            terminate(connection)

    def _unknown(self, cause: BaseException) -> InternalError:
        unknown = InternalError(
            f"the database {self._connector.label!r} ended the connection during a commit; whether it took place could"
            " not be found out"
        )
        unknown.__cause__ = cause
        return unknown

    def _explain(self, error: BaseException) -> BaseException:
        if not isinstance(error, DRIVER_ERRORS):
            return error
        explained = to_internal_error(error, self._connector.label)
        explained.__cause__ = error
        return explained
