"""One question to the documents, wherever they are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from cryptodesk.documents.records import Document, DocumentType, Hit

__all__ = ["DocumentFeed", "DocumentQuery", "DocumentsFound", "HitsFound"]


class DocumentQuery(Struct, frozen=True, kw_only=True):
    """Documents as they were known at `as_of` (None is now). Empty `types` and `asset_ids` mean any; `published_after`
    <= t < `published_before` leaves undated documents out. `sources` narrows to adapters."""

    text: str = ""
    types: tuple[DocumentType, ...] = ()
    asset_ids: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    published_after: datetime | None = None
    published_before: datetime | None = None
    language: str | None = None
    as_of: datetime | None = None
    limit: int = 8


class HitsFound(Struct, frozen=True):
    """Passages, best first. `notes` say what was not searched or only in part ("vectors are off: onnxruntime is
    missing")."""

    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()


class DocumentsFound(Struct, frozen=True):
    """Documents, newest first."""

    documents: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()


class DocumentFeed(Protocol):
    """The documents that the desk has. Neither way raises for nothing found."""

    async def search(self, query: DocumentQuery) -> HitsFound:
        """The passages nearest to `query.text`."""
        ...

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        """The newest documents that pass the filters; `query.text` is not looked at."""
        ...

    async def count(self, as_of: datetime | None = None) -> int:
        """How many documents there are to find."""
        ...
