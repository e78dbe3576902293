"""NFT collections, priced in the coin of their chain."""

from __future__ import annotations

from functools import cached_property
from math import exp

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.records import NftListing
from cryptodesk.market.simulation.addresses import address_on
from cryptodesk.market.simulation.days import DAY_MINUTES, to_day
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.names import collection_name, slug_of
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["Collection", "NftBook"]

_COUNT = 120
_PREFIX = "simulated"
_PLATFORMS = ("ethereum", "ethereum", "ethereum", "solana", "polygon", "base")


class Collection(Struct, frozen=True):
    """`floor` is in the chain's coin on an ordinary day."""

    asset_id: str
    name: str
    slug: str
    platform: str
    address: str
    native_id: int
    born: int
    floor: float
    size: int
    owners_ratio: float
    turnover: float


class NftBook:
    def __init__(self, market: Market) -> None:
        self._market = market

    @cached_property
    def all(self) -> dict[str, Collection]:
        """By id. Collections whose chain's coin is no part of this world are left out."""
        made: dict[str, Collection] = {}
        for number in range(_COUNT):
            collection = self._collection(number)
            if collection is not None and collection.asset_id not in made:
                made[collection.asset_id] = collection
        return made

    def _collection(self, number: int) -> Collection | None:
        draws = Draws(self._market.seed, "collection", number)
        name = collection_name(draws)
        platform = find_platform(draws.pick(_PLATFORMS))
        if platform is None or platform.native not in self._market.place_of:
            return None
        place = self._market.place_of[platform.native]
        price = self._market.coins[place].price
        slug = slug_of(name)
        return Collection(
            f"{_PREFIX}:{slug}",
            name,
            slug,
            platform.slug,
            address_on(platform.slug, draws.raw),
            platform.native,
            to_day(2020, 6) + draws.index(7 * 365),
            10 ** draws.between(1.2, 4.3) / price,
            (777, 1_000, 3_333, 5_000, 8_888, 10_000)[draws.index(6)],
            draws.between(0.25, 0.7),
            draws.between(0.0005, 0.01),
        )

    def rows(self, minute: int) -> tuple[NftListing, ...]:
        """The most valuable first."""
        rows = [row for collection in self.all.values() if (row := self._row(collection, minute)) is not None]
        return tuple(sorted(rows, key=lambda row: -(row.market_cap or 0.0)))

    def listing(self, asset_id: str, minute: int) -> NftListing | None:
        collection = self.all.get(asset_id)
        return self._row(collection, minute) if collection else None

    def _floor(self, collection: Collection, minute: int) -> float:
        nerves = self._market.factors.market[minute // DAY_MINUTES] * 0.4
        return collection.floor * exp(nerves + self._market.drift(collection.asset_id, minute, 0.8))

    def _row(self, collection: Collection, minute: int) -> NftListing | None:
        market = self._market
        coin = market.place_of[collection.native_id]
        if minute < collection.born * DAY_MINUTES or not market.is_alive(coin, minute):
            return None
        native = self._floor(collection, minute)
        floor = native * market.price(coin, minute)
        cap = floor * collection.size
        volume = cap * collection.turnover * market.factors.nerves[minute // DAY_MINUTES]
        return NftListing(
            asset_id=collection.asset_id,
            name=collection.name,
            slug=collection.slug,
            provenance=market.stamp(minute),
            platform=collection.platform,
            address=collection.address,
            native_currency=market.name_at(coin, minute)[1],
            floor_price=floor,
            floor_price_native=native,
            market_cap=cap,
            volume_24h=volume,
            percent_change_24h=self._change(collection, coin, floor, minute - DAY_MINUTES),
            owners=int(collection.size * collection.owners_ratio),
            total_supply=collection.size,
        )

    def _change(self, collection: Collection, coin: int, floor: float, earlier: int) -> float | None:
        if earlier < collection.born * DAY_MINUTES or not self._market.is_alive(coin, earlier):
            return None
        return (floor / (self._floor(collection, earlier) * self._market.price(coin, earlier)) - 1) * 100
