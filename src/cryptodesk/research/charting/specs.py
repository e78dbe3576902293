"""A chart as it is asked for, before any datum is known."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.market.query import AssetId

__all__ = ["FEWEST_ROWS", "MARKET", "MOST_ENTITIES", "MOST_ROWS", "ChartKind", "ChartSpec"]

ChartKind = Literal["line", "candles", "area", "histogram"]

# The entity of a metric of the whole market.
MARKET = "market"
MOST_ENTITIES = 5
# Fewer points are no course of anything, and readers of charts drop them; more than fit on a screen only cost.
FEWEST_ROWS, MOST_ROWS = 3, 400


class ChartSpec(Struct, frozen=True, kw_only=True):
    """`metric` is a slug of the metric catalogue, of `entities` in `start` <= t < `end`; None is the whole record up to
    `asked_at`, the moment of the question, after which nothing is drawn.

    `granularity` and `kind` None are fitted to the range and the metric. `is_indexed` None indexes several entities
    whose magnitudes differ. Where `is_rolling`, the range is a length counted back from the newest datum, should that
    be older than `end`. `notes` are said with the chart."""

    metric: str
    entities: tuple[AssetId, ...]
    asked_at: datetime
    start: datetime | None = None
    end: datetime | None = None
    granularity: Granularity | None = None
    kind: ChartKind | None = None
    is_indexed: bool | None = None
    is_rolling: bool = False
    quote_currency: str = "USD"
    notes: tuple[str, ...] = ()
