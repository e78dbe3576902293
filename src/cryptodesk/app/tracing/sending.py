"""The numbers of `/metrics`, sent over OTLP: made from the same counts, histograms too, so that both tell alike.

The only file that knows the SDK's metrics. Each process sends its own, under an instance of its own; whoever receives
them adds up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics.export import Metric as OtelMetric
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

import cryptodesk
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.observing.board import Row
from cryptodesk.observing.catalogue import METRICS, Metric

__all__ = ["MetricsSender", "Rows", "encode_rows"]

log = logging.getLogger("cryptodesk.tracing")

Rows = Sequence[tuple[Row, list[float]]]
Series = dict[tuple[str, tuple[str, ...]], list[float]]

_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE
# Of any other no unit is told: from "1" receivers make a ratio.
_UNITS: Final = (("_seconds", "s"), ("_bytes", "By"), ("_usd_total", "{USD}"))


class MetricsSender:
    """`rows` gives the numbers by now. What a process that is gone had counted on the same board is its own story:
    `before` is left out of every count."""

    def __init__(
        self,
        exporter: MetricExporter,
        rows: Callable[[], Awaitable[Rows]],
        clock: Clock,
        resource: Resource,
        *,
        before: Iterable[tuple[Row, list[float]]] = (),
        interval_seconds: float = 60.0,
    ) -> None:
        self._exporter = exporter
        self._rows = rows
        self._clock = clock
        self._resource = resource
        self._before: Series = {(row.name, row.labels): values for row, values in before}
        self._begun_ns = _nanoseconds(clock)
        self._interval_seconds = interval_seconds

    async def serve(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await asyncio.sleep(self._interval_seconds)
            try:
                await self.send()
            except CryptodeskError:
                log.exception("metrics could not be sent")

    async def send(self) -> None:
        """Returns once they are received, or cannot be; the exporter says why in the log."""
        rows = await self._rows()
        found = encode_rows(rows, self._before, self._resource, self._begun_ns, _nanoseconds(self._clock))
        done, loop = asyncio.Event(), asyncio.get_running_loop()

        def export() -> None:
            try:
                self._exporter.export(found)
            except Exception:  # the boundary of a thread that nobody waits for in the end
                log.exception("metrics could not be sent")
            finally:
                with contextlib.suppress(RuntimeError):  # the loop is over, so nobody waits any more
                    loop.call_soon_threadsafe(done.set)

        # Not a thread of the pool: a process that ends waits for those, and a receiver may be silent.
        threading.Thread(target=export, name="cryptodesk-metrics", daemon=True).start()
        await done.wait()

    def close(self) -> None:
        """Breaks off what is being tried again."""
        self._exporter.shutdown()


def encode_rows(
    rows: Rows, before: Mapping[Any, list[float]], resource: Resource, begun_ns: int, at_ns: int
) -> MetricsData:
    """Counts since `begun_ns`. A metric that this version does not know is left out."""
    by_name: dict[str, list[tuple[tuple[str, ...], list[float]]]] = {}
    for row, values in rows:
        found = METRICS.get(row.name)
        if found is not None:
            own = values if found.kind == "gauge" else _since(values, before.get((row.name, row.labels)))
            by_name.setdefault(row.name, []).append((row.labels, own))
    metrics = [_metric(METRICS[name], series, begun_ns, at_ns) for name, series in sorted(by_name.items())]
    scope = InstrumentationScope("cryptodesk", cryptodesk.__version__)
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(scope, metrics, "")], "")])


def _metric(
    about: Metric, series: Sequence[tuple[tuple[str, ...], list[float]]], begun_ns: int, at_ns: int
) -> OtelMetric:
    unit = next((unit for end, unit in _UNITS if about.name.endswith(end)), "")
    told = [(dict(zip(about.labels, labels, strict=True)), values) for labels, values in series]
    data: Sum | Gauge | Histogram
    if about.kind == "histogram":
        data = Histogram([_histogram(about, named, values, begun_ns, at_ns) for named, values in told], _CUMULATIVE)
    elif about.kind == "counter":
        points = [NumberDataPoint(named, begun_ns, at_ns, values[0]) for named, values in told]
        data = Sum(points, _CUMULATIVE, True)
    else:
        data = Gauge([NumberDataPoint(named, at_ns, at_ns, values[0]) for named, values in told])
    # A receiver that writes for Prometheus adds the ending itself.
    return OtelMetric(about.name.removesuffix("_total"), about.help, unit, data)


def _histogram(
    about: Metric, named: dict[str, str], values: Sequence[float], begun_ns: int, at_ns: int
) -> HistogramDataPoint:
    counts = [round(value) for value in values[:-1]]
    # Neither the least nor the greatest is counted. Both may be left out of a message, which the type does not say.
    left_out: Any = None
    return HistogramDataPoint(
        named, begun_ns, at_ns, sum(counts), values[-1], counts, about.buckets, left_out, left_out
    )


def _since(values: list[float], before: list[float] | None) -> list[float]:
    return values if before is None else [now - told for now, told in zip(values, before, strict=True)]


def _nanoseconds(clock: Clock) -> int:
    return int(clock.unix() * 1e9)
