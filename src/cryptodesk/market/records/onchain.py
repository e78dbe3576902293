"""What a chain itself shows of a token: pools, holders, contract checks."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["Holders", "Pool", "SecurityItem", "TokenPools", "TokenSecurity"]


class Pool(Struct, frozen=True):
    """A pool that trades the token. Money is in US dollars; `pair` reads "WETH/USDC"."""

    address: str
    exchange: str
    pair: str
    price_usd: float | None = None
    liquidity_usd: float | None = None
    volume_24h_usd: float | None = None
    created_at: datetime | None = None


class TokenPools(Struct, frozen=True, kw_only=True):
    """A token's pools, the deepest first. `asset_id` is `<platform>:<address>`."""

    asset_id: str
    provenance: Provenance
    pools: tuple[Pool, ...] = ()

    @property
    def key(self) -> str:
        return self.asset_id


class SecurityItem(Struct, frozen=True):
    """One check of a contract. `is_hit` tells that the risk was found."""

    code: str
    is_hit: bool
    risk_level: str | None = None
    description: str | None = None


class TokenSecurity(Struct, frozen=True, kw_only=True):
    """A vendor's checks of a token contract; not a guarantee. Taxes are in percent.

    `statuses` holds the vendor's words by subject: honeypot, mintable, freezable, rug_pull, fake_token,
    unverified_contract."""

    asset_id: str
    provenance: Provenance
    level: str | None = None
    buy_tax_pct: float | None = None
    sell_tax_pct: float | None = None
    is_verified: bool | None = None
    is_reported: bool | None = None
    is_flagged_by_vendor: bool | None = None
    vendor: str | None = None
    items: tuple[SecurityItem, ...] = ()
    statuses: dict[str, str] = {}

    @property
    def key(self) -> str:
        return self.asset_id


class Holders(Struct, frozen=True, kw_only=True):
    """Who holds an asset: `asset_id` of a coin or a token, as text. Shares are percent of addresses or of supply.

    `by_value` counts addresses holding usd_0_to_1k, usd_1k_to_100k, usd_100k_plus; `by_time` those of traders (under a
    month), cruisers (one to twelve) and holders (longer). Whales hold more than 1 % of the supply each."""

    asset_id: str
    provenance: Provenance
    holders: int | None = None
    whales_pct: float | None = None
    others_pct: float | None = None
    by_value: dict[str, int] = {}
    by_time: dict[str, int] = {}

    @property
    def key(self) -> str:
        return self.asset_id
