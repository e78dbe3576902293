"""The index of documents: kept in a folder beside the database, derived from it, and rebuilt by itself if need be."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.documents.embedding import Embedder, EmbeddingUnavailable, Vector
from cryptodesk.documents.embedding.wordpiece import load_wordpiece
from cryptodesk.documents.index.conditions import (
    MOST_HITS,
    MOST_QUESTION_CHARACTERS,
    Conditions,
    conditions_of,
    known_until,
)
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.fulltext import FullTextDamaged
from cryptodesk.documents.index.fusion import Question, rank
from cryptodesk.documents.index.generation import Generation, open_generation
from cryptodesk.documents.index.lock import writing
from cryptodesk.documents.index.manifest import (
    IndexDamaged,
    Manifest,
    load_manifest,
    save_manifest,
    stamp,
    verify,
)
from cryptodesk.documents.index.writer import IndexWriter, Shipped, Sizes, encodable, sweep
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Document, Hit

__all__ = ["DocumentIndex", "IndexStatus"]

_LOG = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_SEARCH_THREADS = 2
_MANY_PASSAGES = 50_000
_MOST_IN_BATCH, _MOST_CHARACTERS_IN_BATCH = 2_000, 8_000_000
_PATIENCE_SECONDS = 600.0
_ATTEMPTS = 3


class IndexStatus(Struct, frozen=True):
    """What the index holds. `notes` say what is not searched or only in part."""

    passages: int
    generation: int
    unembedded: int
    notes: tuple[str, ...] = ()


def _no_names(_asset_id: int) -> Collection[str]:
    return ()


def _none_shipped(_keys: Sequence[bytes]) -> Mapping[bytes, Array]:
    return {}


class DocumentIndex:
    """Finds passages by meaning, words and exact names. `open` it before use, `close` it when done.

    `documents` reads all documents of the store for a rebuild, in a thread of the index. `asset_names` gives the names
    and symbols of an asset id, by which documents about it are found. `shipped` gives the vectors that need not be
    computed, by `vector_key`. All work is done in threads of its own."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        clock: Clock,
        documents: Callable[[], Iterable[Document]],
        *,
        asset_names: Callable[[int], Collection[str]] = _no_names,
        sizes: Sizes = Sizes(),  # noqa: B008 - immutable
        shipped: Shipped = _none_shipped,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._clock = clock
        self._documents = documents
        self._asset_names = asset_names
        self._sizes = sizes
        self._shipped = shipped
        self._generation: Generation | None = None
        self._stamp: tuple[int, int] | None = None
        self._refreshing = threading.Lock()
        self._readers = ThreadPoolExecutor(_SEARCH_THREADS, "document-search")
        self._scanners = ThreadPoolExecutor(_SEARCH_THREADS, "document-scan")
        self._writer = ThreadPoolExecutor(1, "document-index")

    async def open(self) -> None:
        """Opens what the folder holds after reading it through; where that is nothing whole, or of another model, the
        index is built anew from all documents. Until then `search` finds nothing and says so.

        Raises: IndexBusy, OSError."""
        await self._in(self._writer, self._open)

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None:
        """Takes documents out, then others in, in place of those of the same id. When it returns, searches see it.

        Raises: IndexBusy, OSError; the index is then as it was, or as it was after some of the documents."""
        await self._in(self._writer, self._apply, added, removed)

    async def rebuild(self) -> None:
        """Builds the index anew from all documents; vectors that are still known are not computed again.

        Raises: IndexBusy, OSError."""
        await self._in(self._writer, self._rebuild_locked)

    async def search(self, query: DocumentQuery) -> HitsFound:
        """The passages nearest to `query.text`, at most two of one document. The documents come without their text.

        Raises: ValueError for a moment without a time zone."""
        now = self._clock.now()
        conditions = conditions_of(query, now)
        text = encodable(query.text[:MOST_QUESTION_CHARACTERS]).strip()
        if not text or query.limit < 1:
            return HitsFound()
        if self._generation is None:
            return HitsFound(notes=("the document index is not ready yet",))
        vector, notes = await self._vector(text)
        moment = conditions.known_until or now.timestamp()
        limit = min(query.limit, MOST_HITS)
        return await self._in(self._readers, self._search, Question(text, vector), conditions, moment, limit, notes)

    async def count(self, as_of: datetime | None = None) -> int:
        """How many documents can be found."""
        moment = known_until(as_of, self._clock.now())
        return await self._in(self._readers, self._count, moment)

    async def contents(self) -> Mapping[str, str]:
        """The content hash of every document that is held, by id: what a store has beyond it is to be applied."""
        return await self._in(self._readers, self._contents)

    def status(self) -> IndexStatus:
        generation = self._generation
        if generation is None:
            return IndexStatus(0, 0, 0, ("the document index is not ready yet",))
        notes = () if self._embedder.fault is None else (f"vectors are off: {self._embedder.fault}",)
        return IndexStatus(len(generation), generation.manifest.generation, generation.unembedded, notes)

    def close(self) -> None:
        """Waits for what is being written. May be called twice."""
        self._writer.shutdown(wait=True, cancel_futures=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._scanners.shutdown(wait=True, cancel_futures=True)

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[..., _Result], *given: object) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *given))

    async def _vector(self, text: str) -> tuple[Vector | None, tuple[str, ...]]:
        try:
            return await self._embedder.embed_question(text), ()
        except EmbeddingUnavailable as error:
            return None, (f"vectors are off: {error}",)

    def _search(
        self, question: Question, conditions: Conditions, now: float, limit: int, notes: tuple[str, ...]
    ) -> HitsFound:
        generation = self._current()
        hits = []
        # Below that the parts are read before a second thread has begun.
        spread = self._scanners.map if len(generation) > _MANY_PASSAGES else map
        for ranked in islice(rank(generation, question, conditions, now, load_wordpiece(), spread=spread), limit):
            hits.append(Hit(*generation.passage(ranked.row), ranked.score))
        missing = generation.unembedded if question.vector is not None else 0
        if missing:
            notes = (
                *notes,
                f"vectors are off for {missing} of {len(generation)} passages",
            )
        return HitsFound(tuple(hits), notes)

    def _count(self, moment: float) -> int:
        return self._current().count_documents(moment)

    def _contents(self) -> dict[str, str]:
        return {document.document_id: document.content_hash for document in self._current().documents()}

    def _current(self) -> Generation:
        """The newest state, also where another process has written it."""
        if stamp(self._folder) != self._stamp and self._refreshing.acquire(blocking=False):
            try:
                self._publish(*self._load())
            except IndexDamaged as error:
                _LOG.warning("document index: %s; the state before is kept", error)
            finally:
                self._refreshing.release()
        return self._generation or _empty()

    def _load(self) -> tuple[Generation, tuple[int, int] | None]:
        """Raises: IndexDamaged."""
        for attempt in range(_ATTEMPTS):
            found = stamp(self._folder)
            manifest = load_manifest(self._folder)
            if manifest is None:
                raise IndexDamaged("there is no index yet")
            try:
                return open_generation(self._folder, manifest), found
            except IndexDamaged:
                # A writer may have replaced the manifest and swept its files in this moment.
                if attempt == _ATTEMPTS - 1 or stamp(self._folder) == found:
                    raise
        raise IndexDamaged("the index is replaced faster than it can be opened")

    def _publish(self, generation: Generation, found: tuple[int, int] | None) -> None:
        self._generation, self._stamp = generation, found

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with writing(self._folder, _PATIENCE_SECONDS):
            try:
                manifest = load_manifest(self._folder)
                if manifest is not None:
                    verify(self._folder, manifest)
                generation, found = self._load()
            except IndexDamaged as error:
                _LOG.info("document index: %s; it is built anew", error)
                self._rebuild()
                return
            self._publish(generation, found)
            if self._embedder.fault is None and self._lacks_vectors(generation):
                _LOG.info("document index: some passages lack vectors of this model; it is built anew")
                self._rebuild()
            sweep(self._folder, [self._current().manifest])

    def _lacks_vectors(self, generation: Generation) -> bool:
        return bool(len(generation)) and (
            generation.manifest.model != self._embedder.model_id or generation.unembedded > generation.manifest.given_up
        )

    def _apply(self, added: Sequence[Document], removed: Collection[str]) -> None:
        with writing(self._folder, _PATIENCE_SECONDS), closing(self._index_writer()) as writer:
            try:
                for batch in _batches(added) if added else [[]]:
                    self._write(writer, batch, removed)
                    removed = ()
            except (IndexDamaged, FullTextDamaged) as error:
                _LOG.warning("document index: %s; it is built anew", error)
                self._rebuild()

    def _write(self, writer: IndexWriter, added: Sequence[Document], removed: Collection[str]) -> None:
        state = self._current()
        manifest = writer.next_state(state, added, removed)
        if manifest is not state.manifest:
            self._commit(manifest)

    def _rebuild_locked(self) -> None:
        with writing(self._folder, _PATIENCE_SECONDS):
            self._rebuild()

    def _rebuild(self) -> None:
        """Nothing is seen of it before it is whole; the state before is searched until then."""
        kept = [] if self._generation is None else [self._generation.manifest]
        state = _empty()
        with closing(self._index_writer()) as writer:
            for batch in _batches(self._documents()):
                manifest = writer.next_state(state, batch, ())
                if manifest is not state.manifest:
                    state = open_generation(self._folder, manifest)
                sweep(self._folder, [*kept, manifest])
        self._commit(state.manifest)

    def _commit(self, manifest: Manifest) -> None:
        generation = open_generation(self._folder, manifest)
        with self._refreshing:
            save_manifest(self._folder, manifest)
            self._publish(generation, stamp(self._folder))
        sweep(self._folder, [manifest])

    def _index_writer(self) -> IndexWriter:
        return IndexWriter(self._folder, self._embedder, self._asset_names, self._sizes, self._shipped)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Not too many at once, and no more text than is cut into some ten thousand passages."""
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if len(batch) >= _MOST_IN_BATCH or characters >= _MOST_CHARACTERS_IN_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _empty() -> Generation:
    return Generation(Manifest(), (), None, np.zeros(0, np.uint64))
