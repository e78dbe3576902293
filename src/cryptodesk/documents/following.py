"""Keeps an index in step with the store: what changed is applied, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from cryptodesk.documents.records import Document
from cryptodesk.documents.store.documents import DocumentStore

__all__ = ["IndexFollower"]

_DOCUMENTS_AT_ONCE = 500


Report = Callable[[str, int, int | None], None]


class Follows(Protocol):
    """The part of an index that writes. `contents` are the content hashes of what it holds, by document id."""

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None: ...

    async def contents(self) -> Mapping[str, str]: ...


class IndexFollower:
    """Call `follow` after the store changed. The first call compares all hashes of both, so that an index which was
    lost, or written by an earlier process, is mended without being built anew; afterwards the log says what is new."""

    def __init__(self, store: DocumentStore, index: Follows) -> None:
        self._store = store
        self._index = index
        self._sequence: int | None = None
        self._turn = asyncio.Lock()

    async def follow(self, report: Report = lambda *_: None) -> int:
        """How many documents were written or removed; `report` is told what it does, how far it is, and of how much.
        Raises: what the index raises; the next call tries again."""
        async with self._turn:
            if self._sequence is None:
                # Read before the comparison: what changes during it comes again by the log.
                sequence = await self._store.last_sequence()
                applied = await self._mend(report)
                self._sequence = sequence
                return applied
            return await self._follow_log(self._sequence)

    async def _mend(self, report: Report) -> int:
        held = await self._index.contents()
        kept = await self._store.hashes()
        gone = [document_id for document_id in held if document_id not in kept]
        lacking = [document_id for document_id, found in kept.items() if held.get(document_id) != found]
        if gone:
            await self._index.apply((), gone)
        for begin in range(0, len(lacking), _DOCUMENTS_AT_ONCE):
            some = lacking[begin : begin + _DOCUMENTS_AT_ONCE]
            await self._index.apply(list((await self._store.get_many(some)).values()))
            report("index", begin + len(some), len(lacking))
        return len(gone) + len(lacking)

    async def _follow_log(self, sequence: int) -> int:
        applied = 0
        while changes := await self._store.changes_since(sequence, _DOCUMENTS_AT_ONCE):
            added = [change.document for change in changes if change.document is not None]
            removed = [change.document_id for change in changes if change.document is None]
            await self._index.apply(added, removed)
            applied += len(changes)
            self._sequence = sequence = changes[-1].sequence
        return applied
