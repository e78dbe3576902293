"""Coins for `cmc_market_data`: what is asked of the feed, and one row a coin of what it answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct, structs

from cryptodesk.market.query import Found, Record, entity_of
from cryptodesk.market.records import CoinListing, DerivativesMarket, Holders, Liquidations
from cryptodesk.tools._assets import ResolvedAsset, resolve_coins, unresolved_gaps
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._market_candles import Currency, PricedCandles, currency_of, load_priced
from cryptodesk.tools._market_currency import PricedSeries, is_dollar
from cryptodesk.tools._market_derivatives import derivative_values
from cryptodesk.tools._market_figures import NEUTRAL_FIELDS, NO_DAYS, CoinFigures, merge_figures
from cryptodesk.tools._market_holders import holder_values
from cryptodesk.tools._market_past import Histories, HistoryRequest, MakeHistory, load_histories
from cryptodesk.tools._market_quote import AssetValues, join_values, quote_values
from cryptodesk.tools._market_result import (
    AssetRow,
    MarketDataOutput,
    MarketRequest,
    SourceNote,
    build_output,
    empty_output,
)
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._tool import ToolContext

__all__ = ["coin_output"]

R = TypeVar("R", bound=Record)

# Metrics that need nothing of past days.
_WITHOUT_DAYS = frozenset({"derivatives", "holders", "liquidity", "market_pairs"})
# Beside live quotes, whole daily records are read of so many coins in one call: each costs several requests.
_MOST_LIVE_RECORDS = 5
_LIVE_FOR = timedelta(hours=1)
_UNREAD = "1y, 3y, ytd and all-time changes and extremes need daily candles, read of the first 5 coins of a call"


class _Loaded(Struct, frozen=True):
    """Everything found for the coins of one call, by their ids."""

    listings: dict[int, CoinListing]
    candles: PricedCandles
    markets: dict[int, list[DerivativesMarket]]
    liquidations: dict[int, list[Liquidations]]
    holders: dict[int, list[Holders]]
    gaps: list[Gap]
    notes: dict[int, SourceNote]
    unread: frozenset[int]


async def coin_output(ids: Sequence[int | str], request: MarketRequest, context: ToolContext) -> MarketDataOutput:
    """Raises: ToolFailed if no id is known."""
    resolved, unresolved = await resolve_coins(ids, context)
    gaps = unresolved_gaps(unresolved)
    currency = currency_of(request.quote_currency, context)
    loaded = await _load(resolved, request, currency, context)
    if not loaded.candles.has_rate and not loaded.candles.by_id and not _has_money(loaded):
        reason = f"no rate of {currency.code} is at hand; ask in USD or in a coin that has candles"
        return empty_output(request, [*gaps, Gap("convert", reason), *loaded.gaps])
    histories = await _histories(resolved, loaded, request, currency, context)
    rows: list[AssetRow] = []
    for item in resolved:
        outcome = _row(item, loaded, request, histories.makers.get(str(item.asset.asset_id)))
        if isinstance(outcome, Gap):
            gaps.append(outcome)
        else:
            rows.append(outcome)
    failures = failed_sources(
        *(("history", found) for found in histories.found), ids=[item.asset.asset_id for item in resolved]
    )
    warnings = [f"{item.given}: {item.warning}" for item in resolved if item.warning]
    return build_output(request, rows, [*gaps, *loaded.gaps, *failures], warnings)


def _has_money(loaded: _Loaded) -> bool:
    return any(listing.price is not None for listing in loaded.listings.values())


async def _load(
    resolved: Sequence[ResolvedAsset], request: MarketRequest, currency: Currency, context: ToolContext
) -> _Loaded:
    ids = [item.asset.asset_id for item in resolved]

    async def find(kind: type[R], *, is_wanted: bool) -> Found[R]:
        return await context.find(kind, ids) if is_wanted else Found()

    (listings, notes, listed), markets, liquidations, holders = await asyncio.gather(
        _listings(ids, request, currency, context),
        find(DerivativesMarket, is_wanted="derivatives" in request.metrics),
        find(Liquidations, is_wanted="derivatives" in request.metrics),
        find(Holders, is_wanted="holders" in request.metrics),
    )
    needing = _needing_days(ids, listings, request)
    candles = await load_priced(needing, "1d", currency, context)
    gaps = failed_sources(
        *(("quotes", found) for found in listed),
        ("derivatives", markets),
        ("liquidations", liquidations),
        ("holders", holders),
        *(("candles", found) for found in candles.found),
        ids=ids,
    )
    unread = frozenset(ids) - frozenset(needing) if {"returns", "price_stats"} & set(request.metrics) else frozenset()
    if unread:
        gaps.append(Gap("returns", _UNREAD))
    return _Loaded(listings, candles, _grouped(markets), _grouped(liquidations), _grouped(holders), gaps, notes, unread)


async def _listings(
    ids: Sequence[int], request: MarketRequest, currency: Currency, context: ToolContext
) -> tuple[dict[int, CoinListing], dict[int, SourceNote], tuple[Found[CoinListing], ...]]:
    """Listings in the currency asked for; of what is only listed in dollars, what is the same in every currency."""
    if not request.metrics:
        return {}, {}, ()
    own = await context.find(CoinListing, ids, quote_currency=currency.code)
    listings = {row.asset_id: row for row in own.records if row.quote_currency == currency.code}
    open_ids = [asset_id for asset_id in ids if asset_id not in listings]
    if currency.code == "USD" or not open_ids:
        return listings, {}, (own,)
    dollars = await context.find(CoinListing, open_ids)
    notes: dict[int, SourceNote] = {}
    for row in dollars.records:
        if currency.is_dollar:
            listings[row.asset_id] = structs.replace(row, quote_currency=currency.code)
            text = f"quotes are in {row.quote_currency}; 1 {row.quote_currency} is taken as 1 {currency.code}"
            notes[row.asset_id] = SourceNote(row.provenance.source, text)
        else:
            listings[row.asset_id] = _neutral(row, currency.code)
    return listings, notes, (own, dollars)


def _neutral(listing: CoinListing, currency: str) -> CoinListing:
    emptied: dict[str, Any] = {
        field: None
        for field, value in structs.asdict(listing).items()
        if isinstance(value, float) and field not in NEUTRAL_FIELDS
    }
    return structs.replace(listing, quote_currency=currency, **emptied)


def _needing_days(ids: Sequence[int], listings: dict[int, CoinListing], request: MarketRequest) -> list[int]:
    """The coins whose daily candles are read: all, unless live quotes already answer most of the question."""
    if request.history is not None:
        return list(ids)
    if set(request.metrics) <= _WITHOUT_DAYS:
        return []
    live = [one for one in ids if one in listings and _is_live(listings[one], request.now)]
    wants_days = [one for one in live if _wants_days(listings[one], request.metrics)][:_MOST_LIVE_RECORDS]
    return [one for one in ids if one not in live or one in wants_days]


def _is_live(listing: CoinListing, now: datetime) -> bool:
    provenance = listing.provenance
    return provenance.mode == "live" and listing.price is not None and now - provenance.as_of <= _LIVE_FOR


def _wants_days(listing: CoinListing, metrics: Sequence[str]) -> bool:
    lacks_extremes = listing.ath is None or listing.high_24h is None
    return "returns" in metrics or ("price_stats" in metrics and lacks_extremes)


def _grouped(found: Found[R]) -> dict[int, list[R]]:
    groups: dict[int, list[R]] = {}
    for record in found.records:
        groups.setdefault(int(entity_of(record)), []).append(record)
    return groups


async def _histories(
    resolved: Sequence[ResolvedAsset],
    loaded: _Loaded,
    request: MarketRequest,
    currency: Currency,
    context: ToolContext,
) -> Histories:
    if request.history is None:
        return Histories({})
    asked = HistoryRequest(request.history, request.span, currency)
    return await load_histories([item.asset.asset_id for item in resolved], loaded.candles.by_id, asked, context)


def _row(item: ResolvedAsset, loaded: _Loaded, request: MarketRequest, history: MakeHistory | None) -> AssetRow | Gap:
    asset = item.asset
    listing, priced = loaded.listings.get(asset.asset_id), loaded.candles.by_id.get(str(asset.asset_id))
    extra = _extra_values(asset.asset_id, loaded, request)
    if listing is None and priced is None and not extra.fields:
        return _nothing(item, loaded, request)
    with_extremes = "price_stats" in request.metrics
    known = merge_figures(asset, listing, priced, with_extremes=with_extremes)
    began_at = priced.series.candles[0].opened_at if priced else None
    common = {priced.series.provenance.note if priced else None, listing.provenance.note if listing else None}
    values = quote_values(asset.asset_id, known, request.metrics, began_at=began_at, common_notes=common)
    return AssetRow(
        asset.asset_id,
        clean(asset.symbol, SYMBOL_LIMIT),
        _identity(item),
        join_values((_without_unread(values, asset.asset_id, loaded), extra)),
        _as_of(known, listing, priced, request.now),
        tuple(_notes(asset.asset_id, listing, priced, loaded)),
        history,
    )


def _without_unread(values: AssetValues, asset_id: int, loaded: _Loaded) -> AssetValues:
    """What needs a daily record that was not read is said once for all such coins."""
    if asset_id not in loaded.unread:
        return values
    return structs.replace(values, gaps=[gap for gap in values.gaps if gap.reason != NO_DAYS])


def _extra_values(asset_id: int, loaded: _Loaded, request: MarketRequest) -> AssetValues:
    parts = []
    if "derivatives" in request.metrics:
        markets, closed = loaded.markets.get(asset_id, ()), loaded.liquidations.get(asset_id, ())
        parts.append(derivative_values(asset_id, markets, closed, in_dollars=is_dollar(request.quote_currency)))
    if "holders" in request.metrics:
        parts.append(holder_values(asset_id, next(iter(loaded.holders.get(asset_id, ())), None)))
    return join_values(parts)


def _nothing(item: ResolvedAsset, loaded: _Loaded, request: MarketRequest) -> Gap:
    asset = item.asset
    unpriced = loaded.candles.unpriced.get(str(asset.asset_id))
    if unpriced is not None:
        reason = f"no rate from {unpriced.quote_currency} to {request.quote_currency} is at hand"
        return Gap("convert", reason, asset.asset_id)
    name = f"{clean(asset.name, NAME_LIMIT)} ({clean(asset.symbol, SYMBOL_LIMIT)})"
    return Gap("market_data", f"no market data of {name} is at hand", asset.asset_id)


def _identity(item: ResolvedAsset) -> dict[str, Any]:
    asset = item.asset
    return {
        "asset_id": asset.asset_id,
        "name": clean(asset.name, NAME_LIMIT),
        "symbol": clean(asset.symbol, SYMBOL_LIMIT),
        "slug": clean(asset.slug, NAME_LIMIT),
        **({} if item.given is None else {"resolved_from": clean(item.given, NAME_LIMIT)}),
        **({} if asset.is_active else {"is_active": False}),
        **({} if asset.successor_id is None else {"successor_id": asset.successor_id}),
    }


def _as_of(known: CoinFigures, listing: CoinListing | None, priced: PricedSeries | None, now: datetime) -> datetime:
    price = known.figures.get("price")
    if price is not None:
        return price.provenance.as_of
    moments = [record.provenance.as_of for record in (listing, priced.series if priced else None) if record]
    return max(moments, default=now)


def _notes(
    asset_id: int, listing: CoinListing | None, priced: PricedSeries | None, loaded: _Loaded
) -> list[SourceNote]:
    notes: list[SourceNote] = []
    if priced is not None:
        source = priced.series.provenance.source
        notes += [SourceNote(source, text) for text in (priced.series.provenance.note, priced.note) if text]
    if listing is not None:
        own = listing.provenance
        is_of_candles = priced is not None and own.source == priced.series.provenance.source
        notes += [SourceNote(own.source, own.note)] if own.note and not is_of_candles else []
        notes += [loaded.notes[asset_id]] if asset_id in loaded.notes else []
    return notes
