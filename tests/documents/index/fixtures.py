"""Documents and an encoder for tests: texts that share words lie near each other, without a model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.embedding import DIMENSIONS, Embedder, Vector
from cryptodesk.documents.index import DocumentIndex, Sizes
from cryptodesk.documents.index.writer import Shipped
from cryptodesk.documents.records import Document

__all__ = ["NOW", "CountingEncoder", "document", "embedder_of", "open_index", "unit_vectors"]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class CountingEncoder:
    """A text's vector is the sum of one random vector for each of its words."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, text: str) -> Vector:
        self.encoded += 1
        total = np.zeros(DIMENSIONS, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "little")
            total += np.random.default_rng(seed).standard_normal(DIMENSIONS, dtype=np.float32)
        length = float(np.linalg.norm(total))
        return total / length if length else total


def embedder_of(encoder: CountingEncoder, *, missing: str | None = None) -> Embedder:
    return Embedder(lambda: encoder, missing=lambda: missing, threads=1)


def document(number: int, text: str = "", **fields: Any) -> Document:
    """A document of the handbook, known since ten days before NOW, unless told otherwise."""
    moment = NOW - timedelta(days=10)
    text = text or f"This is the text of document {number}."
    known: dict[str, Any] = {
        "document_id": f"d{number}",
        "type": "handbook",
        "source": "handbook",
        "publisher": "A publisher",
        "title": f"Title {number}",
        "fetched_at": moment,
        "known_at": moment,
        "published_at": moment,
        "content_hash": hashlib.sha256(text.encode(errors="replace")).hexdigest(),
    }
    return Document(text=text, **{**known, **fields})


@asynccontextmanager
async def open_index(
    folder: Path,
    documents: Sequence[Document] | Callable[[], Iterable[Document]] = (),
    *,
    encoder: CountingEncoder | None = None,
    missing: str | None = None,
    sizes: Sizes | None = None,
    asset_names: Callable[[int], Sequence[str]] = lambda _asset_id: (),
    shipped: Shipped = lambda _keys: {},
) -> AsyncIterator[DocumentIndex]:
    """An index over a store that has these documents."""
    embedder = embedder_of(encoder or CountingEncoder(), missing=missing)
    read = documents if callable(documents) else lambda: documents
    index = DocumentIndex(
        folder,
        embedder,
        FixedClock(NOW),
        read,
        asset_names=asset_names,
        sizes=sizes or Sizes(),
        shipped=shipped,
    )
    try:
        await index.open()
        yield index
    finally:
        index.close()
        embedder.close()


def unit_vectors(count: int, seed: int = 0) -> Any:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
