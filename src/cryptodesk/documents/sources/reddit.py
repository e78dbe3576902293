"""New posts of a subreddit, from its public Atom feed.

The JSON pages answer 403 to whoever is not logged in, since May 2026; the feed has no scores, so engagement is unknown.
"""

from __future__ import annotations

import re

from msgspec import structs

from cryptodesk.documents.fetching import FetchPolicy
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources.rss import fetch_feed
from cryptodesk.documents.store.records import Subscription

__all__ = ["SOURCE", "as_posts"]

BASE_URL = "https://www.reddit.com"
POLICY = FetchPolicy(max_bytes=4_000_000, max_redirects=2, timeout_seconds=20.0)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}")
_FOOTER = re.compile(r"submitted by\s*(?:<a [^>]{0,300}>)?\s*/u/.*", re.DOTALL)


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    address = f"{context.base_url or BASE_URL}/{subscription.address}/new/.rss"
    return as_posts(await fetch_feed(subscription, context, address, POLICY), subscription.address)


def as_posts(found: Fetched, subreddit: str) -> Fetched:
    """The entries of the feed as posts of their authors, without the links that Reddit puts under each."""
    documents = [_post(document, subreddit) for document in found.documents if document.author]
    return structs.replace(found, documents=documents, identity=None, title=subreddit)


def _post(document: RawDocument, subreddit: str) -> RawDocument:
    return structs.replace(
        document,
        # Without words of its own a post is its title.
        text=_FOOTER.sub("", document.text).strip() or document.title,
        publisher=f"Reddit {subreddit}",
        author=(document.author or "").strip().removeprefix("/"),
        topics=(),
    )


def parse_address(text: str) -> str:
    name = re.sub(r"^(?:https?://)?(?:(?:www\.|old\.)?reddit\.com)?/?(?:r/)?", "", text.strip()).partition("/")[0]
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a subreddit such as r/Bitcoin, got {text[:80]!r}")
    return f"r/{name}"


SOURCE = Source(
    name="reddit",
    title="Reddit",
    expects="a subreddit, such as r/Bitcoin",
    document_type="social_post",
    interval_seconds=3600,
    fetch=fetch,
    parse_address=parse_address,
    per_day=500,
    terms="https://www.redditinc.com/policies/user-agreement",
)
