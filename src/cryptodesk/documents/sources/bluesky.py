"""Posts of a Bluesky account, or posts that match a search, from the public interface.

A post cannot be edited, so it is known from the moment it was indexed; the date its author gives may be anything.
Source: lexicons app.bsky.feed.getAuthorFeed, app.bsky.feed.searchPosts and app.bsky.feed.defs (AT Protocol).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.sources._json import count_of, dict_of, list_of, load_json, moment_of, text_of
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.store.records import Problem, Subscription

__all__ = ["SOURCE", "build_request", "to_documents"]

# Searching without a login is refused by `public.api.bsky.app` (bluesky-social/atproto issues 3423 and 3583).
ACCOUNTS_URL = "https://public.api.bsky.app"
SEARCH_URL = "https://api.bsky.app"
POLICY = FetchPolicy(max_bytes=4_000_000, max_redirects=0, timeout_seconds=20.0)
_HANDLE = re.compile(r"(?=.{4,253}\Z)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+|did:(?:plc|web):[A-Za-z0-9._:%-]{1,200}")
_URI = re.compile(r"at://(did:[A-Za-z0-9._:%-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._~-]{1,100})")


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    page = await context.fetch(build_request(subscription.address, context.base_url), POLICY)
    return to_documents(page)


def build_request(address: str, base_url: str | None = None) -> PageRequest:
    if address.startswith("search:"):
        return PageRequest(
            f"{base_url or SEARCH_URL}/xrpc/app.bsky.feed.searchPosts",
            params=(("q", address.removeprefix("search:")), ("sort", "latest"), ("limit", "100")),
        )
    return PageRequest(
        f"{base_url or ACCOUNTS_URL}/xrpc/app.bsky.feed.getAuthorFeed",
        params=(("actor", address), ("limit", "100"), ("filter", "posts_no_replies")),
    )


def to_documents(page: Page) -> Fetched:
    """Raises: UpstreamBadAnswer if it is no JSON."""
    answer = load_json(page, "bluesky")
    # A repost is somebody else's post, with the reason beside it.
    feed = [dict_of(item) for item in list_of(answer.get("feed"))]
    views = [dict_of(item.get("post")) for item in feed if not item.get("reason")]
    views += [dict_of(view) for view in list_of(answer.get("posts"))]
    found = [_document(view) for view in views]
    return Fetched(
        documents=[document for document in found if document is not None],
        problems=tuple(_problems(zip(views, found, strict=True))),
    )


def _document(view: dict[str, Any]) -> RawDocument | None:
    record, author = dict_of(view.get("record")), dict_of(view.get("author"))
    handle, text = text_of(author.get("handle")), text_of(record.get("text"))
    place = _URI.fullmatch(text_of(view.get("uri")))
    indexed_at = moment_of(view.get("indexedAt"))
    if place is None or not text.strip() or not handle or indexed_at is None:
        return None
    created_at = moment_of(record.get("createdAt"))
    return RawDocument(
        key=place[0],
        url=f"https://bsky.app/profile/{place[1]}/post/{place[2]}",
        title=text,
        text=text,
        publisher="Bluesky",
        author=f"@{handle}",
        published_at=min(created_at, indexed_at) if created_at else indexed_at,
        known_at=indexed_at,
        language=next((text_of(tag) for tag in list_of(record.get("langs"))), None),
        topics=tuple(text_of(tag) for tag in list_of(record.get("tags"))),
        engagement=count_of(
            view.get("likeCount"), view.get("repostCount"), view.get("replyCount"), view.get("quoteCount")
        ),
    )


def _problems(pairs: Iterable[tuple[dict[str, Any], RawDocument | None]]) -> Iterable[Problem]:
    for view, document in pairs:
        # Pictures without words are no documents, and no fault.
        if document is None and text_of(dict_of(view.get("record")).get("text")).strip():
            yield Problem(text_of(view.get("uri"))[:120] or "post", "has no uri, author or date")


def parse_address(text: str) -> str:
    typed = text.strip()
    if typed.startswith("search:"):
        words = " ".join(typed.removeprefix("search:").split())
        if not 1 <= len(words) <= 200:
            raise ValueError("expected search:<words>, of at most 200 characters")
        return f"search:{words}"
    handle = re.sub(r"^(?:https://bsky\.app/profile/|@)", "", typed).partition("/")[0]
    handle = handle if handle.startswith("did:") else handle.lower()
    if not _HANDLE.fullmatch(handle):
        raise ValueError(f"expected a handle such as bitcoin.org, or search:<words>, got {text[:80]!r}")
    return handle


SOURCE = Source(
    name="bluesky",
    title="Bluesky",
    expects="a handle, or search:<words>",
    document_type="social_post",
    interval_seconds=1800,
    fetch=fetch,
    parse_address=parse_address,
    per_day=2_000,
    terms="https://bsky.social/about/support/tos",
)
