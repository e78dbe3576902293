"""How documents get in: what is fetched is cleaned, compared, linked to assets, and kept; and when that happens."""

from cryptodesk.documents.intake.defaults import DefaultFeed, load_default_feeds
from cryptodesk.documents.intake.scheduler import FeedScheduler
from cryptodesk.documents.intake.status import DocumentStatus, SubscriptionStatus, read_status
from cryptodesk.documents.intake.subscribing import SOURCES, guess_source, subscribe, subscribe_handbook
from cryptodesk.documents.intake.sync import Synced, Syncer, SyncOptions

__all__ = [
    "SOURCES",
    "DefaultFeed",
    "DocumentStatus",
    "FeedScheduler",
    "SubscriptionStatus",
    "SyncOptions",
    "Synced",
    "Syncer",
    "guess_source",
    "load_default_feeds",
    "read_status",
    "subscribe",
    "subscribe_handbook",
]
