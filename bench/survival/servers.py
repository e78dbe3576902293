"""Server processes that start fast, because they are forked off one that has imported everything, and are killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path

__all__ = ["Nursery", "ServerSlot"]

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0
_END_SECONDS = 20.0


class Nursery:
    """The process that the servers are forked off. Each is a server like any other: it opens its stores, serves, and
    shares nothing with the others but the data folder."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self._env = {**env, "PYTHONPATH": str(_ROOT)}
        self._log = log
        self._names = count()
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Nursery:
        pipe = asyncio.subprocess.PIPE
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.survival.nursery", env=self._env, stdin=pipe, stdout=pipe, stderr=log
            )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Its servers are ended by their slots before."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def start(self) -> tuple[int, asyncio.Future[int]]:
        """A new server's process id, and its port to come. Raises: RuntimeError if there is none."""
        assert self._process is not None
        assert self._process.stdin is not None
        name = str(next(self._names))
        forked, serves = self._await(f"forked {name}"), self._await(f"serves {name}")
        self._process.stdin.write(f"{name}\n".encode())
        return await self._told(forked), serves

    async def port(self, serves: asyncio.Future[int]) -> int:
        """Raises: RuntimeError if it does not serve within a minute."""
        return await self._told(serves)

    def _await(self, words: str) -> asyncio.Future[int]:
        self._waiting[words] = asyncio.get_running_loop().create_future()
        return self._waiting[words]

    async def _told(self, told: asyncio.Future[int]) -> int:
        try:
            return await asyncio.wait_for(told, _START_SECONDS)
        except TimeoutError:
            last = self._log.read_text(errors="replace")[-1_000:]
            raise RuntimeError(f"a server did not begin to serve: {last}") from None

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            words, _, number = line.decode().strip().rpartition(" ")
            told = self._waiting.pop(words, None)
            if told is not None and not told.done():
                told.set_result(int(number))


class ServerSlot:
    """A place in which one server after the other lives."""

    def __init__(self, nursery: Nursery) -> None:
        self.port: int | None = None
        self._nursery = nursery
        self._pid = 0

    async def start(self) -> None:
        """Returns when it serves. Raises: RuntimeError if it does not within a minute."""
        self._pid, serves = await self._nursery.start()
        self.port = await self._nursery.port(serves)

    async def kill(self) -> None:
        """With -9. Returns when it is gone."""
        self.port = None
        pid, self._pid = self._pid, 0
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                while True:
                    await asyncio.sleep(0.001)
                    os.kill(pid, 0)
