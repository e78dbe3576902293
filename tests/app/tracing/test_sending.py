"""Counts as OTLP tells them."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource

from cryptodesk.app.counting import Counting, Slot
from cryptodesk.app.tracing.sending import MetricsSender, Rows, encode_rows
from cryptodesk.core.clock import FixedClock
from cryptodesk.observing.board import Row
from cryptodesk.observing.catalogue import METRICS
from cryptodesk.observing.tally import Tally
from tests.app.tracing.support import NOW

HERE = Resource({"service.name": "t"})


def told(rows: Rows, before: Any = None) -> dict[str, Any]:
    found = encode_rows(rows, before or {}, HERE, 1, 2)
    (metrics,) = [scope.metrics for group in found.resource_metrics for scope in group.scope_metrics]
    return {metric.name: metric for metric in metrics}


def test_a_counter_a_gauge_and_a_histogram_say_what_the_page_says() -> None:
    tally = Tally()
    tally.meter("runs_total").add(("cmc", "m", "finished", ""), 3)
    tally.meter("streams_open").set(2)
    tally.meter("tool_duration_seconds").observe(0.02, ("t",))
    tally.meter("tool_duration_seconds").observe(1e9, ("t",))
    found = told(list(tally.board.read()))
    runs, open_, durations = (found[f"cryptodesk_{name}"] for name in ("runs", "streams_open", "tool_duration_seconds"))
    (point,) = runs.data.data_points
    assert (point.value, runs.data.is_monotonic) == (3, True)
    assert point.attributes == {"dialect": "cmc", "model": "m", "outcome": "finished", "code": ""}
    assert (point.start_time_unix_nano, point.time_unix_nano) == (1, 2)
    assert open_.data.data_points[0].value == 2
    (seen,) = durations.data.data_points
    assert (seen.count, seen.sum, durations.unit) == (2, 1e9 + 0.02, "s")
    assert seen.bucket_counts[2] == seen.bucket_counts[-1] == 1
    assert tuple(seen.explicit_bounds) == METRICS["cryptodesk_tool_duration_seconds"].buckets


def test_what_a_process_before_had_counted_is_not_counted_again_and_a_gauge_is_as_it_is(tmp_path: Path) -> None:
    for _ in range(2):
        counting = Counting(slot=Slot(0, 2, tmp_path))
        with closing(counting.tally.board):
            counting.tally.meter("runs_total").add(("cmc", "m", "finished", ""), 5)
            counting.tally.meter("streams_open").set(1)
            before = {(row.name, row.labels): values for row, values in counting.before}
            found = told(list(counting.tally.board.read()), before)
            assert found["cryptodesk_runs"].data.data_points[0].value == 5
            assert found["cryptodesk_streams_open"].data.data_points[0].value == 1
            assert counting.is_first


def test_a_metric_that_this_version_does_not_know_is_left_out() -> None:
    assert told([(Row("cryptodesk_of_tomorrow_total", (), 1), [1.0])]) == {}


def test_every_metric_can_be_told() -> None:
    rows = [
        (Row(found.name, ("x",) * len(found.labels), found.slots), [1.0] * found.slots) for found in METRICS.values()
    ]
    assert len(told(rows)) == len(METRICS)


class Exporter:
    """`has_enough` is set when it was handed three."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.has_enough = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.sent: list[Any] = []
        self.is_closed = False
        self.threads: list[bool] = []

    def export(self, found: Any) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self.threads.append(True)
        self.sent.append(found)
        if len(self.sent) == 3:
            self.loop.call_soon_threadsafe(self.has_enough.set)
        if self.error is not None:
            raise self.error

    def shutdown(self) -> None:
        self.is_closed = True


def sender(exporter: Exporter, rows: Rows = ()) -> MetricsSender:
    async def read() -> Rows:
        return rows

    return MetricsSender(exporter, read, FixedClock(NOW), HERE, interval_seconds=1e-9)  # type: ignore[arg-type]


async def test_what_is_sent_is_sent_off_the_event_loop() -> None:
    exporter = Exporter()
    made = sender(exporter, [(Row("cryptodesk_streams_open", (), 1), [4.0])])
    await made.send()
    made.close()
    assert (len(exporter.sent), exporter.threads, exporter.is_closed) == (1, [True], True)


async def test_it_goes_on_until_it_is_cancelled() -> None:
    exporter = Exporter()
    serving = asyncio.create_task(sender(exporter).serve())
    await exporter.has_enough.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_an_exporter_that_breaks_is_told_of_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    made = sender(Exporter(KeyError("broken")))
    await made.send()
    await made.send()
    assert [record.message for record in caplog.records] == ["metrics could not be sent"] * 2


def test_a_receiver_that_is_silent_until_the_loop_is_over_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, heard = threading.Event(), threading.Event()
    faults: list[object] = []
    monkeypatch.setattr(threading, "excepthook", faults.append)

    class Silent(Exporter):
        def export(self, found: Any) -> None:
            begun.set()
            heard.wait(10)
            super().export(found)

    async def give_up() -> None:
        sending = asyncio.create_task(sender(Silent()).send())
        await asyncio.to_thread(begun.wait, 10)
        sending.cancel()
        await asyncio.wait((sending,))

    asyncio.run(give_up())
    left = [thread for thread in threading.enumerate() if thread.name == "cryptodesk-metrics"]
    heard.set()
    for thread in left:
        thread.join(10)
    assert (len(left) > 0, faults) == (True, [])
