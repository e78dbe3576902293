"""Documents at rest: every text as it was known at any moment, and the log of what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document
from cryptodesk.documents.store import _aside
from cryptodesk.documents.store._moments import FAR_FUTURE, from_micros, to_micros
from cryptodesk.documents.store._rows import delete_revisions, end_revision, log_change, unpack
from cryptodesk.documents.store._saving import save_one
from cryptodesk.documents.store._selecting import select_recent
from cryptodesk.documents.store.records import DocumentChange, Holding, KnownText, NewDocument, Saved
from cryptodesk.storage.database import Connection, Database

__all__ = ["DocumentStore"]

_IDS_A_READ = 400
_CHANGES_A_READ = 500
_CHANGES = (
    "SELECT c.sequence, c.document_id, r.body FROM document_changes c LEFT JOIN document_revisions r"
    " ON r.document_id = c.document_id AND r.superseded_at = ? AND c.is_removed = 0"
    " WHERE c.sequence > ? ORDER BY c.sequence LIMIT ?"
)


class DocumentStore:
    """Nothing is overwritten: a corrected page is a new text with the moment it became known, and a question about an
    earlier moment finds the earlier one. What an operator removes is gone with all its texts.

    What is awaited is for event loops; the rest blocks and is for threads and commands."""

    def __init__(self, database: Database) -> None:
        # Saving takes long, and touches nothing that others write.
        self._database = database.apart("documents")

    async def save(self, documents: Sequence[NewDocument], subscription_id: int) -> Saved:
        """All of them or none. Raises: InternalError for a failing database."""

        def save_all(connection: Connection) -> Saved:
            return Saved(tuple(save_one(connection, new, subscription_id) for new in documents))

        return await _aside.write(self._database, save_all)

    async def retract(self, document_ids: Iterable[str], subscription_id: int, now: datetime) -> int:
        """Ends documents that a subscription no longer has; how many there were."""
        ids, until = tuple(document_ids), to_micros(now)

        def end(connection: Connection) -> int:
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

        return await _aside.write(self._database, end)

    async def remove_of(self, subscription_id: int) -> int:
        """Deletes all that came from a subscription; how many documents that were."""
        return await _aside.write(
            self._database,
            lambda connection: delete_revisions(connection, "subscription_id = ?", (subscription_id,)),
        )

    async def remove(self, document_id: str) -> bool:
        """Whether there was such a document."""
        removed = await _aside.write(
            self._database, lambda connection: delete_revisions(connection, "document_id = ?", (document_id,))
        )
        return bool(removed)

    async def get(self, document_id: str, as_of: datetime | None = None) -> Document | None:
        return (await self.get_many((document_id,), as_of)).get(document_id)

    async def get_many(self, document_ids: Iterable[str], as_of: datetime | None = None) -> dict[str, Document]:
        """By id, as they were known at `as_of`; those that there were not are left out."""
        known = await self.known(document_ids, as_of)
        return {document_id: found.document for document_id, found in known.items()}

    async def known(self, document_ids: Iterable[str], as_of: datetime | None = None) -> dict[str, KnownText]:
        """The same, with what was suspicious about each text when it came in."""
        moment = FAR_FUTURE - 1 if as_of is None else to_micros(as_of)
        wanted = list(dict.fromkeys(document_ids))
        found: dict[str, KnownText] = {}
        for begin in range(0, len(wanted), _IDS_A_READ):
            ids = wanted[begin : begin + _IDS_A_READ]
            sql = (
                "SELECT document_id, body, warnings FROM document_revisions"  # noqa: S608 - marks only
                f" WHERE document_id IN ({','.join('?' * len(ids))}) AND known_at <= ? AND superseded_at > ?"
            )
            found |= await _aside.fetch(self._database, sql, (*ids, moment, moment), _known)
        return found

    async def recent(self, query: DocumentQuery) -> list[Document]:
        """The newest that pass the filters, newest first."""
        sql, parameters = select_recent(query)
        return await _aside.fetch(self._database, sql, parameters, lambda rows: [unpack(row[0]) for row in rows])

    async def count(self, as_of: datetime | None = None) -> int:
        if as_of is None:
            sql = "SELECT count(*) FROM document_revisions WHERE superseded_at = 1152921504606846976"
            return await _aside.fetch(self._database, sql, (), _number)
        moment = to_micros(as_of)
        sql = "SELECT count(*) FROM document_revisions WHERE known_at <= ? AND superseded_at > ?"
        return await _aside.fetch(self._database, sql, (moment, moment), _number)

    async def ids_of(self, subscription_id: int) -> set[str]:
        """The current documents of a subscription."""
        sql = "SELECT document_id FROM document_revisions WHERE subscription_id = ? AND superseded_at = ?"
        return await _aside.fetch(
            self._database, sql, (subscription_id, FAR_FUTURE), lambda rows: {str(row[0]) for row in rows}
        )

    async def last_sequence(self) -> int:
        """The newest change; 0 when there never was one."""
        return await _aside.fetch(
            self._database, "SELECT coalesce(max(sequence), 0) FROM document_changes", (), _number
        )

    async def hashes(self) -> dict[str, str]:
        """The content hash of every current document, by id."""
        sql = "SELECT document_id, content_hash FROM document_revisions WHERE superseded_at = ?"
        return await _aside.fetch(self._database, sql, (FAR_FUTURE,), dict)

    async def changes_since(self, sequence: int, limit: int = _CHANGES_A_READ) -> list[DocumentChange]:
        """What changed after that change, oldest first: each document once, as it is now. Go on with the last
        `sequence` until nothing comes; from 0 on it is everything there is."""
        return await _aside.fetch(self._database, _CHANGES, (FAR_FUTURE, sequence, limit), _changes)

    def every(self) -> Iterator[Document]:
        """All current documents, in the order of their last change; for whoever builds an index anew."""
        sequence = 0
        while changes := _changes(self._database.read(_CHANGES, (FAR_FUTURE, sequence, _CHANGES_A_READ))):
            yield from (change.document for change in changes if change.document is not None)
            sequence = changes[-1].sequence

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


def _number(rows: list[Any]) -> int:
    return int(rows[0][0])


def _known(rows: list[Any]) -> dict[str, KnownText]:
    return {row[0]: KnownText(unpack(row[1]), tuple(row[2].split())) for row in rows}


def _changes(rows: list[Any]) -> list[DocumentChange]:
    return [DocumentChange(row[0], row[1], None if row[2] is None else unpack(row[2])) for row in rows]
