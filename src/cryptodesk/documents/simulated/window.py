"""Which days a question looks at, and which texts pass its filters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document
from cryptodesk.documents.simulated.documents import SOURCE
from cryptodesk.documents.simulated.plans import Plan
from cryptodesk.documents.simulated.story import MarketStory
from cryptodesk.documents.simulated.timetable import midnight

__all__ = ["Window", "window_of"]

_DESK_TYPES = frozenset({"news", "research", "blog", "exchange_announcement", "macro_event"})
_PAGE_TYPES = frozenset({"web_page", "project_faq"})


class Window(Struct, frozen=True):
    """`first` to `last` are the days to look at, none where `last` is before `first`. Nothing that is not known at
    `moment` passes."""

    query: DocumentQuery
    moment: datetime
    first: date
    last: date
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> Iterator[date]:
        """The latest first."""
        return (self.last - timedelta(days=back) for back in range((self.last - self.first).days + 1))

    @property
    def streams(self) -> tuple[str, ...]:
        types = frozenset(self.query.types)
        desk = ("desk",) if not types or types & _DESK_TYPES else ()
        return (*desk, "post") if not types or "social_post" in types else desk

    @property
    def has_pages(self) -> bool:
        return not self.query.types or bool(_PAGE_TYPES & set(self.query.types))

    def passes(self, text: Plan | Document) -> bool:
        query, published_at = self.query, text.published_at
        return (
            text.known_at <= self.moment
            and published_at is not None
            and published_at <= self.moment
            and (not query.types or text.type in query.types)
            and (query.language is None or text.language == query.language)
            and (not query.asset_ids or not set(query.asset_ids).isdisjoint(text.asset_ids))
            and (query.published_after is None or published_at >= query.published_after)
            and (query.published_before is None or published_at < query.published_before)
        )


def window_of(query: DocumentQuery, now: datetime, story: MarketStory, most_days: int) -> Window:
    """At most `most_days` days, the latest of those asked for."""
    moment = (query.as_of or now).astimezone(UTC)
    start, end = midnight(story.first_day), midnight(story.last_day) + timedelta(days=1)
    is_ours = not query.sources or SOURCE in query.sources
    if not is_ours or moment < start or query.limit < 1:
        outside = is_ours and moment < start
        return Window(query, moment, story.last_day, story.first_day, _outside(story) if outside else ())
    notes = _outside(story) if moment >= end else ()
    last = min(moment, end - timedelta(seconds=1), query.published_before or moment).astimezone(UTC).date()
    first = max(query.published_after or start, start).astimezone(UTC).date()
    if (last - first).days >= most_days:
        first = last - timedelta(days=most_days - 1)
        notes = (*notes, f"of the simulated documents only those of {most_days} days were read, from {first} on")
    return Window(query, moment, first, last, notes)


def _outside(story: MarketStory) -> tuple[str, ...]:
    return (f"the simulated world has documents from {story.first_day} to {story.last_day} only",)
