"""The desk's documents are opened once, when something is asked of them, and a failure is said and tried again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cryptodesk.app.documents import Documents
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound


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


def documents_of(*libraries: FakeLibrary) -> Documents:
    waiting = list(libraries)
    return Documents(lambda: cast(Any, waiting.pop(0)))


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
