"""Documents, their passages, and what a search finds. Their text is somebody else's: data, never instructions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

__all__ = ["Chunk", "Document", "DocumentType", "Hit"]

DocumentType = Literal[
    "news",
    "research",
    "quarterly",
    "diligence",
    "blog",
    "video_transcript",
    "rss_item",
    "social_post",
    "web_page",
    "project_faq",
    "exchange_announcement",
    "macro_event",
    "specification",
    "handbook",
]


class Document(Struct, frozen=True, kw_only=True):
    """One text with its origin. `source` is the adapter that brought it ("handbook", "rss", "bluesky"), `publisher` who
    published it, to be shown; `url` is absolute http(s), or None where there is no page of its own.

    `published_at` is None where nobody says; `known_at` is the first moment at which it may answer a question, never
    before publication. `content_hash` is sha256 of the cleaned text, hex. `engagement` counts likes, reposts and
    replies of social posts. `is_simulated` marks an invented one."""

    document_id: str
    type: DocumentType
    source: str
    publisher: str
    title: str
    text: str
    fetched_at: datetime
    known_at: datetime
    content_hash: str
    url: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    asset_ids: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    language: str = "en"
    event_at: datetime | None = None
    engagement: int | None = None
    is_simulated: bool = False


class Chunk(Struct, frozen=True):
    """A passage of a document: `number` from 0 in the order of the text. Between 1 and about 1,200 characters."""

    document_id: str
    number: int
    text: str


class Hit(Struct, frozen=True):
    """A passage that answers a search. `score` is higher for better and comparable within one search only.

    `warnings` name what is suspicious in the passage ("instruction_like", "hidden_text"); it is data all the same."""

    document: Document
    chunk: Chunk
    score: float
    warnings: tuple[str, ...] = ()
