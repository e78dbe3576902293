"""A run's span holds what happens in it, and ends with it in every case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.app.tracing.runs import TracedEngine, TracedObserver
from cryptodesk.app.tracing.spans import CURRENT, active
from cryptodesk.core.errors import UpstreamTimeout
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunStarted, TextDelta
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import RunSummary
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Cost, Usage
from tests.app.tracing.support import Kept
from tests.observing.support import summary

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NAME = "invoke_agent cryptodesk"
ASKED = RunRequest(Caller("CANARY-account", "CANARY-key"), "cmc", TRACE, "CANARY", (text_message("user", "CANARY"),))
STARTED = RunStarted("r1", 1, "m-1", "default")
END = RunFinished("stop", Usage(1, 2), Cost(Decimal(0)))
FAILED = RunFailed(UpstreamTimeout("CANARY", upstream="acme"))


class Engine:
    """Plays batches, each within the span that is there; settles within a span when it is closed early."""

    def __init__(self, *steps: Any) -> None:
        self.steps = steps
        self.within: list[str | None] = []

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        try:
            for step in self.steps:
                self._look()
                if isinstance(step, BaseException):
                    raise step
                if step == "hang":
                    await asyncio.Event().wait()
                yield step
        except (asyncio.CancelledError, GeneratorExit):
            self._look()
            raise

    def _look(self) -> None:
        span = CURRENT.get()
        self.within.append(None if span is None else span.trace_id)


def run_of(kept: Kept, engine: Engine) -> AsyncGenerator[list[RunEvent], None]:
    return TracedEngine(engine, kept.spans).run(ASKED)


async def test_a_run_that_nobodys_request_is_behind_begins_the_trace_of_its_own_id() -> None:
    kept, engine = Kept(), Engine([STARTED], [TextDelta("CANARY")], [END])
    assert len([batch async for batch in run_of(kept, engine)]) == 3
    assert engine.within == [TRACE] * 3
    assert CURRENT.get() is None
    assert kept.of(NAME)["cryptodesk.outcome"] == "finished"
    assert "CANARY" not in kept.ended[NAME].to_json()


async def test_a_run_of_a_request_is_within_the_requests_span() -> None:
    kept = Kept()
    request = kept.spans.start("POST")
    with active(request):
        [batch async for batch in run_of(kept, Engine([END]))]
    request.end()
    assert kept.parent(NAME) == "POST"


async def test_a_run_that_fails_is_told_by_its_code() -> None:
    kept = Kept()
    [batch async for batch in run_of(kept, Engine([STARTED], [FAILED]))]
    assert kept.failed(NAME)
    assert (kept.of(NAME)["cryptodesk.outcome"], kept.of(NAME)["error.type"]) == ("failed", "upstream_timeout")


async def test_a_run_that_is_closed_settles_within_its_span_and_was_cancelled() -> None:
    kept, engine = Kept(), Engine([STARTED], [TextDelta("a")])
    events = run_of(kept, engine)
    await anext(events)
    await events.aclose()
    assert engine.within == [TRACE, TRACE]
    assert (kept.of(NAME)["cryptodesk.outcome"], kept.failed(NAME)) == ("cancelled", False)


async def test_a_run_that_is_cancelled_while_it_waits_was_cancelled_too() -> None:
    kept, engine = Kept(), Engine([STARTED], "hang")
    events = run_of(kept, engine)
    await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await events.aclose()
    assert engine.within == [TRACE] * 3
    assert kept.of(NAME)["cryptodesk.outcome"] == "cancelled"


async def test_a_defect_ends_the_span_as_one() -> None:
    kept = Kept()
    with pytest.raises(KeyError):
        [batch async for batch in run_of(kept, Engine(KeyError("CANARY")))]
    assert kept.of(NAME)["error.type"] == "internal_error"


async def test_a_run_that_was_never_begun_has_no_span() -> None:
    kept = Kept()
    await run_of(kept, Engine([END])).aclose()
    assert kept.ended == {}


class Log:
    def __init__(self) -> None:
        self.told: list[RunSummary] = []

    def ended(self, summary: RunSummary) -> None:
        self.told.append(summary)


def test_what_the_log_says_is_on_the_span_and_the_log_says_the_spans_trace() -> None:
    kept, log = Kept(), Log()
    span = kept.spans.start("run")
    with active(span):
        TracedObserver(log).ended(summary(amount_usd=Decimal("0.000250"), figures_bound=3, figures_unbound=1))
    span.end()
    told = kept.of("run")
    assert (told["cryptodesk.run_id"], told["cryptodesk.amount_usd"]) == ("r1", "0.00025")
    assert (told["cryptodesk.figures.bound"], told["cryptodesk.figures.unbound"]) == (3, 1)
    assert (told["gen_ai.request.model"], told["gen_ai.response.model"]) == ("asked", "served")
    assert told["gen_ai.usage.input_tokens"] == 30
    assert log.told[0].trace_id == span.trace_id
    assert "CANARY" not in kept.ended["run"].to_json()


def test_a_model_that_never_answered_is_not_named_for_its_name_is_a_callers_words() -> None:
    kept = Kept()
    span = kept.spans.start("run")
    failed = summary(model_id="CANARY", served_by=None, outcome="failed", code="model_not_found", finish_reason=None)
    with active(span):
        TracedObserver(Log()).ended(failed)
    span.end()
    assert kept.of("run")["error.type"] == "model_not_found"
    assert "CANARY" not in kept.ended["run"].to_json()


def test_without_a_span_the_log_is_told_as_ever() -> None:
    log, told = Log(), summary()
    TracedObserver(log).ended(told)
    assert log.told[0] is told
