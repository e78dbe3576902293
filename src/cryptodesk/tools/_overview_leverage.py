"""Borrowed money: open interest, what longs pay shorts, and positions closed by force."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from cryptodesk.market.issuance import BITCOIN_ASSET_ID
from cryptodesk.market.query import Found
from cryptodesk.market.records import DerivativesMarket, Liquidations, MetricSeries
from cryptodesk.tools._overview_part import Builder, Overview, Section, joined
from cryptodesk.tools._text import clean

__all__ = ["counted_markets", "leverage", "names_of", "total_of"]

_UNIT = "pct_per_8h"
_TOP_ALTS = 10
_MOST_NAMES = 12
# More than this in eight hours is a slip of the source, not a rate anybody pays.
_MOST_PLAUSIBLE_PCT_8H = 5.0
_NO_MARKETS = "no source of futures and perpetuals is at hand"
_WINDOWS = {"total_usd24h": 24, "total_usd7d": 168, "total_usd30d": 720}
_WHOLE_MARKET = 0
_DAY = timedelta(days=1)


def counted_markets(markets: Iterable[DerivativesMarket]) -> tuple[list[DerivativesMarket], str]:
    """Those that their source does not exclude, and words for how many it does."""
    every = list(markets)
    counted = [market for market in every if not (market.is_outlier or market.exclusions)]
    left_out = len(every) - len(counted)
    return counted, f", without {left_out} that their source excludes" if left_out else ""


def names_of(markets: Iterable[DerivativesMarket]) -> list[str]:
    """The exchanges, by name; of many the first ones, and how many more."""
    names = sorted({clean(market.exchange, 40) for market in markets})
    more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return names[:_MOST_NAMES] + more


def total_of(markets: Iterable[DerivativesMarket], field: str) -> float | None:
    """None where no market says it: a sum of nothing is not zero."""
    known = [value for market in markets if (value := getattr(market, field)) is not None]
    return sum(known) if known else None


async def leverage(overview: Overview) -> Section:
    builder = Builder("leverage")
    month = overview.now - timedelta(days=31)
    markets, liquidations, days = await asyncio.gather(
        overview.find(DerivativesMarket),
        overview.find(Liquidations, (BITCOIN_ASSET_ID, _WHOLE_MARKET)),
        overview.find(MetricSeries, (BITCOIN_ASSET_ID,), metric="liquidations", interval="1d", start=month),
    )
    builder.failures(markets, liquidations)
    counted, left_out = counted_markets(markets.records)
    _put_interest(builder, counted, left_out)
    _put_funding(builder, counted)
    _put_liquidations(builder, liquidations, days, overview)
    return builder.build(_NO_MARKETS)


def _put_interest(builder: Builder, counted: Sequence[DerivativesMarket], left_out: str) -> None:
    known = [market for market in counted if market.open_interest_usd is not None]
    kinds = {
        "total": known,
        "perpetuals": [market for market in known if market.kind == "perpetual"],
        "futures": [market for market in known if market.kind == "future"],
    }
    for name, chosen in kinds.items():
        amount = total_of(chosen, "open_interest_usd")
        note = f"sum over the exchanges under open_interest.exchanges{left_out}"
        origin = joined((market.provenance for market in chosen), note) if chosen else None
        builder.put_or_miss(f"open_interest.{name}", amount, origin, f"no market at hand gives it for {name}")
    builder.put("open_interest.exchanges", names_of(known), None)


def _put_funding(builder: Builder, counted: Sequence[DerivativesMarket]) -> None:
    rated = [market for market in counted if _rate(market) is not None]
    average = _average(rated)
    if average is None:
        builder.miss("funding_rate", "no market at hand gives a funding rate with its period")
        return
    weight = "open interest" if any(market.open_interest_usd for market in rated) else "24-hour volume"
    note = f"percent that longs pay shorts per 8 hours, weighted by {weight}, over funding_rate.exchanges"
    builder.put("funding_rate.average", average, joined((market.provenance for market in rated), note))
    builder.put("funding_rate.unit", _UNIT, None)
    builder.put("funding_rate.markets", len(rated), None)
    builder.put("funding_rate.exchanges", names_of(rated), None)
    bitcoin = [market for market in rated if market.asset_id == BITCOIN_ASSET_ID]
    alts = _top_alts(rated)
    ours, theirs = _average(bitcoin), _average(alts)
    builder.put("funding_rate.btc", ours, None)
    if ours is None or theirs is None:
        builder.miss(
            "funding_rate.top_alts_minus_btc_spread_current", "rates of Bitcoin and of others are not both known"
        )
        return
    count = len({market.asset_id for market in alts})
    note = f"percent per 8 hours: the {count} altcoins of most open interest, weighted, less Bitcoin"
    origin = joined((market.provenance for market in (*alts, *bitcoin)), note)
    builder.put("funding_rate.top_alts_minus_btc_spread_current", theirs - ours, origin)


def _rate(market: DerivativesMarket) -> float | None:
    rate = market.funding_rate_pct_8h
    return None if rate is None or abs(rate) > _MOST_PLAUSIBLE_PCT_8H else rate


def _average(markets: Sequence[DerivativesMarket]) -> float | None:
    """Weighted by open interest; by volume where none is known; the plain mean where neither is."""
    for field in ("open_interest_usd", "volume_24h_usd"):
        weighed = [
            (rate, weight) for one in markets if (rate := _rate(one)) is not None and (weight := getattr(one, field))
        ]
        whole = sum(weight for _, weight in weighed)
        if whole:
            return float(sum(rate * weight for rate, weight in weighed) / whole)
    rates = [rate for one in markets if (rate := _rate(one)) is not None]
    return sum(rates) / len(rates) if rates else None


def _top_alts(markets: Sequence[DerivativesMarket]) -> list[DerivativesMarket]:
    sizes: dict[int, float] = {}
    for market in markets:
        if market.asset_id != BITCOIN_ASSET_ID:
            size = market.open_interest_usd or market.volume_24h_usd or 0.0
            sizes[market.asset_id] = sizes.get(market.asset_id, 0.0) + size
    top = sorted(sizes, key=lambda asset_id: (-sizes[asset_id], asset_id))[:_TOP_ALTS]
    return [market for market in markets if market.asset_id in top]


def _put_liquidations(
    builder: Builder, found: Found[Liquidations], days: Found[MetricSeries], overview: Overview
) -> None:
    rows = {row.window_hours: row for row in found.records if row.asset_id == BITCOIN_ASSET_ID}
    for name, hours in _WINDOWS.items():
        row = rows.get(hours)
        if row is not None and row.total_usd is not None:
            builder.put(f"liquidations.btc.{name}", row.total_usd, row.provenance)
        elif hours < 48 or not _put_summed(builder, name, hours // 24, days, overview):
            builder.miss(f"liquidations.btc.{name}", "no source at hand gives this window")
    whole = next((row for row in found.records if row.asset_id == _WHOLE_MARKET and row.window_hours == 24), None)
    if whole is not None:
        builder.put("liquidations.all.total_usd24h", whole.total_usd, whole.provenance)


def _put_summed(builder: Builder, name: str, days: int, found: Found[MetricSeries], overview: Overview) -> bool:
    """Whether the record has each of the last whole days."""
    series = next((one for one in found.records if one.metric == "liquidations" and one.granularity == "1d"), None)
    whole = [point for point in series.points if point.at + _DAY <= overview.now] if series is not None else []
    points = whole[-days:]
    if series is None or len(points) < days or overview.now - points[0].at > (days + 2) * _DAY:
        return False
    note = f"sum of the last {days} whole days"
    return builder.put(f"liquidations.btc.{name}", sum(point.value for point in points), series.provenance, note)
