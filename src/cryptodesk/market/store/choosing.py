"""What of many records a query wants, and in which order a list of them stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from math import inf
from typing import Any, TypeVar

from cryptodesk.market.query import AssetId, Query, Record, entity_of
from cryptodesk.market.records import (
    CategoryListing,
    ChainTvl,
    CoinListing,
    DerivativesMarket,
    ExchangeListing,
    FundraisingRound,
    MacroEvent,
    NftListing,
    Profile,
    ProtocolTvl,
    Stablecoin,
    TokenListing,
    TrendingAsset,
)

__all__ = ["in_asked_order", "in_own_order", "matches"]

R = TypeVar("R", bound=Record)

_EVER = datetime.max.replace(tzinfo=UTC)


def _by_rank(field: str) -> Callable[[Any], tuple[Any, ...]]:
    def place(record: Any) -> tuple[Any, ...]:
        value = getattr(record, field)
        return (inf if record.rank is None else record.rank, inf if value is None else -value, record.key)

    return place


def _largest_first(*fields: str) -> Callable[[Any], tuple[Any, ...]]:
    def place(record: Any) -> tuple[Any, ...]:
        values = (getattr(record, field) for field in fields)
        return (*(inf if value is None else -value for value in values), record.key)

    return place


# Lists by rank or size, the largest first; raises the newest first, coming events the next first.
_ORDERS: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    CoinListing: _by_rank("market_cap"),
    ExchangeListing: _by_rank("spot_volume_24h"),
    TokenListing: _largest_first("volume_24h", "liquidity"),
    CategoryListing: _largest_first("market_cap"),
    NftListing: _largest_first("volume_24h", "market_cap"),
    DerivativesMarket: _largest_first("open_interest_usd", "volume_24h_usd"),
    ProtocolTvl: _largest_first("tvl_usd"),
    ChainTvl: _largest_first("tvl_usd"),
    Stablecoin: _largest_first("circulating"),
    TrendingAsset: lambda record: (record.list_name, record.position),
    FundraisingRound: lambda record: (_EVER - record.announced_at, record.key),
    MacroEvent: lambda record: (record.happens_at, record.key),
}

# Kinds that are of one moment themselves, beside the moment at which they were recorded.
_TIMES: dict[type[Any], str] = {FundraisingRound: "announced_at", MacroEvent: "happens_at"}


def matches(record: Record, query: Query[Any]) -> bool:
    """Whether the record is within the query's narrowings: chain, asset class, span of time."""
    if query.platform is not None and getattr(record, "platform", query.platform) != query.platform:
        return False
    if query.asset_class is not None and isinstance(record, Profile) and record.asset_class != query.asset_class:
        return False
    field = _TIMES.get(type(record))
    moment = None if field is None else getattr(record, field)
    if moment is None:
        return True
    return (query.start is None or query.start <= moment) and (query.end is None or moment < query.end)


def in_own_order(kind: type[R], records: Iterable[R]) -> list[R]:
    """As the kind's lists stand; kinds without an order of their own by key."""
    return sorted(records, key=_ORDERS.get(kind, _by_key))


def in_asked_order(ids: Sequence[AssetId], records: Iterable[R]) -> list[R]:
    """In the order of the ids, several of one id together; a record that nobody asked for is left out."""
    places = {str(asked): place for place, asked in reversed(list(enumerate(ids)))}

    def place(record: R) -> int | None:
        named = {str(entity_of(record)), str(getattr(record, "asset_id", ""))}
        return min((places[name] for name in named if name in places), default=None)

    found = [(at, record) for record in records if (at := place(record)) is not None]
    return [record for _, record in sorted(found, key=lambda item: item[0])]


def _by_key(record: Record) -> tuple[Any, ...]:
    return (len(record.key), record.key) if record.key.isdecimal() else (inf, record.key)
