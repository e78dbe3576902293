"""Subscriptions keep where they are, how they fare, and what was not taken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec import structs

from cryptodesk.documents.store import (
    COMPONENT,
    MIGRATIONS,
    Attempt,
    Identity,
    Problem,
    Subscription,
    SubscriptionStore,
    SyncState,
)
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.documents.support import NOW

__all__ = ["database", "postgres_server"]

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(database: Database) -> SubscriptionStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return SubscriptionStore(database)


async def add(store: SubscriptionStore, address: str = "https://example.org/feed", **changes: object) -> int:
    fields = {"title": address, "interval_seconds": 1800, "now": NOW} | changes
    found, _ = await store.add("rss", address, **fields)  # type: ignore[arg-type]
    return found.subscription_id


async def test_a_subscription_is_due_at_once_and_found_by_its_address(store: SubscriptionStore) -> None:
    number = await add(store, options={"type": "news"})
    found = await store.get(number)
    assert found == await store.find("rss", "https://example.org/feed")
    assert found is not None
    assert (found.due_at, found.options, found.is_enabled, found.succeeded_at) == (NOW, {"type": "news"}, True, None)
    assert await store.get(99) is None
    assert await store.find("rss", "nothing") is None


async def test_subscribing_again_switches_on_and_keeps_the_number(store: SubscriptionStore) -> None:
    number = await add(store, options={"type": "news"})
    await store.record(number, Attempt(at=NOW, due_at=LATER, state=SyncState(), error="gone", is_enabled=False))
    again, is_new = await store.add(
        "rss", "https://example.org/feed", title="x", interval_seconds=900, now=LATER, options=None
    )
    assert (again.subscription_id, is_new, again.is_enabled, again.due_at) == (number, False, True, LATER)
    assert (again.options, again.interval_seconds) == ({"type": "news"}, 900)
    changed, _ = await store.add(
        "rss", "https://example.org/feed", title="x", interval_seconds=900, now=LATER, options={"type": "blog"}
    )
    assert changed.options == {"type": "blog"}


async def test_success_is_written_with_its_state_and_problems(store: SubscriptionStore) -> None:
    number = await add(store)
    state = SyncState(etag='"1"', last_modified="yesterday", cursor="c")
    good = Attempt(
        at=NOW, due_at=LATER, state=state, identity=Identity("Feed", "example.org"), title="Feed",
        problems=(Problem("one", "is broken"),),
    )  # fmt: skip
    await store.record(number, good)
    found = await store.get(number)
    assert found is not None
    assert (found.state, found.identity, found.title) == (state, Identity("Feed", "example.org"), "Feed")
    assert (found.due_at, found.succeeded_at, found.error, found.failures) == (LATER, NOW, None, 0)
    assert store.problems(number) == [Problem("one", "is broken")]
    await store.record(number, structs.replace(good, identity=None, title=None, problems=None))
    assert await store.get(number) == found
    assert store.problems(number) == [Problem("one", "is broken")]
    await store.record(number, structs.replace(good, problems=()))
    assert store.problems(number) == []


async def test_a_failure_keeps_the_last_success_and_the_identity(store: SubscriptionStore) -> None:
    number = await add(store)
    await store.record(number, Attempt(at=NOW, due_at=NOW, state=SyncState(), identity=Identity("Feed", "a")))
    await store.record(number, Attempt(at=LATER, due_at=LATER, state=SyncState(), error="no answer", failures=1))
    found = await store.get(number)
    assert found is not None
    assert (found.succeeded_at, found.attempted_at, found.error, found.failures) == (NOW, LATER, "no answer", 1)
    assert found.identity == Identity("Feed", "a")
    await store.forget_identity(number, LATER)
    assert (await store.get(number)).identity is None  # type: ignore[union-attr]


async def test_what_is_removed_meanwhile_is_not_written_to(store: SubscriptionStore) -> None:
    number = await add(store)
    assert await store.remove(number)
    assert not await store.remove(number)
    attempt = Attempt(at=NOW, due_at=NOW, state=SyncState(), problems=(Problem("one", "is broken"),))
    await store.record(number, attempt)
    assert (store.all(), await store.fetch_all(), store.problems(number)) == ([], [], [])


async def test_numbers_are_never_used_twice(store: SubscriptionStore) -> None:
    first = await add(store, "https://a.example/")
    await store.remove(first)
    assert await add(store, "https://b.example/") > first


async def test_calls_are_counted_by_day_and_source(store: SubscriptionStore) -> None:
    await store.spend("2026-09-09", "x", 2)
    await store.spend("2026-09-09", "x", 3)
    assert await store.spent("2026-09-09", "x") == 5
    assert (await store.spent("2026-09-10", "x"), await store.spent("2026-09-09", "rss")) == (0, 0)


async def test_of_all_who_find_it_due_one_may_sync_it(store: SubscriptionStore) -> None:
    number = await add(store)
    found = await held(store, number)
    won = await asyncio.gather(*(store.claim(found, LATER) for _ in range(8)))
    assert sorted(won) == [False] * 7 + [True]
    assert (await held(store, number)).due_at == LATER
    assert not await store.claim(found, LATER)
    await store.remove(number)
    assert not await store.claim(found, LATER)


async def held(store: SubscriptionStore, number: int) -> Subscription:
    found = await store.get(number)
    assert found is not None
    return found
