"""How a connection to PostgreSQL is opened: patiently where its server is changing, at once where it is known to be
down."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from typing import Any, Final, TypeAlias

import asyncpg
from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.groups import GroupSizes
from cryptodesk.storage.postgres.address import Address
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, is_lost, to_internal_error

__all__ = ["Connector", "PostgresOptions", "RawConnection", "terminate"]

RawConnection: TypeAlias = Any

_RETRY_SECONDS = 0.05
_LONGEST_RETRY_SECONDS = 0.5
# After so long without a sign of life a network is taken for dead: it says nothing when it swallows what is sent, and
# the system would believe in it for a quarter of an hour, in a connection that lies idle for good.
_SILENT_SECONDS: Final = 10
_PROBE_SECONDS: Final = 3


class PostgresOptions(Struct, frozen=True):
    """`pool` connections read at once. A statement may take `statement_seconds`; waiting for other writers counts, and
    may take `lock_seconds`. `through_pooler` where sessions share connections, as behind pgbouncer."""

    pool: int = 8
    connect_seconds: float = 5.0
    statement_seconds: float = 30.0
    lock_seconds: float = 10.0
    through_pooler: bool = False


class Connector:
    """Opens connections to one database."""

    def __init__(self, address: Address, options: PostgresOptions) -> None:
        self.label = address.label
        self.options = options
        self.groups = GroupSizes()  # of all writers over it
        self._address = address
        self._is_down = False

    @property
    def is_pooled(self) -> bool:
        return self.options.through_pooler or self._address.is_pooled

    async def connect(self) -> RawConnection:
        """A connection of the caller's own. While the server starts, stops or gives way to another, it is asked again
        for `connect_seconds`; once that was in vain, everybody is refused at once until it is back.

        Raises: InternalError."""
        deadline = time.monotonic() + (0.0 if self._is_down else self.options.connect_seconds)
        pause = _RETRY_SECONDS
        while True:
            try:
                connection = await asyncpg.connect(**self.arguments())
            except ValueError as error:
                raise InternalError(f"DATABASE_URL cannot be used: {_unspoken(error)}") from None
            except DRIVER_ERRORS as error:
                if not _may_come_back(error) or time.monotonic() + pause > deadline:
                    self._is_down = _may_come_back(error)
                    raise to_internal_error(error, self.label) from error
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_RETRY_SECONDS)
            else:
                self._is_down = False
                _expect_life(connection)
                return connection

    async def create_pool(self, most: int) -> Any:
        """A pool of the driver's own, for who speaks PostgreSQL's own language and may take long over it."""
        return await asyncpg.create_pool(min_size=0, max_size=most, **{**self.arguments(), "command_timeout": None})

    def arguments(self) -> dict[str, Any]:
        """What `asyncpg.connect` is called with. No setting of the session is asked for, because poolers refuse it."""
        return {
            "dsn": self._address.dsn,
            "timeout": self.options.connect_seconds,
            "command_timeout": self.options.statement_seconds,
            "statement_cache_size": 0 if self.is_pooled else 256,
            # Plans are kept for good: there are few statements, and each is made by the program.
            "max_cached_statement_lifetime": 0,
            "server_settings": {"application_name": "cryptodesk"},
            # Of several hosts the one that can be written is meant.
            **({"target_session_attrs": "primary"} if self._address.has_many_hosts else {}),
        }


def terminate(connection: RawConnection) -> None:
    """Ends it at once, whatever it is doing."""
    with contextlib.suppress(RuntimeError):  # a loop that is closed has ended its connections with it
        if not connection.is_closed():
            connection.terminate()


def _expect_life(connection: RawConnection) -> None:
    """Has the system end it when its server is not to be heard any more."""
    used = connection._transport.get_extra_info("socket")  # the driver has no public way to it
    with socket.socket(fileno=os.dup(used.fileno())) as same:
        if same.family not in (socket.AF_INET, socket.AF_INET6):
            return
        same.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (
            ("TCP_KEEPIDLE", _SILENT_SECONDS),
            ("TCP_KEEPINTVL", _PROBE_SECONDS),
            ("TCP_KEEPCNT", _SILENT_SECONDS // _PROBE_SECONDS),
            ("TCP_USER_TIMEOUT", _SILENT_SECONDS * 1000),
        ):
            if hasattr(socket, name):  # not every system has all of them
                same.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _may_come_back(error: BaseException) -> bool:
    return is_lost(error) or isinstance(error, OSError)


def _unspoken(error: Exception) -> str:
    # The driver's words may quote the URL.
    return f"the driver refuses it ({type(error).__name__}); write postgresql://user:password@host:5432/database"
