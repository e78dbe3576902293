"""What a researched answer looks up beside its tools, played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from cryptodesk.app.recording.lookups import asked_of, query_fields
from cryptodesk.app.replaying.tape import played_tape, wait_for_ever, wait_until
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.market.query import Found, Query, Record, Unavailable
from cryptodesk.models.analyst.ties import TieBreak, TieBreaks

__all__ = ["PlayedDocuments", "PlayedFeed", "play_ties"]

R = TypeVar("R", bound=Record)


class _RawFound(Struct):
    records: Raw
    unavailable: tuple[Unavailable, ...]


async def _played(kind: str, question: Any, found: Any) -> Any:
    lookup = await played_tape().lookup(kind, asked_of(question))
    if not lookup.ended:
        await wait_for_ever()
    await wait_until(lookup.ended)
    return msgspec.msgpack.decode(lookup.found, type=found)


class PlayedFeed:
    async def find(self, query: Query[R]) -> Found[R]:
        raw: _RawFound = await _played("feed", query_fields(query), _RawFound)
        records = msgspec.msgpack.decode(raw.records, type=tuple[query.kind, ...])  # type: ignore[name-defined]
        return Found(records, raw.unavailable)


class PlayedDocuments:
    async def search(self, query: DocumentQuery) -> HitsFound:
        found: HitsFound = await _played("search", query, HitsFound)
        return found

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        found: DocumentsFound = await _played("recent", query, DocumentsFound)
        return found

    async def count(self, as_of: datetime | None = None) -> int:
        found: int = await _played("count", as_of, int)
        return found


async def play_ties(question: str, earlier: Sequence[str], now: datetime) -> TieBreaks:
    found: Mapping[str, TieBreak] = await _played("ties", (question, list(earlier), now), dict[str, TieBreak])
    return found
