"""The desk's own past: kept now and then, each question apart, and never at the cost of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.market.keeping import Keeper
from cryptodesk.market.query import Query, Record
from cryptodesk.market.records import CoinListing
from cryptodesk.market.sources._source import Route

NOW = datetime(2026, 9, 12, tzinfo=UTC)


class FakeStore:
    def __init__(self, error: Exception | None = None) -> None:
        self.saved: list[tuple[str, int, bool]] = []
        self._error = error

    async def save_records(
        self, records: Sequence[Record], source: str, *, is_list: bool = False, known_at: datetime | None = None
    ) -> int:
        self.saved.append((source, len(records), is_list))
        if self._error is not None:
            raise self._error
        return len(records)


def _route(keep_seconds: float | None = 3600.0) -> Route:
    def build_query(*_: Any) -> tuple[()]:
        return ()

    return Route(CoinListing, build_query, build_query, ttl_seconds=60.0, keep_seconds=keep_seconds)


ALL: Query[Any] = Query(kind=CoinListing)
ONE: Query[Any] = Query(kind=CoinListing, ids=(1,))


async def test_an_answer_is_kept_once_in_its_time_and_each_question_apart() -> None:
    store, clock = FakeStore(), FixedClock(NOW)
    keeper = Keeper(store, clock)
    for query in (ALL, ALL, ONE, ONE):
        await keeper.keep("vendor", _route(), query, [object()])
    assert store.saved == [("vendor", 1, True), ("vendor", 1, False)]
    clock.moment = NOW + timedelta(hours=1)
    await keeper.keep("vendor", _route(), ALL, [object(), object()])
    assert store.saved[-1] == ("vendor", 2, True)


async def test_a_route_that_keeps_nothing_keeps_nothing() -> None:
    store = FakeStore()
    await Keeper(store, FixedClock(NOW)).keep("vendor", _route(None), ALL, [object()])
    assert store.saved == []


async def test_a_broken_store_does_not_fail_the_answer() -> None:
    store = FakeStore(InternalError("the disk is full"))
    await Keeper(store, FixedClock(NOW)).keep("vendor", _route(), ALL, [object()])
    assert len(store.saved) == 1
