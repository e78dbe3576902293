"""A metric over time."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from cryptodesk.market.records.provenance import Provenance

__all__ = ["MetricPoint", "MetricSeries"]


class MetricPoint(Struct, frozen=True, gc=False):
    """One value; `at` is the moment it describes: for sums and averages the start of their bucket, aware UTC."""

    at: datetime
    value: float


class MetricSeries(Struct, frozen=True, kw_only=True):
    """One metric of one entity, points oldest first. `metric` is a slug of the metric catalogue, which fixes what the
    unit means; `unit` is a currency, a coin's symbol, "percent", "percent_per_day", "index" or "count". `granularity`
    is "1h", "1d", "1w"."""

    ENTITY: ClassVar[str] = "entity"

    metric: str
    entity: str
    unit: str
    granularity: str
    provenance: Provenance
    points: tuple[MetricPoint, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.metric}:{self.entity}"
