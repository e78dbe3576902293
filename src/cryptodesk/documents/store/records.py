"""What the store keeps beside the documents: subscriptions with their state, problems, changes, and outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from cryptodesk.documents.records import Document

__all__ = [
    "Attempt",
    "DocumentChange",
    "Holding",
    "Identity",
    "KnownText",
    "NewDocument",
    "Outcome",
    "Problem",
    "Saved",
    "Subscription",
    "SyncState",
]

Outcome = Literal["added", "revised", "unchanged", "duplicate"]


class SyncState(Struct, frozen=True):
    """Where the next sync goes on: the validators of the last answer, and a source's own cursor."""

    etag: str | None = None
    last_modified: str | None = None
    cursor: str | None = None


class Identity(Struct, frozen=True):
    """Who a feed says it is: its title, and the host that it writes for."""

    title: str
    host: str


class Subscription(Struct, frozen=True, kw_only=True):
    """An address that is kept fresh. `options` are what the operator said: `type`, `publisher`, a source's own."""

    subscription_id: int
    source: str
    address: str
    title: str
    interval_seconds: int
    added_at: datetime
    due_at: datetime
    options: Mapping[str, str] = {}
    is_enabled: bool = True
    state: SyncState = SyncState()
    identity: Identity | None = None
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    error: str | None = None


class Problem(Struct, frozen=True):
    """An item that was not taken as it came, and why."""

    item: str
    reason: str


class Attempt(Struct, frozen=True, kw_only=True):
    """How a sync ended, to be written beside what it brought. `error` None is success."""

    at: datetime
    due_at: datetime
    state: SyncState
    identity: Identity | None = None
    title: str | None = None
    error: str | None = None
    failures: int = 0
    is_enabled: bool = True
    problems: tuple[Problem, ...] | None = None
    """None leaves what is written there."""


class NewDocument(Struct, frozen=True):
    """A document that wants to be kept. Without `bands` it is not compared with others that are nearly the same."""

    document: Document
    url_key: str | None
    seen_key: str
    runs: frozenset[int] = frozenset()
    warnings: tuple[str, ...] = ()


class Saved(Struct, frozen=True):
    """What became of each document of a batch, in its order; with the reason where it was not kept."""

    outcomes: tuple[tuple[str, Outcome, str | None], ...] = ()

    def counts(self) -> Counter[str]:
        return Counter(outcome for _, outcome, _ in self.outcomes)


class DocumentChange(Struct, frozen=True):
    """The newest state of a document; None where it was removed."""

    sequence: int
    document_id: str
    document: Document | None


class KnownText(Struct, frozen=True):
    """A document as it was known, and the names of what was suspicious about its text."""

    document: Document
    warnings: tuple[str, ...]


class Holding(Struct, frozen=True):
    """How many current documents of a source and type there are."""

    source: str
    type: str
    documents: int
    first_at: datetime
    last_at: datetime
