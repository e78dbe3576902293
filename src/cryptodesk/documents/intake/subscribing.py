"""What can be subscribed to, and how an address that was typed finds its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from cryptodesk.core.discover import discover
from cryptodesk.core.errors import InvalidRequest
from cryptodesk.documents import sources
from cryptodesk.documents.cleaning import clean_line
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.sources._source import Source
from cryptodesk.documents.sources.handbook import ADDRESS as HANDBOOK
from cryptodesk.documents.store.records import Subscription
from cryptodesk.documents.store.subscriptions import SubscriptionStore

__all__ = ["SOURCES", "guess_source", "subscribe", "subscribe_handbook"]

SOURCES: Mapping[str, Source] = discover(sources, "SOURCE")

_SHORTEST_INTERVAL_SECONDS = 300
_FEED_PATH = re.compile(r"(?:^|[/.])(?:rss|feeds?|atom|feed\.json|index\.xml|[^/]+\.(?:rss|atom|rdf|xml))(?:/|$)", re.I)
_HOSTS = {
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "bsky.app": "bluesky",
    "reddit.com": "reddit",
    "old.reddit.com": "reddit",
    "farcaster.xyz": "farcaster",
    "warpcast.com": "farcaster",
    "x.com": "x",
    "twitter.com": "x",
}


def guess_source(address: str) -> str:
    """The source that an address looks like; of web addresses, a feed if the path says so, else a page.

    Raises: InvalidRequest if it looks like none."""
    typed = address.strip()
    if typed in ("handbook", HANDBOOK):
        return "handbook"
    if re.fullmatch(r"/?r/\w+", typed):
        return "reddit"
    if typed and (path := Path(typed).expanduser()).exists():
        return "markdown_folder" if path.is_dir() else "jsonl"
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme not in ("http", "https") or ("." not in parts.netloc and "://" not in typed):
        raise InvalidRequest(f"{typed[:80]!r} looks like no source; name one with --source: {', '.join(SOURCES)}")
    host = (parts.hostname or "").removeprefix("www.")
    is_feed = bool(_FEED_PATH.search(parts.path)) or "feed" in parts.query
    return _HOSTS.get(host, "rss" if is_feed else "web_page")


async def subscribe(
    store: SubscriptionStore,
    address: str,
    now: datetime,
    *,
    source: str | None = None,
    interval_seconds: int | None = None,
    options: Mapping[str, str] | None = None,
) -> tuple[Subscription, bool]:
    """The subscription, and whether it is new. Nothing is fetched yet.

    `options` are `type`, `publisher` and `inside` ("yes": the address lies in the operator's own network).
    Raises: InvalidRequest, saying what is wrong."""
    chosen = SOURCES.get(source or guess_source(address))
    if chosen is None:
        raise InvalidRequest(f"no source is called {source!r}; there is {', '.join(SOURCES)}")
    _check_options(options or {})
    try:
        parsed = chosen.parse_address(address)
    except ValueError as error:
        raise InvalidRequest(f"{chosen.name}: {error}") from None
    if interval_seconds is not None and interval_seconds < _SHORTEST_INTERVAL_SECONDS:
        raise InvalidRequest(f"an interval is at least {_SHORTEST_INTERVAL_SECONDS} s, got {interval_seconds}")
    title = (options or {}).get("publisher") or parsed
    return await store.add(
        chosen.name,
        parsed,
        title=clean_line(title, 120),
        interval_seconds=interval_seconds or chosen.interval_seconds,
        now=now,
        options=options,
    )


async def subscribe_handbook(store: SubscriptionStore, now: datetime) -> Subscription:
    """The subscription to what is shipped; made if it is missing, never made due again."""
    found = await store.find("handbook", HANDBOOK)
    return found or (await subscribe(store, HANDBOOK, now, source="handbook"))[0]


def _check_options(options: Mapping[str, str]) -> None:
    kind = options.get("type")
    if kind is not None and kind not in get_args(DocumentType):
        raise InvalidRequest(f"no document type is called {kind!r}; there is {', '.join(get_args(DocumentType))}")
