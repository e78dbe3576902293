"""Changes of the index: vectors are made before, then everything is written in one transaction or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.index.writer import Shipped
from cryptodesk.documents.postgres.connecting import Connection, Pool, connected, lock_key, writing
from cryptodesk.documents.postgres.embedding import embed_missing
from cryptodesk.documents.postgres.lexemes import ANALYSIS
from cryptodesk.documents.postgres.mending import mend_some
from cryptodesk.documents.postgres.migrations import COMPONENT, MIGRATIONS, apply_migrations, require_pgvector
from cryptodesk.documents.postgres.preparing import AssetNames, batches, passage_texts, prepare, storable
from cryptodesk.documents.postgres.rebuilding import make_tables, take_over
from cryptodesk.documents.postgres.schema import NEXT
from cryptodesk.documents.postgres.state import State, load_state
from cryptodesk.documents.postgres.writing import (
    Inserted,
    delete_passages,
    forget_pending,
    insert_counts,
    insert_documents,
    save_state,
    take_out,
)
from cryptodesk.documents.records import Document

__all__ = ["PostgresWriter"]

_LOG = logging.getLogger(__name__)

_Result = TypeVar("_Result")
Documents = Callable[[], Iterable[Document]]


class PostgresWriter:
    """Chunking and counting is done in a thread of its own, in which `documents` is read too. Every method raises
    InternalError or IndexBusy for what the database fails with; the index is then as it was."""

    def __init__(
        self,
        pool: Pool,
        embedder: Embedder,
        documents: Documents,
        asset_names: AssetNames,
        shipped: Shipped,
    ) -> None:
        self._pool = pool
        self._embedder = embedder
        self._documents = documents
        self._asset_names = asset_names
        self._shipped = shipped
        self._thread = ThreadPoolExecutor(1, "document-index")

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def open(self) -> State:
        """Brings the tables up to date, and builds what is not there or of another model."""
        async with connected(self._pool) as connection:
            await require_pgvector(connection)
            await apply_migrations(connection, COMPONENT, MIGRATIONS)
            async with _building(connection):
                state = await load_state(connection)
                if self._is_outdated(state):
                    _LOG.info("document index: it is built anew in the database")
                    await self._rebuild(connection)
                await self._mend(connection)
            return await load_state(connection)

    async def rebuild(self) -> State:
        async with connected(self._pool) as connection:
            async with _building(connection):
                await self._rebuild(connection)
            return await load_state(connection)

    async def apply(self, added: Sequence[Document], removed: Collection[str]) -> State:
        latest = {storable(document.document_id): document for document in added}
        async with connected(self._pool) as connection:
            is_own = (await load_state(connection)).model == self._embedder.model_id
            hopeless = await self._embed(connection, latest.values) if is_own else set()
            async with writing(connection):
                state = await self._replace(connection, latest, removed, hopeless)
            if state.unembedded and is_own:
                await self._mend(connection)
            return await load_state(connection)

    def _is_outdated(self, state: State) -> bool:
        if state.model is None or state.analysis < ANALYSIS:
            return True
        return state.model != self._embedder.model_id and self._embedder.fault is None

    async def _replace(
        self,
        connection: Connection,
        latest: Mapping[str, Document],
        removed: Collection[str],
        hopeless: Collection[bytes],
    ) -> State:
        state = await load_state(connection)
        gone = await take_out(connection, {*map(storable, removed), *latest})
        is_own = state.model == self._embedder.model_id
        added = await self._insert(connection, latest.values, "", hopeless, with_vectors=is_own)
        if not gone and not added.passages:
            return state
        await forget_pending(connection)
        deleted = await delete_passages(connection, gone)
        await insert_counts(connection, added.counts, "")
        model = state.model or self._embedder.model_id
        known_at = max(state.latest_known_at, added.latest_known_at)
        await save_state(connection, model, state.passages + added.passages - deleted, known_at)
        return await load_state(connection)

    async def _rebuild(self, connection: Connection) -> None:
        hopeless = await self._embed(connection, self._documents)
        async with writing(connection):
            await make_tables(connection)
            added = await self._insert(connection, self._documents, NEXT, hopeless, with_vectors=True)
            await take_over(connection, added.counts)
            await connection.execute("TRUNCATE document_search_pending")
            await save_state(connection, self._embedder.model_id, added.passages, added.latest_known_at)

    async def _mend(self, connection: Connection) -> None:
        if self._embedder.fault is None:
            while await mend_some(connection, self._embedder, self._shipped):
                pass

    async def _embed(self, connection: Connection, documents: Documents) -> set[bytes]:
        """The texts that no vector could be made of."""
        hopeless: set[bytes] = set()
        if self._embedder.fault is None:
            async for batch in self._batches(documents):
                texts = await self._in_thread(passage_texts, batch, self._embedder.model_id)
                hopeless |= await embed_missing(connection, self._embedder, self._shipped, texts)
        return hopeless

    async def _insert(
        self,
        connection: Connection,
        documents: Documents,
        suffix: str,
        hopeless: Collection[bytes],
        *,
        with_vectors: bool,
    ) -> Inserted:
        total = Inserted()
        async for batch in self._batches(documents):
            prepared = await self._in_thread(prepare, batch, self._asset_names, self._embedder.model_id)
            await self._in_thread(total.add, prepared)
            await insert_documents(connection, prepared, suffix, hopeless, with_vectors=with_vectors)
        return total

    async def _batches(self, documents: Documents) -> AsyncIterator[list[Document]]:
        """Read in the thread, whoever's the documents are."""
        found = await self._in_thread(lambda: batches(documents()))
        try:
            while (batch := await self._in_thread(next, found, None)) is not None:
                yield batch
        finally:
            await self._in_thread(found.close)

    async def _in_thread(self, work: Callable[..., _Result], *given: object) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *given))


@asynccontextmanager
async def _building(connection: Connection) -> AsyncIterator[None]:
    """One process at a time: of several that start together one builds the index and the others find it built."""
    key = await lock_key(connection, "document_search.build")
    await connection.execute("SELECT pg_advisory_lock($1)", key)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", key)
