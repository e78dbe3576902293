"""What the desk's texts answer by themselves: whom a text speaks of, and what the news of the day makes people ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from cryptodesk.core.clock import Clock
from cryptodesk.documents.entities import AssetFinder, Entities, extract_entities
from cryptodesk.documents.handbook import Article
from cryptodesk.documents.query import DocumentFeed, DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.trending import NameOf, Trending, find_trending

__all__ = ["MOST_QUESTIONS", "DeskTexts"]

T = TypeVar("T")

MOST_QUESTIONS = 50
_TRENDING_LIFE = timedelta(minutes=1)
# A text of 100,000 characters takes half a second of a processor: more at once would only slow each other, and take
# threads from whoever else needs one.
_EXTRACTIONS_AT_ONCE = 2


class DeskTexts:
    """`TextServices` of the dialects. `finder` finds assets in prose, `name_of` names them; `load_articles` gives the
    handbook, whose questions stand in where too little is written."""

    def __init__(
        self,
        finder: AssetFinder,
        feed: DocumentFeed | None,
        clock: Clock,
        name_of: NameOf,
        load_articles: Callable[[], Sequence[Article]],
    ) -> None:
        self._finder = finder
        self._feed = feed
        self._clock = clock
        self._name_of = name_of
        self._load_articles = load_articles
        self._extracting = asyncio.Semaphore(_EXTRACTIONS_AT_ONCE)
        self._counting = asyncio.Lock()
        self._trending: tuple[datetime, Trending] | None = None

    async def extract(self, text: str) -> Entities:
        async with self._extracting:
            return await asyncio.to_thread(extract_entities, text, self._finder)

    async def trending(self, limit: int) -> Trending:
        """At most `limit` questions, 1 to `MOST_QUESTIONS`, counted at most a minute ago.

        Raises: ValueError for another limit."""
        if not 1 <= limit <= MOST_QUESTIONS:
            raise ValueError(f"limit must be between 1 and {MOST_QUESTIONS}, got {limit!r}")
        async with self._counting:  # whoever comes while it is being counted waits for that count
            return _first(await self._counted(self._clock.now()), limit)

    async def _counted(self, now: datetime) -> Trending:
        if self._trending is None or not self._trending[0] <= now < self._trending[0] + _TRENDING_LIFE:
            self._trending = now, await self._count(now)
        return self._trending[1]

    async def _count(self, now: datetime) -> Trending:
        """Reading thousands of documents is work for a thread; the feed belongs to this loop and is asked on it."""
        feed = None if self._feed is None else _FeedFromThread(self._feed, asyncio.get_running_loop())

        def count() -> Trending:
            articles = self._load_articles()
            return asyncio.run(find_trending(feed, now, self._name_of, articles, limit=MOST_QUESTIONS))

        return await asyncio.to_thread(count)


class _FeedFromThread:
    """A feed of one event loop, for a loop in another thread."""

    def __init__(self, feed: DocumentFeed, loop: asyncio.AbstractEventLoop) -> None:
        self._feed = feed
        self._loop = loop

    async def search(self, query: DocumentQuery) -> HitsFound:
        return await self._ask(partial(self._feed.search, query))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return await self._ask(partial(self._feed.recent, query))

    async def count(self, as_of: datetime | None = None) -> int:
        return await self._ask(partial(self._feed.count, as_of))

    async def _ask(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(ask(), self._loop))


def _first(found: Trending, limit: int) -> Trending:
    """The first questions, with what is to be noted of them."""
    questions = found.questions[:limit]
    added = sum(question.article is not None for question in questions)
    notes = tuple(note for note in found.notes if "handbook" not in note)
    if added:
        notes += (f"{added} of the questions come from the handbook: too little is written about more",)
    return replace(found, questions=questions, notes=notes)
