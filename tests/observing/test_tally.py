"""Counting, and the bound on what labels may cost."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.observing.board import FileBoard
from cryptodesk.observing.catalogue import METRICS
from cryptodesk.observing.tally import OTHER, Tally
from tests.observing.support import numbers


def test_counters_add_up_by_labels() -> None:
    tally = Tally()
    tally.meter("tool_calls_total").add(("a", "completed"))
    tally.meter("tool_calls_total").add(("a", "completed"), 2)
    tally.meter("tool_calls_total").add(("a", "failed"))
    assert numbers(tally) == {("tool_calls_total", "a", "completed"): [3], ("tool_calls_total", "a", "failed"): [1]}


def test_a_value_falls_into_the_bucket_whose_bound_it_does_not_pass() -> None:
    tally = Tally()
    meter = tally.meter("store_commit_seconds")
    bounds = METRICS["cryptodesk_store_commit_seconds"].buckets
    for value in (bounds[0], bounds[0] * 1.01, bounds[-1] * 2):
        meter.observe(value)
    *counts, total = numbers(tally)["store_commit_seconds",]
    assert (counts[0], counts[1], counts[-1], sum(counts)) == (1, 1, 1, 3)
    assert total == pytest.approx(bounds[0] * 2.01 + bounds[-1] * 2)


def test_label_sets_beyond_the_bound_are_counted_as_one() -> None:
    tally = Tally()
    for number in range(1000):
        tally.meter("runs_of_unknown_cost_total").add((f"local/{number}",))
    found = numbers(tally)
    assert len(found) == 201
    assert found["runs_of_unknown_cost_total", OTHER] == [800]


def test_every_metric_can_be_full_at_once() -> None:
    tally = Tally()
    for name, metric in METRICS.items():
        for number in range(300):
            labels = tuple(str(number) for _ in metric.labels)
            meter = tally.meter(name.removeprefix("cryptodesk_"))
            meter.observe(1.0, labels) if metric.kind == "histogram" else meter.add(labels)
    assert len({key[0] for key in numbers(tally)}) == len(METRICS)


def test_labels_are_cut_and_cleaned() -> None:
    tally = Tally()
    tally.meter("runs_of_unknown_cost_total").add(("a\nb\u200b" + "x" * 500,))
    ((_, label),) = numbers(tally)
    assert (label[:4], len(label)) == ("abxx", 78)


def test_a_restarted_process_counts_on_but_has_nothing_open(tmp_path: Path) -> None:
    for _ in range(2):
        with closing(FileBoard(tmp_path, 0)) as board:
            tally = Tally(board)
            tally.meter("tool_calls_total").add(("a", "completed"))
            tally.meter("streams_open")
            found = numbers(tally)
            tally.meter("streams_open").set(5)
    assert found == {("tool_calls_total", "a", "completed"): [2], ("streams_open",): [0]}


def test_a_metric_that_there_is_not_cannot_be_counted() -> None:
    with pytest.raises(KeyError):
        Tally().meter("no_such")


def test_what_is_kept_elsewhere_is_added_slot_by_slot() -> None:
    tally = Tally()
    grown = [float(number) for number in range(METRICS["cryptodesk_store_group_size"].slots)]
    for _ in range(2):
        tally.meter("store_group_size").add_all(grown)
    assert numbers(tally)["store_group_size",] == [2 * number for number in grown]
