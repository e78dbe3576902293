"""Categories and trading venues of CoinGecko's record, gathered from its coins."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import structs

from cryptodesk.market.identity.text import plain
from cryptodesk.market.intake.coingecko_form import CoinEntry, Ticker
from cryptodesk.market.records import CategoryListing, ExchangeListing, Profile, Provenance

__all__ = ["list_categories", "list_venues", "venue_id"]

# Exchanges without a checked id live in the desk's own space, as coins do.
_OWN_SPACE = 1_000_000_000
_OWN_IDS = 900_000_000
_MOST_TOP_COINS = 10
_LONG_NAME = 20
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def list_categories(
    entries: Sequence[CoinEntry], ids: Mapping[str, int], origin: Provenance
) -> tuple[CategoryListing, ...]:
    """The categories the coins bear, with sums over these coins alone; `ids` are the desk's by CoinGecko's."""
    members: dict[str, list[CoinEntry]] = defaultdict(list)
    for entry in entries:
        for name in dict.fromkeys(plain(name, 80) for name in entry.metadata.categories if name):
            members[name].append(entry)
    note = f"{origin.note}; summed over the {len(entries):,} coins of the record"
    summed = structs.replace(origin, note=note)
    return tuple(_category(name, held, ids, summed) for name, held in members.items() if _slugify(name))


def _category(name: str, members: list[CoinEntry], ids: Mapping[str, int], origin: Provenance) -> CategoryListing:
    by_size = sorted(members, key=lambda entry: -(entry.market_cap.market_cap or 0.0))
    changes = [change for entry in members if (change := entry.market_cap.price_change_percentage_24h) is not None]
    return CategoryListing(
        asset_id=_slugify(name),
        name=name,
        title=name,
        slug=_slugify(name),
        provenance=origin,
        num_tokens=len(members),
        market_cap=_total([entry.market_cap.market_cap for entry in members]),
        volume=_total([entry.market_cap.total_volume for entry in members]),
        avg_price_change=sum(changes) / len(changes) if changes else None,
        top_coin_ids=tuple(ids[entry.id.id] for entry in by_size if entry.id.id in ids)[:_MOST_TOP_COINS],
    )


def list_venues(
    entries: Sequence[CoinEntry], origin: Provenance
) -> tuple[tuple[ExchangeListing, ...], tuple[Profile, ...]]:
    """The venues on which the coins trade, and a profile of each. Volume is a lower bound: the record holds at most a
    hundred markets of a coin; markets that it marks as stale or odd are left out of it."""
    markets: dict[str, list[tuple[str, Ticker]]] = defaultdict(list)
    for entry in entries:
        for ticker in entry.metadata.tickers:
            markets[ticker.market.identifier].append((entry.id.id, ticker))
    note = f"{origin.note}; summed over its markets, of which it holds at most a hundred a coin"
    summed = structs.replace(origin, note=note)
    taken: set[int] = set()
    listings = tuple(_venue(name, held, summed, taken) for name, held in sorted(markets.items()))
    ranked = sorted(listings, key=lambda venue: -(venue.spot_volume_24h or 0.0))
    return tuple(ranked), tuple(_venue_profile(venue, origin) for venue in ranked)


def venue_id(identifier: str, taken: set[int]) -> int:
    """An id of the desk's own space, the same for the same name unless two of them fall together."""
    number = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:8], "big") % _OWN_IDS + _OWN_SPACE
    while number in taken:
        number += 1
    taken.add(number)
    return number


def _venue(identifier: str, markets: list[tuple[str, Ticker]], origin: Provenance, taken: set[int]) -> ExchangeListing:
    sound = [ticker for _, ticker in markets if not ticker.is_stale and not ticker.is_anomaly]
    onchain = sum(_is_contract(ticker.base) or _is_contract(ticker.target) for _, ticker in markets)
    return ExchangeListing(
        asset_id=venue_id(identifier, taken),
        name=plain(markets[0][1].market.name, 100),
        slug=plain(identifier, 100),
        provenance=origin,
        kind="decentral" if 2 * onchain > len(markets) else "central",
        spot_volume_24h=_total([ticker.converted_volume.get("usd") for ticker in sound]),
        num_market_pairs=len({(ticker.base, ticker.target) for _, ticker in markets}),
        num_coins=len({coin for coin, _ in markets}),
    )


def _venue_profile(venue: ExchangeListing, origin: Provenance) -> Profile:
    return Profile(
        asset_class="exchange",
        asset_id=str(venue.asset_id),
        name=venue.name,
        slug=venue.slug,
        provenance=origin,
        spot_volume_usd=venue.spot_volume_24h,
    )


def _is_contract(name: str) -> bool:
    # Venues on a chain name what they trade by its address, exchanges by its ticker.
    return len(name) > _LONG_NAME


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _slugify(name: str) -> str:
    return _NOT_SLUG.sub("-", name.casefold()).strip("-")
