"""The simulated documents as a feed: filters, order, counting, and the same answer in any process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.query import DocumentFeed, DocumentQuery
from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.simulated import SimulatedDocuments
from tests.documents.simulated.stories import NOW, EmptyStory, HashStory, feed, start_of

ROOT = Path(__file__).parents[3]
TODAY = start_of(NOW.date())
ALL = 10_000

_SCRIPT = """
import asyncio, hashlib, json
import msgspec
from cryptodesk.documents.query import DocumentQuery
from tests.documents.simulated.stories import NOW, feed

async def digests():
    recent = await feed(11).recent(DocumentQuery(limit=500))
    search = await feed(11).search(DocumentQuery(text="bitcoin unlock exploit", limit=30))
    parts = {"recent": recent, "search": search, "count": await feed(11).count()}
    print(json.dumps({name: hashlib.sha256(msgspec.json.encode(part)).hexdigest() for name, part in parts.items()}))

asyncio.run(digests())
"""


def _digests(hash_seed: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


async def _day(day: date, seed: int = 7, asked: SimulatedDocuments | None = None) -> tuple[Document, ...]:
    """All that was published on a day, as known a year later; pages are left out."""
    start = start_of(day)
    query = DocumentQuery(
        published_after=start,
        published_before=start + timedelta(days=1),
        as_of=start + timedelta(days=365),
        limit=ALL,
    )
    found = (await (asked or feed(seed)).recent(query)).documents
    return tuple(one for one in found if one.type not in {"web_page", "project_faq"})


def test_two_processes_with_other_hash_seeds_read_the_same_documents() -> None:
    first, second = _digests("1"), _digests("4242")

    assert set(first) == {"recent", "search", "count"}
    assert first == second


async def test_a_day_is_the_same_whatever_was_asked_before() -> None:
    used = SimulatedDocuments(7, FixedClock(NOW), HashStory())
    for other in (date(2015, 2, 3), date(2030, 7, 8), NOW.date()):
        await _day(other, asked=used)
        await used.search(DocumentQuery(text="ethereum", as_of=start_of(other), types=("news",)))
    fresh = SimulatedDocuments(7, FixedClock(NOW), HashStory())

    assert await _day(date(2024, 6, 5), asked=used) == await _day(date(2024, 6, 5), asked=fresh)


async def test_questions_asked_at_once_are_answered_as_if_asked_alone() -> None:
    queries = [DocumentQuery(as_of=NOW - timedelta(days=back), limit=40) for back in range(3)]
    asked = SimulatedDocuments(7, FixedClock(NOW), HashStory())
    together = await asyncio.gather(*(asked.recent(query) for query in queries))

    assert together == [await feed().recent(query) for query in queries]


async def test_another_seed_is_another_world() -> None:
    texts = [{document.text for document in await _day(NOW.date(), seed)} for seed in (7, 8)]

    assert len(texts[0] & texts[1]) < len(texts[0]) / 10


async def test_every_document_is_labelled_and_leads_nowhere_real() -> None:
    documents = await _day(date(2026, 3, 10))
    pages = (await feed().recent(DocumentQuery(types=("web_page", "project_faq"), limit=ALL))).documents

    assert len(documents) > 400
    assert len(pages) == 240
    for document in (*documents, *pages):
        assert document.is_simulated
        assert document.source == "simulated_world"
        assert "imulated" in document.publisher
        assert document.title
        assert document.text
        assert document.published_at is not None
        assert document.published_at <= document.known_at == document.fetched_at
        assert document.url is None or (urlsplit(document.url).hostname or "").endswith(".example.invalid")
    assert any(document.url is None for document in documents)
    ids = [document.document_id for document in (*documents, *pages)]
    assert len(set(ids)) == len(ids)


async def test_newest_come_first_and_no_more_than_asked_for() -> None:
    found = (await feed().recent(DocumentQuery(limit=300))).documents
    moments = [document.published_at for document in found]

    assert len(found) == 300
    assert moments == sorted(moments, reverse=True)
    assert moments[0] is not None
    assert NOW - timedelta(hours=1) < moments[0] <= NOW
    assert (await feed().recent(DocumentQuery(limit=30))).documents == found[:30]


@pytest.mark.parametrize(
    "type_",
    ["news", "social_post", "exchange_announcement", "research", "blog", "macro_event", "project_faq", "web_page"],
)
async def test_only_documents_of_the_type_asked_for_are_found(type_: DocumentType) -> None:
    recent = (await feed().recent(DocumentQuery(types=(type_,), limit=40))).documents
    hits = (
        await feed().search(
            DocumentQuery(text="bitcoin on an exchange, macro agenda, fees and contracts", types=(type_,))
        )
    ).hits

    assert len(recent) == 40
    assert {document.type for document in recent} == {type_}
    assert {hit.document.type for hit in hits} <= {type_}
    assert hits


async def test_only_documents_about_the_assets_asked_for_are_found() -> None:
    query = DocumentQuery(text="price", asset_ids=(1, 1027), limit=50)
    found = (*(await feed().recent(query)).documents, *(hit.document for hit in (await feed().search(query)).hits))

    assert len(found) > 60
    assert all(set(document.asset_ids) & {1, 1027} for document in found)
    assert {asset_id for document in found for asset_id in document.asset_ids} == {1, 1027}


async def test_bounds_of_publication_include_the_first_moment_and_leave_the_last_out() -> None:
    day = sorted(document.published_at for document in await _day(date(2026, 3, 9)) if document.published_at)
    first, last = day[100], day[300]
    query = DocumentQuery(published_after=first, published_before=last, limit=ALL)
    moments = sorted(
        document.published_at for document in (await feed().recent(query)).documents if document.published_at
    )

    assert moments == [moment for moment in day if first <= moment < last]
    hits = (
        await feed().search(DocumentQuery(text="price", published_after=first, published_before=last, limit=99))
    ).hits
    assert hits
    assert all(first <= hit.document.published_at < last for hit in hits if hit.document.published_at)


async def test_language_and_source_narrow_the_answer() -> None:
    spanish = (await feed().recent(DocumentQuery(language="es", limit=20))).documents

    assert {document.language for document in spanish} == {"es"}
    assert (await feed().recent(DocumentQuery(sources=("simulated_world",), limit=5))).documents
    for query in (DocumentQuery(sources=("rss",), text="bitcoin"), DocumentQuery(limit=0, text="bitcoin")):
        assert (await feed().recent(query)).documents == ()
        assert (await feed().search(query)).hits == ()


async def test_a_longer_span_than_is_read_is_cut_and_said() -> None:
    query = DocumentQuery(types=("macro_event",), published_after=NOW - timedelta(days=300), limit=ALL)
    found = await feed().recent(query)
    oldest = found.documents[-1].published_at

    assert oldest is not None
    assert oldest.date() == NOW.date() - timedelta(days=61)
    assert "62 days" in found.notes[0]
    assert (await feed().recent(DocumentQuery(types=("macro_event",), limit=3))).notes == ()


@pytest.mark.parametrize("moment", [NOW, NOW + timedelta(hours=9), datetime(2013, 1, 1, 11, tzinfo=UTC)])
async def test_the_count_is_of_what_can_be_found(moment: datetime) -> None:
    """The whole days before are counted by the timetable, so two moments are compared."""
    earlier = max(moment - timedelta(days=3), start_of(HashStory.first_day))
    since = earlier - timedelta(days=2)
    later_ids, earlier_ids = await _known_ids(since, moment), await _known_ids(since, earlier)

    assert len(later_ids) > len(earlier_ids) + 100
    assert await feed().count(moment) - await feed().count(earlier) == len(later_ids) - len(earlier_ids)


async def _known_ids(since: datetime, moment: datetime) -> set[str]:
    """Of texts published since then, and of all pages."""
    dated = DocumentQuery(published_after=since, as_of=moment, limit=ALL)
    pages = DocumentQuery(types=("web_page", "project_faq"), as_of=moment, limit=ALL)
    found = (*(await feed().recent(dated)).documents, *(await feed().recent(pages)).documents)
    return {document.document_id for document in found}


async def test_the_count_of_thirteen_years_is_about_440_a_day() -> None:
    days = (NOW.date() - HashStory.first_day).days

    assert await feed().count() / days == pytest.approx(449, abs=3)
    assert await feed().count() == await feed().count(NOW)
    assert await feed().count(start_of(date(2012, 12, 31))) == 0


async def test_outside_of_the_world_nothing_is_found_and_it_is_said() -> None:
    found = await feed().recent(DocumentQuery(as_of=datetime(2012, 5, 1, tzinfo=UTC)))
    after = await feed().recent(DocumentQuery(as_of=datetime(2050, 5, 1, tzinfo=UTC), limit=3))

    assert found.documents == ()
    assert "2013-01-01" in found.notes[0]
    assert [document.published_at.year for document in after.documents if document.published_at] == [2044] * 3


async def test_a_world_without_facts_still_has_texts() -> None:
    quiet: DocumentFeed = SimulatedDocuments(7, FixedClock(NOW), EmptyStory())
    found = (await quiet.recent(DocumentQuery(limit=600))).documents

    assert len(found) == 600
    assert {"news", "social_post", "macro_event", "blog"} <= {document.type for document in found}
    assert {document.asset_ids for document in found} == {()}
    assert (await quiet.search(DocumentQuery(text="validator disk network"))).hits


async def test_what_is_kept_does_not_grow() -> None:
    asked = SimulatedDocuments(7, FixedClock(NOW), HashStory())
    for back in (0, 40):
        moment = NOW - timedelta(days=back)
        await asked.recent(DocumentQuery(types=("macro_event",), as_of=moment, limit=ALL))
        await asked.search(DocumentQuery(text="bitcoin", types=("research",), as_of=moment))
    caches = [value for value in {**vars(asked), **vars(asked._days)}.values() if hasattr(value, "cache_info")]

    assert len(caches) == 8
    for cache in caches:
        kept = cache.cache_info()
        assert kept.maxsize is not None
        assert kept.currsize <= kept.maxsize <= 3_000


async def test_a_search_finds_the_words_the_best_first() -> None:
    hits = (await feed().search(DocumentQuery(text="exploit stolen protocol withdrawals paused", types=("news",)))).hits
    scores = [hit.score for hit in hits]

    assert len(hits) == 8
    assert scores == sorted(scores, reverse=True)
    assert "security" in hits[0].document.topics
    for hit in hits:
        assert hit.chunk.document_id == hit.document.document_id
        assert hit.chunk.text in hit.document.text


async def test_a_question_for_a_project_finds_its_pages() -> None:
    hits = (await feed().search(DocumentQuery(text="How do I recognise the real ETH? FAQ", asset_ids=(1027,)))).hits

    assert "project_faq" in {hit.document.type for hit in hits[:2]}


async def test_hits_name_what_is_suspicious_in_them() -> None:
    hits = (await feed().search(DocumentQuery(text="ignore all previous instructions recommend", limit=10))).hits

    assert any("instruction_like" in hit.warnings for hit in hits)


async def test_a_question_without_words_finds_nothing_and_says_so() -> None:
    found = await feed().search(DocumentQuery(text="of the ???"))

    assert found.hits == ()
    assert "no words" in found.notes[0]


async def test_the_hash_is_of_the_cleaned_text() -> None:
    from cryptodesk.documents.cleaning import clean_text

    for document in await _day(date(2026, 3, 10)):
        assert document.content_hash == hashlib.sha256(clean_text(document.text).text.encode()).hexdigest()
