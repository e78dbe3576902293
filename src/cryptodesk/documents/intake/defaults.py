"""The shipped list of well-known public feeds. None is subscribed to unless the operator says so."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from cryptodesk.documents.records import DocumentType

__all__ = ["DefaultFeed", "load_default_feeds"]


class DefaultFeed(Struct, frozen=True, forbid_unknown_fields=True):
    """A feed, who publishes it, and what kind of documents it brings."""

    address: str
    publisher: str
    type: DocumentType
    source: str = "rss"


class _Feeds(Struct, frozen=True, forbid_unknown_fields=True):
    feeds: tuple[DefaultFeed, ...]


@cache
def load_default_feeds() -> tuple[DefaultFeed, ...]:
    """In the order of the file."""
    text = (files("cryptodesk.documents.intake") / "feeds.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Feeds).feeds
