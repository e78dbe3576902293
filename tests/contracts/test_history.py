"""What the history of conversations keeps to, on every database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from cryptodesk.core.errors import InvalidRequest, NotFound, TooLarge
from cryptodesk.state import history_merge
from cryptodesk.state.history import DatabaseHistory
from cryptodesk.state.history_migrations import COMPONENT, MIGRATIONS
from cryptodesk.state.history_records import ConversationFacts, KeptMessage, Merge, Merged
from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.state.migrations import COMPONENT as STATE
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

NOW = 1_790_000_000.0
DAY = 86_400.0


@pytest.fixture
def history(database: Database) -> DatabaseHistory:
    database.migrate(STATE, STATE_MIGRATIONS)
    database.migrate(COMPONENT, MIGRATIONS)
    return DatabaseHistory(database, retention_seconds=DAY, most_megabytes=1, most_conversations=3)


def facts(title: str = "Bitcoin", **more: object) -> ConversationFacts:
    return ConversationFacts(**{"title": title, "created_at": 10.0, "updated_at": 20.0, **more})  # type: ignore[arg-type]


def message(message_id: str, revision: int = 1, body: bytes = b"{}") -> KeptMessage:
    return KeptMessage(message_id, revision, body)


async def push(
    history: DatabaseHistory,
    *messages: KeptMessage,
    conversation: str = "c1",
    key: str = "k1",
    now: float = NOW,
    told: ConversationFacts | None = None,
    restores: bool = False,
) -> Merged:
    return await history.merge(key, Merge(conversation, told or facts(), messages, restores), now)


async def ids(history: DatabaseHistory, conversation: str = "c1", key: str = "k1", since: int = 0) -> list[str]:
    found, _ = await history.changed(key, conversation, since=since, limit=100)
    return [each.message_id for each in found]


async def listed(history: DatabaseHistory, key: str = "k1", since: int = 0) -> list[tuple[str, bool]]:
    page = await history.list(key, since=since, limit=100)
    return [(each.conversation_id, each.deleted_at is not None) for each in page.conversations]


# -- kept and found ----------------------------------------------------------------------------------------------------


async def test_messages_come_back_as_they_were_handed_over(history: DatabaseHistory) -> None:
    body = '{"text":"\\u0000 \U0001f600 \u2028"}'.encode()
    outcome = await push(history, message("m1", 1, body), message("m2", 3, b"{1}"))
    assert outcome.is_new
    assert (outcome.conversation.messages, outcome.conversation.size) == (2, len(body) + 3)
    found, has_more = await history.changed("k1", "c1", since=0, limit=10)
    assert [(each.message_id, each.revision, each.body) for each in found] == [("m1", 1, body), ("m2", 3, b"{1}")]
    assert not has_more
    assert (await history.get("k1", "c1")).facts == facts()


async def test_no_key_is_told_of_anothers(history: DatabaseHistory) -> None:
    await push(history, message("m1"))
    assert await listed(history, "k2") == []
    assert await ids(history, key="k2") == []
    assert not await history.delete("k2", "c1", NOW)
    with pytest.raises(NotFound):
        await history.get("k2", "c1")
    with pytest.raises(NotFound):
        await history.rename("k2", "c1", "Mine", NOW)
    await push(history, message("m9"), key="k2")
    assert (await ids(history), await ids(history, key="k2")) == (["m1"], ["m9"])


async def test_what_came_after_a_sequence_is_told_and_nothing_else(history: DatabaseHistory) -> None:
    first = (await push(history, message("m1"))).conversation.sequence
    await push(history, message("n1"), conversation="c2")
    assert await listed(history, since=first) == [("c2", False)]
    second = await push(history, message("m2"), message("m1", 2))
    assert await ids(history, since=first) == ["m2", "m1"]
    assert await listed(history) == [("c2", False), ("c1", False)]
    assert (await history.list("k1", since=0, limit=1)).has_more
    assert (await history.list("k1", since=0, limit=1)).latest == second.conversation.sequence


async def test_a_counter_that_began_anew_has_another_epoch(history: DatabaseHistory, database: Database) -> None:
    assert (await history.list("k1", since=0, limit=1)).epoch == ""
    await push(history, message("m1"))
    await push(history, message("m2"))
    first = (await history.list("k1", since=0, limit=1)).epoch
    await push(history, message("m1"), key="k2")
    assert len({"", first, (await history.list("k2", since=0, limit=1)).epoch}) == 3
    await history.delete("k1", "c1", NOW)
    assert (await history.list("k1", since=0, limit=1)).epoch == first
    for table in ("owners", "conversations", "messages"):
        await database.execute(f"DELETE FROM history_{table}")
    await push(history, message("m1"))
    assert (await history.list("k1", since=0, limit=1)).epoch not in ("", first)


async def test_pages_meet_without_a_gap(history: DatabaseHistory) -> None:
    await push(history, *(message(f"m{n}") for n in range(7)))
    found, since = [], 0
    while True:
        page, has_more = await history.changed("k1", "c1", since=since, limit=3)
        found += [each.message_id for each in page]
        if not has_more:
            break
        since = page[-1].sequence
    assert found == [f"m{n}" for n in range(7)]


async def test_a_message_keeps_its_place_when_it_is_replaced(history: DatabaseHistory) -> None:
    await push(history, message("q"), message("a"))
    await push(history, message("q", 2, b"{2}"))
    found, _ = await history.placed("k1", "c1", after=0, limit=10)
    assert [each.message_id for each in found] == ["q", "a"]
    rest, _ = await history.placed("k1", "c1", after=found[0].position, limit=10)
    assert [each.message_id for each in rest] == ["a"]


# -- two browsers ------------------------------------------------------------------------------------------------------


async def test_what_two_browsers_wrote_apart_is_all_there(history: DatabaseHistory) -> None:
    await push(history, message("m1"))
    at_once = [push(history, message(f"x{n}"), told=facts(updated_at=30.0 + n, head_id=f"x{n}")) for n in range(8)]
    await asyncio.gather(*at_once)
    assert sorted(await ids(history)) == ["m1", *(f"x{n}" for n in range(8))]
    kept = await history.get("k1", "c1")
    assert (kept.messages, kept.facts.head_id, kept.facts.updated_at) == (9, "x7", 37.0)


async def test_an_earlier_revision_replaces_nothing_and_the_same_changes_nothing(history: DatabaseHistory) -> None:
    settled = await push(history, message("m1", 2, b'{"settled":1}'))
    for revision in (1, 2):
        again = await push(history, message("m1", revision, b"{}"))
        assert (again.is_new, again.conversation) == (False, settled.conversation)
    (kept,), _ = await history.changed("k1", "c1", since=0, limit=10)
    assert kept.body == b'{"settled":1}'


async def test_the_last_name_and_the_latest_work_hold(history: DatabaseHistory) -> None:
    await push(history, told=facts("First?", updated_at=50.0, head_id="m5"))
    await push(history, told=facts("Named", renamed_at=7.0, created_at=5.0, updated_at=40.0, head_id="m4"))
    await push(history, told=facts("Named before", renamed_at=6.0, updated_at=45.0))
    assert (await history.get("k1", "c1")).facts == ConversationFacts("Named", 5.0, 50.0, 7.0, "m5")
    renamed = await history.rename("k1", "c1", "Here", NOW)
    assert (renamed.facts.title, renamed.facts.renamed_at) == ("Here", NOW * 1000)
    await push(history, told=facts("Late", renamed_at=NOW * 1000 + 1))
    assert (await history.rename("k1", "c1", "Later", NOW)).facts.renamed_at == NOW * 1000 + 2


async def test_a_deleted_conversation_is_told_and_comes_back_only_on_purpose(history: DatabaseHistory) -> None:
    sequence = (await push(history, message("m1", 1, b"{123}"))).conversation.sequence
    assert await history.delete("k1", "c1", NOW)
    assert not await history.delete("k1", "c1", NOW)
    assert await listed(history, since=sequence) == [("c1", True)]
    assert await ids(history) == []
    assert (await history.list("k1", since=0, limit=1)).size == 0
    with pytest.raises(NotFound, match="restore"):
        await push(history, message("m2"))
    back = await push(history, message("m1"), message("m2"), restores=True)
    assert (back.is_new, back.conversation.messages) == (True, 2)
    assert await listed(history) == [("c1", False)]


async def test_what_another_browser_added_meanwhile_is_not_deleted_unseen(history: DatabaseHistory) -> None:
    seen = (await push(history, message("m1"))).conversation.sequence
    added = await push(history, message("m2"))
    assert (added.before, added.is_new) == (seen, False)
    with pytest.raises(InvalidRequest, match="gone on with"):
        await history.delete("k1", "c1", NOW, seen=seen)
    assert await ids(history) == ["m1", "m2"]
    assert await history.delete("k1", "c1", NOW, seen=added.conversation.sequence)


# -- bounds ------------------------------------------------------------------------------------------------------------


async def test_a_key_that_is_full_is_told_so_and_loses_nothing(history: DatabaseHistory) -> None:
    await push(history, message("m1", 1, b"x" * (2**20 - 10)))
    with pytest.raises(TooLarge, match="1048576 bytes"):
        await push(history, message("m2", 1, b"x" * 11))
    assert await ids(history) == ["m1"]
    await push(history, message("m2", 1, b"x" * 10))
    await push(history, told=facts("Renamed", renamed_at=9.0))
    await push(history, message("m1", 2, b"{}"))
    assert (await history.list("k1", since=0, limit=1)).size == 12
    await push(history, message("m9", 1, b"x" * 2**20), key="k2")


async def test_a_key_has_only_so_many_conversations(history: DatabaseHistory) -> None:
    for name in ("c1", "c2", "c3"):
        await push(history, conversation=name)
    with pytest.raises(TooLarge, match="3 conversations"):
        await push(history, conversation="c4")
    await history.delete("k1", "c1", NOW)
    await push(history, conversation="c4")


async def test_a_conversation_has_only_so_many_messages(
    history: DatabaseHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_merge, "MOST_MESSAGES", 2)
    await push(history, message("m1"), message("m2"))
    with pytest.raises(InvalidRequest, match="at most 2"):
        await push(history, message("m3"))
    await push(history, message("m2", 2))


# -- retention ---------------------------------------------------------------------------------------------------------


async def test_what_was_not_changed_for_its_time_is_forgotten_without_a_word(history: DatabaseHistory) -> None:
    await push(history, message("m1"), conversation="old")
    await push(history, message("m1"), conversation="young", now=NOW + DAY - 1)
    await push(history, conversation="gone", now=NOW)
    await history.delete("k1", "gone", NOW)
    assert await history.purge_expired(NOW + DAY) == 2
    assert await listed(history) == [("young", False)]
    page = await history.list("k1", since=0, limit=10)
    assert (page.size, page.latest > 0) == (2, True)
    assert (await push(history, message("m2"), conversation="old", now=NOW + DAY)).is_new


async def test_conversations_are_deleted_with_their_key(history: DatabaseHistory, database: Database) -> None:
    keys = DatabaseKeyStore(database)
    made = datetime.fromtimestamp(NOW, UTC)
    _, kept = keys.create("kept", "main", made)
    _, revoked = keys.create("revoked", "main", made)
    _, expired = keys.create("expired", "main", made, datetime.fromtimestamp(NOW + 10, UTC))
    for record in (kept, revoked, expired):
        await push(history, message("m1"), key=record.key_id)
    await push(history, message("m1"), key="local")  # of a desk that asks for no key
    keys.revoke(revoked.key_id, made)
    assert await history.purge_expired(NOW + 20) == 2
    found = [await listed(history, key) for key in (kept.key_id, revoked.key_id, expired.key_id, "local")]
    assert found == [[("c1", False)], [], [], [("c1", False)]]
    assert (await history.list(revoked.key_id, since=0, limit=1)).latest == 0
