"""Vectors of passages: computed before anything is locked, and kept aside until the passages are written."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice

import numpy as np

from cryptodesk.documents.embedding import EmbeddingUnavailable, Vector
from cryptodesk.documents.index.writer import Shipped
from cryptodesk.documents.postgres.connecting import Connection
from cryptodesk.documents.postgres.vectors import Embeds

__all__ = ["embed_missing"]

# What is lost at most when the process is killed.
_SLICE = 256
_KNOWN = """
    SELECT text_hash FROM document_search_pending WHERE text_hash = ANY($1::bytea[])
    UNION ALL
    SELECT text_hash FROM document_search_passages WHERE text_hash = ANY($1::bytea[]) AND vector IS NOT NULL
"""
_KEEP = """
    INSERT INTO document_search_pending VALUES ($1, $2::real[]::halfvec) ON CONFLICT DO NOTHING
"""


async def embed_missing(
    connection: Connection, embedder: Embeds, shipped: Shipped, texts: Mapping[bytes, str]
) -> set[bytes]:
    """Makes the vectors that are not known yet, and keeps them. Those of the texts that have none although it was tried
    are the result: nobody needs to try again."""
    if _is_off(embedder):
        return set()
    hopeless: set[bytes] = set()
    known = {row["text_hash"] for row in await connection.fetch(_KNOWN, list(texts))}
    wanted = iter([key for key in texts if key not in known])
    while some := list(islice(wanted, _SLICE)):
        found = _usable(await asyncio.to_thread(shipped, some))
        found |= await _embed(embedder, {key: texts[key] for key in some if key not in found})
        await _keep(connection, found)
        if _is_off(embedder):
            break
        hopeless.update(key for key in some if key not in found)
    return hopeless


async def _keep(connection: Connection, found: Mapping[bytes, Vector]) -> None:
    rows = [(key, np.asarray(vector, np.float32).tolist()) for key, vector in found.items()]
    await connection.executemany(_KEEP, rows)


async def _embed(embedder: Embeds, texts: Mapping[bytes, str]) -> dict[bytes, Vector]:
    try:
        vectors = list(await embedder.embed(list(texts.values())))
    except EmbeddingUnavailable:
        # One text that cannot be embedded must not take the others with it.
        return await _embed_singly(embedder, texts)
    return _usable(dict(zip(texts, vectors, strict=True)))


async def _embed_singly(embedder: Embeds, texts: Mapping[bytes, str]) -> dict[bytes, Vector]:
    found: dict[bytes, Vector] = {}
    for key, text in texts.items():
        try:
            vectors = await embedder.embed([text])
        except EmbeddingUnavailable:
            continue
        found |= _usable({key: vectors[0]})
    return found


def _usable(vectors: Mapping[bytes, Vector]) -> dict[bytes, Vector]:
    """Without those that have no direction, which are near to nothing."""
    return {key: vector for key, vector in vectors.items() if np.isfinite(vector).all() and vector.any()}


def _is_off(embedder: Embeds) -> bool:
    return embedder.fault is not None
