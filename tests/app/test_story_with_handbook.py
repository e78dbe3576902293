"""The simulated world's texts and the handbook beside them: which of the two answers what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.app.story import StoryWithHandbook
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Chunk, Document, DocumentType, Hit

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def hit(name: str, kind: DocumentType, *, is_simulated: bool) -> Hit:
    document = Document(
        document_id=name, type=kind, source="x", publisher="x", title=name, text=name, fetched_at=NOW, known_at=NOW,
        content_hash=name, is_simulated=is_simulated,
    )  # fmt: skip
    return Hit(document, Chunk(name, 0, name), 1.0)


class Feed:
    """Gives its hits to every search, and keeps what was asked."""

    def __init__(self, *hits: Hit, note: str) -> None:
        self.hits, self.note = hits, note
        self.asked: list[DocumentQuery] = []

    async def search(self, query: DocumentQuery) -> HitsFound:
        self.asked.append(query)
        return HitsFound(self.hits[: query.limit], (self.note,))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        self.asked.append(query)
        return DocumentsFound(tuple(each.document for each in self.hits))

    async def count(self, as_of: datetime | None = None) -> int:
        return len(self.hits)


def feeds() -> tuple[Feed, Feed, StoryWithHandbook]:
    story = Feed(*(hit(f"story {n}", "news", is_simulated=True) for n in range(8)), note="story")
    library = Feed(*(hit(f"article {n}", "handbook", is_simulated=False) for n in range(8)), note="library")
    return story, library, StoryWithHandbook(story, library)


async def test_what_the_handbook_is_asked_for_it_answers_first_and_is_no_simulation() -> None:
    _, library, both = feeds()
    found = await both.search(DocumentQuery(text="restaking", types=("research", "handbook"), limit=4))
    assert [each.document.title for each in found.hits] == [f"article {n}" for n in range(4)]
    assert not any(each.document.is_simulated for each in found.hits)
    assert found.notes == ("story", "library")
    assert library.asked[0].types == ("handbook",)


@pytest.mark.parametrize("types", [(), ("news", "handbook")])
async def test_beside_reports_the_handbook_has_a_small_part_at_the_end(types: tuple[DocumentType, ...]) -> None:
    _, _, both = feeds()
    found = await both.search(DocumentQuery(text="restaking", types=types, limit=8))
    titles = [each.document.title for each in found.hits]
    assert titles == [*(f"story {n}" for n in range(6)), "article 0", "article 1"]


@pytest.mark.parametrize(
    "query",
    [
        DocumentQuery(text="unlocks", types=("handbook",), asset_ids=(1,)),
        DocumentQuery(text="unlocks", published_after=NOW),
        DocumentQuery(text="unlocks", types=("news",)),
        DocumentQuery(text=""),
    ],
)
async def test_what_is_bound_to_the_simulated_market_is_answered_by_its_story_alone(query: DocumentQuery) -> None:
    _, library, both = feeds()
    found = await both.search(query)
    assert library.asked == []
    assert all(each.document.is_simulated for each in found.hits)


async def test_the_newest_texts_and_their_number_are_the_storys() -> None:
    _, library, both = feeds()
    assert len((await both.recent(DocumentQuery())).documents) == await both.count() == 8
    assert library.asked == []
