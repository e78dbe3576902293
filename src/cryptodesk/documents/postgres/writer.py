"""Changes of the index: vectors are made before, then everything is written in one transaction or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from cryptodesk.documents.index.writer import Shipped
from cryptodesk.documents.postgres.connecting import Connection, Pool, alone, connected, writing
from cryptodesk.documents.postgres.embedding import embed_missing
from cryptodesk.documents.postgres.lexemes import ANALYSIS
from cryptodesk.documents.postgres.mending import mend_some
from cryptodesk.documents.postgres.migrations import COMPONENT, apply_migrations, migrations_of
from cryptodesk.documents.postgres.preparing import AssetNames, batches, passage_texts, prepare, storable
from cryptodesk.documents.postgres.rebuilding import make_tables, take_over
from cryptodesk.documents.postgres.schema import NEXT
from cryptodesk.documents.postgres.state import State, load_state
from cryptodesk.documents.postgres.vectors import Embeds, NoVectors, find_fault, fit_columns
from cryptodesk.documents.postgres.writing import (
    Inserted,
    delete_passages,
    forget_pending,
    insert_counts,
    insert_documents,
    save_state,
    take_out,
    unlike_those_held,
)
from cryptodesk.documents.records import Document

__all__ = ["PostgresWriter"]

_LOG = logging.getLogger(__name__)

_BUILD = "document_search.build"

_Result = TypeVar("_Result")
Documents = Callable[[], Iterable[Document]]


class PostgresWriter:
    """Chunking and counting is done in a thread of its own, in which `documents` is read too. Every method raises
    InternalError or IndexBusy for what the database fails with; the index is then as it was."""

    def __init__(
        self,
        pool: Pool,
        embedder: Embeds,
        documents: Documents,
        asset_names: AssetNames,
        shipped: Shipped,
    ) -> None:
        self._pool = pool
        self.embedder = embedder
        self._has_vectors = True
        self._documents = documents
        self._asset_names = asset_names
        self._shipped = shipped
        self._thread = ThreadPoolExecutor(1, "document-index")

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def open(self) -> State:
        """Brings the tables up to date, and builds what is not there or of another model."""
        async with connected(self._pool) as connection:
            await self._look_for_vectors(connection)
            await apply_migrations(connection, COMPONENT, migrations_of(with_vectors=self._has_vectors))
            # Of several processes that start together one builds the index and the others find it built.
            async with alone(self._pool, connection, _BUILD):
                await fit_columns(connection, with_vectors=self._has_vectors)
                state = await load_state(connection)
                if self._is_outdated(state):
                    _LOG.info("document index: it is built anew in the database")
                    await self._rebuild(connection)
                await self._mend(connection)
            return await load_state(connection)

    async def rebuild(self) -> State:
        async with connected(self._pool) as connection:
            async with alone(self._pool, connection, _BUILD):
                await self._rebuild(connection)
            return await load_state(connection)

    async def apply(self, added: Sequence[Document], removed: Collection[str]) -> State:
        latest = {storable(document.document_id): document for document in added}
        async with connected(self._pool) as connection:
            latest = await unlike_those_held(connection, latest)
            if not latest and not removed:
                return await load_state(connection)
            is_own = (await load_state(connection)).model == self.embedder.model_id
            hopeless = await self._embed(connection, latest.values) if is_own else set()
            async with writing(connection):
                # Another process may have written the same meanwhile.
                latest = await unlike_those_held(connection, latest)
                state = await self._replace(connection, latest, removed, hopeless)
            if state.unembedded and is_own:
                await self._mend(connection)
            return await load_state(connection)

    async def _look_for_vectors(self, connection: Connection) -> None:
        fault = await find_fault(connection)
        self._has_vectors = fault is None
        if fault is not None:
            _LOG.warning("document index: words and names alone are searched, for %s", fault)
            self.embedder = NoVectors(self.embedder.model_id, fault)

    def _is_outdated(self, state: State) -> bool:
        if state.model is None or state.analysis < ANALYSIS:
            return True
        return state.model != self.embedder.model_id and self.embedder.fault is None

    async def _replace(
        self,
        connection: Connection,
        latest: Mapping[str, Document],
        removed: Collection[str],
        hopeless: Collection[bytes],
    ) -> State:
        state = await load_state(connection)
        gone = await take_out(connection, {*map(storable, removed), *latest})
        is_own = state.model == self.embedder.model_id
        added = await self._insert(connection, latest.values, "", hopeless, with_vectors=is_own)
        if not gone and not added.passages:
            return state
        await forget_pending(connection)
        deleted = await delete_passages(connection, gone)
        await insert_counts(connection, added.counts, "")
        model = state.model or self.embedder.model_id
        known_at = max(state.latest_known_at, added.latest_known_at)
        await save_state(connection, model, state.passages + added.passages - deleted, known_at)
        return await load_state(connection)

    async def _rebuild(self, connection: Connection) -> None:
        hopeless = await self._embed(connection, self._documents)
        async with writing(connection):
            await make_tables(connection, with_vectors=self._has_vectors)
            added = await self._insert(connection, self._documents, NEXT, hopeless, with_vectors=True)
            await take_over(connection, added.counts, with_vectors=self._has_vectors)
            await connection.execute("TRUNCATE document_search_pending")
            await save_state(connection, self.embedder.model_id, added.passages, added.latest_known_at)

    async def _mend(self, connection: Connection) -> None:
        if self.embedder.fault is None:
            while await mend_some(connection, self.embedder, self._shipped):
                pass

    async def _embed(self, connection: Connection, documents: Documents) -> set[bytes]:
        """The texts that no vector could be made of."""
        hopeless: set[bytes] = set()
        if self.embedder.fault is None:
            async for batch in self._batches(documents):
                texts = await self._in_thread(passage_texts, batch, self.embedder.model_id)
                hopeless |= await embed_missing(connection, self.embedder, self._shipped, texts)
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
            prepared = await self._in_thread(prepare, batch, self._asset_names, self.embedder.model_id)
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
