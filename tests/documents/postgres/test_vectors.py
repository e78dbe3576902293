"""Without pgvector words and names are searched and it is said why; once it is there, vectors are made up for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cryptodesk.documents.postgres.connecting import connected
from cryptodesk.documents.postgres.vectors import find_fault
from cryptodesk.documents.query import DocumentQuery
from tests.clients.postgres import Server
from tests.documents.index.fixtures import document
from tests.documents.postgres.fixtures import found, open_index

asyncpg = pytest.importorskip("asyncpg")

DOCUMENTS = [
    document(0, "A validator that signs two blocks at one height is slashed."),
    document(1, "Funding is paid between longs and shorts every eight hours."),
    document(2, "The halving cuts what a block pays its miner."),
]
WORDS = DocumentQuery(text="who is slashed for two blocks")
KIND = "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attname = 'vector' AND attrelid = $1::text::regclass"


async def fault_of(pool: Any) -> str | None:
    async with connected(pool) as connection:
        return await find_fault(connection)


@pytest.fixture
async def bare(postgres_server: Server) -> AsyncIterator[tuple[str, Any]]:
    """The address of a database without pgvector, and a pool of a user who may make tables but not install it."""
    dsn = await postgres_server.new_database()
    admin = await asyncpg.connect(dsn)
    name = dsn.partition("?")[0].rpartition("/")[2]
    await admin.execute(f"CREATE ROLE tenant_{name} LOGIN; GRANT ALL ON SCHEMA public TO tenant_{name}")
    await admin.close()
    async with asyncpg.create_pool(dsn, user=f"tenant_{name}", min_size=1, max_size=4) as pool:
        yield dsn, pool


async def test_pgvector_is_installed_where_it_is_missing(postgres_server: Server) -> None:
    async with asyncpg.create_pool(await postgres_server.new_database(), min_size=1, max_size=2) as pool:
        assert (await fault_of(pool), await fault_of(pool)) == (None, None)


async def test_who_may_not_install_it_is_told_what_to_do(bare: tuple[str, Any]) -> None:
    assert "run CREATE EXTENSION vector in the database of DATABASE_URL" in str(await fault_of(bare[1]))


async def test_a_schema_that_is_not_searched_is_named(postgres_server: Server) -> None:
    dsn = (await postgres_server.new_schema()).replace(",public", "")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        assert "search_path=desk,public" in str(await fault_of(pool))


@pytest.mark.parametrize(("version", "is_enough"), [("0.7.4", False), ("0.8.0", True), ("0.10.1", True), ("1.0", True)])
async def test_an_old_pgvector_is_no_pgvector(postgres_pool: Any, version: str, is_enough: bool) -> None:
    class Reporting:
        """The connection, with the version as told."""

        def __init__(self, connection: Any) -> None:
            self.transaction, self.execute = connection.transaction, connection.execute

        async def fetchrow(self, _query: str) -> tuple[str, str, bool]:
            return version, "public", True

    async with connected(postgres_pool) as connection:
        fault = await find_fault(Reporting(connection))
    assert (fault is None) == is_enough
    assert is_enough or f"0.8 or newer is needed, the database has {version!r}" in str(fault)


async def test_without_it_words_are_found_and_each_search_says_why(bare: tuple[str, Any]) -> None:
    async with open_index(bare[1], DOCUMENTS) as index:
        hits = await index.search(WORDS)
        assert found(hits)[0] == "d0"
        assert len(hits.notes) == 1
        assert hits.notes[0].startswith("vectors are off: the database has no pgvector")
        await index.apply([document(90, "The zebracoin halves on Sundays.")], ["d0"])
        assert found(await index.search(DocumentQuery(text="zebracoin")))[0] == "d90"
        assert "d0" not in found(await index.search(WORDS))
        assert "no pgvector" in " ".join(index.status().notes)
        assert index.status().unembedded == index.status().passages > 0


async def test_once_it_is_there_everything_gets_its_vector(bare: tuple[str, Any]) -> None:
    dsn, pool = bare
    async with open_index(pool, DOCUMENTS):
        assert await pool.fetchval(KIND, "document_search_passages") == "bytea"
    await _execute(dsn, "CREATE EXTENSION vector")
    async with open_index(pool, DOCUMENTS) as index:
        assert (index.status().unembedded, (await index.search(WORDS)).notes) == (0, ())
        assert await pool.fetchval(KIND, "document_search_passages") == "halfvec"
        assert await pool.fetchval("SELECT count(*) FROM document_search_passages WHERE vector IS NULL") == 0
        assert "hnsw" in await pool.fetchval("SELECT string_agg(indexdef, ' ') FROM pg_indexes")


async def test_where_it_was_taken_away_words_are_still_found(bare: tuple[str, Any]) -> None:
    dsn, pool = bare
    await _execute(dsn, "CREATE EXTENSION vector")
    async with open_index(pool, DOCUMENTS):
        await _execute(dsn, "DROP EXTENSION vector CASCADE")
    async with open_index(pool, DOCUMENTS) as index:
        assert found(await index.search(WORDS))[0] == "d0"
        await index.apply([document(90, "The zebracoin halves on Sundays.")])
        assert found(await index.search(DocumentQuery(text="zebracoin")))[0] == "d90"


async def test_what_another_process_has_written_already_is_not_written_again(postgres_pool: Any) -> None:
    async with open_index(postgres_pool, DOCUMENTS) as one, open_index(postgres_pool, DOCUMENTS) as other:
        added = [document(90, "The zebracoin halves on Sundays.")]
        await one.apply(added)
        generation = await postgres_pool.fetchval("SELECT generation FROM document_search_state")
        await other.apply(added)
        assert await postgres_pool.fetchval("SELECT generation FROM document_search_state") == generation
        assert found(await other.search(DocumentQuery(text="zebracoin")))[0] == "d90"


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()
