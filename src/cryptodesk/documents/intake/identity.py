"""Whether a feed is still the one that was subscribed to.

Domains are sold and feeds taken over. A new title on the same site is a new coat of paint; a new title for another site
is somebody else, and is not believed until the operator says so."""

from __future__ import annotations

from cryptodesk.documents.cleaning import clean_line
from cryptodesk.documents.store.records import Identity, Subscription

__all__ = ["identity_problem"]


def identity_problem(subscription: Subscription, found: Identity | None) -> str | None:
    """What has changed, in words; None if it is the same feed."""
    known = subscription.identity
    if known is None or found is None or _same_site(known.host, found.host):
        return None
    if known.title and _words(known.title) == _words(found.title):
        return None
    return (
        f"it was {clean_line(known.title, 60)!r} of {known.host} and now is {clean_line(found.title, 60)!r} of"
        f" {found.host}; nothing was taken. If that is right: cryptodesk documents sync"
        f" {subscription.subscription_id} --accept-identity"
    )


def _same_site(one: str, other: str) -> bool:
    """The same host, or one below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _words(title: str) -> list[str]:
    return clean_line(title).casefold().split()
