"""The library gives what was known at the asked moment, whatever the index still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.documents.query import DocumentFeed, DocumentQuery, HitsFound
from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.documents.store import COMPONENT, MIGRATIONS, DocumentLibrary, DocumentStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.documents.support import NOW, document, new

__all__ = ["database", "postgres_server"]

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(database: Database) -> DocumentStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return DocumentStore(database)


class FakeIndex:
    def __init__(self, *hits: Hit) -> None:
        self.hits = hits

    async def search(self, query: DocumentQuery) -> HitsFound:
        return HitsFound(self.hits, ("vectors are off",))


def hit(found: Document, text: str = "", **changes: object) -> Hit:
    chunk = Chunk(found.document_id, 0, text or found.text)
    return Hit(found, chunk, 1.0, **changes)  # type: ignore[arg-type]


async def test_without_an_index_searching_says_so(store: DocumentStore) -> None:
    library: DocumentFeed = DocumentLibrary(store)
    assert await library.search(DocumentQuery(text="x")) == HitsFound((), ("searching is off: there is no index",))


async def test_recent_and_count_come_from_the_store(store: DocumentStore) -> None:
    await store.save([new("a"), new("b", known_at=LATER)], 1)
    library = DocumentLibrary(store)
    assert [found.document_id for found in (await library.recent(DocumentQuery())).documents] == ["b", "a"]
    assert [found.document_id for found in (await library.recent(DocumentQuery(as_of=NOW))).documents] == ["a"]
    assert (await library.count(), await library.count(NOW)) == (2, 1)


async def test_a_hit_carries_the_document_as_it_is_now(store: DocumentStore) -> None:
    await store.save([new("a", asset_ids=(1,), warnings=("hidden_text",))], 1)
    found = await DocumentLibrary(store, FakeIndex(hit(document("a")))).search(DocumentQuery())
    assert [(kept.document.asset_ids, kept.warnings) for kept in found.hits] == [((1,), ("hidden_text",))]
    assert found.notes == ("vectors are off",)


async def test_what_was_removed_or_not_yet_known_is_left_out_with_a_note(store: DocumentStore) -> None:
    await store.save([new("a"), new("b", known_at=LATER)], 1)
    index = FakeIndex(hit(document("a")), hit(document("b")), hit(document("gone")))
    now = await DocumentLibrary(store, index).search(DocumentQuery())
    then = await DocumentLibrary(store, index).search(DocumentQuery(as_of=NOW))
    assert [kept.document.document_id for kept in now.hits] == ["a", "b"]
    assert [kept.document.document_id for kept in then.hits] == ["a"]
    assert then.notes[1].startswith("2 passages were left out")


async def test_a_passage_counts_for_an_earlier_text_only_if_it_stands_in_it(store: DocumentStore) -> None:
    await store.save([new("a", "Shared words. Early words.")], 1)
    await store.save([new("a", "Shared words. Late words.", known_at=LATER)], 1)
    newest = await store.get("a")
    assert newest is not None
    index = FakeIndex(hit(newest, "Shared\nwords."), hit(newest, "Late words."))
    then = await DocumentLibrary(store, index).search(DocumentQuery(as_of=NOW))
    assert [kept.chunk.text for kept in then.hits] == ["Shared\nwords."]
    assert then.hits[0].document.text == "Shared words. Early words."
    assert len((await DocumentLibrary(store, index).search(DocumentQuery())).hits) == 2
