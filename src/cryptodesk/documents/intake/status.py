"""What documents there are, what is subscribed to, how each fares, and what was not taken."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from cryptodesk.documents.intake.defaults import load_default_feeds
from cryptodesk.documents.intake.subscribing import SOURCES
from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.documents.store.records import Holding, Problem, Subscription
from cryptodesk.documents.store.subscriptions import SubscriptionStore

__all__ = ["DocumentStatus", "SubscriptionStatus", "read_status"]

State = Literal["fresh", "due", "failing", "off", "new"]


class SubscriptionStatus(Struct, frozen=True, kw_only=True):
    """How a subscription fares. `error` is why the last sync failed, `problems` what the last one that brought
    something left out."""

    subscription_id: int
    source: str
    address: str
    title: str
    state: State
    documents: int
    last_success_at: datetime | None
    due_at: datetime | None
    failures: int
    error: str | None
    problems: tuple[Problem, ...]


class DocumentStatus(Struct, frozen=True, kw_only=True):
    """`defaults` counts the shipped feeds that are not subscribed to."""

    at: datetime
    documents: int
    holdings: tuple[Holding, ...]
    subscriptions: tuple[SubscriptionStatus, ...]
    defaults_left: int


def read_status(documents: DocumentStore, subscriptions: SubscriptionStore, now: datetime) -> DocumentStatus:
    """Blocks. Raises: InternalError."""
    counts, holdings = documents.counts_by_subscription(), documents.holdings()
    found = subscriptions.all()
    addresses = {(held.source, held.address) for held in found}
    return DocumentStatus(
        at=now,
        documents=sum(held.documents for held in holdings),
        holdings=tuple(holdings),
        subscriptions=tuple(
            _status(held, counts.get(held.subscription_id, 0), subscriptions.problems(held.subscription_id), now)
            for held in found
        ),
        defaults_left=sum((feed.source, feed.address) not in addresses for feed in load_default_feeds()),
    )


def _status(held: Subscription, documents: int, problems: list[Problem], now: datetime) -> SubscriptionStatus:
    return SubscriptionStatus(
        subscription_id=held.subscription_id,
        source=held.source,
        address=held.address,
        title=held.title,
        state=_state(held, now),
        documents=documents,
        last_success_at=held.succeeded_at,
        due_at=held.due_at if held.is_enabled else None,
        failures=held.failures,
        error=held.error,
        problems=tuple(problems),
    )


def _state(held: Subscription, now: datetime) -> State:
    if not held.is_enabled or held.source not in SOURCES:
        return "off"
    if held.error is not None:
        return "failing"
    if held.succeeded_at is None:
        return "new"
    return "due" if held.due_at <= now else "fresh"
