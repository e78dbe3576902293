"""JSON Feed. Source: JSON Feed version 1.1, jsonfeed.org."""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.documents.sources._feed_xml import MOST_ENTRIES, FeedEntry, FeedForm, FeedHead
from cryptodesk.documents.sources._json import dict_of, list_of, text_of

__all__ = ["parse_feed_json"]


def parse_feed_json(text: str) -> FeedHead:
    """Raises: FeedForm if there is no feed in it."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FeedForm(f"it is broken JSON: {str(error)[:80]}") from None
    feed = dict_of(found)
    if "jsonfeed.org/version" not in text_of(feed.get("version")):
        raise FeedForm("it is JSON, but no JSON Feed")
    items = [item for item in list_of(feed.get("items")) if isinstance(item, dict)]
    return FeedHead(
        title=text_of(feed.get("title")),
        link=text_of(feed.get("home_page_url")),
        language=text_of(feed.get("language")),
        entries=tuple(_entry(item) for item in items[:MOST_ENTRIES]),
        is_cut=len(items) > MOST_ENTRIES,
    )


def _entry(item: dict[str, Any]) -> FeedEntry:
    markup = text_of(item.get("content_html"))
    authors = [dict_of(author) for author in (*list_of(item.get("authors")), item.get("author"))]
    return FeedEntry(
        guid=text_of(item.get("id")),
        link=text_of(item.get("url")) or text_of(item.get("external_url")),
        title=text_of(item.get("title")),
        body=markup or text_of(item.get("content_text")) or text_of(item.get("summary")),
        is_markup=bool(markup),
        author=next((name for author in authors if (name := text_of(author.get("name")))), ""),
        published=text_of(item.get("date_published")),
        updated=text_of(item.get("date_modified")),
        language=text_of(item.get("language")),
        categories=tuple(text_of(tag) for tag in list_of(item.get("tags"))),
    )
