"""The page, read back by Prometheus' own parser."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_plain

from cryptodesk.observing.exposition import add_up, expose
from cryptodesk.observing.tally import Tally


def samples(text: bytes, parse: Any = parse_plain) -> dict[tuple[str, ...], float]:
    found = [sample for family in parse(text.decode()) for sample in family.samples]
    return {(sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value for sample in found}


def tally_of(count: float) -> Tally:
    tally = Tally()
    tally.meter("tool_calls_total").add(('we"ird\\', "failed"), count)
    tally.meter("streams_open").set(count)
    tally.meter("store_commit_seconds").observe(0.004)
    tally.meter("store_commit_seconds").observe(90.0)
    return tally


@pytest.mark.parametrize(("accept", "parse"), [("", parse_plain), ("application/openmetrics-text", parse_openmetrics)])
def test_the_page_is_what_was_counted_in_either_format(accept: str, parse: Any) -> None:
    text, content_type = expose(add_up([tally_of(3).board.read()]), accept)
    assert content_type.startswith(accept or "text/plain")
    found = samples(text, parse)
    assert found["cryptodesk_tool_calls_total", "failed", 'we"ird\\'] == 3
    assert found["cryptodesk_store_commit_seconds_bucket", "0.0025"] == 0
    assert found["cryptodesk_store_commit_seconds_bucket", "0.005"] == 1
    assert found["cryptodesk_store_commit_seconds_bucket", "+Inf"] == 2
    assert found["cryptodesk_store_commit_seconds_count",] == 2
    assert found["cryptodesk_store_commit_seconds_sum",] == pytest.approx(90.004)


def test_several_processes_are_added_up() -> None:
    boards = [tally_of(3).board.read(), tally_of(4).board.read()]
    found = samples(expose(add_up(boards))[0])
    assert found["cryptodesk_tool_calls_total", "failed", 'we"ird\\'] == 7
    assert found["cryptodesk_streams_open",] == 7
    assert found["cryptodesk_store_commit_seconds_bucket", "+Inf"] == 4


def test_the_library_is_not_loaded_before_somebody_reads_the_page() -> None:
    code = "import sys, cryptodesk.app.counting; print('prometheus_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
