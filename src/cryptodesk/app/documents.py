"""The desk's documents, opened when something is first asked of them: a question about a price needs none.

Opening takes a third of a second, so before it the store is asked whether there is anything to search at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Document, DocumentType

if TYPE_CHECKING:
    from cryptodesk.app.library import Library

__all__ = ["Documents"]

log = logging.getLogger("cryptodesk.documents")

# Whoever has just started the server asks first; opening costs a second of the processor.
_FIRST_ANSWERS_SECONDS = 2.0
_RETRY_SECONDS = 60.0
# What ships is taken in when the library is opened: before that the store may lack it.
_SHIPPED: DocumentType = "handbook"


class Stored(Protocol):
    """The part of the document store that is asked while the library is closed."""

    async def recent(self, query: DocumentQuery) -> list[Document]: ...

    async def count(self, as_of: datetime | None = None) -> int: ...


class Documents:
    """A `DocumentFeed`. `open_library` makes the library, and is called once, in a thread: it imports and reads.
    `store` is what the library reads from."""

    def __init__(self, open_library: Callable[[], Library], store: Stored) -> None:
        self._open_library = open_library
        self._store = store
        self._opening: asyncio.Task[Library] | None = None

    async def search(self, query: DocumentQuery) -> HitsFound:
        try:
            if await self._has_nothing_for(query):
                return HitsFound()
            library = await self._opened()
        except (CryptodeskError, OSError, RuntimeError) as error:
            return HitsFound(notes=(_explain(error),))
        return await library.feed.search(query)

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        try:
            library = await self._opened()
        except (CryptodeskError, OSError, RuntimeError) as error:
            return DocumentsFound(notes=(_explain(error),))
        return await library.feed.recent(query)

    async def count(self, as_of: datetime | None = None) -> int:
        try:
            if self._opening is None and (count := await self._store.count(as_of)):
                return count
            return await (await self._opened()).feed.count(as_of)
        except (CryptodeskError, OSError, RuntimeError):
            return 0

    async def keep_fresh(self, *, is_sole: bool) -> None:
        """Runs until it is cancelled. Only the sole server of a data folder syncs; the others follow."""
        await asyncio.sleep(_FIRST_ANSWERS_SECONDS)
        while True:
            try:
                library = await self._opened()
                await library.keep_fresh(is_sole=is_sole)
            except (CryptodeskError, OSError, RuntimeError):
                log.exception("the documents cannot be kept fresh; the next try is in a minute")
                await asyncio.sleep(_RETRY_SECONDS)

    def syncs(self) -> Mapping[tuple[str, str], int]:
        """Syncs of this process by source and by how they ended; none before the library is open."""
        opening = self._opening
        if opening is None or not opening.done() or _failed(opening):
            return {}
        return opening.result().syncer.outcomes

    async def close(self) -> None:
        if self._opening is None:
            return
        try:
            library = await self._opening
        except (CryptodeskError, OSError, RuntimeError, asyncio.CancelledError):
            return
        await library.__aexit__()

    async def _has_nothing_for(self, query: DocumentQuery) -> bool:
        """Whether no text passes the query's filters, known without opening anything."""
        if self._opening is not None or not query.types or _SHIPPED in query.types:
            return False
        return not await self._store.recent(structs.replace(query, limit=1))

    async def _opened(self) -> Library:
        """Opened once for all who wait; a failure is told to all of them, and the next who asks tries again."""
        if self._opening is None or (self._opening.done() and _failed(self._opening)):
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Library:
        library = await asyncio.to_thread(self._open_library)
        await library.__aenter__()
        try:
            await library.open()
        except BaseException:
            await library.__aexit__()
            raise
        return library


def _failed(task: asyncio.Task[Library]) -> bool:
    return task.cancelled() or task.exception() is not None


def _explain(error: Exception) -> str:
    return f"the documents cannot be opened: {error}"
