"""What a document source declares. Reading an answer is pure, so that it is tested without a network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.store.records import Identity, Problem, Subscription, SyncState

__all__ = ["Fetch", "FetchContext", "Fetched", "Pages", "RawDocument", "Source", "fetch_pages"]


class Pages(Protocol):
    """The guarded way to a page, as `PageClient` is."""

    async def fetch(self, request: PageRequest, policy: FetchPolicy) -> Page: ...


class RawDocument(Struct, frozen=True, kw_only=True):
    """A document as it came, to be cleaned. `key` names it within its subscription where it has no url of its own.

    `known_at` None is the moment it was fetched; an earlier one is for texts that cannot have been changed since.
    `engagement` None is unknown."""

    title: str
    text: str
    key: str = ""
    url: str | None = None
    is_markup: bool = False
    type: DocumentType | None = None
    publisher: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    known_at: datetime | None = None
    event_at: datetime | None = None
    language: str | None = None
    asset_ids: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    engagement: int | None = None
    warnings: tuple[str, ...] = ()


class Fetched(Struct, frozen=True, kw_only=True):
    """What a source brought. `is_complete` says that this is all there is, so that what is missing has been
    removed; `kept` are the keys of documents that are still there as they were and were not read again."""

    documents: Sequence[RawDocument] = ()
    problems: tuple[Problem, ...] = ()
    state: SyncState = SyncState()
    identity: Identity | None = None
    title: str | None = None
    is_unchanged: bool = False
    is_complete: bool = False
    kept: frozenset[str] = frozenset()


class FetchContext(Struct, frozen=True):
    """What a source is lent: the way to pages, the operator's keys by their variable's name, other base addresses, and
    the moment."""

    pages: Pages
    now: datetime
    credentials: Mapping[str, str] = {}
    base_url: str | None = None
    policy: Callable[[FetchPolicy], FetchPolicy] = lambda policy: policy

    async def fetch(self, request: PageRequest, policy: FetchPolicy) -> Page:
        return await self.pages.fetch(request, self.policy(policy))


Fetch = Callable[[Subscription, FetchContext], Awaitable[Fetched]]


class Source(Struct, frozen=True, kw_only=True):
    """One kind of place. `parse_address` brings what an operator typed into one form; it raises ValueError, saying what
    is expected. `per_day` counts syncs. Without its `credentials` a source is off."""

    name: str
    title: str
    expects: str
    document_type: DocumentType
    interval_seconds: int
    fetch: Fetch
    parse_address: Callable[[str], str]
    per_day: int | None = None
    credentials: tuple[str, ...] = ()
    is_local: bool = False
    terms: str | None = None


async def fetch_pages(context: FetchContext, requests: Sequence[PageRequest], policy: FetchPolicy) -> tuple[Page, ...]:
    """The answers in the order of the requests, one after the other. Raises: UpstreamError."""
    return tuple([await context.fetch(request, policy) for request in requests])
