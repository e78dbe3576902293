"""The span of a run: everything that the run does happens within it, the settlement after a hang-up too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from msgspec import structs

from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.app.tracing.calls import usage_attributes
from cryptodesk.app.tracing.spans import CURRENT, Attribute, Span, Spans, active
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished
from cryptodesk.core.ports import RunObserver, RunSummary
from cryptodesk.core.relay import Relay
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.usage import decimal_text

__all__ = ["TracedEngine", "TracedObserver"]

_NAME = "invoke_agent cryptodesk"


class TracedEngine:
    """`is_graph` says that it researches. A run that nobody's request is behind begins a trace of its own."""

    def __init__(self, engine: RunEngine, spans: Spans, *, is_graph: bool = False) -> None:
        self._engine = engine
        self._spans = spans
        self._is_graph = is_graph

    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        attributes: dict[str, Attribute] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "cryptodesk",
            "gen_ai.request.stream": request.stream,
            "cryptodesk.dialect": request.dialect,
            "cryptodesk.is_research": self._is_graph,
        }
        return _TracedRun(self._engine.run(request), self._spans, attributes, request.trace_id)


class _TracedRun(Relay[list[RunEvent]]):
    __slots__ = ("_attributes", "_is_whole", "_span", "_spans", "_trace_id")

    def __init__(
        self,
        events: AsyncGenerator[list[RunEvent], None],
        spans: Spans,
        attributes: dict[str, Attribute],
        trace_id: str,
    ) -> None:
        self._inner = events
        self._spans = spans
        self._attributes = attributes
        self._trace_id = trace_id
        self._span: Span | None = None
        self._is_whole = False

    async def __anext__(self) -> list[RunEvent]:
        span = self._span
        if span is None:
            span = self._span = self._spans.start(_NAME, "internal", self._attributes, trace_id=self._trace_id)
        try:
            with active(span):
                batch = await self._inner.__anext__()
        except StopAsyncIteration:
            self._end()
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self._end()
            raise
        except BaseException:
            span.fail("internal_error")
            self._end()
            raise
        self._look(span, batch)
        return batch

    async def aclose(self) -> None:
        span = self._span
        if span is None:
            await super().aclose()
            return
        try:
            with active(span):
                await super().aclose()
        finally:
            self._end()

    def _look(self, span: Span, batch: list[RunEvent]) -> None:
        last = batch[-1] if batch else None
        if type(last) is RunFinished:
            self._is_whole = True
            span.note({"cryptodesk.outcome": "finished"})
        elif type(last) is RunFailed:
            self._is_whole = True
            span.note({"cryptodesk.outcome": "failed"})
            span.fail(last.error.code)

    def _end(self) -> None:
        if self._span is not None:
            if not self._is_whole:
                self._span.note({"cryptodesk.outcome": "cancelled"})
            self._span.end()


class TracedObserver:
    """Notes on the span of a run what the log says of it, then tells `then`, with the id of the trace in place of the
    desk's own."""

    def __init__(self, then: RunObserver) -> None:
        self._then = then

    def ended(self, summary: RunSummary) -> None:
        span = CURRENT.get()
        if span is not None:
            span.note(_told(summary))
            if summary.outcome == "failed" and summary.code is not None:
                span.fail(summary.code)
            if summary.trace_id != span.trace_id:
                summary = structs.replace(summary, trace_id=span.trace_id)
        self._then.ended(summary)


def _told(summary: RunSummary) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {
        "cryptodesk.run_id": summary.run_id,
        "cryptodesk.outcome": summary.outcome,
        "cryptodesk.amount_usd": decimal_text(summary.amount_usd),
        "cryptodesk.tool_calls": summary.tool_calls,
        "cryptodesk.figures.bound": summary.figures_bound,
        "cryptodesk.figures.contradicted": summary.figures_contradicted,
        "cryptodesk.figures.unbound": summary.figures_unbound,
        **usage_attributes(summary.usage),
    }
    if summary.served_by is not None:
        # Until a model answers, the name is whatever a caller wrote.
        found |= {"gen_ai.request.model": summary.model_id, "gen_ai.response.model": summary.served_by}
    if summary.finish_reason is not None:
        found["gen_ai.response.finish_reasons"] = (summary.finish_reason,)
    return found
