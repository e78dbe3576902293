"""What becomes of a document that wants to be kept: new, a new text of a known one, or what is there already."""

from __future__ import annotations

from math import log2

from msgspec import Struct, structs

from cryptodesk.documents.records import Document
from cryptodesk.documents.store._likeness import bands_of, is_nearly, shingles
from cryptodesk.documents.store._moments import FAR_FUTURE, from_micros, to_micros
from cryptodesk.documents.store._rows import end_revision, insert_revision, unpack
from cryptodesk.documents.store.records import NewDocument, Outcome
from cryptodesk.storage.database import Connection

__all__ = ["save_one"]

_MOST_CANDIDATES = 8
# Of two feeds with the same page, the one with so much more text has the whole of it.
_MUCH_LONGER = 1.5
_FIELDS = "revision_id, document_id, subscription_id, known_at, superseded_at, seen_key, length, body"
_BY_ID = (
    f"SELECT {_FIELDS} FROM document_revisions WHERE document_id = ?"  # noqa: S608 - constants
    " ORDER BY known_at DESC LIMIT 1"
)
_BY_URL = (
    f"SELECT {_FIELDS} FROM document_revisions WHERE url_key = ?"  # noqa: S608 - constants
    " ORDER BY superseded_at DESC, known_at DESC LIMIT 1"
)


class _Held(Struct, frozen=True):
    revision_id: int
    document_id: str
    subscription_id: int
    known_at: int
    superseded_at: int
    seen_key: str
    length: int
    body: bytes


def save_one(connection: Connection, new: NewDocument, subscription_id: int) -> tuple[str, Outcome, str | None]:
    """The id it is kept under, what became of it, and why if it was not kept."""
    held = _find_same(connection, new)
    if held is not None:
        return _meet(connection, held, new, subscription_id)
    copy = _find_copy(connection, new)
    if copy is not None:
        return copy[0], "duplicate", copy[1]
    insert_revision(connection, new, subscription_id)
    return new.document.document_id, "added", None


def _meet(
    connection: Connection, held: _Held, new: NewDocument, subscription_id: int
) -> tuple[str, Outcome, str | None]:
    is_current = held.superseded_at == FAR_FUTURE
    is_others = held.subscription_id != subscription_id
    if is_current and is_others and len(new.document.text) < _MUCH_LONGER * held.length:
        return held.document_id, "duplicate", "another subscription has the same page"
    known = unpack(held.body)
    if is_current and not _is_another_text(known, new.document):
        return held.document_id, "unchanged", None
    # Two texts of one document never become known at the same moment, whatever the clock says.
    known_at = max(to_micros(new.document.known_at), held.known_at + 1)
    document = structs.replace(new.document, document_id=held.document_id, known_at=from_micros(known_at))
    if is_current:
        end_revision(connection, held.revision_id, known_at)
    insert_revision(connection, structs.replace(new, document=document), subscription_id)
    return held.document_id, "revised", None


def _is_another_text(known: Document, new: Document) -> bool:
    """Whether it says something else than before. A few more likes are no news; twice as many are."""
    same = (known.content_hash, known.title, known.event_at, known.url, known.type)
    if same != (new.content_hash, new.title, new.event_at, new.url, new.type):
        return True
    if new.asset_ids != known.asset_ids or (known.published_at is None) != (new.published_at is None):
        return True
    if new.engagement is None or known.engagement is None:
        return new.engagement != known.engagement
    return abs(log2(new.engagement + 1) - log2(known.engagement + 1)) >= 1


def _find_same(connection: Connection, new: NewDocument) -> _Held | None:
    """The newest text of the same document, by its id or else by its page."""
    by_id = (_BY_ID, (new.document.document_id,))
    by_url = (_BY_URL, (new.url_key,))
    for sql, parameters in (by_id, by_url):
        row = connection.execute(sql, parameters).fetchone()
        if row is not None:
            return _Held(*row)
    return None


def _find_copy(connection: Connection, new: NewDocument) -> tuple[str, str] | None:
    row = connection.execute(
        "SELECT document_id FROM document_revisions WHERE seen_key = ? AND superseded_at = ? LIMIT 1",
        (new.seen_key, FAR_FUTURE),
    ).fetchone()
    if row is not None:
        return str(row[0]), f"the same text as {row[0]}"
    for document_id, body in _candidates(connection, new.runs):
        if is_nearly(new.runs, shingles(unpack(body).text)):
            return document_id, f"nearly the same text as {document_id}"
    return None


def _candidates(connection: Connection, runs: frozenset[int]) -> list[tuple[str, bytes]]:
    pairs = [(band, value) for band, value in enumerate(bands_of(runs))]
    if not pairs:
        return []
    clause = " OR ".join(["(band = ? AND value = ?)"] * len(pairs))
    rows = connection.execute(
        "SELECT r.document_id, r.body FROM ("  # noqa: S608 - marks only
        f"SELECT revision_id, count(*) AS shared FROM document_bands WHERE {clause} GROUP BY revision_id"
        f" ORDER BY count(*) DESC, revision_id LIMIT {_MOST_CANDIDATES}"
        ") b JOIN document_revisions r ON r.revision_id = b.revision_id WHERE r.superseded_at = ?"
        " ORDER BY b.shared DESC, b.revision_id",
        [*(part for pair in pairs for part in pair), FAR_FUTURE],
    )
    return [(str(document_id), body) for document_id, body in rows.fetchall()]
