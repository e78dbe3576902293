"""The handbook's articles as documents: what the desk knows without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, time

from cryptodesk.documents.handbook import ADDRESS, Article, fingerprint, load_articles
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.store.records import Subscription, SyncState

__all__ = ["ADDRESS", "SOURCE", "fingerprint", "to_documents"]

PUBLISHER = "cryptodesk handbook"


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    cursor = await asyncio.to_thread(fingerprint)
    if cursor == subscription.state.cursor:
        return Fetched(state=subscription.state, is_unchanged=True)
    articles = await asyncio.to_thread(load_articles)
    return Fetched(documents=to_documents(articles), state=SyncState(cursor=cursor), title="Handbook", is_complete=True)


def to_documents(articles: Iterable[Article]) -> list[RawDocument]:
    """An article may answer a question from the day its facts were checked."""
    return [_document(article) for article in articles]


def _document(article: Article) -> RawDocument:
    checked_at = datetime.combine(article.date, time.min, UTC)
    return RawDocument(
        key=f"{article.section}/{article.slug}",
        title=article.title,
        text=article.body,
        publisher=PUBLISHER,
        published_at=checked_at,
        known_at=checked_at,
        language="en",
        asset_ids=article.assets,
        topics=article.topics,
    )


def parse_address(text: str) -> str:
    if text not in (ADDRESS, "handbook"):
        raise ValueError(f"the handbook has no other address than {ADDRESS!r}, got {text[:80]!r}")
    return ADDRESS


SOURCE = Source(
    name="handbook",
    title="Handbook",
    expects="'shipped'",
    document_type="handbook",
    interval_seconds=86_400,
    fetch=fetch,
    parse_address=parse_address,
    is_local=True,
)
