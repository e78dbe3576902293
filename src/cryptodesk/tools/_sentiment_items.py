"""What `cmc_sentiment` counts: posts and headlines of a window, by the best kind of source at hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.sentiment import Item, distinct, score_text
from cryptodesk.tools._text import clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["FEWEST_ITEMS", "OPEN_SOURCES", "Sample", "Window", "X", "load_sample"]

X = "x"
OPEN_SOURCES = "open_social_and_news"
# Below this nothing is said of a mood.
FEWEST_ITEMS = 20

_TYPES: tuple[DocumentType, ...] = ("social_post", "news", "rss_item", "exchange_announcement")
_MOST_DOCUMENTS = 2_000
# A person's posts and a newsroom's headlines count for no more than this many.
_VOTES_OF_A_PERSON = 3.0
_VOTES_OF_A_NEWSROOM = 12.0
_VOICE_LENGTH = 80
_LANGUAGE = "en"


class Window(Struct, frozen=True):
    """`start` < t <= `end`; of one coin, or of the whole market where `asset_id` is None."""

    start: datetime
    end: datetime
    asset_id: int | None = None

    @property
    def previous(self) -> Window:
        """As long, right before."""
        return Window(self.start - (self.end - self.start), self.start, self.asset_id)


class Sample(Struct, frozen=True):
    """`documents` and the `items` made of them stand in the same order, newest first. `source` is the kind of source;
    `adapters` counts documents by the adapter that brought them, `collected` those before duplicates went."""

    source: str
    documents: tuple[Document, ...] = ()
    items: tuple[Item, ...] = ()
    collected: int = 0
    foreign: int = 0
    is_full: bool = False
    notes: tuple[str, ...] = ()

    @property
    def adapters(self) -> dict[str, int]:
        return dict(Counter(document.source for document in self.documents).most_common())

    @property
    def types(self) -> dict[str, int]:
        return dict(Counter(document.type for document in self.documents).most_common())


async def load_sample(window: Window, context: ToolContext, source: str | None = None) -> Sample | None:
    """The posts of X where there are enough of them, else everything open, X included; `source` asks for one of the
    two. None where the desk has no documents at all."""
    feed = context.services.documents
    if feed is None:
        return None
    if source != OPEN_SOURCES:
        sample = await _load(window, context, X)
        if source == X or len(sample.items) >= FEWEST_ITEMS:
            return sample
    return await _load(window, context, OPEN_SOURCES)


async def _load(window: Window, context: ToolContext, source: str) -> Sample:
    assert context.services.documents is not None  # noqa: S101  the caller has looked
    query = DocumentQuery(
        types=("social_post",) if source == X else _TYPES,
        sources=(X,) if source == X else (),
        asset_ids=() if window.asset_id is None else (window.asset_id,),
        # The query's range leaves its end out, and what was published this very moment counts.
        published_after=window.start + timedelta(microseconds=1),
        published_before=window.end + timedelta(microseconds=1),
        as_of=context.now,
        limit=_MOST_DOCUMENTS,
    )
    found = await context.services.documents.recent(query)
    return await asyncio.to_thread(_sample, source, found.documents, found.notes, context.now)


def _sample(source: str, documents: Sequence[Document], notes: tuple[str, ...], now: datetime) -> Sample:
    known = [document for document in documents if document.known_at <= now]
    readable = [document for document in known if document.language.lower().startswith(_LANGUAGE)]
    texts = [_text(document) for document in readable]
    kept = distinct(texts)
    return Sample(
        source,
        tuple(readable[place] for place in kept),
        tuple(_item(readable[place], texts[place]) for place in kept),
        collected=len(readable),
        foreign=len(known) - len(readable),
        is_full=len(documents) >= _MOST_DOCUMENTS,
        notes=notes,
    )


def _text(document: Document) -> str:
    """Of a post all of it; of an article the headline, which says what the newsroom means by it."""
    return document.text if document.type == "social_post" else document.title or document.text


def _item(document: Document, text: str) -> Item:
    is_person = document.type == "social_post"
    name = (document.author if is_person else None) or document.publisher
    # The same handle on two networks may be two people.
    voice = f"{document.source}:{clean(name, _VOICE_LENGTH).casefold()}" if is_person else name.casefold()
    return Item(text, voice, score_text(text), _VOTES_OF_A_PERSON if is_person else _VOTES_OF_A_NEWSROOM)


def names_of(documents: Iterable[Document]) -> list[str]:
    """Who published them, most frequent first."""
    return [name for name, _ in Counter(clean(document.publisher) for document in documents).most_common()]
