"""What a researched answer looks up beside its tools, watched: a feed's records, passages of documents, close calls."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from msgspec import Raw, structs

from cryptodesk.app.recording.format import TapedLookup, encode
from cryptodesk.app.recording.tape import RunTape, running_tape
from cryptodesk.documents.query import DocumentFeed, DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.market.query import Feed, Found, Query, Record
from cryptodesk.models.analyst.ties import TieBreak, TieBreaks

__all__ = ["BreakTies", "WatchedDocuments", "WatchedFeed", "asked_of", "query_fields", "watched_ties"]

log = logging.getLogger("cryptodesk.recording")

R = TypeVar("R", bound=Record)
T = TypeVar("T")
BreakTies = Callable[[str, Sequence[str], datetime], Awaitable[Mapping[str, TieBreak]]]


def asked_of(question: Any) -> bytes:
    """A short hash of what was asked."""
    return sha256(encode(question)).digest()[:16]


def query_fields(query: Query[Any]) -> dict[str, Any]:
    return {**structs.asdict(query), "kind": query.kind.__name__}


async def _watched(kind: str, question: Callable[[], Any], asking: Awaitable[T]) -> T:
    tape = running_tape()
    if tape is None:
        return await asking
    taped = TapedLookup(kind, _hash(kind, question, tape), tape.offset)
    tape.recording.lookups.append(taped)
    found = await asking
    try:
        taped.found = Raw(encode(_plain(found)))
    except Exception:
        _give_up(kind, tape)
    else:
        taped.ended = tape.offset
        tape.has_room(1 + len(bytes(taped.found)) // 100)
    return found


def _hash(kind: str, question: Callable[[], Any], tape: RunTape) -> bytes:
    try:
        return asked_of(question())
    except Exception:
        _give_up(kind, tape)
        return b""


def _give_up(kind: str, tape: RunTape) -> None:
    """The answer does not fail for its record."""
    tape.recording.missing = f"a {kind} look-up could not be recorded"
    log.exception("a %s look-up could not be recorded", kind)


def _plain(found: Any) -> Any:
    return dict(found) if isinstance(found, Mapping) else found


class WatchedFeed:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    async def find(self, query: Query[R]) -> Found[R]:
        return await _watched("feed", lambda: query_fields(query), self._feed.find(query))


class WatchedDocuments:
    def __init__(self, documents: DocumentFeed) -> None:
        self._documents = documents

    async def search(self, query: DocumentQuery) -> HitsFound:
        return await _watched("search", lambda: query, self._documents.search(query))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return await _watched("recent", lambda: query, self._documents.recent(query))

    async def count(self, as_of: datetime | None = None) -> int:
        return await _watched("count", lambda: as_of, self._documents.count(as_of))


def watched_ties(break_ties: BreakTies) -> BreakTies:
    async def watched(question: str, earlier: Sequence[str], now: datetime) -> TieBreaks:
        return await _watched("ties", lambda: (question, list(earlier), now), break_ties(question, earlier, now))

    return watched
