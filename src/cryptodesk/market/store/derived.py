"""What follows from stored candles alone: weeks from days, and a coin's listing from its daily record."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from cryptodesk.market.quotes import compute_quote
from cryptodesk.market.records import Asset, Candle, CandleSeries, CoinListing, Provenance

__all__ = ["compute_listing", "compute_weeks"]

_DAYS_A_WEEK = 7
_FIELDS = (
    "price",
    "percent_change_24h",
    "percent_change_7d",
    "percent_change_30d",
    "percent_change_60d",
    "percent_change_90d",
    "percent_change_1y",
    "high_24h",
    "low_24h",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "market_cap",
    "fully_diluted_market_cap",
)


def compute_weeks(days: CandleSeries) -> CandleSeries | None:
    """Weeks from Monday to Sunday, UTC, of which all seven days are there; None if there is no such week."""
    weeks: dict[datetime, list[Candle]] = defaultdict(list)
    for day in days.candles:
        weeks[day.opened_at - timedelta(days=day.opened_at.weekday())].append(day)
    candles = tuple(_week(monday, held) for monday, held in weeks.items() if len(held) == _DAYS_A_WEEK)
    if not candles:
        return None
    missing = len(weeks) - len(candles)
    note = "weeks from Monday to Sunday UTC, gathered from daily candles"
    if missing:
        note += f"; {missing} incomplete {'week is' if missing == 1 else 'weeks are'} left out"
    origin = days.provenance
    return structs.replace(
        days,
        interval="1w",
        record_began_at=candles[0].opened_at,
        candles=candles,
        provenance=structs.replace(
            origin,
            as_of=candles[-1].opened_at + timedelta(weeks=1),
            note=f"{origin.note}; {note}" if origin.note else note,
        ),
    )


def _week(monday: datetime, days: list[Candle]) -> Candle:
    turnovers = [day.quote_volume for day in days if day.quote_volume is not None]
    return Candle(
        monday,
        days[0].open,
        max(day.high for day in days),
        min(day.low for day in days),
        days[-1].close,
        sum(day.volume for day in days),
        sum(turnovers) if len(turnovers) == len(days) else None,
    )


def compute_listing(asset: Asset, days: CandleSeries) -> CoinListing:
    """What a whole daily record says of its coin at its last close. Volume is left out: it is that of one market; so
    are all-time extremes, which a record does not know. Raises: ValueError for a series that is not the asset's."""
    quote = compute_quote(asset, days, with_extremes=False)
    figures: dict[str, Any] = {field: quote.value(field) for field in _FIELDS}
    origin = days.provenance
    note = "computed from the daily candles of one market; volume over all markets is not known"
    return CoinListing(
        asset_id=asset.asset_id,
        name=asset.name,
        symbol=asset.symbol,
        slug=asset.slug,
        platform=asset.platform,
        token_address=asset.token_address,
        provenance=Provenance(
            origin.source, origin.mode, origin.as_of, f"{origin.note}; {note}" if origin.note else note
        ),
        **figures,
    )
