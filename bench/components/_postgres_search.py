"""The index of documents in PostgreSQL, measured: what `document_search_postgres` prints. Needs what the tests need.

Passages and questions are those of `document_search`, in a server that has the memory of a small one, reached by a
socket. What a search spends in the server is not in its CPU time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from statistics import mean
from typing import Any

import asyncpg
from tests.clients.postgres import start_server
from tests.documents.index.test_recall import NAMES, NOW, QUESTIONS, _document, _ranks, _recall

from bench.components import Figure
from bench.components import document_search as embedded
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.index.conditions import conditions_of
from cryptodesk.documents.postgres import PostgresIndex
from cryptodesk.documents.postgres.candidates import find_nearest
from cryptodesk.documents.postgres.filters import Filters
from cryptodesk.documents.postgres.searching import PREPARE
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document

__all__ = ["ask_the_handbook", "in_server", "measure_index"]

_FILTERS: tuple[tuple[str, dict[str, object]], ...] = (
    ("", {}),
    (" of one asset and type", {"asset_ids": (17,), "types": ("blog",)}),
    (" of one type", {"types": ("research",)}),
    (" as of 90 days ago", {"as_of": embedded.NOW - embedded.timedelta(days=90)}),
)
_COMPARED = 50
_SETTINGS = ("shared_buffers = '1GB'", "max_wal_size = '4GB'")
_SIZE = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname LIKE 'document_search_%' AND relkind = 'r'"


def in_server(work: Callable[[Any], Awaitable[list[Figure]]]) -> list[Figure]:
    server = start_server(_SETTINGS)

    async def run() -> list[Figure]:
        async with asyncpg.create_pool(await server.new_schema(), min_size=1, max_size=4) as pool:
            return await work(pool)

    try:
        return asyncio.run(run())
    finally:
        server.stop()


@asynccontextmanager
async def _opened(
    pool: Any, embedder: Embedder, documents: Callable[[], Iterable[Document]], **given: Any
) -> AsyncIterator[Any]:
    index = PostgresIndex(pool, embedder, FixedClock(given.pop("now", embedded.NOW)), documents, **given)
    try:
        await index.open()
        yield index
    finally:
        index.close()
        embedder.close()


async def measure_index(pool: Any, size: int) -> list[Figure]:
    embedder = Embedder(embedded.InventedVectors, missing=lambda: None)
    began = time.perf_counter()
    async with _opened(pool, embedder, lambda: embedded.invented_documents(size)) as index:
        name = f"postgresql, {size:,} passages"
        figures = [Figure(f"{name}: build", time.perf_counter() - began, "s", "vectors given, indexes last")]
        for suffix, filters in _FILTERS:
            figures += await embedded.timed(index, embedder, f"{name}: search{suffix}", filters)
        figures += await _nearest_found(pool, embedder, name)
        figures.append(Figure(f"{name}: in the database", float(await pool.fetchval(_SIZE)) / 1e6, "MB"))
        began = time.perf_counter()
        await index.apply(list(embedded.invented_documents(20, first=size)))
        figures.append(Figure(f"{name}: add 20", (time.perf_counter() - began) * 1e3, "ms"))
    return figures


async def _nearest_found(pool: Any, embedder: Embedder, name: str) -> list[Figure]:
    """How many of the ten nearest a walk through the graph brings, with filters and without."""
    figures = []
    for suffix, filters in _FILTERS:
        asked = Filters(conditions_of(DocumentQuery(**filters), embedded.NOW))  # type: ignore[arg-type]
        shares = []
        for text in embedded.handbook_questions(_COMPARED):
            vector = (await embedder.embed_question(text)).tolist()
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(PREPARE)
                nearest = {each.passage for each in await find_nearest(connection, vector, asked, 10, exactly=True)}
                walked = {each.passage for each in await find_nearest(connection, vector, asked, 64, exactly=False)}
            shares.append(len(nearest & walked) / len(nearest))
        figures.append(
            Figure(f"{name}: of the 10 nearest{suffix}, walking", mean(shares), "", f"{_COMPARED} questions")
        )
    return figures


async def ask_the_handbook(pool: Any) -> list[Figure]:
    """The questions are kept beside the tests that ask them of the embedded index."""

    def names(asset_id: int) -> Collection[str]:
        return NAMES.get(asset_id, ())

    asked = {
        "own questions": {
            question: [f"{article.section}/{article.slug}"]
            for article in load_articles()
            for question in article.questions
        },
        "paraphrases": {each.question: each.expected for each in QUESTIONS if each.kind == "paraphrase"},
        "exact names": {each.question: each.expected for each in QUESTIONS if each.kind == "exact_name"},
        "committed questions": {each.question: each.expected for each in QUESTIONS},
    }
    figures = []
    for label, missing in (("", {}), (", without vectors", {"missing": lambda: "off"})):
        documents = lambda: map(_document, load_articles())  # noqa: E731
        async with _opened(pool, Embedder(**missing), documents, now=NOW, asset_names=names) as index:
            for kind, questions in asked.items():
                ranks = await _ranks(index, questions)
                for first in (1, 3, 5):
                    name = f"postgresql, handbook: {kind}{label}, recall@{first}"
                    figures.append(Figure(name, _recall(ranks, first), "", f"{len(questions)} questions"))
    return figures
