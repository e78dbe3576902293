"""The desk's documents behind one port: newest first from the store, nearest first from an index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from msgspec import structs

from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Hit
from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.documents.store.records import KnownText

__all__ = ["DocumentLibrary", "SearchIndex"]

NO_INDEX = "searching is off: there is no index"


class SearchIndex(Protocol):
    """Finds passages by their meaning and their words. It may lag behind the store; the library sees to that."""

    async def search(self, query: DocumentQuery) -> HitsFound: ...


class DocumentLibrary:
    """A `DocumentFeed` over the store. A passage is given only if it stands in the text as it was known at the query's
    `as_of`; what was removed, revised or not yet known is left out, whatever the index holds."""

    def __init__(self, store: DocumentStore, index: SearchIndex | None = None) -> None:
        self._store = store
        self._index = index

    async def search(self, query: DocumentQuery) -> HitsFound:
        if self._index is None:
            return HitsFound(notes=(NO_INDEX,))
        found = await self._index.search(query)
        known = await self._store.known([hit.document.document_id for hit in found.hits], query.as_of)
        hits = tuple(kept for hit in found.hits if (kept := _kept(hit, known)) is not None)
        dropped = len(found.hits) - len(hits)
        note = f"{dropped} passages were left out: their documents have changed or were not known then"
        return HitsFound(hits, (*found.notes, *((note,) if dropped else ())))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return DocumentsFound(tuple(await self._store.recent(query)))

    async def count(self, as_of: datetime | None = None) -> int:
        return await self._store.count(as_of)


def _kept(hit: Hit, known: Mapping[str, KnownText]) -> Hit | None:
    found = known.get(hit.document.document_id)
    if found is None:
        return None
    document = found.document
    if document.content_hash != hit.document.content_hash and _folded(hit.chunk.text) not in _folded(document.text):
        return None
    # Hidden text was seen when the page came in; nothing of it is left in the passage.
    hidden = tuple(name for name in found.warnings if name == "hidden_text")
    return structs.replace(hit, document=document, warnings=tuple(dict.fromkeys((*hit.warnings, *hidden))))


def _folded(text: str) -> str:
    return " ".join(text.split())
