"""Coins for `cmc_id_lookup`: candidates from the directory, ranks and sizes from the market data."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import UNSET, Struct

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.records import Asset, AssetMatch, CoinListing, Figure, Provenance
from cryptodesk.tools._assets import asset_of_listing, numeric_id
from cryptodesk.tools._envelope import Gap, Origin, failed_sources, origin_of
from cryptodesk.tools._lookup_rows import CoinRow, Found
from cryptodesk.tools._market_candles import Currency, load_priced
from cryptodesk.tools._market_currency import PricedSeries
from cryptodesk.tools._market_figures import merge_figures
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["find_coins"]

_MOST_RIVALS = 5
_MOST_SINGLE_GAPS = 3
_QUERY_LIMIT = 200
_WARNING_LIMIT = 240
_REASONS = {
    "rank": "no dated ranking holds this asset",
    "market_cap": "no price and supply of this asset are at hand",
}

_Matches = dict[str, list[AssetMatch]]


class _Size(Struct, frozen=True):
    rank: int | None
    market_cap: Figure | None
    rank_origin: Provenance | None = None


async def find_coins(names: Sequence[str], limit: int, context: ToolContext) -> Found:
    """Rows best first, name by name. With the run's `as_of` only what existed then, under the names of that time."""
    directory, moment = context.services.assets, context.run.as_of

    def search() -> _Matches:
        return {name: directory.lookup(name, limit, moment) for name in names}

    # A misspelt name among many thousands takes milliseconds, which would hold up everybody else.
    matches = await asyncio.to_thread(search)
    strangers = [one for name in names if not matches[name] and (one := numeric_id(name)) is not None]
    assets = list({match.asset.asset_id: match.asset for found in matches.values() for match in found}.values())
    ids = [*(asset.asset_id for asset in assets), *strangers]
    listed = await context.find(CoinListing, ids) if ids else None
    listings = {listing.asset_id: listing for listing in listed.records} if listed else {}
    for name in names:
        if not matches[name] and (listing := listings.get(numeric_id(name) or 0)) is not None:
            matches[name] = [_stranger(listing)]
            assets.append(matches[name][0].asset)
    sizes = await _sizes(assets, listings, context)
    rows = [
        _row(match, name, sizes[match.asset.asset_id], is_first=place == 0)
        for name, found in matches.items()
        for place, match in enumerate(found)
    ]
    gaps = [Gap("query", f"no match for {clean(name)!r}") for name, found in matches.items() if not found]
    gaps += [*_missing(rows), *(failed_sources(("market_cap", listed), ids=ids) if listed else ())]
    sources = tuple(dict.fromkeys(source for asset in assets for source in asset.sources))
    return Found(list(rows), _origins(sizes), gaps, sources)


def _stranger(listing: CoinListing) -> AssetMatch:
    """An id that only the market data knows."""
    asset = asset_of_listing(listing)
    return AssetMatch(asset, "exact_id", 1.0, confidence=0.9, reasons=("known to the market data alone",))


async def _sizes(
    assets: Sequence[Asset], listings: Mapping[int, CoinListing], context: ToolContext
) -> dict[int, _Size]:
    # Only where a rule gives the supply do candles tell what a coin is worth.
    ruled = [asset.asset_id for asset in assets if _needs_days(asset, listings.get(asset.asset_id), context)]
    days = await load_priced(ruled, "1d", Currency("USD"), context)
    return {
        asset.asset_id: _size(asset, listings.get(asset.asset_id), days.by_id.get(str(asset.asset_id)), context)
        for asset in assets
    }


def _needs_days(asset: Asset, listing: CoinListing | None, context: ToolContext) -> bool:
    if listing is not None and listing.market_cap is not None and listing.provenance.mode in {"live", "simulated"}:
        return False
    return compute_supply_figure(asset.asset_id, context.now) is not None


def _size(asset: Asset, listing: CoinListing | None, priced: PricedSeries | None, context: ToolContext) -> _Size:
    known = merge_figures(asset, listing, priced, with_extremes=False).figures
    cap, rank = known.get("market_cap"), known.get("rank")
    if rank is not None:
        return _Size(int(rank.value), cap, rank.provenance)
    # A rank without a date of its own is as old as the check of the identity.
    checked, moment = asset.verified_at, context.run.as_of
    is_known = moment is None or (checked is not None and checked <= moment.date())
    return _Size(asset.rank if is_known else None, cap)


def _row(match: AssetMatch, query: str, size: _Size, *, is_first: bool) -> CoinRow:
    asset = match.asset
    says_more = is_first or (match.is_close_call and match.match.startswith("exact"))
    return CoinRow(
        asset_id=asset.asset_id,
        name=clean(asset.name, NAME_LIMIT),
        symbol=clean(asset.symbol, SYMBOL_LIMIT),
        slug=clean(asset.slug, NAME_LIMIT),
        rank=size.rank,
        market_cap=None if size.market_cap is None else size.market_cap.value,
        is_active=asset.is_active,
        platform=asset.platform,
        token_address=asset.token_address,
        match=match.match,
        confidence=match.confidence,
        query=clean(query, _QUERY_LIMIT),
        rivals=list(match.rivals[:_MOST_RIVALS]) or UNSET,
        reasons=list(match.reasons) if says_more and match.reasons else UNSET,
        is_close_call=True if match.is_close_call and is_first else UNSET,
        warning=clean(match.warning, _WARNING_LIMIT) if match.warning else UNSET,
    )


def _origins(sizes: Mapping[int, _Size]) -> list[tuple[int | str, Origin]]:
    pairs: list[tuple[int | str, Origin]] = []
    for asset_id, size in sizes.items():
        if size.market_cap is not None:
            origin = size.market_cap.provenance
            pairs.append((asset_id, origin_of(["market_cap"], origin, origin.note)))
        if size.rank_origin is not None:
            pairs.append((asset_id, origin_of(["rank"], size.rank_origin, size.rank_origin.note)))
    return pairs


def _missing(rows: Sequence[CoinRow]) -> list[Gap]:
    gaps: list[Gap] = []
    for field, reason in _REASONS.items():
        ids = list(dict.fromkeys(row.asset_id for row in rows if getattr(row, field) is None))
        if ids and len(ids) == len({row.asset_id for row in rows}):
            gaps.append(Gap(field, reason))
        elif len(ids) > _MOST_SINGLE_GAPS:
            gaps.append(Gap(field, f"{reason}, where it is null"))
        else:
            gaps.extend(Gap(field, reason, asset_id) for asset_id in ids)
    return gaps
