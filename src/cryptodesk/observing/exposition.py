"""The numbers as Prometheus reads them."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cryptodesk.observing.board import Row
from cryptodesk.observing.catalogue import METRICS, Metric

__all__ = ["add_up", "expose"]

Numbers = dict[str, dict[tuple[str, ...], list[float]]]


def add_up(boards: Iterable[Iterable[tuple[Row, list[float]]]]) -> Numbers:
    """The numbers of all processes by metric and labels. A metric that this version does not know is left out."""
    found: Numbers = {}
    for board in boards:
        for row, values in board:
            if row.name not in METRICS:
                continue
            series = found.setdefault(row.name, {})
            held = series.get(row.labels)
            series[row.labels] = values if held is None else [a + b for a, b in zip(held, values, strict=True)]
    return found


def expose(numbers: Mapping[str, Mapping[tuple[str, ...], Sequence[float]]], accept: str = "") -> tuple[bytes, str]:
    """The text and its content type, in the format that `accept` asks for."""
    # Imported late: a server that nobody scrapes starts without it.
    core = importlib.import_module("prometheus_client.metrics_core")
    registry = importlib.import_module("prometheus_client.registry").CollectorRegistry(auto_describe=False)
    encode, content_type = importlib.import_module("prometheus_client.exposition").choose_encoder(accept)
    registry.register(_Collector([_family(core, METRICS[name], series) for name, series in sorted(numbers.items())]))
    text: bytes = encode(registry)
    return text, content_type


class _Collector:
    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> Iterator[Any]:
        yield from self._families


def _family(core: Any, metric: Metric, series: Mapping[tuple[str, ...], Sequence[float]]) -> Any:
    kinds = {
        "counter": core.CounterMetricFamily,
        "gauge": core.GaugeMetricFamily,
        "histogram": core.HistogramMetricFamily,
    }
    family = kinds[metric.kind](metric.name, metric.help, labels=metric.labels)
    for labels, values in sorted(series.items()):
        if metric.kind == "histogram":
            family.add_metric(labels, _cumulative(metric, values), sum_value=values[-1])
        else:
            family.add_metric(labels, values[0])
    return family


def _cumulative(metric: Metric, values: Sequence[float]) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in metric.buckets), "+Inf"]
    told, count = [], 0.0
    for bound, value in zip(bounds, values, strict=False):
        count += value
        told.append((bound, count))
    return told
