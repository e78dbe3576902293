"""The simulated world: one seed, and everything that a market has.

What is remembered: the last frames, rows and bars asked for, each in a cache of a fixed size; and single numbers of
the market by the day. Nothing depends on what was asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from msgspec import structs

from cryptodesk.market.records import SIMULATED_ID_BASE, Asset, AssetChange
from cryptodesk.market.simulation.categories import CategoryBook
from cryptodesk.market.simulation.coins import NEVER, Coin
from cryptodesk.market.simulation.days import DAY_MINUTES, END, EPOCH, minute_of, moment_of
from cryptodesk.market.simulation.defi import DefiBook
from cryptodesk.market.simulation.derivatives import DerivativesBook
from cryptodesk.market.simulation.events import EventBook
from cryptodesk.market.simulation.exchanges import ExchangeBook
from cryptodesk.market.simulation.listings import ListingBook
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.nfts import NftBook
from cryptodesk.market.simulation.onchain import OnchainBook
from cryptodesk.market.simulation.overview import OverviewBook
from cryptodesk.market.simulation.profiles import ProfileBook
from cryptodesk.market.simulation.series import SeriesBook
from cryptodesk.market.simulation.tokens import TokenBook
from cryptodesk.market.simulation.totals import TotalsBook

__all__ = ["DEFAULT_SIZE", "FIRST_MOMENT", "LAST_MOMENT", "SimulatedWorld"]

DEFAULT_SIZE = 5_000

# Changes over a year and schedules need days before and after.
FIRST_MOMENT = EPOCH.replace(year=EPOCH.year + 1)
LAST_MOMENT = END.replace(year=END.year - 1)


class SimulatedWorld:
    """The same seed, assets and size make the same world for ever, in any process.

    `assets` are real identities that live in it under their own ids; where none are given, a dozen well-known ones.
    Invented ones follow up to `size` coins, from id 2,000,000,000 up. Values are of whole minutes, in US dollars.
    Raises: ValueError for a size below 100, which could not hold one of each kind."""

    def __init__(self, seed: int, assets: Sequence[Asset] = (), size: int = DEFAULT_SIZE) -> None:
        if size < 100:
            raise ValueError(f"a world needs at least 100 coins, got {size!r}")
        self.seed = seed
        self.market = Market(seed, assets, size)
        self.totals = TotalsBook(self.market)
        self.tokens = TokenBook(self.market)
        self.exchanges = ExchangeBook(self.market, self.totals)
        self.derivatives = DerivativesBook(self.market, self.exchanges)
        self.defi = DefiBook(self.market)
        self.categories = CategoryBook(self.market)
        self.nfts = NftBook(self.market)
        self.events = EventBook(self.market)
        self.overview = OverviewBook(self.market, self.totals, self.exchanges, self.derivatives)
        self.onchain = OnchainBook(self.market, self.tokens, self.exchanges)
        self.listings = ListingBook(self.market, self.defi, self.categories)
        self.profiles = ProfileBook(self.market, self.tokens, self.exchanges, self.categories, self.nfts)
        self.series = SeriesBook(
            self.market, self.totals, self.tokens, self.defi, self.derivatives, self.exchanges, self.overview
        )
        self._assets_at = lru_cache(maxsize=2)(self._identities)

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Every coin that ever lives here, by its last name, with its rank on the anchor day. For what is known at a
        moment see `assets_at`."""
        return tuple(coin.asset for coin in self.market.coins)

    def assets_at(self, moment: datetime) -> tuple[Asset, ...]:
        """The coins born by a moment, by the names they had, ranked as they were; delisted ones are inactive."""
        return self._assets_at(minute_of(moment))

    def _identities(self, minute: int) -> tuple[Asset, ...]:
        ranks, _ = self.listings.ranks(minute)
        born = (place for place, coin in enumerate(self.market.coins) if coin.born * DAY_MINUTES <= minute)
        return tuple([self._identity(place, minute, ranks.get(place)) for place in born])

    def _identity(self, place: int, minute: int, rank: int | None) -> Asset:
        coin = self.market.coins[place]
        asset = _dated(coin)
        is_active = minute < coin.ends * DAY_MINUTES
        is_renamed = coin.rename is not None and minute >= coin.rename.day * DAY_MINUTES
        if coin.rename is None or is_renamed:
            return structs.replace(asset, rank=rank, is_active=is_active)
        name, symbol = coin.rename.name, coin.rename.symbol
        return structs.replace(
            asset, name=name, symbol=symbol, former_symbols=(), changes=(), rank=rank, is_active=is_active
        )

    def lives(self, asset_id: int) -> tuple[datetime, datetime | None]:
        """When a coin is born and when it ends, None for never. Raises: KeyError for an id that is none."""
        place = self.market.place_of[asset_id]
        coin = self.market.coins[place]
        track = self.market.track(place)
        stamp = self.market.stamp
        ends = None if coin.ends == NEVER else stamp(track.end_minute).as_of
        return stamp(track.first_minute).as_of, ends


def _dated(coin: Coin) -> Asset:
    """The coin's identity with the days of its birth and its renaming; the real ones bring their own."""
    if coin.asset.asset_id < SIMULATED_ID_BASE:
        return coin.asset
    renamed = coin.rename
    changes = () if renamed is None else (AssetChange(str(_date_of(renamed.day)), renamed.symbol, renamed.name),)
    return structs.replace(coin.asset, known_from=_date_of(coin.born), changes=changes)


def _date_of(day: int) -> date:
    return moment_of(day * DAY_MINUTES).date()
