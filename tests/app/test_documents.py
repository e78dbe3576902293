"""The desk's documents are opened once, when something is asked of them, and a failure is said and tried again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec import structs

from cryptodesk.app.documents import Documents
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Document


class FakeFeed:
    async def search(self, query: DocumentQuery) -> HitsFound:
        return HitsFound(notes=(f"searched {query.text}",))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return DocumentsFound(notes=("read",))

    async def count(self, as_of: datetime | None = None) -> int:
        return 7


class FakeLibrary:
    def __init__(self, *, is_broken: bool = False) -> None:
        self.feed = FakeFeed()
        self.syncer: Any = None
        self.is_broken = is_broken
        self.opened = self.closed = 0

    async def __aenter__(self) -> FakeLibrary:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed += 1

    async def open(self) -> None:
        await asyncio.sleep(0)
        if self.is_broken:
            raise InternalError("the disk is full")
        self.opened += 1


class FakeStore:
    """What is at rest, by type."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.asked: list[DocumentQuery] = []

    async def recent(self, query: DocumentQuery) -> list[Document]:
        self.asked.append(query)
        found = sum(self.counts.get(kind, 0) for kind in query.types)
        return cast(list[Document], [None] * min(found, query.limit))

    async def count(self, as_of: datetime | None = None) -> int:
        return sum(self.counts.values())


def documents_of(*libraries: FakeLibrary, store: FakeStore | None = None) -> Documents:
    waiting = list(libraries)
    return Documents(lambda: cast(Any, waiting.pop(0)), store or FakeStore())


async def test_it_is_opened_once_for_all_who_ask_at_once() -> None:
    library = FakeLibrary()
    documents = documents_of(library)
    found = await asyncio.gather(*(documents.search(DocumentQuery(text=str(number))) for number in range(5)))
    assert [hits.notes for hits in found] == [(f"searched {number}",) for number in range(5)]
    assert (await documents.count(), library.opened) == (7, 1)
    await documents.close()
    assert library.closed == 1


async def test_what_was_never_asked_for_is_never_opened() -> None:
    await documents_of().close()


async def test_a_failure_is_said_closed_and_tried_again() -> None:
    broken, whole = FakeLibrary(is_broken=True), FakeLibrary()
    documents = documents_of(broken, whole)
    failed = await documents.search(DocumentQuery(text="why"))
    assert failed.notes == ("the documents cannot be opened: the disk is full",)
    assert broken.closed == 1
    assert (await documents.recent(DocumentQuery())).notes == ("read",)
    await documents.close()
    assert whole.closed == 1


@pytest.mark.parametrize("ask", ["recent", "count"])
async def test_every_way_to_ask_survives_a_failure(ask: str) -> None:
    documents = documents_of(FakeLibrary(is_broken=True))
    if ask == "count":
        assert await documents.count() == 0
    else:
        assert "disk is full" in (await documents.recent(DocumentQuery())).notes[0]


async def test_one_who_gives_up_leaves_the_opening_to_the_others() -> None:
    library = FakeLibrary()
    documents = documents_of(library)
    gave_up = asyncio.create_task(documents.search(DocumentQuery(text="a")))
    stayed = asyncio.create_task(documents.search(DocumentQuery(text="b")))
    await asyncio.sleep(0)
    gave_up.cancel()
    assert (await stayed).notes == ("searched b",)
    assert library.opened == 1


async def test_syncs_are_told_once_the_library_is_open() -> None:
    library = FakeLibrary()
    library.syncer = SimpleNamespace(outcomes={("rss", "synced"): 2})
    documents = documents_of(FakeLibrary(is_broken=True), library)
    assert documents.syncs() == {}
    await documents.count()
    assert documents.syncs() == {}, "the first try failed"
    await documents.count()
    assert documents.syncs() == {("rss", "synced"): 2}


async def test_nothing_is_opened_where_no_text_at_rest_passes_the_filters() -> None:
    store = FakeStore(handbook=9, news=3)
    documents = documents_of(store=store)
    query = DocumentQuery(text="why", types=("social_post", "macro_event"), asset_ids=(1,), limit=24)
    assert await documents.search(query) == HitsFound()
    assert store.asked == [structs.replace(query, limit=1)], "the filters are the search's own"


async def test_one_text_that_passes_is_searched_for() -> None:
    documents = documents_of(FakeLibrary(), store=FakeStore(news=1))
    found = await documents.search(DocumentQuery(text="why", types=("social_post", "news")))
    assert found.notes == ("searched why",)


@pytest.mark.parametrize("types", [(), ("handbook",), ("news", "handbook")])
async def test_what_ships_is_searched_for_before_the_store_has_it(types: Any) -> None:
    found = await documents_of(FakeLibrary()).search(DocumentQuery(text="why", types=types))
    assert found.notes == ("searched why",)


async def test_an_open_library_answers_by_itself() -> None:
    store = FakeStore()
    documents = documents_of(FakeLibrary(), store=store)
    await documents.search(DocumentQuery(text="first"))
    assert (await documents.search(DocumentQuery(text="why", types=("news",)))).notes == ("searched why",)
    assert store.asked == []


async def test_a_store_that_fails_is_said() -> None:
    class Failing(FakeStore):
        async def recent(self, query: DocumentQuery) -> list[Document]:
            raise InternalError("the disk is gone")

    found = await documents_of(store=Failing()).search(DocumentQuery(text="why", types=("news",)))
    assert found.notes == ("the documents cannot be opened: the disk is gone",)


async def test_what_is_at_rest_is_counted_without_opening() -> None:
    assert await documents_of(store=FakeStore(handbook=187)).count() == 187
