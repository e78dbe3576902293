"""Keeps an index in step with the store: what changed is applied, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from cryptodesk.documents.records import Document
from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.documents.store.records import DocumentChange

__all__ = ["IndexFollower"]

_CHANGES_AT_ONCE = 500


class Follows(Protocol):
    """The part of an index that writes. `contents` are the content hashes of what it holds, by document id."""

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None: ...

    async def contents(self) -> Mapping[str, str]: ...


class IndexFollower:
    """Call `follow` after the store changed. The first call compares the index with the whole log, so that an index
    which was lost, or written by an earlier process, is mended without being built anew."""

    def __init__(self, store: DocumentStore, index: Follows) -> None:
        self._store = store
        self._index = index
        self._sequence: int | None = None
        self._turn = asyncio.Lock()

    async def follow(self) -> int:
        """How many documents were written or removed. Raises: what the index raises; the next call tries again."""
        async with self._turn:
            applied = 0
            # Only the first time: afterwards the log alone says what is missing.
            held = await self._index.contents() if self._sequence is None else None
            sequence = self._sequence or 0
            while changes := await asyncio.to_thread(self._store.changes_since, sequence, _CHANGES_AT_ONCE):
                added, removed = _missing(changes, held)
                if added or removed:
                    await self._index.apply(added, removed)
                    applied += len(added) + len(removed)
                sequence = changes[-1].sequence
            self._sequence = sequence
            return applied


def _missing(changes: Sequence[DocumentChange], held: Mapping[str, str] | None) -> tuple[list[Document], list[str]]:
    added = [
        change.document
        for change in changes
        if change.document is not None
        and (held is None or held.get(change.document_id) != change.document.content_hash)
    ]
    removed = [
        change.document_id
        for change in changes
        if change.document is None and (held is None or change.document_id in held)
    ]
    return added, removed
