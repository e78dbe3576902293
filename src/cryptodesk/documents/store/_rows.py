"""Documents as rows: how a body is packed, and how a revision is written and ended."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec

from cryptodesk.documents.records import Document
from cryptodesk.documents.store._likeness import bands_of
from cryptodesk.documents.store._moments import FAR_FUTURE, to_micros
from cryptodesk.documents.store.records import NewDocument
from cryptodesk.storage.database import Connection

__all__ = ["delete_revisions", "end_revision", "insert_revision", "log_change", "pack", "unpack"]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Document)


def pack(document: Document) -> bytes:
    return zlib.compress(_encoder.encode(document), 3)


def unpack(body: bytes) -> Document:
    return _decoder.decode(zlib.decompress(body))


def insert_revision(connection: Connection, new: NewDocument, subscription_id: int) -> None:
    document = new.document
    sort_at = to_micros(document.published_at or document.known_at)
    (revision_id,) = connection.execute(
        "INSERT INTO document_revisions (document_id, subscription_id, type, source, language, known_at, superseded_at,"
        " sort_at, is_dated, url_key, seen_key, content_hash, length, warnings, body)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING revision_id",
        (
            document.document_id,
            subscription_id,
            document.type,
            document.source,
            document.language,
            to_micros(document.known_at),
            FAR_FUTURE,
            sort_at,
            int(document.published_at is not None),
            new.url_key,
            new.seen_key,
            document.content_hash,
            len(document.text),
            " ".join(new.warnings),
            pack(document),
        ),
    ).fetchone()
    connection.executemany(
        "INSERT INTO document_assets VALUES (?, ?, ?)",
        [(asset_id, sort_at, revision_id) for asset_id in dict.fromkeys(document.asset_ids)],
    )
    connection.executemany(
        "INSERT INTO document_bands VALUES (?, ?, ?)",
        [(band, value, revision_id) for band, value in enumerate(bands_of(new.runs))],
    )
    log_change(connection, document.document_id, is_removed=False)


def end_revision(connection: Connection, revision_id: int, until: int) -> None:
    """The text no longer counts from `until` on; a question about an earlier moment still finds it."""
    connection.execute("UPDATE document_revisions SET superseded_at = ? WHERE revision_id = ?", (until, revision_id))
    connection.execute("DELETE FROM document_bands WHERE revision_id = ?", (revision_id,))


def log_change(connection: Connection, document_id: str, *, is_removed: bool) -> None:
    """The document's latest change gets the next number, in place of the one before."""
    connection.execute("DELETE FROM document_changes WHERE document_id = ?", (document_id,))
    connection.execute(
        "INSERT INTO document_changes (document_id, is_removed) VALUES (?, ?)", (document_id, int(is_removed))
    )


def delete_revisions(connection: Connection, where: str, parameters: Iterable[Any]) -> int:
    """How many documents are gone for good, with every earlier text."""
    sql = f"SELECT DISTINCT document_id FROM document_revisions WHERE {where}"  # noqa: S608 - our own words
    rows = connection.execute(sql, tuple(parameters))
    gone = [str(row[0]) for row in rows.fetchall()]
    for document_id in gone:
        connection.execute("DELETE FROM document_revisions WHERE document_id = ?", (document_id,))
        log_change(connection, document_id, is_removed=True)
    return len(gone)
