"""Nothing is told before its moment: not by texts, not by their order or number, and not by their absence."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.simulated import SimulatedDocuments
from tests.documents.simulated.stories import NOW, HashStory, MarkedStory, start_of

MOMENTS = (
    NOW,
    datetime(2026, 3, 11, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 6, 12, 31, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
    datetime(2026, 1, 1, 4, 0, tzinfo=UTC),
)
_MARK = re.compile(r"known(\d{12})")


def _feed(story: HashStory, moment: datetime = NOW) -> SimulatedDocuments:
    return SimulatedDocuments(7, FixedClock(moment), story)


@cache
def _later() -> SimulatedDocuments:
    """Asked a month after all that is asked for."""
    return _feed(HashStory(), NOW + timedelta(days=30))


async def test_no_text_tells_a_fact_before_it_is_known() -> None:
    day = date(2026, 3, 11)
    query = DocumentQuery(
        published_after=start_of(day) - timedelta(days=8), as_of=start_of(day) + timedelta(days=2), limit=10_000
    )
    documents = (await _feed(MarkedStory()).recent(query)).documents
    told = 0
    for document in documents:
        for digits in _MARK.findall(f"{document.title} {document.text} {document.publisher}"):
            known_at = datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC)
            assert document.published_at is not None
            assert known_at <= document.published_at, (document.type, document.title, document.published_at)
            told += 1

    assert told > 2_000


async def test_pages_tell_nothing_later_than_the_quarter_they_were_read_in() -> None:
    for moment in MOMENTS:
        query = DocumentQuery(types=("web_page", "project_faq"), as_of=moment, limit=10_000)
        pages = (await _feed(MarkedStory()).recent(query)).documents
        assert len(pages) == 240
        for page in pages:
            known_at = datetime.strptime(_MARK.findall(page.title)[0], "%Y%m%d%H%M").replace(tzinfo=UTC)
            assert known_at <= page.known_at <= moment


@pytest.mark.parametrize("moment", MOMENTS)
async def test_another_future_changes_nothing_that_was_known(moment: datetime) -> None:
    ours, others = _later(), _feed(HashStory(fork=moment, salt="otherwise"))
    everything = DocumentQuery(as_of=moment, published_after=moment - timedelta(days=2), limit=10_000)
    search = DocumentQuery(
        as_of=moment,
        published_after=moment - timedelta(days=2),
        text="bitcoin unlock listing payrolls price",
        limit=200,
    )

    assert await ours.recent(everything) == await others.recent(everything)
    assert await ours.search(search) == await others.search(search)
    assert await ours.count(moment) == await others.count(moment)
    later = DocumentQuery(as_of=moment + timedelta(days=2), limit=500)
    assert await ours.recent(later) != await others.recent(later)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_nothing_published_or_known_later_is_given(moment: datetime) -> None:
    asked = _later()
    recent = (await asked.recent(DocumentQuery(as_of=moment, limit=600))).documents
    hits = (
        await asked.search(DocumentQuery(as_of=moment, text="bitcoin ethereum price day", limit=300, types=("news",)))
    ).hits

    assert len(recent) == 600
    assert len(hits) > 200
    for document in (*recent, *(hit.document for hit in hits)):
        assert document.published_at is not None
        assert max(document.published_at, document.known_at) <= moment


async def test_the_clock_is_the_moment_where_none_is_asked_for() -> None:
    earlier = NOW - timedelta(days=9, hours=3)
    asked = await _later().recent(DocumentQuery(as_of=earlier, limit=200))

    assert asked == await _feed(HashStory(), earlier).recent(DocumentQuery(limit=200))


async def test_some_texts_become_known_only_some_time_after_they_were_published() -> None:
    day = await _feed(HashStory()).recent(DocumentQuery(types=("research", "news"), limit=300))
    delays = [document.known_at - document.published_at for document in day.documents if document.published_at]

    assert max(delays) > timedelta(hours=1)
    assert min(delays) >= timedelta(minutes=1)
