"""Market data as the product uses it: one directory of assets, one feed, in the mode that the operator chose."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.market.feeds.layered import LIVE_PATIENCE_SECONDS, LayeredFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory, load_directory_assets
from cryptodesk.market.intake.bundles import BUNDLES, is_pulled
from cryptodesk.market.intake.status import SourceState
from cryptodesk.market.query import Feed, Query
from cryptodesk.market.records import CoinListing
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.storage.database import Database

if TYPE_CHECKING:
    from cryptodesk.market.feeds.live import LiveFeed
    from cryptodesk.market.fetching.client import SourceStatus
    from cryptodesk.market.live_side import LiveSide
    from cryptodesk.market.simulation.world import SimulatedWorld
    from cryptodesk.market.sources._source import Source

__all__ = ["DataMode", "Market", "MarketOptions", "load_sources"]

_SHARE_OF_ONE_SOURCE = 0.45
_OLDEST_RANKS = timedelta(days=30)

DataMode = Literal["auto", "live", "snapshot", "simulated"]


class MarketOptions(Struct, frozen=True, kw_only=True):
    """`addresses` replace the base addresses of sources, by name. `variables` looks up the operator's keys by the names
    that sources ask for."""

    mode: DataMode = "auto"
    simulated_seed: int = 1
    simulated_coins: int = 5000
    patience_seconds: float = LIVE_PATIENCE_SECONDS
    sources_off: tuple[str, ...] = ()
    addresses: Mapping[str, str] = {}
    proxy: str | None = None
    variables: Callable[[Iterable[str]], Mapping[str, str]] = lambda _: {}


def load_sources() -> dict[str, Source]:
    """Every live source by its name."""
    live_side = importlib.import_module("cryptodesk.market.live_side")
    found: dict[str, Source] = live_side.load_sources()
    return found


class Market:
    """Use it in an `async with` block, on one event loop. `directory` and `feed` are ready from the start; entering
    unpacks what ships with the product and reads the ranks that are known."""

    def __init__(self, options: MarketOptions, database: Database, clock: Clock) -> None:
        self.mode = options.mode
        self._options = options
        self._database = database
        self._clock = clock
        self._side: LiveSide | None = None
        # The simulated world itself, for whoever tells stories of it; None in the other modes.
        self.world: SimulatedWorld | None = None
        self.directory, self.feed = self._simulated() if options.mode == "simulated" else self._real()

    async def __aenter__(self) -> Market:
        if self.mode != "simulated":
            await ensure_snapshot(self._database)
        await self.learn()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._side is not None:
            await self._side.close()

    async def learn(self) -> None:
        """Reads what other processes have asked of live sources today, so that `statuses` counts it."""
        if self._side is not None:
            await self._side.learn()

    def statuses(self) -> Sequence[SourceStatus]:
        """How each live source that is switched on fares; empty in the other modes."""
        return () if self._side is None else self._side.statuses()

    def source_states(self) -> tuple[SourceState, ...]:
        """Each live source in words: on, resting after failures, off, or in want of a key."""
        on = {status.source: status for status in self.statuses()}
        return tuple(_state_of(source, on.get(name), self._options) for name, source in load_sources().items())

    def _simulated(self) -> tuple[AssetDirectory, Feed]:
        # Imported late: the other modes need none of it, and it is a tenth of the start.
        simulation = importlib.import_module("cryptodesk.market.simulation.world")
        simulated = importlib.import_module("cryptodesk.market.feeds.simulated")
        options = self._options
        world = simulation.SimulatedWorld(options.simulated_seed, load_directory_assets(), options.simulated_coins)
        feed: Feed = simulated.SimulatedFeed(world, self._clock)
        self.world = world
        return AssetDirectory(world.assets_at(self._clock.now())), feed

    def _real(self) -> tuple[AssetDirectory, Feed]:
        assets = load_directory_assets()
        stored = StoredFeed(self._database, assets, hint=self._pull_hint)
        directory = AssetDirectory(ranks=self._ranks(stored))
        if self.mode == "snapshot":
            return directory, LayeredFeed(None, stored, self._clock)
        live = self._live(directory, stored)
        if self.mode == "live":
            return directory, live
        return directory, LayeredFeed(live, stored, self._clock, self._options.patience_seconds)

    def _ranks(self, stored: StoredFeed) -> dict[int, int]:
        """Ranks of the last list of coins that was kept; none where it is too old to order names by."""
        # Names are put in order before anybody serves, so whoever makes the market waits for them.
        with ThreadPoolExecutor(1, "cryptodesk-ranks") as apart:
            found = apart.submit(asyncio.run, stored.records.find_list(CoinListing, as_of=self._clock.now()))
            listings = found.result().records
        oldest = self._clock.now() - _OLDEST_RANKS
        return {
            listing.asset_id: listing.rank
            for listing in listings
            if listing.rank is not None and listing.provenance.as_of >= oldest
        }

    async def _pull_hint(self, query: Query[Any]) -> str | None:
        """Which bundle the operator could pull to have such records."""
        for bundle in BUNDLES:
            recorded_at = datetime.combine(bundle.recorded_on, time.min, UTC)
            is_in_time = query.as_of is None or query.as_of >= recorded_at
            if query.kind in bundle.kinds and is_in_time and not await is_pulled(self._database, bundle):
                return f"`cryptodesk data pull {bundle.name}` would add a record of {bundle.recorded_on}"
        return None

    def _live(self, directory: AssetDirectory, stored: StoredFeed) -> LiveFeed:
        # Imported late: without live data nothing needs the sources and their HTTP client.
        live_side = importlib.import_module("cryptodesk.market.live_side")
        options = self._options
        side: LiveSide = live_side.LiveSide(
            live_side.LiveOptions(
                # Two sources get their chance before the store answers.
                patience_seconds=options.patience_seconds * _SHARE_OF_ONE_SOURCE,
                sources_off=options.sources_off,
                addresses=options.addresses,
                proxy=options.proxy,
                variables=options.variables,
            ),
            self._database,
            self._clock,
            directory,
            stored,
        )
        self._side = side
        return side.feed


def _state_of(source: Source, status: SourceStatus | None, options: MarketOptions) -> SourceState:
    if status is None:
        if source.name in options.sources_off or options.mode in {"snapshot", "simulated"}:
            return SourceState(source.name, "off")
        return SourceState(source.name, "off", f"needs {', '.join(source.credentials)}")
    used = f"{status.used_today:,} of {status.per_day:,} today" if status.per_day else f"{status.used_today:,} today"
    resting = max(status.open_seconds_left, status.limited_seconds_left)
    if resting > 0:
        return SourceState(
            source.name, "resting", f"for {resting:.0f} s; {used}; {status.last_error or ''}".rstrip("; ")
        )
    return SourceState(source.name, "on", used)
