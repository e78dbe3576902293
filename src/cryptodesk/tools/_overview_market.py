"""The whole market: its size, what is traded, and who has which share of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from cryptodesk.market.query import Found
from cryptodesk.market.records import DerivativesMarket, GlobalMetrics
from cryptodesk.tools._overview_leverage import counted_markets, names_of, total_of
from cryptodesk.tools._overview_part import Builder, Overview, Section, joined
from cryptodesk.tools._overview_past import Past, load_past, put_changes, put_past

__all__ = ["dominance", "find_metrics", "liquidity", "market_size"]

_NO_METRICS = "no source of figures of the whole market is at hand"
_DOLLARS = ("USD",)
# Shares are rounded by their sources.
_ROUNDING_PCT = 0.5
# A total of another day would make a ratio of two different markets.
_MOST_APART = timedelta(days=2)


async def find_metrics(overview: Overview) -> Found[GlobalMetrics]:
    """In the currency asked for, else in US dollars."""
    found = await overview.find(GlobalMetrics, quote_currency=overview.quote_currency)
    own = tuple(one for one in found.records if one.quote_currency == overview.quote_currency)
    if own or overview.quote_currency in _DOLLARS:
        return Found(own or found.records, found.unavailable)
    in_dollars = await overview.find(GlobalMetrics)
    return Found(in_dollars.records, (*found.unavailable, *in_dollars.unavailable))


async def market_size(overview: Overview) -> Section:
    builder = Builder("market_size")
    metrics = await find_metrics(overview)
    row = metrics.records[0] if metrics.records else None
    currency = row.quote_currency if row else overview.quote_currency
    past = await load_past(overview, "total_market_cap", currency=currency)
    builder.failures(metrics, *past.found)
    name = f"total_crypto_market_cap_{currency.lower()}"
    last = past.latest
    current = row.total_market_cap if row and row.total_market_cap else last.value if last else None
    if current is None:
        return builder.build(_NO_METRICS)
    is_own = row is not None and bool(row.total_market_cap)
    builder.put(f"{name}.current", current, row.provenance if is_own and row else past.provenance)
    put_changes(builder, name, past, current, overview, row.total_market_cap_yesterday if is_own and row else None)
    put_past(builder, f"{name}.", past, current, overview)
    if row is not None:
        for field in ("altcoin_market_cap", "active_cryptocurrencies", "active_exchanges"):
            builder.put(field, getattr(row, field), row.provenance)
    return builder.build(_NO_METRICS)


async def liquidity(overview: Overview) -> Section:
    """Spot volume is the source's own total; perpetuals and futures are summed over exchanges that are named."""
    builder = Builder("liquidity")
    metrics, markets = await asyncio.gather(find_metrics(overview), overview.find(DerivativesMarket))
    builder.failures(metrics, markets)
    row = metrics.records[0] if metrics.records else None
    if row is not None:
        builder.put("volume24h.spot", row.total_volume_24h, row.provenance, "spot trading as its source counts it")
        if row.total_volume_24h is not None and row.total_volume_24h_yesterday:
            change = (row.total_volume_24h / row.total_volume_24h_yesterday - 1) * 100
            builder.put("volume24h.spot_change_pct_24h", change, row.provenance)
        builder.put("volume24h.derivatives.total", row.derivatives_volume_24h, row.provenance)
        if row.total_volume_24h is not None and row.derivatives_volume_24h is not None:
            builder.put("volume24h.total", row.total_volume_24h + row.derivatives_volume_24h, row.provenance)
    _put_derivatives(builder, markets, row)
    for path in ("spot", "derivatives"):
        volumes = builder.build("").fields.get("volume24h", {})
        if path not in volumes:
            builder.miss(f"volume24h.{path}", _NO_METRICS)
    return builder.build(_NO_METRICS)


def _put_derivatives(builder: Builder, markets: Found[DerivativesMarket], row: GlobalMetrics | None) -> None:
    path = "volume24h.derivatives.exchanges"
    counted, left_out = counted_markets(markets.records)
    scope = f"sum over the exchanges under {path}{left_out}"
    perpetuals = [market for market in counted if market.kind == "perpetual" and market.volume_24h_usd is not None]
    futures = [market for market in counted if market.kind == "future" and market.volume_24h_usd is not None]
    for kind, chosen in (("perpetuals", perpetuals), ("futures", futures)):
        amount = total_of(chosen, "volume_24h_usd")
        origin = joined((market.provenance for market in chosen), scope) if chosen else None
        reason = f"no source of {kind} at hand gives volumes"
        builder.put_or_miss(f"volume24h.derivatives.{kind}", amount, origin, reason)
    builder.put(path, names_of(perpetuals + futures), None)
    spot = row.total_volume_24h if row is not None and row.quote_currency in _DOLLARS else None
    amount = total_of(perpetuals, "volume_24h_usd")
    if row is None or spot is None or not amount:
        builder.miss("volume24h.spot_vs_perp_ratio", "spot and perpetual volume are not both known in USD")
        return
    origins = [row.provenance, *(market.provenance for market in perpetuals)]
    if max(one.as_of for one in origins) - min(one.as_of for one in origins) > _MOST_APART:
        builder.miss("volume24h.spot_vs_perp_ratio", "spot and perpetual volume are of different days")
        return
    note = "all spot volume over the perpetual volume of the exchanges named"
    builder.put("volume24h.spot_vs_perp_ratio", spot / amount, joined(origins, note))


async def dominance(overview: Overview) -> Section:
    """Shares of the total market cap, in percent; `others` is what is left of 100."""
    builder = Builder("dominance")
    metrics, bitcoin, ether = await asyncio.gather(
        find_metrics(overview), load_past(overview, "btc_dominance"), load_past(overview, "eth_dominance")
    )
    builder.failures(metrics, *bitcoin.found)
    row = metrics.records[0] if metrics.records else None
    shares = {"btc": row.btc_dominance if row else None, "eth": row.eth_dominance if row else None}
    known = [share for share in shares.values() if share is not None]
    if any(share < 0 for share in known) or sum(known) > 100 + _ROUNDING_PCT:
        builder.miss("", f"the shares that the source gives do not add up: {known!r}")
        return builder.build("the source's shares do not add up to a market")
    for name, past in (("btc", bitcoin), ("eth", ether)):
        share = shares[name]
        if share is None or row is None:
            builder.miss(name, _NO_METRICS)
            continue
        builder.put(f"{name}.current", share, row.provenance)
        put_past(builder, f"{name}.", past, share, overview)
    if row is not None and len(known) == len(shares):
        builder.put("others.current", max(100 - sum(known), 0.0), row.provenance, "100 less the shares of btc and eth")
        put_past(builder, "others.", _others(bitcoin, ether), max(100 - sum(known), 0.0), overview)
    return builder.build(_NO_METRICS)


def _others(bitcoin: Past, ether: Past) -> Past:
    """What is left on the days of which both shares are known."""
    by_day = {point.at: point.value for point in ether.points}
    points = tuple(
        type(point)(point.at, max(100 - point.value - by_day[point.at], 0.0))
        for point in bitcoin.points
        if point.at in by_day
    )
    if not points or bitcoin.provenance is None or ether.provenance is None:
        return Past()
    return Past(points, joined((bitcoin.provenance, ether.provenance)))
