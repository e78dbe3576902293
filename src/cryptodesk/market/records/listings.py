"""The latest numbers of one member of an asset class: a row of the lists that are ranked, screened and quoted.

Money is in `quote_currency`, changes and shares are percent points (0.03 is 0.03 %), supply is in coins. None means
that the source did not say; it is never a zero.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["CategoryListing", "CoinListing", "ExchangeListing", "NftListing", "TokenListing"]


class CoinListing(Struct, frozen=True, kw_only=True, gc=False):
    """A coin by its integer id. `rank` is by market cap, 1 the largest. `date_added` is when the source listed it."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    provenance: Provenance
    quote_currency: str = "USD"
    rank: int | None = None
    price: float | None = None
    volume_24h: float | None = None
    volume_change_24h: float | None = None
    cex_volume_24h: float | None = None
    dex_volume_24h: float | None = None
    market_cap: float | None = None
    market_cap_dominance: float | None = None
    fully_diluted_market_cap: float | None = None
    percent_change_1h: float | None = None
    percent_change_24h: float | None = None
    percent_change_7d: float | None = None
    percent_change_30d: float | None = None
    percent_change_60d: float | None = None
    percent_change_90d: float | None = None
    percent_change_1y: float | None = None
    circulating_supply: float | None = None
    total_supply: float | None = None
    max_supply: float | None = None
    infinite_supply: bool | None = None
    num_market_pairs: int | None = None
    tvl: float | None = None
    ath: float | None = None
    ath_time: datetime | None = None
    atl: float | None = None
    atl_time: datetime | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    date_added: datetime | None = None
    tags: tuple[str, ...] = ()
    platform: str | None = None
    token_address: str | None = None

    @property
    def key(self) -> str:
        return str(self.asset_id)


class TokenListing(Struct, frozen=True, kw_only=True, gc=False):
    """A token by its contract: `asset_id` is `<platform>:<address>`. `coin_asset_id` names the coin it is, where known.

    `push_count` and `max_gain_multiple` belong to the source's buy signal, where it gave one."""

    asset_id: str
    name: str
    symbol: str
    platform: str
    address: str
    provenance: Provenance
    quote_currency: str = "USD"
    price: float | None = None
    percent_change_1h: float | None = None
    percent_change_24h: float | None = None
    percent_change_7d: float | None = None
    volume_24h: float | None = None
    liquidity: float | None = None
    market_cap: float | None = None
    fdv: float | None = None
    holders: int | None = None
    buys_24h: int | None = None
    sells_24h: int | None = None
    unique_buyers_24h: int | None = None
    unique_sellers_24h: int | None = None
    top_holders_pct: float | None = None
    developer_pct: float | None = None
    security_level: str | None = None
    push_count: int | None = None
    max_gain_multiple: float | None = None
    first_priced_at: datetime | None = None
    coin_asset_id: int | None = None

    @property
    def key(self) -> str:
        return self.asset_id


class ExchangeListing(Struct, frozen=True, kw_only=True, gc=False):
    """An exchange by its integer id. `kind` is "central" or "decentral". Scores are the source's own."""

    asset_id: int
    name: str
    slug: str
    provenance: Provenance
    quote_currency: str = "USD"
    kind: str = "central"
    is_active: bool = True
    rank: int | None = None
    spot_volume_24h: float | None = None
    derivative_volume_24h: float | None = None
    open_interest: float | None = None
    percent_change_volume_24h: float | None = None
    percent_change_volume_7d: float | None = None
    percent_change_volume_30d: float | None = None
    effective_liquidity_24h: float | None = None
    liquidity_score: float | None = None
    exchange_score: float | None = None
    num_market_pairs: int | None = None
    num_coins: int | None = None
    reserves_usd: float | None = None

    @property
    def key(self) -> str:
        return str(self.asset_id)


class CategoryListing(Struct, frozen=True, kw_only=True, gc=False):
    """A category of coins by its text id. Changes are over 24 hours unless the name says otherwise; `top_coin_ids` are
    by market cap, the largest first."""

    asset_id: str
    name: str
    title: str
    provenance: Provenance
    slug: str | None = None
    description: str | None = None
    quote_currency: str = "USD"
    num_tokens: int | None = None
    market_cap: float | None = None
    market_cap_change: float | None = None
    market_cap_change_7d: float | None = None
    market_cap_change_30d: float | None = None
    market_cap_change_90d: float | None = None
    market_cap_change_1y: float | None = None
    volume: float | None = None
    volume_change: float | None = None
    avg_price_change: float | None = None
    top_coin_ids: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        return self.asset_id


class NftListing(Struct, frozen=True, kw_only=True, gc=False):
    """An NFT collection: `asset_id` is `<source>:<slug>`. `floor_price_native` is in `native_currency` (ETH, SOL)."""

    asset_id: str
    name: str
    slug: str
    provenance: Provenance
    quote_currency: str = "USD"
    platform: str | None = None
    address: str | None = None
    native_currency: str | None = None
    floor_price: float | None = None
    floor_price_native: float | None = None
    market_cap: float | None = None
    volume_24h: float | None = None
    percent_change_24h: float | None = None
    owners: int | None = None
    total_supply: int | None = None

    @property
    def key(self) -> str:
        return self.asset_id
