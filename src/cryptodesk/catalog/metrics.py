"""The metric catalogue: what can be asked over time, in which unit, and how values may be joined."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

__all__ = ["MetricRecord", "find_metric", "load_metrics", "metrics_of"]

TimeBucket = Literal["last", "sum", "mean", "max", "min", "compound"]


class MetricRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One metric. `from_candles` names the candle field it is read from; `computed_from` the metric it is computed
    from, over `window` buckets."""

    slug: str
    dataset: str
    name: str
    description: str
    entity: Literal["asset", "protocol", "stablecoin", "market", "exchange", "network"]
    unit: str
    format: Literal["price", "money", "percent", "number", "integer"]
    granularity: Literal["5m", "1h", "1d"]
    time_bucket: TimeBucket
    group: Literal["sum", "mean", "none"]
    from_candles: Literal["close", "high", "low", "quote_volume"] | None = None
    computed_from: str | None = None
    window: int = 1


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    metric: tuple[MetricRecord, ...]


@cache
def load_metrics() -> tuple[MetricRecord, ...]:
    """Every metric, in the order of the catalogue."""
    text = (files("cryptodesk.catalog") / "metrics.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File).metric


def find_metric(slug: str) -> MetricRecord | None:
    return _by_slug().get(slug)


def metrics_of(dataset: str) -> tuple[MetricRecord, ...]:
    """The metrics of a dataset; empty for one that does not exist."""
    return tuple(metric for metric in load_metrics() if metric.dataset == dataset)


@cache
def _by_slug() -> dict[str, MetricRecord]:
    return {metric.slug: metric for metric in load_metrics()}
