"""What a search over documents costs, and what its index costs to build: a small index in `make bench`, any size by
`python -m bench.components.document_search 100000 1000000`.

The passages are invented: the handbook's words in any order, vectors in clusters. The questions are the handbook's,
each with a vector of its own. What embedding costs is measured with the real model."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import quantiles

import msgspec
import numpy as np

from bench.components import Component, Figure
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.chunking import chunk_text
from cryptodesk.documents.embedding import DIMENSIONS, Embedder, EmbeddingUnavailable, Vector
from cryptodesk.documents.handbook import load_articles
from cryptodesk.documents.index import DocumentIndex
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document, DocumentType

__all__ = ["COMPONENT"]

SMALL = (2_000, 8_000)
QUERIES = 200
NOW = datetime(2026, 11, 22, tzinfo=UTC)
_CLUSTERS, _WORDS_A_PASSAGE = 500, 130
_TYPES: tuple[DocumentType, ...] = ("news", "research", "blog", "handbook", "social_post")


class InventedVectors:
    """An encoder whose vectors lie about 500 centres, as those of texts about 500 subjects do."""

    def __init__(self) -> None:
        chance = np.random.default_rng(7)
        self._centres = chance.standard_normal((_CLUSTERS, DIMENSIONS), dtype=np.float32)

    def encode(self, text: str) -> Vector:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        chance = np.random.default_rng(seed)
        found = self._centres[seed % _CLUSTERS] + chance.standard_normal(DIMENSIONS, dtype=np.float32)
        vector: Vector = found / np.linalg.norm(found)
        return vector


def handbook_questions(count: int) -> list[str]:
    """Those of the handbook, which have stop words, names and common words as a reader's have."""
    questions = [question for article in load_articles() for question in article.questions]
    return random.Random(11).choices(questions, k=count)


def _words() -> tuple[list[str], list[float]]:
    """The handbook's words and how often each occurs."""
    counts = Counter(word for article in load_articles() for word in article.body.split())
    return list(counts), list(accumulate(map(float, counts.values())))


def invented_documents(count: int, first: int = 0) -> Iterator[Document]:
    words, weights = _words()
    for number in range(first, first + count):
        chance = random.Random(number)
        text = " ".join(chance.choices(words, cum_weights=weights, k=_WORDS_A_PASSAGE))
        moment = NOW - timedelta(minutes=number * 7_919 % 500_000)
        yield Document(
            document_id=f"invented/{number}",
            type=_TYPES[number % len(_TYPES)],
            source=f"source-{number % 20}",
            publisher="Invented",
            title=" ".join(chance.choices(words, cum_weights=weights, k=6)),
            text=f"{text} id-{number}x",
            fetched_at=moment,
            known_at=moment,
            published_at=moment,
            content_hash=f"{number:064x}",
            asset_ids=(number % 300,),
        )


def measure() -> Sequence[Figure]:
    return [*_embedding(), *(figure for size in SMALL for figure in _index_of(size))]


def _embedding() -> list[Figure]:
    texts = [f"{each.title}\n{passage}" for each in load_articles()[:40] for passage in chunk_text(each.body)]
    embedder = Embedder()
    try:
        embedder.embed_now(texts[:2])
        began = time.perf_counter()
        embedder.embed_now(texts)
        rate = len(texts) / (time.perf_counter() - began)
        times = [_milliseconds(lambda each=each: embedder.embed_now([each[:60]])) for each in texts]  # type: ignore[misc]
    except EmbeddingUnavailable as error:
        return [Figure("embedding", None, "/s", str(error))]
    finally:
        embedder.close()
    how = f"{len(texts)} passages of {sum(map(len, texts)) // len(texts)} characters, two threads"
    question = "60 characters, nothing remembered"
    return [
        Figure("embedding: passages", rate, "/s", how),
        Figure("embedding: a question, p50", quantiles(times, n=100)[49], "ms", question),
    ]


def _index_of(size: int) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="bench-documents-"))
    try:
        began = time.perf_counter()
        asyncio.run(_build(folder, size))
        seconds = time.perf_counter() - began
        # In a process of its own, whose memory is that of searching alone.
        command = [sys.executable, "-m", "bench.components.document_search", "--search", str(folder), str(size)]
        answer = subprocess.run(command, capture_output=True, check=True)
        return [
            Figure(f"{size:,} passages: build", seconds, "s", "vectors given, two threads"),
            *msgspec.json.decode(answer.stdout.splitlines()[-1], type=list[Figure]),
            Figure(f"{size:,} passages: on disk", _disk_mb(folder), "MB", "with the cache of vectors"),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _build(folder: Path, size: int) -> None:
    embedder = Embedder(InventedVectors, missing=lambda: None)
    index = DocumentIndex(folder, embedder, FixedClock(NOW), lambda: invented_documents(size))
    await index.open()
    index.close()
    embedder.close()


async def _search(folder: Path, size: int) -> list[Figure]:
    embedder = Embedder(InventedVectors, missing=lambda: None)
    before = _resident_mb()
    index = DocumentIndex(folder, embedder, FixedClock(NOW), lambda: invented_documents(size))
    began = time.perf_counter()
    await index.open()
    figures = [Figure(f"{size:,} passages: open", time.perf_counter() - began, "s", "every file read through")]
    narrow: dict[str, object] = {"asset_ids": (17,), "types": ("blog",)}
    past: dict[str, object] = {"as_of": NOW - timedelta(days=90)}
    for name, filters in (("", {}), (" of one asset and type", narrow), (" as of 90 days ago", past)):
        figures += await timed(index, embedder, f"{size:,} passages: search{name}", filters)
    heap, mapped = _resident_mb()
    figures.append(Figure(f"{size:,} passages: memory, own", heap - before[0], "MB"))
    figures.append(
        Figure(f"{size:,} passages: memory, mapped files", mapped - before[1], "MB", "what was read of them")
    )
    began = time.perf_counter()
    await index.apply(list(invented_documents(20, first=size)))
    figures.append(Figure(f"{size:,} passages: add 20", (time.perf_counter() - began) * 1e3, "ms"))
    index.close()
    embedder.close()
    return figures


async def timed(index: DocumentIndex, embedder: Embedder, name: str, filters: dict[str, object]) -> list[Figure]:
    times: list[float] = []
    spent = 0.0
    for text in handbook_questions(QUERIES):
        await embedder.embed_question(text)
        query = DocumentQuery(text=text, **filters)  # type: ignore[arg-type]
        began, cpu = time.perf_counter(), time.process_time()
        await index.search(query)
        times.append((time.perf_counter() - began) * 1e3)
        spent += time.process_time() - cpu
    cuts = quantiles(times, n=100)
    how = f"{QUERIES} questions, their vectors at hand"
    return [
        Figure(f"{name}, p50", cuts[49], "ms", how),
        Figure(f"{name}, p95", cuts[94], "ms", how),
        Figure(f"{name}, CPU", spent / QUERIES * 1e3, "ms", "mean"),
    ]


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


def _resident_mb() -> tuple[float, float]:
    """The process's own memory, and what it has of mapped files, which the system takes back when it needs room."""
    lines = Path("/proc/self/status").read_text().splitlines()
    sizes = {
        name: float(rest.split()[0]) / 1e3 for name, _, rest in (line.partition(":") for line in lines) if "Rss" in name
    }
    return sizes["RssAnon"], sizes["RssFile"]


def _disk_mb(folder: Path) -> float:
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()) / 1e6


COMPONENT = Component("document_search", measure)


def _main(arguments: list[str]) -> None:
    if arguments[:1] == ["--search"]:
        print(msgspec.json.encode(asyncio.run(_search(Path(arguments[1]), int(arguments[2])))).decode())
        return
    for size in map(int, arguments or map(str, SMALL)):
        for figure in _index_of(size):
            print(f"{figure.name:<60}{figure.value or 0:>12.2f} {figure.unit}  {figure.note}", flush=True)


if __name__ == "__main__":
    _main(sys.argv[1:])
