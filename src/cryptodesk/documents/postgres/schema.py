"""The tables that passages are kept in. They are derived from the store: they may be made anew at any time."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = [
    "DATA_TABLES",
    "NEXT",
    "PLAIN_VECTOR",
    "VECTOR",
    "index_statements",
    "plain_tables",
    "table_statements",
    "vector_index",
]

# In the order in which they are locked.
DATA_TABLES = ("document_search_passages", "document_search_documents", "document_search_terms")
# The name of tables that are being made, to take the place of those in use.
NEXT = "_next"
VECTOR = "halfvec(384)"
# Of a database without pgvector: always empty.
PLAIN_VECTOR = "bytea"


def table_statements(suffix: str, *, with_vectors: bool = True) -> tuple[str, ...]:
    return (
        *plain_tables(suffix, with_vectors=with_vectors),
        *index_statements(suffix, with_vectors=with_vectors),
    )


def plain_tables(suffix: str, *, with_vectors: bool = True) -> Iterator[str]:
    yield f"""
        CREATE TABLE document_search_documents{suffix} (
            document bigint PRIMARY KEY,
            document_id text NOT NULL,
            content_hash text NOT NULL,
            known_at double precision NOT NULL,
            head bytea NOT NULL
        )
        """
    # Texts lie outside of the row, vectors in it: what is scanned is read in as few pages as may be.
    yield f"""
        CREATE TABLE document_search_passages{suffix} (
            passage bigint PRIMARY KEY,
            document bigint NOT NULL,
            number integer NOT NULL,
            type text NOT NULL,
            source text NOT NULL,
            language text NOT NULL,
            asset_ids bigint[] NOT NULL,
            known_at double precision NOT NULL,
            published_at double precision,
            fades boolean NOT NULL,
            tried boolean NOT NULL,
            text_hash bytea NOT NULL,
            vector {VECTOR if with_vectors else PLAIN_VECTOR},
            body text NOT NULL,
            words tsvector NOT NULL,
            names tsvector NOT NULL
        ) WITH (toast_tuple_target = 1024)
        """
    yield f"ALTER TABLE document_search_passages{suffix} ALTER COLUMN vector SET STORAGE PLAIN"
    yield f"ALTER TABLE document_search_passages{suffix} ALTER COLUMN words SET STORAGE EXTERNAL"
    yield f"""
        CREATE TABLE document_search_terms{suffix} (
            is_name boolean NOT NULL,
            lexeme text COLLATE "C" NOT NULL,
            passages bigint NOT NULL,
            PRIMARY KEY (is_name, lexeme)
        )
        """


def index_statements(suffix: str, *, with_vectors: bool = True) -> tuple[str, ...]:
    """Indexes have no names of their own: those of tables that were made anew may have any."""
    passages = f"document_search_passages{suffix}"
    columns = ("document", "type", "source", "language", "known_at", "published_at", "text_hash")
    return (
        f"CREATE UNIQUE INDEX ON document_search_documents{suffix} (document_id)",
        f"CREATE INDEX ON document_search_documents{suffix} (known_at)",
        *(f"CREATE INDEX ON {passages} ({column})" for column in columns),
        f"CREATE INDEX ON {passages} (passage) WHERE vector IS NULL",
        f"CREATE INDEX ON document_search_terms{suffix} (is_name, lexeme) WHERE passages <= 0",
        # Without a list of what is to be sorted in: searches would have to read it through.
        f"CREATE INDEX ON {passages} USING gin (asset_ids) WITH (fastupdate = off)",
        f"CREATE INDEX ON {passages} USING gin (words) WITH (fastupdate = off)",
        f"CREATE INDEX ON {passages} USING gin (names) WITH (fastupdate = off)",
        *((vector_index(passages),) if with_vectors else ()),
    )


def vector_index(passages: str) -> str:
    return f"CREATE INDEX ON {passages} USING hnsw (vector halfvec_cosine_ops) WITH (m = 16, ef_construction = 100)"
