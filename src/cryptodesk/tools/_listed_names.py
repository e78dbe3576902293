"""Names of exchanges, categories, NFT collections and onchain tokens, found in the lists that the feed gives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from operator import is_
from typing import Any, Literal

from cryptodesk.market.identity.names import Name, NameIndex, NameMatch
from cryptodesk.market.records import CategoryListing, ExchangeListing, NftListing, TokenListing

__all__ = ["LISTED_KINDS", "Listed", "ListedClass", "exact_names", "search_names"]

Listed = ExchangeListing | CategoryListing | NftListing | TokenListing
ListedClass = Literal["onchain_token", "exchange", "category", "nft"]

LISTED_KINDS: dict[ListedClass, type[Any]] = {
    "onchain_token": TokenListing,
    "exchange": ExchangeListing,
    "category": CategoryListing,
    "nft": NftListing,
}

_LISTS_KEPT = 8
# Naming a list of this many rows takes some two milliseconds; longer ones are read in a thread.
_MOST_INLINE = 200


async def search_names(records: Sequence[Listed], names: Sequence[str], limit: int) -> list[list[NameMatch[Listed]]]:
    """For each name what it may mean, likeliest first. The records have to be in their own order, the largest first."""

    def search() -> list[list[NameMatch[Listed]]]:
        index = _index(_Rows(tuple(records)))
        return [index.lookup(name, limit) for name in names]

    return search() if len(records) <= _MOST_INLINE else await asyncio.to_thread(search)


async def exact_names(records: Sequence[Listed], names: Sequence[str]) -> list[tuple[NameMatch[Listed], ...]]:
    """The same of what bears the very name."""

    def search() -> list[tuple[NameMatch[Listed], ...]]:
        index = _index(_Rows(tuple(records)))
        return [index.exact(name) for name in names]

    return search() if len(records) <= _MOST_INLINE else await asyncio.to_thread(search)


class _Rows:
    """A list by the identity of its rows: feeds hand out the same records until they change."""

    __slots__ = ("_hash", "records")

    def __init__(self, records: tuple[Listed, ...]) -> None:
        self.records = records
        ends = (id(records[0]), id(records[-1])) if records else ()
        self._hash = hash((len(records), ends))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Rows) or len(other.records) != len(self.records):
            return False
        return all(map(is_, other.records, self.records))


@lru_cache(maxsize=_LISTS_KEPT)
def _index(rows: _Rows) -> NameIndex[Listed]:
    places = {record.key: place for place, record in enumerate(rows.records, 1)}
    return NameIndex(rows.records, lambda record: _name(record, places[record.key]))


def _name(record: Listed, place: int) -> Name:
    source = (record.provenance.source,)
    if isinstance(record, ExchangeListing):
        return Name(
            id=record.asset_id,
            name=record.name,
            slug=record.slug,
            rank=record.rank,
            is_active=record.is_active,
            sources=source,
        )
    if isinstance(record, CategoryListing):
        aliases = (record.title,) if record.title != record.name else ()
        slug = record.slug or ""
        return Name(id=record.asset_id, name=record.name, slug=slug, aliases=aliases, rank=place, sources=source)
    if isinstance(record, NftListing):
        return Name(
            id=record.asset_id,
            name=record.name,
            slug=record.slug,
            rank=place,
            platform=record.platform,
            address=record.address,
            sources=source,
        )
    return Name(
        id=record.asset_id,
        name=record.name,
        symbol=record.symbol,
        rank=place,
        platform=record.platform,
        address=record.address,
        sources=source,
    )
