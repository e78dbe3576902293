"""A chart that a question wishes for, and the two ways to wish for one. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.market.query import AssetId
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.charting.specs import MARKET
from cryptodesk.research.charting.windows import Window, window_of

__all__ = ["Wish", "price", "wish"]


class Wish(Struct, frozen=True, kw_only=True):
    """Everything of a chart but its form. `left_out` counts assets of the question that the analyst had no room for."""

    metric: str
    entities: tuple[AssetId, ...]
    window: Window | None
    has_candles: bool = False
    granularity: Granularity | None = None
    currency: str = "USD"
    left_out: int = 0


def wish(
    metric: str, plan: Plan, now: datetime, days: int, *, is_of_market: bool = False, window: Window | None = None
) -> Wish:
    """Of the plan's assets, or of the whole market; over the plan's period, or the last `days`."""
    record = find_metric(metric)
    return Wish(
        metric=metric,
        entities=(MARKET,) if is_of_market else _ids(plan),
        window=window or window_of(plan.period, now, days),
        currency=plan.currency if record is not None and record.unit == "currency" else "USD",
        left_out=0 if is_of_market else plan.dropped_assets,
    )


def price(plan: Plan, now: datetime, days: int, *, window: Window | None = None, is_course: bool = False) -> Wish:
    """Prices of the plan's assets; with candles where `is_course`, if it turns out to be one asset."""
    plain = wish("price", plan, now, days, window=window)
    return Wish(
        metric="price",
        entities=plain.entities,
        window=plain.window,
        has_candles=is_course,
        currency=plain.currency,
        left_out=plain.left_out,
    )


def _ids(plan: Plan) -> tuple[AssetId, ...]:
    return tuple(asset.asset_id for asset in plan.assets if asset.asset_id is not None)
