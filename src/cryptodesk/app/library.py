"""The library: documents, what is subscribed to, and the index over both. Imported only when it is needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cryptodesk.app.searching import IndexParts, make_index
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.late import LateModule
from cryptodesk.documents import handbook as shipped
from cryptodesk.documents.embedding import Embedder
from cryptodesk.documents.following import IndexFollower
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.documents.store import DocumentLibrary, DocumentStore, Subscription, SubscriptionStore
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions
from cryptodesk.settings import Settings
from cryptodesk.storage.database import Database
from cryptodesk.storage.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from cryptodesk.documents import fetching, intake
else:
    # Sources, and how they are fetched and read: most processes ask a question and bring nothing in.
    fetching = LateModule("cryptodesk.documents.fetching")
    intake = LateModule("cryptodesk.documents.intake")

__all__ = ["Library", "linked_assets", "make_library", "names_of"]

log = logging.getLogger("cryptodesk.documents")

_FOLLOW_INTERVAL_SECONDS = 5.0

Report = Callable[[str, int, int | None], None]
FindAssets = Callable[[str], Iterable[int]]
AssetNames = Callable[[int], Collection[str]]


class Library:
    """All the parts that documents need, joined. Use it in an `async with` block and `open` it before a search.

    The database has the tables of `documents.store.MIGRATIONS`; `find_assets` and `asset_names` are lent by whoever
    knows assets. An `embedder` that is lent is left open."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        find_assets: FindAssets,
        asset_names: AssetNames,
        embedder: Embedder | None = None,
    ) -> None:
        self.documents = DocumentStore(database)
        self.subscriptions = SubscriptionStore(database)
        self._settings = settings
        self._clock = clock
        self._find_assets = find_assets
        self._is_lent = embedder is not None
        self._embedder = embedder or Embedder()
        # Any number of servers look after one PostgreSQL; a data folder has one that does.
        self._is_shared = not isinstance(database, SqliteDatabase)
        parts = IndexParts(self._embedder, clock, self.documents.every, asset_names)
        self.index = make_index(settings, database, parts)
        self.feed: DocumentFeed = DocumentLibrary(self.documents, self.index)
        self._follower = IndexFollower(self.documents, self.index)
        self._pages: fetching.PageClient | None = None

    @cached_property
    def syncer(self) -> intake.Syncer:
        """What brings subscriptions up to date. The first use imports much."""
        self._pages = fetching.PageClient(self._clock, proxy=self._settings.proxy)
        return intake.Syncer(
            self.documents,
            self.subscriptions,
            self._pages,
            self._clock,
            find_assets=self._find_assets,
            options=_sync_options(self._settings),
        )

    async def __aenter__(self) -> Library:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.index.aclose()
        if not self._is_lent:
            await asyncio.to_thread(self._embedder.close)
        if self._pages is not None:
            await self._pages.__aexit__()

    async def open(self, report: Report = lambda *_: None) -> None:
        """What is shipped is taken in, and the index is brought up to what the store has.

        Raises: InternalError, OSError, IndexBusy."""
        await self._take_in_handbook()
        await self.index.open()
        await self._follower.follow(report)

    async def _take_in_handbook(self) -> None:
        handbook = await self.subscriptions.find("handbook", shipped.ADDRESS)
        if handbook is None:
            handbook = await intake.subscribe_handbook(self.subscriptions, self._clock.now())
        if handbook.is_enabled and handbook.state.cursor != await asyncio.to_thread(shipped.fingerprint):
            await self.syncer.sync(handbook)

    async def follow(self) -> None:
        """Brings the index up to the store."""
        await self._follower.follow()

    async def keep_fresh(self, *, is_sole: bool) -> None:
        """Runs until it is cancelled. Feeds are synced by the sole server of a data folder, and by all servers of a
        PostgreSQL: each feed that is due by one of them."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_others())
            if (is_sole or self._is_shared) and self._settings.documents_sync:
                followed = _Reachable(self.subscriptions, is_offline=self._settings.data == "snapshot")
                scheduler = intake.FeedScheduler(self.syncer, followed, self._clock, on_change=self.follow)
                group.create_task(scheduler.run())

    async def _follow_others(self) -> None:
        """What a command in another process brought is found here soon."""
        while True:
            await asyncio.sleep(_FOLLOW_INTERVAL_SECONDS)
            try:
                await self.follow()
            except (CryptodeskError, OSError, RuntimeError):
                log.exception("the index could not follow the documents")


class _Reachable:
    """The subscriptions that are kept fresh: without a network only those to the operator's own files."""

    def __init__(self, subscriptions: SubscriptionStore, *, is_offline: bool) -> None:
        self._subscriptions = subscriptions
        self._is_offline = is_offline

    async def fetch_all(self) -> list[Subscription]:
        found = await self._subscriptions.fetch_all()
        return [each for each in found if _is_local(each)] if self._is_offline else found

    async def claim(self, found: Subscription, until: datetime) -> bool:
        return await self._subscriptions.claim(found, until)


def _is_local(subscription: Subscription) -> bool:
    source = intake.SOURCES.get(subscription.source)
    return source is not None and source.is_local


def make_library(settings: Settings, database: Database, clock: Clock) -> Library:
    """The library of an open database, for commands that need nothing else of the product."""
    lent = _LentLate()
    return Library(settings, database, clock, lent.find_assets, lent.names)


class _LentLate:
    """Reads the directory when it is needed: half a second that most commands can do without."""

    @cached_property
    def _directory(self) -> AssetDirectory:
        return AssetDirectory()

    @cached_property
    def _mentions(self) -> AssetMentions:
        return AssetMentions(self._directory)

    def find_assets(self, text: str) -> Iterable[int]:
        return linked_assets(self._mentions)(text)

    def names(self, asset_id: int) -> Collection[str]:
        return names_of(self._directory)(asset_id)


def linked_assets(mentions: AssetMentions) -> FindAssets:
    """Which assets a text is linked to: a close call links nothing."""
    return lambda text: [found.asset_id for found in mentions.find(text) if not found.is_close_call]


def names_of(directory: AssetDirectory) -> AssetNames:
    def names(asset_id: int) -> Collection[str]:
        asset = directory.by_id(asset_id)
        return () if asset is None else (asset.name, asset.symbol)

    return names


def _sync_options(settings: Settings) -> intake.SyncOptions:
    keys: Sequence[str] = sorted({name for source in intake.SOURCES.values() for name in source.credentials})
    return intake.SyncOptions(settings.variables(keys), settings.source_addresses, settings.sources_off)
