"""The index of documents in PostgreSQL: its full text and pgvector in place of files beside the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.embedding import EmbeddingUnavailable, Vector
from cryptodesk.documents.index import IndexStatus
from cryptodesk.documents.index.conditions import MOST_HITS, MOST_QUESTION_CHARACTERS, conditions_of, known_until
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.fusion import Question
from cryptodesk.documents.index.writer import Shipped
from cryptodesk.documents.postgres.connecting import Pool, connected
from cryptodesk.documents.postgres.preparing import AssetNames, storable
from cryptodesk.documents.postgres.searching import PREPARE, Searcher
from cryptodesk.documents.postgres.state import State, load_state
from cryptodesk.documents.postgres.vectors import Embeds
from cryptodesk.documents.postgres.writer import PostgresWriter
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Document

__all__ = ["PostgresIndex"]

_NOT_READY = "the document index is not ready yet"


def _no_names(_asset_id: int) -> Collection[str]:
    return ()


def _none_shipped(_keys: Sequence[bytes]) -> Mapping[bytes, Array]:
    return {}


class PostgresIndex:
    """Finds passages by meaning, words and exact names, as `DocumentIndex` does and with the same arguments; the
    passages are in tables of the pool's database, and every process that opens them sees what any of them wrote.

    The pool is lent: whoever made it closes it. Whatever the database fails with is an InternalError."""

    def __init__(
        self,
        pool: Pool,
        embedder: Embeds,
        clock: Clock,
        documents: Callable[[], Iterable[Document]],
        *,
        asset_names: AssetNames = _no_names,
        shipped: Shipped = _none_shipped,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._writer = PostgresWriter(pool, embedder, documents, asset_names, shipped)
        self._state: State | None = None
        self._is_closed = False

    async def open(self) -> None:
        """Makes the tables where they are missing. Where nothing was built yet, or with another model, the index is
        built anew from all documents; of several processes by one. Until then `search` finds nothing and says so.

        Where the database cannot hold vectors, words and names are searched, and each search says why.

        Raises: InternalError, also if the tables are a newer version's; IndexBusy."""
        self._check_open()
        self._state = await self._writer.open()

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None:
        """Takes documents out and others in, in place of those of the same id; all of it or nothing. When it returns,
        searches see it, in every process.

        Raises: InternalError, IndexBusy; the index is then as it was."""
        self._check_ready()
        self._state = await self._writer.apply(added, removed)

    async def rebuild(self) -> None:
        """Builds the index anew from all documents; vectors that are still known are not computed again. Searches go on
        in what was there before, until all is new at once.

        Raises: InternalError, IndexBusy."""
        self._check_ready()
        self._state = await self._writer.rebuild()

    async def search(self, query: DocumentQuery) -> HitsFound:
        """The passages nearest to `query.text`, at most two of one document. The documents come without their text.

        Raises: ValueError for a moment without a time zone; InternalError."""
        now = self._clock.now()
        conditions = conditions_of(query, now)
        text = storable(query.text[:MOST_QUESTION_CHARACTERS]).strip()
        if not text or query.limit < 1:
            return HitsFound()
        self._check_open()
        if self._state is None:
            return HitsFound(notes=(_NOT_READY,))
        vector, notes = await self._vector(text)
        moment = now.timestamp() if conditions.known_until is None else conditions.known_until
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(PREPARE)
            state = self._state = await load_state(connection)
            if vector is not None and state.model != self._writer.embedder.model_id:
                vector, notes = None, ("vectors are off: those of the index are of another model",)
            searcher = Searcher(connection, state, Question(text, vector), moment)
            hits = await searcher.find(conditions, min(query.limit, MOST_HITS)) if state.passages else []
        if vector is not None and state.unembedded:
            notes = (f"vectors are off for {state.unembedded} of {state.passages} passages",)
        return HitsFound(tuple(hits), notes)

    async def count(self, as_of: datetime | None = None) -> int:
        """How many documents can be found. Raises: InternalError."""
        moment = known_until(as_of, self._clock.now())
        self._check_open()
        if self._state is None:
            return 0
        async with connected(self._pool) as connection:
            count: int = await connection.fetchval(
                "SELECT count(*) FROM document_search_documents WHERE known_at <= $1", moment
            )
        return count

    async def contents(self) -> Mapping[str, str]:
        """The content hash of every document that is held, by id: what a store has beyond it is to be applied.

        Raises: InternalError."""
        self._check_open()
        if self._state is None:
            return {}
        async with connected(self._pool) as connection:
            rows = await connection.fetch("SELECT document_id, content_hash FROM document_search_documents")
        return {row["document_id"]: row["content_hash"] for row in rows}

    def status(self) -> IndexStatus:
        """As this process last saw it."""
        state = self._state
        if state is None:
            return IndexStatus(0, 0, 0, (_NOT_READY,))
        notes = () if self._writer.embedder.fault is None else (f"vectors are off: {self._writer.embedder.fault}",)
        return IndexStatus(state.passages, state.generation, state.unembedded, notes)

    def close(self) -> None:
        """Waits for what is read of documents. May be called twice; the pool stays open."""
        self._is_closed = True
        self._writer.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise InternalError("the document index is closed")

    def _check_ready(self) -> None:
        self._check_open()
        if self._state is None:
            raise InternalError("the document index must be opened before it is written")

    async def _vector(self, text: str) -> tuple[Vector | None, tuple[str, ...]]:
        try:
            return await self._writer.embedder.embed_question(text), ()
        except EmbeddingUnavailable as error:
            return None, (f"vectors are off: {error}",)
