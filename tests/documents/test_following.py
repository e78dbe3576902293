"""The index gets what changed, once, and is mended when it was lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.following import IndexFollower
from cryptodesk.documents.records import Document
from cryptodesk.documents.store import COMPONENT, MIGRATIONS, DocumentStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.documents.support import NOW, new

__all__ = ["database", "postgres_server"]


@pytest.fixture
def store(database: Database) -> DocumentStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return DocumentStore(database)


class FakeIndex:
    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.applied: list[tuple[list[str], list[str]]] = []
        self.is_broken = False

    async def apply(self, added: Sequence[Document], removed: Collection[str] = ()) -> None:
        if self.is_broken:
            raise InternalError("the index is damaged")
        self.applied.append(([found.document_id for found in added], list(removed)))
        self.held |= {found.document_id: found.content_hash for found in added}
        for document_id in removed:
            self.held.pop(document_id, None)

    async def contents(self) -> Mapping[str, str]:
        return dict(self.held)


async def test_what_changed_is_applied_once(store: DocumentStore) -> None:
    index = FakeIndex()
    follower = IndexFollower(store, index)
    await store.save([new("a"), new("b")], 1)
    assert (await follower.follow(), await follower.follow()) == (2, 0)
    await store.save([new("a", "another text", known_at=NOW + timedelta(hours=1))], 1)
    await store.remove("b")
    assert await follower.follow() == 2
    assert index.applied == [(["a", "b"], []), (["a"], ["b"])]


async def test_an_index_of_an_earlier_process_gets_only_what_it_lacks(store: DocumentStore) -> None:
    index = FakeIndex()
    await store.save([new("a"), new("b"), new("c")], 1)
    await IndexFollower(store, index).follow()
    await store.save([new("a", "another text", known_at=NOW + timedelta(hours=1)), new("d")], 1)
    await store.remove("b")
    assert await IndexFollower(store, index).follow() == 3
    assert index.applied[1:] == [([], ["b"]), (["a", "d"], [])]
    assert await IndexFollower(store, index).follow() == 0


async def test_a_lost_index_gets_everything_in_parts(store: DocumentStore) -> None:
    for begin in range(0, 600, 200):
        await store.save([new(f"n{begin + number}") for number in range(200)], 1)
    index = FakeIndex()
    assert await IndexFollower(store, index).follow() == 600
    assert [len(added) for added, _ in index.applied] == [500, 100]


async def test_what_an_index_refused_is_applied_the_next_time(store: DocumentStore) -> None:
    index = FakeIndex()
    follower = IndexFollower(store, index)
    await store.save([new("a")], 1)
    index.is_broken = True
    with pytest.raises(InternalError):
        await follower.follow()
    index.is_broken = False
    assert await follower.follow() == 1
