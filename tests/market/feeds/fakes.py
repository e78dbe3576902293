"""Feeds for tests: one that answers from memory, one that never does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from cryptodesk.market.query import Found, Query, Record, answers
from cryptodesk.market.records import CoinListing, Provenance

__all__ = ["NOW", "MemoryFeed", "SilentFeed", "listing"]

R = TypeVar("R", bound=Record)
NOW = datetime(2026, 9, 12, 6, 0, tzinfo=UTC)


def listing(asset_id: int, source: str = "live_source", as_of: datetime = NOW, **fields: Any) -> CoinListing:
    return CoinListing(
        asset_id=asset_id,
        name=f"Coin {asset_id}",
        symbol=f"C{asset_id}",
        slug=f"coin-{asset_id}",
        provenance=Provenance(source, "live", as_of),
        **fields,
    )


class MemoryFeed:
    """Answers each query with `respond(query)`, and remembers what it was asked."""

    def __init__(self, respond: Callable[[Query[Any]], Found[Any]]) -> None:
        self._respond = respond
        self.queries: list[Query[Any]] = []

    @classmethod
    def of(cls, *records: Any) -> MemoryFeed:
        """All records of the kind asked for, or those of the ids."""

        def respond(query: Query[Any]) -> Found[Any]:
            asked = query.ids
            return Found(
                tuple(
                    record
                    for record in records
                    if isinstance(record, query.kind) and (asked is None or any(answers(record, one) for one in asked))
                )
            )

        return cls(respond)

    async def find(self, query: Query[R]) -> Found[R]:
        self.queries.append(query)
        return self._respond(query)


class SilentFeed:
    """Waits for ever, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def find(self, query: Query[R]) -> Found[R]:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError("not reached")
