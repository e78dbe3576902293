"""Figures of the whole market, of chains, protocols and networks."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = [
    "AltcoinSeason",
    "ChainTvl",
    "EtfAssets",
    "FearGreed",
    "GasPrice",
    "GlobalMetrics",
    "IndexValue",
    "ProtocolTvl",
    "Stablecoin",
    "TrendingAsset",
]


class GlobalMetrics(Struct, frozen=True, kw_only=True):
    """The whole market, in `quote_currency`; dominances in percent. `*_yesterday` are of 24 hours before."""

    ENTITY: ClassVar[str] = "quote_currency"

    provenance: Provenance
    quote_currency: str = "USD"
    total_market_cap: float | None = None
    total_market_cap_yesterday: float | None = None
    total_volume_24h: float | None = None
    total_volume_24h_yesterday: float | None = None
    altcoin_market_cap: float | None = None
    btc_dominance: float | None = None
    btc_dominance_yesterday: float | None = None
    eth_dominance: float | None = None
    eth_dominance_yesterday: float | None = None
    defi_volume_24h: float | None = None
    defi_market_cap: float | None = None
    stablecoin_volume_24h: float | None = None
    stablecoin_market_cap: float | None = None
    derivatives_volume_24h: float | None = None
    active_cryptocurrencies: int | None = None
    active_exchanges: int | None = None
    active_market_pairs: int | None = None

    @property
    def key(self) -> str:
        return self.quote_currency


class FearGreed(Struct, frozen=True, kw_only=True):
    """0 is extreme fear, 100 extreme greed. `scope` is "market", or "bitcoin" where the source sees Bitcoin alone."""

    ENTITY: ClassVar[str] = "scope"

    index: int
    label: str
    provenance: Provenance
    scope: str = "market"

    @property
    def key(self) -> str:
        return self.scope


class AltcoinSeason(Struct, frozen=True, kw_only=True):
    """Share of large altcoins that beat Bitcoin over `window_days`, 0..100. Above 75 is an altcoin season, below 25 a
    Bitcoin season."""

    ENTITY: ClassVar[str] = "window_days"

    index: int
    provenance: Provenance
    window_days: int = 90

    @property
    def key(self) -> str:
        return str(self.window_days)


class EtfAssets(Struct, frozen=True, kw_only=True):
    """What exchange-traded funds of one coin hold, in US dollars; `net_flow_usd` is of the last trading day."""

    asset_id: int
    provenance: Provenance
    assets_usd: float | None = None
    net_flow_usd: float | None = None
    holdings_coins: float | None = None

    @property
    def key(self) -> str:
        return str(self.asset_id)


class GasPrice(Struct, frozen=True, kw_only=True):
    """What a unit of gas costs on a network, in gwei: base fee, and totals (base fee + tip) for three speeds."""

    ENTITY: ClassVar[str] = "network"

    network: str
    provenance: Provenance
    base_fee_gwei: float | None = None
    slow_gwei: float | None = None
    standard_gwei: float | None = None
    fast_gwei: float | None = None
    block_number: int | None = None

    @property
    def key(self) -> str:
        return self.network


class IndexValue(Struct, frozen=True, kw_only=True):
    """A market index such as "cmc100"; the change in percent."""

    ENTITY: ClassVar[str] = "name"

    name: str
    provenance: Provenance
    value: float | None = None
    percent_change_24h: float | None = None

    @property
    def key(self) -> str:
        return self.name


class ProtocolTvl(Struct, frozen=True, kw_only=True):
    """Value locked in a protocol, in US dollars; changes in percent. `by_chain` maps a chain's name to its part."""

    ENTITY: ClassVar[str] = "slug"

    slug: str
    name: str
    provenance: Provenance
    asset_id: int | None = None
    category: str | None = None
    tvl_usd: float | None = None
    change_1d_pct: float | None = None
    change_7d_pct: float | None = None
    fees_24h_usd: float | None = None
    revenue_24h_usd: float | None = None
    dex_volume_24h_usd: float | None = None
    by_chain: dict[str, float] = {}

    @property
    def key(self) -> str:
        return self.slug


class ChainTvl(Struct, frozen=True, kw_only=True):
    """Value locked on a chain, in US dollars. `asset_id` is the chain's native coin, where known."""

    ENTITY: ClassVar[str] = "slug"

    slug: str
    name: str
    provenance: Provenance
    asset_id: int | None = None
    tvl_usd: float | None = None
    stablecoins_usd: float | None = None
    dex_volume_24h_usd: float | None = None

    @property
    def key(self) -> str:
        return self.slug


class Stablecoin(Struct, frozen=True, kw_only=True):
    """A coin that aims at a peg. `circulating` is in units of the peg currency; `price` in US dollars."""

    ENTITY: ClassVar[str] = "slug"

    slug: str
    name: str
    symbol: str
    provenance: Provenance
    asset_id: int | None = None
    peg_currency: str | None = None
    mechanism: str | None = None
    circulating: float | None = None
    circulating_24h_ago: float | None = None
    circulating_7d_ago: float | None = None
    circulating_30d_ago: float | None = None
    price: float | None = None
    by_chain: dict[str, float] = {}

    @property
    def key(self) -> str:
        return self.slug


class TrendingAsset(Struct, frozen=True, kw_only=True):
    """A place in somebody's list: "trending", "most_visited", "community_trending". `position` 1 is the first."""

    ENTITY: ClassVar[str] = "list_name"

    list_name: str
    position: int
    name: str
    symbol: str
    provenance: Provenance
    asset_id: int | None = None
    listed_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.list_name}:{self.position}"
