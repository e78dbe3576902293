"""An index in a database for tests, and a look into its tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.postgres import PostgresIndex
from cryptodesk.documents.query import HitsFound
from cryptodesk.documents.records import Document
from tests.documents.index.fixtures import NOW, CountingEncoder, embedder_of

__all__ = ["found", "open_index", "table_sizes"]


@asynccontextmanager
async def open_index(
    pool: Any,
    documents: Sequence[Document] | Callable[[], Iterable[Document]] = (),
    *,
    encoder: CountingEncoder | None = None,
    missing: str | None = None,
    **given: Any,
) -> AsyncIterator[PostgresIndex]:
    embedder = embedder_of(encoder or CountingEncoder(), missing=missing)
    read = documents if callable(documents) else lambda: documents
    index = PostgresIndex(pool, embedder, FixedClock(NOW), read, **given)
    try:
        await index.open()
        yield index
    finally:
        index.close()
        embedder.close()


def found(hits: HitsFound) -> list[str]:
    return [hit.document.document_id for hit in hits.hits]


async def table_sizes(pool: Any) -> dict[str, int]:
    """Rows of each table of the index, by the end of its name."""
    names = [
        row[0]
        for row in await pool.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            " AND relname LIKE 'document\\_search\\_%'"
        )
    ]
    return {
        name.removeprefix("document_search_"): await pool.fetchval(f"SELECT count(*) FROM {name}") for name in names
    }
