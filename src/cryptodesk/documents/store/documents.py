"""Documents at rest: every text as it was known at any moment, and the log of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document
from cryptodesk.documents.store._moments import FAR_FUTURE, from_micros, to_micros
from cryptodesk.documents.store._rows import delete_revisions, end_revision, log_change, unpack
from cryptodesk.documents.store._saving import save_one
from cryptodesk.documents.store._selecting import select_recent
from cryptodesk.documents.store.records import DocumentChange, Holding, NewDocument, Saved
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["DocumentStore"]

_IDS_A_READ = 400
_TEXTS = "SELECT document_id, body, warnings FROM document_revisions"


class DocumentStore:
    """Nothing is overwritten: a corrected page is a new text with the moment it became known, and a question about an
    earlier moment finds the earlier one. What an operator removes is gone with all its texts."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def save(self, documents: Sequence[NewDocument], subscription_id: int) -> Saved:
        """All of them or none. Raises: InternalError for a failing database."""
        outcomes = await self._database.write(
            lambda connection: tuple(save_one(connection, new, subscription_id) for new in documents)
        )
        return Saved(outcomes)

    async def retract(self, document_ids: Iterable[str], subscription_id: int, now: datetime) -> int:
        """Ends documents that a subscription no longer has; how many there were."""
        ids, until = tuple(document_ids), to_micros(now)

        def end(connection: Any) -> int:
            ended = 0
            for document_id in ids:
                row = connection.execute(
                    "SELECT revision_id, known_at FROM document_revisions"
                    " WHERE document_id = ? AND superseded_at = ? AND subscription_id = ?",
                    (document_id, FAR_FUTURE, subscription_id),
                ).fetchone()
                if row is not None:
                    end_revision(connection, row[0], max(until, row[1] + 1))
                    log_change(connection, document_id, is_removed=True)
                    ended += 1
            return ended

        return await self._database.write(end)

    async def remove_of(self, subscription_id: int) -> int:
        """Deletes all that came from a subscription; how many documents that were."""
        return await self._database.write(
            lambda connection: delete_revisions(connection, "subscription_id = ?", (subscription_id,))
        )

    async def remove(self, document_id: str) -> bool:
        """Whether there was such a document."""
        return bool(
            await self._database.write(
                lambda connection: delete_revisions(connection, "document_id = ?", (document_id,))
            )
        )

    def get(self, document_id: str, as_of: datetime | None = None) -> Document | None:
        return self.get_many((document_id,), as_of).get(document_id)

    def get_many(self, document_ids: Iterable[str], as_of: datetime | None = None) -> dict[str, Document]:
        """By id, as they were known at `as_of`; those that there were not are left out."""
        return {document_id: unpack(row[1]) for document_id, row in self._rows(document_ids, as_of).items()}

    def warnings_of(self, document_ids: Iterable[str], as_of: datetime | None = None) -> dict[str, tuple[str, ...]]:
        """What was suspicious about each text when it came in."""
        return {document_id: tuple(row[2].split()) for document_id, row in self._rows(document_ids, as_of).items()}

    def recent(self, query: DocumentQuery) -> list[Document]:
        """The newest that pass the filters, newest first."""
        sql, parameters = select_recent(query)
        return [unpack(row[0]) for row in self._database.read(sql, parameters)]

    def every(self) -> Iterator[Document]:
        """All current documents, in the order of their last change; for whoever builds an index anew."""
        sequence = 0
        while changes := self.changes_since(sequence):
            yield from (change.document for change in changes if change.document is not None)
            sequence = changes[-1].sequence

    def count(self, as_of: datetime | None = None) -> int:
        if as_of is None:
            sql = "SELECT count(*) FROM document_revisions WHERE superseded_at = 1152921504606846976"
            return int(self._database.read(sql)[0][0])
        moment = to_micros(as_of)
        sql = "SELECT count(*) FROM document_revisions WHERE known_at <= ? AND superseded_at > ?"
        return int(self._database.read(sql, (moment, moment))[0][0])

    def ids_of(self, subscription_id: int) -> set[str]:
        """The current documents of a subscription."""
        sql = "SELECT document_id FROM document_revisions WHERE subscription_id = ? AND superseded_at = ?"
        return {str(row[0]) for row in self._database.read(sql, (subscription_id, FAR_FUTURE))}

    def counts_by_subscription(self) -> dict[int, int]:
        sql = (
            "SELECT subscription_id, count(*) FROM document_revisions WHERE superseded_at = 1152921504606846976"
            " GROUP BY subscription_id"
        )
        return {int(row[0]): int(row[1]) for row in self._database.read(sql)}

    def holdings(self) -> list[Holding]:
        sql = (
            "SELECT source, type, count(*), min(sort_at), max(sort_at) FROM document_revisions"
            " WHERE superseded_at = 1152921504606846976 GROUP BY source, type ORDER BY source, type"
        )
        return [
            Holding(row[0], row[1], row[2], from_micros(row[3]), from_micros(row[4]))
            for row in self._database.read(sql)
        ]

    @property
    def last_sequence(self) -> int:
        """The newest change; 0 when there never was one."""
        return int(self._database.read("SELECT coalesce(max(sequence), 0) FROM document_changes")[0][0])

    def hashes(self) -> dict[str, str]:
        """The content hash of every current document, by id."""
        sql = "SELECT document_id, content_hash FROM document_revisions WHERE superseded_at = ?"
        return {str(row[0]): str(row[1]) for row in self._database.read(sql, (FAR_FUTURE,))}

    def changes_since(self, sequence: int, limit: int = 500) -> list[DocumentChange]:
        """What changed after that change, oldest first: each document once, as it is now. Go on with the last
        `sequence` until nothing comes; from 0 on it is everything there is."""
        rows = self._database.read(
            "SELECT c.sequence, c.document_id, r.body FROM document_changes c LEFT JOIN document_revisions r"
            " ON r.document_id = c.document_id AND r.superseded_at = ? AND NOT c.is_removed"
            " WHERE c.sequence > ? ORDER BY c.sequence LIMIT ?",
            (FAR_FUTURE, sequence, limit),
        )
        return [DocumentChange(row[0], row[1], None if row[2] is None else unpack(row[2])) for row in rows]

    def _rows(self, document_ids: Iterable[str], as_of: datetime | None) -> dict[str, tuple[str, bytes, str]]:
        moment = FAR_FUTURE - 1 if as_of is None else to_micros(as_of)
        wanted = list(dict.fromkeys(document_ids))
        found: dict[str, tuple[str, bytes, str]] = {}
        for begin in range(0, len(wanted), _IDS_A_READ):
            ids = wanted[begin : begin + _IDS_A_READ]
            chosen = f"document_id IN ({','.join('?' * len(ids))})"
            sql = f"{_TEXTS} WHERE {chosen} AND known_at <= ? AND superseded_at > ?"
            rows = self._database.read(sql, (*ids, moment, moment))
            found |= {row[0]: row for row in rows}
        return found
