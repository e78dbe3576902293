"""Writes passages and counts their lexemes. The caller holds the transaction of `connecting.writing`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct, field

from cryptodesk.documents.postgres.connecting import Connection
from cryptodesk.documents.postgres.lexemes import ANALYSIS
from cryptodesk.documents.postgres.preparing import Prepared, head_of
from cryptodesk.documents.records import Document

__all__ = [
    "Inserted",
    "delete_passages",
    "forget_pending",
    "insert_counts",
    "insert_documents",
    "save_state",
    "take_out",
    "unlike_those_held",
]

LexemeCounts = Counter[tuple[bool, str]]

_NUMBERS = "SELECT nextval('document_search_numbers') FROM generate_series(1, $1)"
_HELD = "SELECT document_id, head FROM document_search_documents WHERE document_id = ANY($1::text[])"
_TAKE_OUT = "DELETE FROM document_search_documents WHERE document_id = ANY($1::text[]) RETURNING document"
_DOCUMENT = "INSERT INTO document_search_documents{} VALUES ($1, $2, $3, $4, $5)"
# A vector is taken from where it is: it was put aside before, or the same text is there already. Unless the index has
# those of another model than this process.
_PASSAGE = """
    INSERT INTO document_search_passages{} (
        passage, document, number, type, source, language, asset_ids, known_at, published_at, fades, tried, text_hash,
        body, words, names, vector
    )
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bytea, $13, $14::text::tsvector,
        array_to_tsvector($15::text[]),
        CASE WHEN $16 THEN coalesce(
            (SELECT vector FROM document_search_pending WHERE text_hash = $12),
            (SELECT vector FROM document_search_passages WHERE text_hash = $12 AND vector IS NOT NULL LIMIT 1)
        ) END
"""
_FORGET = """
    DELETE FROM document_search_pending f WHERE EXISTS (
        SELECT FROM document_search_passages p WHERE p.text_hash = f.text_hash AND p.vector IS NOT NULL
    )
"""
# In an order that is the same for all, though nobody else writes.
_GAIN = """
    INSERT INTO document_search_terms{0} AS held (is_name, lexeme, passages)
    SELECT * FROM unnest($1::boolean[], $2::text[], $3::bigint[]) ORDER BY 1, 2
    ON CONFLICT (is_name, lexeme) DO UPDATE SET passages = held.passages + excluded.passages
"""
_LOSE = """
    WITH lost AS (
        SELECT false AS is_name, unnest(tsvector_to_array(words)) AS lexeme
        FROM document_search_passages WHERE document = ANY($1::bigint[])
        UNION ALL
        SELECT true, unnest(tsvector_to_array(names))
        FROM document_search_passages WHERE document = ANY($1::bigint[])
    ), counted AS (SELECT is_name, lexeme COLLATE "C" AS lexeme, count(*) AS passages FROM lost GROUP BY 1, 2)
    UPDATE document_search_terms AS held SET passages = held.passages - counted.passages
    FROM counted WHERE held.is_name = counted.is_name AND held.lexeme = counted.lexeme
"""
_DELETE_PASSAGES = """
    WITH gone AS (DELETE FROM document_search_passages WHERE document = ANY($1::bigint[]) RETURNING 1)
    SELECT count(*) FROM gone
"""
_DELETE_TERMS = "DELETE FROM document_search_terms WHERE passages <= 0"
_SAVE = """
    UPDATE document_search_state SET
        generation = generation + 1, model = $1, analysis = $2, passages = $3, latest_known_at = $4,
        unembedded = (SELECT count(*) FROM document_search_passages WHERE vector IS NULL)
"""


class Inserted(Struct):
    """How many passages, the moment (unix seconds) at which the last of them became known, and in how many of them each
    word and each name is."""

    passages: int = 0
    latest_known_at: float = -math.inf
    counts: LexemeCounts = field(default_factory=Counter)

    def add(self, prepared: Sequence[Prepared]) -> None:
        for each in prepared:
            self.passages += len(each.chunks)
            self.latest_known_at = max(self.latest_known_at, each.document.known_at.timestamp())
            self.counts.update(each.lexeme_counts())


async def unlike_those_held(connection: Connection, documents: Mapping[str, Document]) -> dict[str, Document]:
    """Without those that are held just like that: every process of a desk follows the same log."""
    rows = await connection.fetch(_HELD, list(documents))
    held = {row["document_id"]: row["head"] for row in rows}
    return {key: document for key, document in documents.items() if held.get(key) != head_of(document)}


async def take_out(connection: Connection, document_ids: Collection[str]) -> list[int]:
    """The numbers of those documents that were there; their passages are left for `delete_passages`, for they may hold
    the vectors of what takes their place."""
    rows = await connection.fetch(_TAKE_OUT, list(document_ids))
    return [row["document"] for row in rows]


async def insert_documents(
    connection: Connection,
    prepared: Sequence[Prepared],
    suffix: str,
    hopeless: Collection[bytes],
    *,
    with_vectors: bool,
) -> None:
    """`hopeless` are texts that no vector could be made of; without `with_vectors` none is taken."""
    passages = sum(len(each.chunks) for each in prepared)
    numbers = [row[0] for row in await connection.fetch(_NUMBERS, len(prepared) + passages)]
    documents = list(zip(numbers, prepared, strict=False))
    await connection.executemany(_DOCUMENT.format(suffix), [each.document_row(number) for number, each in documents])
    free = iter(numbers[len(prepared) :])
    rows = [(*row, with_vectors) for number, each in documents for row in each.passage_rows(number, free, hopeless)]
    await connection.executemany(_PASSAGE.format(suffix), rows)


async def delete_passages(connection: Connection, documents: Sequence[int]) -> int:
    """How many went."""
    if not documents:
        return 0
    await connection.execute(_LOSE, documents)
    count: int = await connection.fetchval(_DELETE_PASSAGES, documents)
    await connection.execute(_DELETE_TERMS)
    return count


async def forget_pending(connection: Connection) -> None:
    """Vectors that were put aside and have come to their passages."""
    await connection.execute(_FORGET)


async def insert_counts(connection: Connection, counts: Mapping[tuple[bool, str], int], suffix: str) -> None:
    await connection.execute(
        _GAIN.format(suffix),
        [is_name for is_name, _ in counts],
        [lexeme for _, lexeme in counts],
        list(counts.values()),
    )


async def save_state(connection: Connection, model: str, passages: int, latest_known_at: float) -> None:
    await connection.execute(_SAVE, model, ANALYSIS, passages, latest_known_at)
