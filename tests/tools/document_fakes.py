"""Documents for tests of tools: held in memory, found by the words they share with the question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Feed
from cryptodesk.tools import ToolServices
from tests.tools.fakes import ASSETS, NOW, FakeFeed

_WORDS = re.compile(r"[a-z0-9]+")


def make_document(text: str, number: int = 0, *, hours_ago: float = 1.0, **changes: Any) -> Document:
    """A news article of an hour ago, known when it was published."""
    published_at = changes.pop("published_at", NOW - timedelta(hours=hours_ago))
    fields: dict[str, Any] = {
        "document_id": f"doc-{number}",
        "type": "news",
        "source": "rss",
        "publisher": "Example Wire",
        "title": f"Headline {number}",
        "text": text,
        "published_at": published_at,
        "fetched_at": published_at or NOW,
        "known_at": published_at or NOW - timedelta(days=1),
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
        "url": f"https://wire.example/{number}",
    }
    return Document(**{**fields, **changes})


class FakeDocuments:
    """`documents.query.DocumentFeed`. Hits are scored by shared words; `warnings` are those of every hit."""

    def __init__(
        self, *documents: Document, notes: Sequence[str] = (), warnings: Sequence[str] = (), chunk: int = 1_200
    ) -> None:
        self.documents = documents
        self.queries: list[DocumentQuery] = []
        self._notes = tuple(notes)
        self._warnings = tuple(warnings)
        self._chunk = chunk

    async def search(self, query: DocumentQuery) -> HitsFound:
        self.queries.append(query)
        words = set(_WORDS.findall(query.text.lower()))
        scored = [(_shared(words, document), document) for document in self._passing(query)]
        ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
        hits = [
            Hit(document, Chunk(document.document_id, 0, document.text[: self._chunk]), float(score), self._warnings)
            for score, document in ranked
        ]
        return HitsFound(tuple(hits[: query.limit]), self._notes)

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        self.queries.append(query)
        newest = sorted(self._passing(query), key=lambda document: document.known_at, reverse=True)
        return DocumentsFound(tuple(newest[: query.limit]), self._notes)

    async def count(self, as_of: datetime | None = None) -> int:
        return sum(document.known_at <= (as_of or NOW) for document in self.documents)

    def _passing(self, query: DocumentQuery) -> list[Document]:
        return [document for document in self.documents if _passes(document, query)]


def make_desk(
    documents: FakeDocuments | None, feed: Feed | None = None, now: datetime = NOW, **changes: Any
) -> ToolServices:
    return ToolServices(FixedClock(now), AssetDirectory(ASSETS), feed or FakeFeed(), documents, **changes)


def _shared(words: set[str], document: Document) -> int:
    return len(words & set(_WORDS.findall(f"{document.title} {document.text}".lower())))


def _passes(document: Document, query: DocumentQuery) -> bool:
    if document.known_at > (query.as_of or NOW):
        return False
    if query.types and document.type not in query.types:
        return False
    if query.sources and document.source not in query.sources:
        return False
    if query.asset_ids and not set(query.asset_ids) & set(document.asset_ids):
        return False
    if query.language is not None and document.language != query.language:
        return False
    if query.published_after is None and query.published_before is None:
        return True
    moment = document.published_at
    return (
        moment is not None
        and (query.published_after or datetime.min.replace(tzinfo=UTC)) <= moment
        and (query.published_before is None or moment < query.published_before)
    )
