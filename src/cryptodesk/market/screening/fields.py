"""What can be screened by, for each kind of asset: the field's name, its unit and the values it can have."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["CHANGE_FIELDS", "DEFAULT_SORT", "FIELDS", "AssetType", "Field", "Kind", "Subject", "Unit"]

AssetType = Literal["coin", "onchain_token", "exchange", "category"]
Kind = Literal["number", "date", "text", "tags"]
Unit = Literal["usd", "percent", "ratio", "count", "coins", "days", "rank", "score", ""]
Subject = Literal["price", "volume", "market_cap"]


class Field(Struct, frozen=True):
    """`lowest` and `highest` bound what a value can be: a filter beyond them can only be a mistake.

    `is_minimum_meant` tells that a bare amount beside the name means "at least" ("1m volume")."""

    name: str
    kind: Kind = "number"
    unit: Unit = ""
    lowest: float = 0.0
    highest: float = float("inf")
    is_minimum_meant: bool = False


def _usd(name: str, *, is_minimum_meant: bool = False) -> Field:
    return Field(name, "number", "usd", 0, 1e21, is_minimum_meant)


def _change(name: str) -> Field:
    return Field(name, "number", "percent", -100, 1e9)


def _count(name: str) -> Field:
    return Field(name, "number", "count", 0, 1e12, True)


def _coins(name: str) -> Field:
    return Field(name, "number", "coins", 0, 1e33)


def _ratio(name: str, highest: float = 1e6) -> Field:
    return Field(name, "number", "ratio", 0, highest)


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


_RANK = Field("rank", "number", "rank", 1, 1e6)
_AGE = Field("age_days", "number", "days", 0, 36_500)

_COIN = (
    _usd("price"),
    _usd("market_cap"),
    _usd("fully_diluted_market_cap"),
    _usd("volume_24h", is_minimum_meant=True),
    _change("volume_change_24h"),
    *(_change(f"percent_change_{window}") for window in ("1h", "24h", "7d", "30d", "60d", "90d")),
    Field("market_cap_dominance", "number", "percent", 0, 100),
    _RANK,
    Field("date_added", "date"),
    _AGE,
    _coins("circulating_supply"),
    _coins("max_supply"),
    _ratio("supply_ratio", 1),
    _usd("tvl", is_minimum_meant=True),
    _ratio("tvl_ratio", 1e9),
    _count("num_market_pairs"),
    Field("tag", "tags"),
    *_text("platform"),
    _ratio("turnover"),
    *_text("name", "symbol"),
)
_ONCHAIN = (
    _usd("price"),
    *(_change(f"percent_change_{window}") for window in ("1h", "24h", "7d")),
    _usd("volume_24h", is_minimum_meant=True),
    _usd("buy_volume_24h", is_minimum_meant=True),
    _usd("sell_volume_24h", is_minimum_meant=True),
    _usd("liquidity", is_minimum_meant=True),
    _usd("market_cap"),
    _usd("fdv"),
    _coins("total_supply"),
    *(_count(name) for name in ("holders", "buys_24h", "sells_24h", "unique_buyers_24h", "unique_sellers_24h")),
    _ratio("bonding_curve_ratio", 1),
    _ratio("top_holder_rate", 1),
    _ratio("dev_holder_rate", 1),
    _AGE,
    _ratio("turnover"),
    *_text("platform", "name", "symbol"),
)
_EXCHANGE = (
    _usd("spot_volume_24h", is_minimum_meant=True),
    _usd("derivative_volume_24h", is_minimum_meant=True),
    _usd("open_interest", is_minimum_meant=True),
    *(_change(f"percent_change_volume_{window}") for window in ("24h", "7d", "30d")),
    _usd("effective_liquidity_24h", is_minimum_meant=True),
    Field("liquidity_score", "number", "score", 0, 1_000, True),
    Field("exchange_score", "number", "score", 0, 10, True),
    _RANK,
    _count("num_market_pairs"),
    _count("num_coins"),
    _usd("reserves_usd", is_minimum_meant=True),
    *_text("name"),
)
_CATEGORY = (
    _usd("market_cap"),
    _change("market_cap_change"),
    _usd("volume", is_minimum_meant=True),
    _change("volume_change"),
    _change("avg_price_change"),
    _count("num_tokens"),
    *_text("name"),
)

FIELDS: dict[AssetType, dict[str, Field]] = {
    "coin": {field.name: field for field in _COIN},
    "onchain_token": {field.name: field for field in _ONCHAIN},
    "exchange": {field.name: field for field in _EXCHANGE},
    "category": {field.name: field for field in _CATEGORY},
}

# Where the change of something over so many hours is found. The first subject of a type is the one meant by "up 5 %".
CHANGE_FIELDS: dict[AssetType, dict[Subject, dict[float, str]]] = {
    "coin": {
        "price": {
            1: "percent_change_1h",
            24: "percent_change_24h",
            168: "percent_change_7d",
            720: "percent_change_30d",
            1440: "percent_change_60d",
            2160: "percent_change_90d",
        },
        "volume": {24: "volume_change_24h"},
    },
    "onchain_token": {"price": {1: "percent_change_1h", 24: "percent_change_24h", 168: "percent_change_7d"}},
    "exchange": {
        "volume": {24: "percent_change_volume_24h", 168: "percent_change_volume_7d", 720: "percent_change_volume_30d"}
    },
    "category": {
        "price": {24: "avg_price_change"},
        "market_cap": {24: "market_cap_change"},
        "volume": {24: "volume_change"},
    },
}

# What "largest" means; the order of results where none was asked for.
DEFAULT_SORT: dict[AssetType, str] = {
    "coin": "market_cap",
    "onchain_token": "market_cap",
    "exchange": "spot_volume_24h",
    "category": "market_cap",
}
