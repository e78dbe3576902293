"""The kinds of content a caller can ask for, and the kinds of documents that they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from cryptodesk.documents.records import Document, DocumentType

__all__ = ["CONTENT_TYPES", "HANDBOOK", "HANDBOOK_NAME", "ContentType", "document_types", "shown_type"]

ContentType = Literal[
    "cmc_editorial", "project_faq", "project_website", "exchange_announcement", "news", "twitter", "macro_event"
]
CONTENT_TYPES: tuple[ContentType, ...] = get_args(ContentType)

HANDBOOK = "handbook"
HANDBOOK_NAME = "cryptodesk handbook"
_X = "x"

_DOCUMENTS: dict[ContentType, tuple[DocumentType, ...]] = {
    "cmc_editorial": (
        "research",
        "quarterly",
        "diligence",
        "blog",
        "video_transcript",
        "specification",
        "handbook",
    ),
    "project_faq": ("project_faq",),
    "project_website": ("web_page",),
    "exchange_announcement": ("exchange_announcement",),
    "news": ("news", "rss_item"),
    "twitter": ("social_post",),
    "macro_event": ("macro_event",),
}
_SHOWN: dict[DocumentType, str] = {kind: name for name, kinds in _DOCUMENTS.items() for kind in kinds}


def document_types(asked: Iterable[ContentType]) -> tuple[DocumentType, ...]:
    """The kinds of documents to search; empty for all."""
    return tuple(dict.fromkeys(kind for name in asked for kind in _DOCUMENTS[name]))


def shown_type(document: Document) -> str:
    """As the caller would ask for it; an editorial text and a post that is not from X say what they are."""
    if document.type == "social_post":
        return "twitter" if document.source == _X else "social_post"
    if document.type in _DOCUMENTS["cmc_editorial"]:
        return document.type
    return _SHOWN[document.type]
