"""What PostgreSQL does meanwhile: the processor time of its processes, and how long the writers' lock is held."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg
from msgspec import Struct

__all__ = ["DatabaseWatch", "Watched"]

_LOOK_SECONDS = 0.004
_KEY = "SELECT hashtextextended(current_schema() || '.cryptodesk.desk', 0)"
_LOOK = """
SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted),
  count(*) FILTER (WHERE granted AND state LIKE 'idle in transaction%'),
  count(*) FILTER (WHERE granted AND wait_event_type = 'IO')
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid::bigint = $1 AND objid::bigint = $2 AND objsubid = 1
"""


class Watched(Struct, frozen=True):
    """`held_share` is the share of looks at which a writer had the lock, `waiting` how many waited for it on average.
    Of the looks at which it was held, `client_share` saw its server process to be waited for, `disk_share` the disk."""

    cpu_seconds: float
    held_share: float
    waiting: float
    client_share: float
    disk_share: float


class DatabaseWatch:
    """Looks on from a thread of its own while the block lasts; `watched` is what it saw. Its own connection does not
    count."""

    watched: Watched

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_over = threading.Event()
        self._is_looking = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._found: Watched | Exception = RuntimeError("nobody looked")

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_looking.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        if isinstance(self._found, Watched):
            self.watched = self._found
        elif error is None:
            raise self._found

    def _look_on(self) -> None:
        try:
            self._found = asyncio.run(self._look())
        except Exception as error:
            self._found = error
        finally:
            self._is_looking.set()

    async def _look(self) -> Watched:
        connection = await asyncpg.connect(self._url)
        try:
            own: int = await connection.fetchval("SELECT pg_backend_pid()")
            key: int = await connection.fetchval(_KEY)
            parts = (key >> 32) & 0xFFFFFFFF, key & 0xFFFFFFFF
            began = _cpu_seconds(own)
            self._is_looking.set()
            seen = await self._count(connection, parts)
            cpu_seconds = sum(seconds - began.get(pid, 0.0) for pid, seconds in _cpu_seconds(own).items())
        finally:
            await connection.close()
        looks, held, waiting, client, disk = seen
        return Watched(cpu_seconds, held / looks, waiting / looks, client / max(held, 1), disk / max(held, 1))

    async def _count(self, connection: Any, parts: tuple[int, int]) -> list[int]:
        """Looks, and at how many of them there was what the statement counts."""
        seen = [0] * 5
        while not seen[0] or not self._is_over.is_set():
            found = await connection.fetchrow(_LOOK, *parts)
            seen = [total + more for total, more in zip(seen, (1, *found), strict=True)]
            await asyncio.sleep(_LOOK_SECONDS)
        return seen


def _cpu_seconds(own: int) -> dict[int, float]:
    """Of every process of the server that `own` belongs to, but `own`."""
    server = _parent(own)
    found: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(entry.name)
            if pid != own and (pid == server or _parent(pid) == server):
                found[pid] = int((entry / "schedstat").read_text().split()[0]) / 1e9
    return found


def _parent(pid: int) -> int:
    text = (Path("/proc") / str(pid) / "stat").read_text()
    return int(text[text.rindex(")") + 2 :].split()[1])
