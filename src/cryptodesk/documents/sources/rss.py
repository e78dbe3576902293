"""Feeds: RSS, Atom and JSON Feed at any public address."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lxml import etree

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest, decode_page
from cryptodesk.documents.sources._feed_json import parse_feed_json
from cryptodesk.documents.sources._feed_xml import FeedEntry, FeedForm, FeedHead, parse_feed_xml, parse_moment
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources._web import absolute_url, host_of, parse_web_address
from cryptodesk.documents.store.records import Identity, Problem, Subscription, SyncState

__all__ = ["SOURCE", "feed_links", "fetch_feed", "read_feed", "to_documents"]

POLICY = FetchPolicy(max_bytes=8_000_000)
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_MOST_LINKS = 5


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    return await fetch_feed(subscription, context, subscription.address, POLICY)


async def fetch_feed(subscription: Subscription, context: FetchContext, address: str, policy: FetchPolicy) -> Fetched:
    """One feed, read off the event loop. Raises: UpstreamBadAnswer if it is none; what fetching raises."""
    state = subscription.state
    request = PageRequest(address, etag=state.etag, last_modified=state.last_modified, accept=_ACCEPT)
    page = await context.fetch(request, policy)
    if page.is_unchanged:
        return Fetched(state=state, is_unchanged=True)
    return await asyncio.to_thread(to_documents, page)


def to_documents(page: Page) -> Fetched:
    """Raises: UpstreamBadAnswer if the page is no feed."""
    head, problems = read_feed(page)
    documents, skipped = _entries(head, page.url)
    hosts = [host_of(document.url) for document in documents if document.url]
    home = host_of(absolute_url(page.url, head.link) or "") or max(hosts, key=hosts.count, default=host_of(page.url))
    return Fetched(
        documents=documents,
        problems=(*problems, *skipped),
        state=SyncState(etag=page.headers.get("etag"), last_modified=page.headers.get("last-modified")),
        identity=Identity(head.title, home),
        title=head.title or None,
    )


def read_feed(page: Page) -> tuple[FeedHead, tuple[Problem, ...]]:
    """The feed and what had to be mended. Raises: UpstreamBadAnswer."""
    text, is_whole = decode_page(page.body, page.headers.get("content-type", ""))
    try:
        head = parse_feed_json(text) if text.lstrip().startswith("{") else parse_feed_xml(text)
    except FeedForm as error:
        links = feed_links(text, page.url)
        hint = f"; it names the feed {links[0]}" if links else ""
        host = host_of(page.url)
        raise UpstreamBadAnswer(f"{host} sent no feed: {error}{hint}", upstream=host) from None
    problems = [
        *((Problem("feed", f"has moved for good to {page.url}"),) if page.is_moved else ()),
        *((Problem("feed", "some of its characters could not be read"),) if not is_whole else ()),
        *((Problem("feed", f"malformed, read as far as possible; {head.fault}"),) if head.fault else ()),
        *((Problem("feed", "too many entries; the first ones were taken"),) if head.is_cut else ()),
    ]
    return head, tuple(problems)


def feed_links(markup: str, base: str) -> list[str]:
    """The feeds that a web page names in its head."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(markup[:500_000].encode("utf-8", "ignore"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    found = [
        absolute_url(base, link.get("href") or "")
        for link in (root.iter("link") if root is not None else ())
        if (link.get("type") or "").lower() in _FEED_TYPES
    ]
    return [link for link in found if link][:_MOST_LINKS]


def _entries(head: FeedHead, base: str) -> tuple[Sequence[RawDocument], tuple[Problem, ...]]:
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, entry in enumerate(head.entries, 1):
        item = entry.title[:80] or f"entry {number}"
        url = absolute_url(base, entry.link) if entry.link else None
        key = entry.guid or url or ""
        if key and key in seen:
            problems.append(Problem(item, "its id came before in the same feed"))
        elif not key and not entry.title:
            problems.append(Problem(item, "has neither id, link nor title"))
        else:
            seen.add(key)
            documents.append(_document(entry, head, url))
    return documents, tuple(problems)


def _document(entry: FeedEntry, head: FeedHead, url: str | None) -> RawDocument:
    return RawDocument(
        key=entry.guid or entry.title,
        url=url,
        title=entry.title,
        text=entry.body,
        is_markup=entry.is_markup,
        publisher=head.title or None,
        author=entry.author or None,
        published_at=parse_moment(entry.published) or parse_moment(entry.updated),
        updated_at=parse_moment(entry.updated),
        language=entry.language or head.language or None,
        topics=entry.categories,
    )


SOURCE = Source(
    name="rss",
    title="RSS, Atom or JSON Feed",
    expects="the address of a feed",
    document_type="rss_item",
    interval_seconds=1800,
    fetch=fetch,
    parse_address=parse_web_address,
)
