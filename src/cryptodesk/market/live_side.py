"""The live sources of a market: which are on, each with its client, all as one feed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack

from msgspec import Struct, structs

from cryptodesk.core.clock import Clock
from cryptodesk.core.discover import discover
from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.feeds.live import LiveFeed, LiveSource
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.fetching.budget import CallBudget
from cryptodesk.market.fetching.cache import FreshCache
from cryptodesk.market.fetching.call_store import DatabaseCallStore
from cryptodesk.market.fetching.client import SourceClient, SourceStatus
from cryptodesk.market.fetching.session import SessionPool
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.keeping import Keeper
from cryptodesk.market.sources._source import Source
from cryptodesk.storage.database import Database

__all__ = ["LiveOptions", "LiveSide", "load_sources"]


class LiveOptions(Struct, frozen=True, kw_only=True):
    """`patience_seconds` is for one source. `addresses` replace the base addresses of sources, by name. `variables`
    looks up the operator's keys by the names that sources ask for."""

    patience_seconds: float
    sources_off: tuple[str, ...] = ()
    addresses: Mapping[str, str] = {}
    proxy: str | None = None
    variables: Callable[[Iterable[str]], Mapping[str, str]] = lambda _: {}


def load_sources() -> dict[str, Source]:
    """Every live source by its name: the `SOURCE` of each public module of `market.sources`."""
    package = importlib.import_module("cryptodesk.market.sources")
    return discover(package, "SOURCE")


class LiveSide:
    """`feed` asks every source that is not off and whose keys are there. Use it on one event loop, and `close` it."""

    def __init__(
        self,
        options: LiveOptions,
        database: Database,
        clock: Clock,
        directory: AssetDirectory,
        stored: StoredFeed,
    ) -> None:
        self._options = options
        self._stack = AsyncExitStack()
        self._clients: list[SourceClient] = []
        self._budget = CallBudget(clock, DatabaseCallStore(database))
        cache = FreshCache("market", clock=clock)
        self.feed = LiveFeed(
            self._links(clock),
            cache=cache,
            crosswalk=DirectoryCrosswalk(directory),
            clock=clock,
            keep=Keeper(stored, clock).keep,
            patience_seconds=options.patience_seconds,
        )
        self._stack.push_async_callback(cache.close)

    async def close(self) -> None:
        await self._stack.aclose()

    async def learn(self) -> None:
        """Reads what other processes have asked of the sources today, where that is not known yet."""
        await self._budget.learn()

    def statuses(self) -> Sequence[SourceStatus]:
        """How each source that is switched on fares."""
        return tuple(client.status() for client in self._clients)

    def _links(self, clock: Clock) -> list[LiveSource]:
        self._stack.push_async_callback(self._budget.close)
        session = SessionPool(proxy=self._options.proxy)
        self._stack.push_async_callback(session.close)
        links = []
        for source, credentials in self._switched_on():
            client = SourceClient(
                source.name,
                source.policy,
                session=session,
                clock=clock,
                budget=self._budget,
                check=source.check,
                is_direct=self._options.proxy is None,
            )
            self._stack.push_async_callback(client.close)
            self._clients.append(client)
            links.append(LiveSource(source, client, credentials))
        return links

    def _switched_on(self) -> list[tuple[Source, Mapping[str, str]]]:
        """The sources that are not off and whose keys are there, at the operator's addresses."""
        options = self._options
        on = []
        for source in load_sources().values():
            credentials = options.variables(source.credentials)
            if source.name in options.sources_off or len(credentials) < len(source.credentials):
                continue
            address = options.addresses.get(source.name)
            policy = structs.replace(source.policy, base_url=address) if address else source.policy
            on.append((structs.replace(source, policy=policy), credentials))
        return on
