"""The line of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.observing.log_lines import LineSink
from cryptodesk.observing.request import REQUEST, ObservedRequest, RequestCounter, Texts
from cryptodesk.observing.run_log import RunLog
from cryptodesk.observing.scrubbing import Scrubber
from cryptodesk.observing.tally import Tally
from tests.observing.support import summary

CLOCK = FixedClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
SECRET = "canary-0123456789"


@contextmanager
def asking() -> Iterator[ObservedRequest]:
    request = ObservedRequest(RequestCounter(Tally()), None)  # type: ignore[arg-type]
    request.first_byte_at = request.begun_at + 0.25
    request.tools.append("cmc_math_eval")
    token = REQUEST.set(request)
    try:
        yield request
    finally:
        REQUEST.reset(token)


def lines(path: Path, *runs: Any, log_format: Literal["json", "text", "off"] = "json") -> list[str]:
    sink = LineSink(path / "log")
    log = RunLog(sink, CLOCK, Scrubber([SECRET]), log_format)
    for run in runs:
        log.ended(run)
    log.flush()
    sink.close()
    return (path / "log").read_text("utf-8").splitlines()


async def test_a_line_says_what_the_run_was_and_what_it_took(tmp_path: Path) -> None:
    with asking():
        (line,) = lines(tmp_path, summary(amount_usd=Decimal("0.000187")))
    said = json.loads(line)
    assert said["at"] == "2026-01-02T03:04:05.000Z"
    assert (said["logger"], said["level"]) == ("cryptodesk.run", "info")
    assert (said["run_id"], said["trace_id"], said["dialect"], said["served_by"]) == ("r1", "t1", "cmc", "served")
    assert (said["amount_usd"], said["usage"]["input_tokens"], said["duration_ms"]) == ("0.000187", 30, 40.0)
    assert (said["first_byte_ms"], said["tools"]) == (250.0, ["cmc_math_eval"])
    assert "question" not in said


async def test_a_run_of_no_request_has_no_first_byte(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, summary())
    assert json.loads(line)["first_byte_ms"] is None


async def test_texts_are_there_where_they_were_kept_without_secrets(tmp_path: Path) -> None:
    with asking() as request:
        request.texts = Texts(f'my key is {SECRET}, "right"?', "yes\nit is")
        (line,) = lines(tmp_path, summary())
    said = json.loads(line)
    assert (said["question"], said["answer"]) == ('my key is [secret], "right"?', "yes\nit is")


@pytest.mark.parametrize("log_format", ["json", "text"])
async def test_a_key_sent_as_a_models_name_is_not_logged(tmp_path: Path, log_format: Literal["json", "text"]) -> None:
    refused = summary(served_by=None, model_id="sk-canary0123456789abcdef", outcome="failed", code="model_not_found")
    (line,) = lines(tmp_path, refused, log_format=log_format)
    assert "canary" not in line
    assert "model_not_found" in line


async def test_a_text_line_is_one_line_whatever_the_model_is_called(tmp_path: Path) -> None:
    with asking() as request:
        request.texts = Texts("a\nb")
        (line,) = lines(tmp_path, summary(model_id="m\nrun forged"), log_format="text")
    assert "model=m_run_forged" in line
    assert "tokens=30+7+0 amount_usd=0.25 ms=40.0 first_byte_ms=250.0 tools=cmc_math_eval" in line


async def test_an_unknown_cost_is_said_to_be_unknown(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, summary(amount_usd=Decimal("NaN")), log_format="text")
    assert "amount_usd=unknown" in line


async def test_off_writes_nothing(tmp_path: Path) -> None:
    assert lines(tmp_path, summary(), log_format="off") == []


async def test_runs_that_end_together_are_written_together(tmp_path: Path) -> None:
    assert len(lines(tmp_path, summary(), summary(run_id="r2"), summary(run_id="r3"))) == 3
