"""What is locked in protocols and on chains, and the stablecoins that circulate there; chains sum their parts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import exp

from msgspec import Struct

from cryptodesk.catalog.platforms import Platform, find_platform
from cryptodesk.market.records import ChainTvl, ProtocolTvl, Stablecoin
from cryptodesk.market.simulation.days import ANCHOR_DAY, DAY_MINUTES
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["DefiBook"]

_KINDS = {
    "defi": "Yield",
    "decentralized-exchange": "Dexes",
    "lending": "Lending",
    "liquid-staking": "Liquid Staking",
    "real-world-assets": "RWA",
}
_MOST_PROTOCOLS = 240
_MOST_CHAINS_EACH = 5
# Named here, so that a chain that the catalogue learns of later does not shuffle the others.
_CHAINS = (
    *("ethereum", "bsc", "solana", "base", "arbitrum", "optimism", "polygon", "avalanche"),
    *("tron", "ton", "sui", "fantom", "gnosis", "linea", "scroll", "zksync"),
)
_MECHANISMS = ("fiat-backed", "crypto-backed", "algorithmic")
_WEEK = 7 * DAY_MINUTES


class _Protocol(Struct, frozen=True):
    place: int
    kind: str
    size: float
    fee_ratio: float
    trade_ratio: float
    chains: tuple[tuple[Platform, float], ...]


class DefiBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self._chains = tuple(chain for slug in _CHAINS if (chain := find_platform(slug)) is not None)
        self.chain_rows = lru_cache(maxsize=4)(self._chain_rows)
        self.protocol_rows = lru_cache(maxsize=4)(self._protocol_rows)
        self.stablecoin_rows = lru_cache(maxsize=4)(self._stablecoin_rows)

    @cached_property
    def protocols(self) -> dict[int, _Protocol]:
        """By the place of the coin that governs them."""
        places = [
            place
            for place in self._market.ranked
            if SECTORS[self._market.coins[place].sector] in _KINDS and self._market.coins[place].target_id is None
        ]
        return {place: self._protocol(place) for place in places[:_MOST_PROTOCOLS]}

    @cached_property
    def stablecoins(self) -> dict[int, tuple[tuple[Platform, float], ...]]:
        """The chains of each stablecoin, by its place, with their shares."""
        return {
            place: self._spread(Draws(self._market.seed, "stablecoin", coin.asset.asset_id), coin.asset.platform)
            for place, coin in enumerate(self._market.coins)
            if coin.is_stable
        }

    def _protocol(self, place: int) -> _Protocol:
        coin = self._market.coins[place]
        draws = Draws(self._market.seed, "protocol", coin.asset.asset_id)
        kind = _KINDS[SECTORS[coin.sector]]
        return _Protocol(
            place,
            kind,
            coin.price * coin.supply * draws.between(0.2, 4.0),
            draws.between(0.00005, 0.0006),
            draws.between(0.03, 0.3) if kind == "Dexes" else 0.0,
            self._spread(draws, coin.asset.platform),
        )

    def _spread(self, draws: Draws, home: str | None) -> tuple[tuple[Platform, float], ...]:
        first = next((chain for chain in self._chains if chain.slug == home), None)
        others = [self._chains[draws.index(len(self._chains))] for _ in range(draws.index(_MOST_CHAINS_EACH))]
        chains = list(dict.fromkeys([first or self._chains[draws.index(len(self._chains))], *others]))
        weights = [1.0, *(draws.between(0.05, 0.4) for _ in chains[1:])]
        return tuple((chain, weight / sum(weights)) for chain, weight in zip(chains, weights, strict=True))

    def tvl_of(self, place: int, minute: int) -> float | None:
        """What is locked in the protocol of a coin, in US dollars; None for a coin without one, or not yet alive."""
        protocol = self.protocols.get(place)
        if protocol is None or not self._market.is_alive(place, minute):
            return None
        factors = self._market.factors
        day, within = divmod(minute, DAY_MINUTES)

        def level(at: int) -> float:
            return 0.9 * (factors.market[at] - factors.market[ANCHOR_DAY]) + 0.7 * factors.trend[at]

        market = level(day) + (level(day + 1) - level(day)) * within / DAY_MINUTES
        return protocol.size * exp(market + self._market.drift(f"tvl {place}", minute, 0.5))

    def tvl_on(self, chain: str, minute: int) -> float | None:
        """What is locked on a chain, by its slug; None for a chain that nobody built on."""
        parts = [
            (self.tvl_of(place, minute) or 0.0) * share
            for place, protocol in self.protocols.items()
            for platform, share in protocol.chains
            if platform.slug == chain
        ]
        return sum(parts) if parts else None

    def total_tvl(self, minute: int) -> float:
        return sum(self.tvl_of(place, minute) or 0.0 for place in self.protocols)

    def _protocol_rows(self, minute: int) -> tuple[ProtocolTvl, ...]:
        """The largest first."""
        rows = [self.protocol(place, minute) for place in self.protocols if self._market.is_alive(place, minute)]
        return tuple(sorted(rows, key=lambda row: -(row.tvl_usd or 0.0)))

    def protocol(self, place: int, minute: int) -> ProtocolTvl:
        protocol = self.protocols[place]
        asset = self._market.coins[place].asset
        tvl = self.tvl_of(place, minute) or 0.0
        day, nerves = self.tvl_of(place, minute - DAY_MINUTES), self._market.factors.nerves[minute // DAY_MINUTES]
        week = self.tvl_of(place, minute - _WEEK)
        fees = tvl * protocol.fee_ratio * nerves
        return ProtocolTvl(
            slug=asset.slug,
            name=self._market.name_at(place, minute)[0],
            provenance=self._market.stamp(minute),
            asset_id=asset.asset_id,
            category=protocol.kind,
            tvl_usd=tvl,
            change_1d_pct=(tvl / day - 1) * 100 if day else None,
            change_7d_pct=(tvl / week - 1) * 100 if week else None,
            fees_24h_usd=fees,
            revenue_24h_usd=fees * 0.2,
            dex_volume_24h_usd=tvl * protocol.trade_ratio * nerves if protocol.trade_ratio else None,
            by_chain={platform.name: tvl * share for platform, share in protocol.chains},
        )

    def _chain_rows(self, minute: int) -> tuple[ChainTvl, ...]:
        """The largest first; chains with nothing on them are left out."""
        locked, traded, stable = self._by_chain(minute)
        rows = [
            ChainTvl(
                slug=chain.slug,
                name=chain.name,
                provenance=self._market.stamp(minute),
                asset_id=chain.native,
                tvl_usd=locked[chain.slug],
                stablecoins_usd=stable.get(chain.slug, 0.0),
                dex_volume_24h_usd=traded.get(chain.slug, 0.0),
            )
            for chain in self._chains
            if chain.slug in locked
        ]
        return tuple(sorted(rows, key=lambda row: -(row.tvl_usd or 0.0)))

    def _by_chain(self, minute: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        locked: dict[str, float] = {}
        traded: dict[str, float] = {}
        stable: dict[str, float] = {}
        for row in self.protocol_rows(minute):
            protocol = self.protocols[self._market.place_of[row.asset_id or 0]]
            _add(locked, protocol.chains, row.tvl_usd or 0.0)
            _add(traded, protocol.chains, row.dex_volume_24h_usd or 0.0)
        for coin in self.stablecoin_rows(minute):
            chains = self.stablecoins[self._market.place_of[coin.asset_id or 0]]
            _add(stable, chains, (coin.circulating or 0.0) * (coin.price or 0.0))
        return locked, traded, stable

    def _stablecoin_rows(self, minute: int) -> tuple[Stablecoin, ...]:
        """The largest first."""
        rows = [self.stablecoin(place, minute) for place in self.stablecoins if self._market.is_alive(place, minute)]
        return tuple(sorted(rows, key=lambda row: -(row.circulating or 0.0)))

    def stablecoin(self, place: int, minute: int) -> Stablecoin:
        market = self._market
        coin = market.coins[place]
        name, symbol = market.name_at(place, minute)
        supply = market.supply(place, minute)
        return Stablecoin(
            slug=coin.asset.slug,
            name=name,
            symbol=symbol,
            provenance=market.stamp(minute),
            asset_id=coin.asset.asset_id,
            peg_currency=coin.currency,
            mechanism=_MECHANISMS[0] if coin.origin == "real" else _MECHANISMS[(coin.key >> 4) % 3],
            circulating=supply,
            circulating_24h_ago=self._supply_of(place, minute - DAY_MINUTES),
            circulating_7d_ago=self._supply_of(place, minute - _WEEK),
            circulating_30d_ago=self._supply_of(place, minute - 30 * DAY_MINUTES),
            price=market.price(place, minute),
            by_chain={platform.name: supply * share for platform, share in self.stablecoins[place]},
        )

    def _supply_of(self, place: int, minute: int) -> float | None:
        market = self._market
        return market.supply(place, minute) if market.is_alive(place, minute) else None


def _add(sums: dict[str, float], chains: Sequence[tuple[Platform, float]], amount: float) -> None:
    for chain, share in chains:
        sums[chain.slug] = sums.get(chain.slug, 0.0) + amount * share
