"""The search index of a desk's documents: files beside a SQLite file, tables in a PostgreSQL."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.handbook.vectors import shipped_vectors
from cryptodesk.documents.index import DocumentIndex
from cryptodesk.documents.query import DocumentQuery, HitsFound
from cryptodesk.documents.records import Document
from cryptodesk.settings import Settings
from cryptodesk.storage.database import Database
from cryptodesk.storage.postgres.address import Address
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["IndexParts", "LibraryIndex", "make_index"]

# Searches of one process at a time; others wait for a connection.
_MOST_CONNECTIONS = 8


class LibraryIndex(Protocol):
    """What a library wants of its index. `open` it before use."""

    async def open(self) -> None: ...

    async def search(self, query: DocumentQuery) -> HitsFound: ...

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None: ...

    async def contents(self) -> Mapping[str, str]: ...

    async def aclose(self) -> None: ...


class IndexParts(Struct, frozen=True):
    """`documents` reads all of the store; `asset_names` gives names by which documents about an asset are found."""

    embedder: Embedder
    clock: Clock
    documents: Callable[[], Iterable[Document]]
    asset_names: Callable[[int], Collection[str]]


def make_index(settings: Settings, database: Database, parts: IndexParts) -> LibraryIndex:
    if isinstance(database, SqliteDatabase):
        return _FileIndex(
            settings.index_folder,
            parts.embedder,
            parts.clock,
            parts.documents,
            asset_names=parts.asset_names,
            shipped=shipped_vectors,
        )
    return _SharedIndex(settings, database, parts)


class _FileIndex(DocumentIndex):
    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)


class _SharedIndex:
    """Has a pool of its own, because what it asks of the database is its own language and may take long."""

    def __init__(self, settings: Settings, database: Any, parts: IndexParts) -> None:
        url = settings.database_url
        self._are_sessions_shared = settings.database_pooler or (
            url is not None and Address(url.get_secret_value()).is_pooled
        )
        self._most = min(settings.database_pool, _MOST_CONNECTIONS)
        self._database = database
        self._parts = parts
        self._pool: Any = None
        self._index: Any = None

    async def open(self) -> None:
        if self._index is None:
            # Imported late: the driver is an extra of the package.
            module = await asyncio.to_thread(importlib.import_module, "cryptodesk.documents.postgres")
            self._pool = await module.open_pool(
                self._database, self._most, are_sessions_shared=self._are_sessions_shared
            )
            parts = self._parts
            self._index = module.PostgresIndex(
                self._pool,
                parts.embedder,
                parts.clock,
                parts.documents,
                asset_names=parts.asset_names,
                shipped=shipped_vectors,
            )
        await self._index.open()

    async def search(self, query: DocumentQuery) -> HitsFound:
        if self._index is None:
            return HitsFound(notes=("the document index is not ready yet",))
        found: HitsFound = await self._index.search(query)
        return found

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None:
        await self._index.apply(added, removed)

    async def contents(self) -> Mapping[str, str]:
        found: Mapping[str, str] = await self._index.contents()
        return found

    async def aclose(self) -> None:
        if self._index is None:
            return
        await asyncio.to_thread(self._index.close)
        await self._pool.close()
