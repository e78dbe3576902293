"""Vectors for passages that were written without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptodesk.documents.index.vector_cache import vector_key
from cryptodesk.documents.index.writer import Shipped, passage_text
from cryptodesk.documents.postgres.connecting import Connection, writing
from cryptodesk.documents.postgres.embedding import embed_missing
from cryptodesk.documents.postgres.preparing import decode_head
from cryptodesk.documents.postgres.vectors import Embeds
from cryptodesk.documents.records import Chunk

__all__ = ["mend_some"]

_AT_ONCE = 500
_LACKING = f"""
    SELECT p.passage, p.number, p.body, d.head
    FROM document_search_passages p JOIN document_search_documents d USING (document)
    WHERE p.vector IS NULL AND NOT p.tried ORDER BY p.passage LIMIT {_AT_ONCE}
"""  # noqa: S608 - a constant
_MEND = """
    UPDATE document_search_passages p SET vector = f.vector, text_hash = lacking.text_hash, tried = f.vector IS NULL
    FROM unnest($1::bigint[], $2::bytea[]) AS lacking(passage, text_hash)
    LEFT JOIN document_search_pending f USING (text_hash)
    WHERE p.passage = lacking.passage AND p.vector IS NULL
"""
_FORGET = "DELETE FROM document_search_pending WHERE text_hash = ANY($1::bytea[])"
_SAVE = """
    UPDATE document_search_state SET generation = generation + 1,
        unembedded = (SELECT count(*) FROM document_search_passages WHERE vector IS NULL)
"""


async def mend_some(connection: Connection, embedder: Embeds, shipped: Shipped) -> bool:
    """Whether there was something to mend, and vectors are still to be had."""
    texts = {row["passage"]: _text(row) for row in await connection.fetch(_LACKING)}
    if not texts:
        return False
    keys = {passage: vector_key(embedder.model_id, text) for passage, text in texts.items()}
    await embed_missing(connection, embedder, shipped, {keys[passage]: text for passage, text in texts.items()})
    if embedder.fault is not None:
        return False
    async with writing(connection):
        await connection.execute(_MEND, list(keys), list(keys.values()))
        await connection.execute(_FORGET, list(keys.values()))
        await connection.execute(_SAVE)
    return True


def _text(row: Mapping[str, Any]) -> str:
    document = decode_head(row["head"])
    return passage_text(document, Chunk(document.document_id, row["number"], row["body"]))
