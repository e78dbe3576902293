"""The names keep to Prometheus' conventions."""

from __future__ import annotations

import re
from pathlib import Path

from cryptodesk.observing.catalogue import METRICS, metric


def test_counters_end_in_total_and_histograms_in_their_unit() -> None:
    for name, found in METRICS.items():
        assert name.startswith("cryptodesk_")
        assert name.endswith("_total") == (found.kind == "counter")
        assert found.kind != "histogram" or (
            name.endswith(("_seconds", "_size")) and found.buckets == tuple(sorted(found.buckets))
        )


def test_no_label_says_who_a_caller_is_or_what_was_written() -> None:
    labels = {label for found in METRICS.values() for label in found.labels}
    assert not labels & {"account", "account_id", "key", "key_id", "run_id", "trace_id", "text", "path", "client"}


def test_a_histogram_takes_a_number_for_each_bucket_the_rest_and_the_sum() -> None:
    found = metric("run_duration_seconds")
    assert found.slots == len(found.buckets) + 2


def test_every_metric_is_documented_and_nothing_else_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `cryptodesk_")]
    documented = set(re.findall(r"`(cryptodesk_\w+)`", "".join(rows)))
    assert documented == set(METRICS)
