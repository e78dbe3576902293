"""Exchanges: they share out what is traded, so that all of them together trade what the coins do."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import exp, log10
from typing import Literal

from msgspec import Struct

from cryptodesk.market.records import ExchangeListing, ExchangeReserves, Reserve
from cryptodesk.market.simulation.coins import FIRST_INVENTED_ID, NEVER
from cryptodesk.market.simulation.days import DAY_MINUTES, to_day
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.names import exchange_name, slug_of
from cryptodesk.market.simulation.randomness import Draws
from cryptodesk.market.simulation.totals import TotalsBook

__all__ = ["VENUES", "Exchange", "ExchangeBook"]

# The first exchanges are central and list derivatives.
VENUES = 8

_CENTRAL = 34
_DECENTRAL = 16
_RESERVE_COINS = 6
_LARGEST_HELD = 60


class Exchange(Struct, frozen=True):
    exchange_id: int
    name: str
    slug: str
    kind: Literal["central", "decentral"]
    born: int
    ends: int
    weight: float


class ExchangeBook:
    def __init__(self, market: Market, totals: TotalsBook) -> None:
        self._market = market
        self._totals = totals
        self._shares = lru_cache(maxsize=64)(self._compute_shares)

    @cached_property
    def all(self) -> tuple[Exchange, ...]:
        """Central ones first, in each kind the largest first. The venues open with the world."""
        slugs: set[str] = set()
        made = [self._exchange(number, slugs) for number in range(_CENTRAL + _DECENTRAL)]
        return tuple(made)

    def _exchange(self, number: int, slugs: set[str]) -> Exchange:
        draws = Draws(self._market.seed, "exchange", number)
        name = exchange_name(draws)
        slug = slug_of(name)
        slug = slug if slug not in slugs else f"{slug}-{number}"
        slugs.add(slug)
        is_central = number < _CENTRAL
        place = number + 1 if is_central else number - _CENTRAL + 1
        born = 0 if number < VENUES else to_day(2013 if is_central else 2018) + draws.index(9 * 365)
        closes = number >= VENUES and draws.unit() < 0.12
        return Exchange(
            FIRST_INVENTED_ID + 1 + number,
            name,
            slug,
            "central" if is_central else "decentral",
            born,
            born + 400 + draws.index(2_000) if closes else NEVER,
            draws.between(0.7, 1.3) / place**0.95,
        )

    @cached_property
    def place_of(self) -> dict[int, int]:
        return {exchange.exchange_id: place for place, exchange in enumerate(self.all)}

    def name_of(self, place: int) -> str:
        return self.all[place].name

    def is_open(self, place: int, minute: int) -> bool:
        return self.all[place].born * DAY_MINUTES <= minute < self.all[place].ends * DAY_MINUTES

    def _compute_shares(self, minute: int) -> dict[int, float]:
        """Each open exchange's share of its kind's spot trade; those of a kind make 1."""
        weights = {
            place: exchange.weight * exp(self._market.drift(f"exchange {place}", minute, 0.25))
            for place, exchange in enumerate(self.all)
            if self.is_open(place, minute)
        }
        sums = {"central": 0.0, "decentral": 0.0}
        for place, weight in weights.items():
            sums[self.all[place].kind] += weight
        return {place: weight / sums[self.all[place].kind] for place, weight in weights.items()}

    def spot_volume(self, place: int, minute: int) -> float | None:
        """Traded in the last 24 hours, in US dollars; None where it is closed."""
        share = self._shares(minute).get(place)
        if share is None:
            return None
        totals = self._totals.at(minute)
        return share * (totals.cex_volume if self.all[place].kind == "central" else totals.dex_volume)

    def listing(self, place: int, minute: int, derivatives: tuple[float, float] | None) -> ExchangeListing:
        """`derivatives` are its derivative volume and open interest, None for an exchange without."""
        exchange = self.all[place]
        volume = self.spot_volume(place, minute) or 0.0
        reserves = self.reserves(place, minute)
        pairs = int(30 + 1_500 * exchange.weight)
        return ExchangeListing(
            asset_id=exchange.exchange_id,
            name=exchange.name,
            slug=exchange.slug,
            provenance=self._market.stamp(minute),
            kind=exchange.kind,
            is_active=True,
            rank=self._rank(place, minute),
            spot_volume_24h=volume,
            derivative_volume_24h=derivatives[0] if derivatives else None,
            open_interest=derivatives[1] if derivatives else None,
            percent_change_volume_24h=self._change(place, minute, volume, 1),
            percent_change_volume_7d=self._change(place, minute, volume, 7),
            percent_change_volume_30d=self._change(place, minute, volume, 30),
            effective_liquidity_24h=volume * 0.002 * (0.5 + exchange.weight),
            liquidity_score=min(1000.0, 120 * log10(max(volume, 10.0)) - 300) if volume > 1_000 else 0.0,
            exchange_score=round(min(9.9, 4 + 6 * exchange.weight), 1),
            num_market_pairs=pairs,
            num_coins=int(pairs * 0.6),
            reserves_usd=reserves.total_usd if reserves else None,
        )

    def _rank(self, place: int, minute: int) -> int:
        """By spot volume within its kind."""
        kind, shares = self.all[place].kind, self._shares(minute)
        own = shares[place]
        return 1 + sum(share > own for other, share in shares.items() if self.all[other].kind == kind)

    def _change(self, place: int, minute: int, volume: float, days: int) -> float | None:
        before = self.spot_volume(place, minute - days * DAY_MINUTES)
        return (volume / before - 1) * 100 if before else None

    @cached_property
    def _reserve_coins(self) -> tuple[int, ...]:
        """The coins that exchanges hold: the largest on the anchor day."""
        coins = self._market.coins
        able = [place for place in self._market.ranked if (coins[place].asset.rank or 10**9) <= _LARGEST_HELD]
        return tuple(sorted(able, key=lambda place: coins[place].asset.rank or 0))[:_RESERVE_COINS]

    def reserves(self, place: int, minute: int) -> ExchangeReserves | None:
        """The wallets of a central exchange; None for others, and for the third that shows none."""
        if self.all[place].kind != "central" or (place >= VENUES and place % 3 == 0):
            return None
        market = self._market
        reserves = [self._reserve(place, coin, minute) for coin in self._reserve_coins if market.is_alive(coin, minute)]
        reserves.sort(key=lambda reserve: -reserve.balance * (reserve.price_usd or 0.0))
        return ExchangeReserves(
            exchange_id=self.all[place].exchange_id,
            provenance=market.stamp(minute),
            total_usd=sum(reserve.balance * (reserve.price_usd or 0.0) for reserve in reserves),
            reserves=tuple(reserves),
        )

    def _reserve(self, place: int, coin: int, minute: int) -> Reserve:
        market = self._market
        draws = Draws(market.seed, "wallet", place, market.coins[coin].asset.asset_id)
        share = draws.between(0.004, 0.02) * self.all[place].weight
        held = market.supply(coin, minute) * share * exp(market.drift(f"reserve {place} {coin}", minute, 0.15))
        return Reserve(
            symbol=market.name_at(coin, minute)[1],
            balance=held,
            price_usd=market.price(coin, minute),
            platform=market.coins[coin].asset.platform,
            wallet_address=f"sim-wallet-{draws.raw[:12].hex()}",
            asset_id=market.coins[coin].asset.asset_id,
        )
