"""The simulated world's documents as a feed: what was published and known by a moment, and nothing later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import nlargest

from cryptodesk.core.clock import Clock
from cryptodesk.documents.chunking import chunk_document
from cryptodesk.documents.cleaning import clean_text
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.documents.simulated.days import Days
from cryptodesk.documents.simulated.page_texts import quarter_of
from cryptodesk.documents.simulated.plans import Plan
from cryptodesk.documents.simulated.ranking import TextIndex, View, rank, tokens_of
from cryptodesk.documents.simulated.story import MarketStory
from cryptodesk.documents.simulated.timetable import midnight
from cryptodesk.documents.simulated.window import Window, window_of

__all__ = ["SimulatedDocuments"]

# What one question reads at most. A day of posts takes ten times the work of a day of news.
_DAYS_SEARCHED, _DAYS_SEARCHED_WITHOUT_POSTS = 14, 45
_DAYS_READ = 62
_EVERY_DAY = 100_000
_MOST_DOCUMENTS = 10_000
_DESK_INDEXES, _POST_INDEXES = 48, 16
# News grow old; a post is short and says little, so that its words weigh less.
_HALF_LIFE = timedelta(days=3)
_LASTING_SHARE = 0.4
_POST_WEIGHT = 0.7
_LASTING = frozenset({"web_page", "project_faq", "research", "blog"})


class SimulatedDocuments:
    """A `DocumentFeed` over a seed and a story. The work is done in a thread; what is kept has a fixed size.

    Each text is the same for ever, whichever day is asked first. Pages of projects are those of the quarter of the
    question. Where a question spans more days than are read at once, the latest are read and a note says so."""

    def __init__(self, seed: int, clock: Clock, story: MarketStory) -> None:
        self._clock = clock
        self._story = story
        self._days = Days(seed, story)
        self._desk_index = lru_cache(maxsize=_DESK_INDEXES)(lambda day: self._build_index(day, "desk"))
        self._post_index = lru_cache(maxsize=_POST_INDEXES)(lambda day: self._build_index(day, "post"))
        self._page_index = lru_cache(maxsize=2)(lambda read_on: TextIndex(self._days.pages(read_on)))

    async def search(self, query: DocumentQuery) -> HitsFound:
        return await asyncio.to_thread(self._search, query)

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return await asyncio.to_thread(self._recent, query)

    async def count(self, as_of: datetime | None = None) -> int:
        return await asyncio.to_thread(self._count, as_of)

    def _search(self, query: DocumentQuery) -> HitsFound:
        has_posts = not query.types or "social_post" in query.types
        most_days = _DAYS_SEARCHED if has_posts else _DAYS_SEARCHED_WITHOUT_POSTS
        window = window_of(query, self._clock.now(), self._story, most_days)
        best = nlargest(
            min(query.limit, _MOST_DOCUMENTS),
            self._scored(window),
            key=lambda pair: (pair[0], pair[1].published_at, _name(pair[1])),
        )
        asked = frozenset(tokens_of(query.text))
        notes = window.notes if asked else ("the question has no words to search for",)
        return HitsFound(tuple(self._hit(text, score, asked) for score, text in best), notes)

    def _scored(self, window: Window) -> Iterator[tuple[float, Plan | Document]]:
        texts: list[tuple[Plan, ...] | tuple[Document, ...]] = []
        views: list[View] = []
        for day in window.days:
            for stream in window.streams:
                texts.append(self._days.plans(day, stream))
                views.append(self._view(day, stream, window.moment))
        read_on = self._pages_read_on(window)
        if read_on is not None:
            texts.append(self._days.pages(read_on))
            views.append(View(self._page_index(read_on)))
        for members, own in zip(texts, rank(window.query.text, views), strict=True):
            for place, score in own.items():
                if window.passes(members[place]):
                    yield score * _weight(members[place], window.moment), members[place]

    def _view(self, day: date, stream: str, moment: datetime) -> View:
        """The texts of a day that are known at a moment."""
        index = self._desk_index(day) if stream == "desk" else self._post_index(day)
        # Nothing takes longer than a day to become known.
        if day < moment.date() - timedelta(days=1):
            return View(index)
        plans = enumerate(self._days.plans(day, stream))
        return View(index, frozenset(place for place, plan in plans if plan.known_at <= moment))

    def _hit(self, text: Plan | Document, score: float, asked: frozenset[str]) -> Hit:
        document = text if isinstance(text, Document) else self._days.document(text)
        chunks = chunk_document(document) or (Chunk(document.document_id, 0, document.title),)
        chunk = max(chunks, key=lambda one: (len(asked.intersection(tokens_of(one.text))), -one.number))
        return Hit(document, chunk, score, clean_text(chunk.text).warnings)

    def _recent(self, query: DocumentQuery) -> DocumentsFound:
        window = window_of(query, self._clock.now(), self._story, _DAYS_READ)
        limit = min(query.limit, _MOST_DOCUMENTS)
        read_on = self._pages_read_on(window)
        pages = [] if read_on is None else [page for page in self._days.pages(read_on) if window.passes(page)]
        found: list[Plan | Document] = []
        notes = window.notes
        for day in window.days:
            plans = (plan for stream in window.streams for plan in self._days.plans(day, stream))
            found += sorted((plan for plan in plans if window.passes(plan)), key=_newest_last, reverse=True)
            if len(found) >= limit:
                notes = ()
                break
        newest = sorted([*found, *pages], key=_newest_last, reverse=True)[:limit]
        documents = tuple(each if isinstance(each, Document) else self._days.document(each) for each in newest)
        return DocumentsFound(documents, notes)

    def _pages_read_on(self, window: Window) -> date | None:
        """When the pages were read that are known at the moment of a question; None where they are not asked for."""
        if not window.has_pages or window.last < window.first:
            return None
        return self._read_on(window.moment)

    def _read_on(self, moment: datetime) -> date | None:
        """Pages are read on the first day of a quarter, so that those of the quarter before hold until its end."""
        quarter = quarter_of(moment.date())
        if moment < midnight(quarter) + timedelta(days=1):
            quarter = quarter_of(quarter - timedelta(days=1))
        return quarter if quarter >= self._story.first_day else None

    def _count(self, as_of: datetime | None) -> int:
        query = DocumentQuery(as_of=as_of, limit=1)
        window = window_of(query, self._clock.now(), self._story, _EVERY_DAY)
        if window.last < window.first:
            return 0
        # Nothing takes longer than a day to become known.
        whole = max(window.last - timedelta(days=1), self._story.first_day)
        days = {whole, window.last}
        known = sum(window.passes(plan) for day in days for plan in self._days.every_plan(day))
        read_on = self._read_on(window.moment)
        pages = 0 if read_on is None else sum(map(window.passes, self._days.pages(read_on)))
        return self._days.volume_between(self._story.first_day, whole) + known + pages

    def _build_index(self, day: date, stream: str) -> TextIndex:
        return TextIndex(self._days.document(plan) for plan in self._days.plans(day, stream))


def _name(text: Plan | Document) -> str:
    return text.document_id


def _newest_last(text: Plan | Document) -> tuple[datetime, str]:
    assert text.published_at is not None  # noqa: S101  only dated texts pass a window
    return text.published_at, text.document_id


def _weight(text: Plan | Document, moment: datetime) -> float:
    if text.type in _LASTING:
        return 1.0
    assert text.published_at is not None  # noqa: S101  only dated texts pass a window
    half_lives: float = (moment - text.published_at) / _HALF_LIFE
    fresh: float = _LASTING_SHARE + (1 - _LASTING_SHARE) * 0.5**half_lives
    return fresh * (_POST_WEIGHT if text.type == "social_post" else 1.0)
