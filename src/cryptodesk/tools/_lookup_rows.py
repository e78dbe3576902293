"""What `cmc_id_lookup` answers with: one row a candidate, by asset class."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.tools._envelope import Gap, Origin

__all__ = ["CategoryRow", "CoinRow", "ExchangeRow", "Found", "LookupRow", "NftRow", "TokenRow"]


class CoinRow(Struct, frozen=True, kw_only=True):
    """One coin that `query` may mean. `rivals` are ids of coins that match in the same way; `confidence` is 0..1.

    `is_close_call` is given where the choice must be named or asked back; `reasons` where they say more than `match`;
    `warning` names what the coin may be mistaken for, or what became of its name."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    rank: int | None
    market_cap: float | None
    asset_type: Literal["coin"] = "coin"
    is_active: bool
    platform: str | None
    token_address: str | None
    match: str
    confidence: float
    query: str
    rivals: list[int] | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    is_close_call: bool | UnsetType = UNSET
    warning: str | UnsetType = UNSET


class TokenRow(Struct, frozen=True, kw_only=True):
    """A token by its contract. `coin_asset_id` is the coin it is, where that is known."""

    asset_id: str
    name: str
    symbol: str
    platform: str
    address: str
    price: float | None
    market_cap: float | None
    liquidity: float | None
    coin_asset_id: int | None
    match: str
    confidence: float
    query: str
    rivals: list[int | str] | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    is_close_call: bool | UnsetType = UNSET
    warning: str | UnsetType = UNSET


class ExchangeRow(Struct, frozen=True, kw_only=True):
    asset_id: int
    name: str
    slug: str
    is_active: bool
    rank: int | None
    match: str
    confidence: float
    query: str
    rivals: list[int | str] | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    is_close_call: bool | UnsetType = UNSET
    warning: str | UnsetType = UNSET


class CategoryRow(Struct, frozen=True, kw_only=True):
    asset_id: str
    name: str
    title: str
    num_tokens: int | None
    market_cap: float | None
    match: str
    confidence: float
    query: str
    rivals: list[int | str] | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    is_close_call: bool | UnsetType = UNSET
    warning: str | UnsetType = UNSET


class NftRow(Struct, frozen=True, kw_only=True):
    asset_id: str
    name: str
    platform: str | None
    address: str | None
    floor_price: float | None
    market_cap: float | None
    match: str
    confidence: float
    query: str
    rivals: list[int | str] | UnsetType = UNSET
    reasons: list[str] | UnsetType = UNSET
    is_close_call: bool | UnsetType = UNSET
    warning: str | UnsetType = UNSET


LookupRow = CoinRow | TokenRow | ExchangeRow | CategoryRow | NftRow


class Found(Struct, frozen=True):
    """Rows of one class, where their values are from, and what is missing; `sources` vouch for the identities."""

    rows: list[LookupRow]
    origins: list[tuple[int | str, Origin]] = []
    gaps: list[Gap] = []
    sources: tuple[str, ...] = ()
