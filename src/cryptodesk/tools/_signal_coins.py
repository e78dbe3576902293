"""Lists of coins: places that others give, and gainers, losers and newcomers drawn from the list of all."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf
from typing import Any

from msgspec import UNSET, structs

from cryptodesk.market.query import Found
from cryptodesk.market.records import CoinListing, TrendingAsset
from cryptodesk.market.screening import canonical_tag
from cryptodesk.tools._envelope import Gap, encode_time, failed_sources
from cryptodesk.tools._screener_category import find_category, members_of
from cryptodesk.tools._signal_request import (
    Floor,
    Passed,
    SignalList,
    SignalListArguments,
    above,
    explicit_floors,
    is_on,
    said,
)
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["newcomers", "others_list", "price_movers"]

_HIGHEST_RANK = 1_000
_USUAL_VOLUME = 100_000.0
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


async def others_list(arguments: SignalListArguments, context: ToolContext) -> SignalList:
    """What trends, is visited or talked about, by the places its source gives, with figures of our own sources."""
    name = arguments.list_name
    found = await context.find(TrendingAsset, (name,))
    places = sorted((row for row in found.records if row.list_name == name), key=lambda row: row.position)
    gaps = failed_sources(("items", found))
    if not places:
        gaps.insert(0, Gap("items", f"no source of the list {name!r} is at hand"))
    ids = [row.asset_id for row in places if row.asset_id is not None]
    figures: Found[CoinListing] = await context.find(CoinListing, ids) if ids else Found()
    gaps += failed_sources(("price", figures))
    coins, notes, more = await _chosen(figures.records, arguments, context)
    by_id = {coin.asset_id: coin for coin in coins}
    narrowings = (arguments.category_id, arguments.platform, arguments.min_market_cap, arguments.min_volume_24h)
    is_narrowed = any(one is not UNSET for one in narrowings)
    shown = [row for row in places if not is_narrowed or row.asset_id in by_id][: arguments.limit]
    items = [_item(row.position, row, by_id.get(row.asset_id or 0), arguments) for row in shown]
    sources = ", ".join(sorted({row.provenance.source for row in places})) or "its source"
    return SignalList(
        items=items,
        rule=f"places as given by {sources}, over a period of its own; percent_change is over {arguments.time_period}",
        time_period=arguments.time_period,
        considered=len(places),
        records=(*shown, *(by_id[row.asset_id] for row in shown if row.asset_id in by_id)),
        notes=notes,
        gaps=(*gaps, *more),
    )


async def price_movers(arguments: SignalListArguments, context: ToolContext) -> SignalList:
    """Coins that rose or fell most, among the larger ones that are traded."""
    coins, notes, gaps = await _everyone(arguments, context)
    is_gain = arguments.list_name == "top_gainers"
    field = f"percent_change_{arguments.time_period}"
    floors = _with_usual(explicit_floors(arguments, "market_cap", "volume_24h"), Floor("volume_24h", _USUAL_VOLUME))

    def derive() -> tuple[list[CoinListing], Passed, bool]:
        ranked = [coin for coin in coins if coin.rank is not None]
        large = [coin for coin in ranked if (coin.rank or 0) <= _HIGHEST_RANK]
        passed = above(large if ranked else coins, floors)
        kept = [coin for coin in passed.records if not _is_left_out(coin, is_gain=is_gain)]
        moved = [coin for coin in kept if (change := getattr(coin, field)) and (change > 0) == is_gain]
        pick = heapq.nlargest if is_gain else heapq.nsmallest
        chosen = pick(arguments.limit, moved, key=lambda coin: getattr(coin, field))
        return chosen, structs.replace(passed, records=kept), bool(ranked)

    chosen, passed, is_ranked = await asyncio.to_thread(derive)
    if coins and not is_ranked:
        gaps = (*gaps, Gap("rank", "not known of any coin at hand: all of them were considered"))
    without = "stablecoins and wrapped coins" if is_gain else "wrapped coins"
    rule = (
        f"coins{f' of rank 1 to {_HIGHEST_RANK:,}' if is_ranked else ''}{said(passed.applied)}, the "
        f"{'highest' if is_gain else 'lowest'} {field} first; left out: {without}, where their tags say so"
    )
    return _derived(arguments, chosen, rule, (len(passed.records), notes, (*gaps, *passed.gaps)))


async def newcomers(arguments: SignalListArguments, context: ToolContext) -> SignalList:
    """Coins by the day on which their source added them, the latest first."""
    coins, notes, gaps = await _everyone(arguments, context)
    floors = explicit_floors(arguments, "market_cap", "volume_24h")

    def derive() -> tuple[list[CoinListing], Passed, bool]:
        dated = [coin for coin in coins if coin.date_added is not None and coin.date_added <= context.now]
        passed = above(dated, floors)
        return heapq.nlargest(arguments.limit, passed.records, key=_newest_and_largest), passed, bool(dated)

    chosen, passed, is_dated = await asyncio.to_thread(derive)
    if coins and not is_dated:
        gaps = (*gaps, Gap("date_added", "not known of any coin at hand"))
    rule = (
        f"coins{said(passed.applied)} by date_added, the latest first; percent_change is over {arguments.time_period}"
    )
    return _derived(arguments, chosen, rule, (len(passed.records), notes, (*gaps, *passed.gaps)))


def _newest_and_largest(coin: CoinListing) -> tuple[datetime, float]:
    return coin.date_added or _LONG_AGO, -(coin.rank or inf)


async def _everyone(
    arguments: SignalListArguments, context: ToolContext
) -> tuple[Sequence[CoinListing], tuple[str, ...], tuple[Gap, ...]]:
    found = await context.find(CoinListing)
    gaps = failed_sources(("items", found))
    if not found.records:
        return (), (), (Gap("items", "no list of coins is at hand"), *gaps)
    coins, notes, more = await _chosen(found.records, arguments, context)
    return coins, notes, (*gaps, *more)


async def _chosen(
    coins: Sequence[CoinListing], arguments: SignalListArguments, context: ToolContext
) -> tuple[Sequence[CoinListing], tuple[str, ...], tuple[Gap, ...]]:
    """The coins within category and chain; the thresholds of the call too, where others gave the list."""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    if arguments.min_liquidity is not UNSET:
        gaps = (Gap("min_liquidity", "the depth of a coin's pools is not listed: use an onchain list for it"),)
    if arguments.category_id is not UNSET:
        category = await find_category(arguments.category_id, context)
        members = await asyncio.to_thread(members_of, category, coins)
        coins, notes, gaps = members.coins, (members.note,), (*gaps, *category.gaps)
    if arguments.platform is not UNSET:
        coins = [coin for coin in coins if is_on(coin.platform, arguments)]
    if arguments.list_name in {"trending", "most_visited", "community_trending"}:
        passed = above(coins, explicit_floors(arguments, "market_cap", "volume_24h"))
        coins, gaps = passed.records, (*gaps, *passed.gaps)
    return coins, notes, gaps


def _with_usual(floors: Sequence[Floor], usual: Floor) -> list[Floor]:
    return list(floors) if usual.field in {floor.field for floor in floors} else [*floors, usual]


def _is_left_out(coin: CoinListing, *, is_gain: bool) -> bool:
    """Whether the coin only follows another price. A stablecoin that falls has lost its peg, which is news."""
    tags = set(map(canonical_tag, coin.tags))
    return "wrapped" in tags or (is_gain and any(tag.endswith("stablecoin") for tag in tags))


def _derived(
    arguments: SignalListArguments,
    chosen: Sequence[CoinListing],
    rule: str,
    rest: tuple[int, tuple[str, ...], tuple[Gap, ...]],
) -> SignalList:
    considered, notes, gaps = rest
    return SignalList(
        items=[_item(place, coin, coin, arguments) for place, coin in enumerate(chosen, 1)],
        rule=rule,
        time_period=arguments.time_period,
        considered=considered,
        records=tuple(chosen),
        notes=notes,
        gaps=gaps,
    )


def _item(
    position: int, named: TrendingAsset | CoinListing, coin: CoinListing | None, arguments: SignalListArguments
) -> dict[str, Any]:
    def read(field: str) -> Any:
        return None if coin is None else getattr(coin, field)

    item = {
        "position": position,
        "asset_id": named.asset_id,
        "name": clean(named.name, NAME_LIMIT),
        "symbol": clean(named.symbol, SYMBOL_LIMIT),
        "price": read("price"),
        "percent_change": read(f"percent_change_{arguments.time_period}"),
        "market_cap": read("market_cap"),
        "volume_24h": read("volume_24h"),
        "rank": read("rank"),
    }
    if arguments.list_name == "recently_added" and coin is not None and coin.date_added is not None:
        item["date_added"] = encode_time(coin.date_added)
    return item
