"""Documents at rest, and the subscriptions that bring them, in one database."""

from cryptodesk.documents.store.documents import DocumentStore
from cryptodesk.documents.store.library import DocumentLibrary, SearchIndex
from cryptodesk.documents.store.migrations import COMPONENT, MIGRATIONS
from cryptodesk.documents.store.opening import open_document_store
from cryptodesk.documents.store.records import (
    Attempt,
    DocumentChange,
    Holding,
    Identity,
    KnownText,
    NewDocument,
    Problem,
    Saved,
    Subscription,
    SyncState,
)
from cryptodesk.documents.store.subscriptions import SubscriptionStore

__all__ = [
    "COMPONENT",
    "MIGRATIONS",
    "Attempt",
    "DocumentChange",
    "DocumentLibrary",
    "DocumentStore",
    "Holding",
    "Identity",
    "KnownText",
    "NewDocument",
    "Problem",
    "Saved",
    "SearchIndex",
    "Subscription",
    "SubscriptionStore",
    "SyncState",
    "open_document_store",
]
