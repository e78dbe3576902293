"""Spans of calls of language models, named as the semantic conventions for generative AI name them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Final, cast

from cryptodesk.app.tracing.spans import Attribute, Span, Spans, active
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.ports import ModelCatalog, Provider
from cryptodesk.core.relay import Relay
from cryptodesk.core.resilience import Resilience
from cryptodesk.core.traces import TRACEPARENT
from cryptodesk.core.usage import Usage

__all__ = ["TracedCatalog", "TracedProvider", "usage_attributes"]

_OUTCOME: Final = "cryptodesk.outcome"


class TracedCatalog:
    """Every provider that is looked up in it is traced."""

    def __init__(self, catalog: ModelCatalog, spans: Spans) -> None:
        self._catalog = catalog
        self._spans = spans
        self._providers: dict[str, TracedProvider] = {}

    @property
    def resilience(self) -> Resilience:
        return self._catalog.resilience

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        return self._catalog.resolve(model_id)

    def provider(self, name: str) -> Provider:
        found = self._catalog.provider(name)
        held = self._providers.get(name)
        if held is None or held.provider is not found:
            held = self._providers[name] = TracedProvider(found, self._spans)
        return held


class TracedProvider:
    def __init__(self, provider: Provider, spans: Spans) -> None:
        self.provider = provider
        self.name = provider.name
        self._spans = spans

    def stream(self, request: ModelRequest) -> AsyncGenerator[list[ModelEvent], None]:
        stream = cast("AsyncGenerator[list[ModelEvent], None]", self.provider.stream(request))
        return _TracedStream(stream, self.name, request, self._spans)

    async def close(self) -> None:
        await self.provider.close()


class _TracedStream(Relay[list[ModelEvent]]):
    """Its span begins when it is first asked for a batch, and ends with it, however that is. `outcome` is "finished",
    "closed" (by us, before its end) or the code of the error."""

    __slots__ = ("_has_begun", "_name", "_request", "_span", "_spans")

    def __init__(
        self, stream: AsyncGenerator[list[ModelEvent], None], name: str, request: ModelRequest, spans: Spans
    ) -> None:
        self._inner = stream
        self._name = name
        self._request = request
        self._spans = spans
        self._span: Span | None = None
        self._has_begun = False

    async def __anext__(self) -> list[ModelEvent]:
        span = self._span
        if span is None:
            name, attributes = f"chat {self._request.upstream_model}", _asked(self._name, self._request)
            span = self._span = self._spans.start(name, "client", attributes)
        try:
            batch = await self._next(span)
        except StopAsyncIteration:
            self._end("finished")
            raise
        except CryptodeskError as error:
            self._end(error.code, is_failure=True)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            self._end("closed")
            raise
        except BaseException:
            self._end("internal_error", is_failure=True)
            raise
        self._note(span, batch)
        return batch

    async def _next(self, span: Span) -> list[ModelEvent]:
        if self._has_begun:
            return await self._inner.__anext__()
        # The upstream is asked before the first batch; whatever is asked in the course of it is its child.
        before = TRACEPARENT.get()
        TRACEPARENT.set(span.traceparent)
        try:
            with active(span):
                return await self._inner.__anext__()
        finally:
            TRACEPARENT.set(before)

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            self._end("closed")

    def _note(self, span: Span, batch: Sequence[ModelEvent]) -> None:
        if not self._has_begun:
            self._has_begun = True
            span.note({"gen_ai.response.time_to_first_chunk": span.elapsed_seconds})
        for event in batch:
            kind = type(event)
            if kind is ModelStarted:
                span.note({"gen_ai.response.model": event.model})  # type: ignore[union-attr]
            elif kind is ModelFinished:
                span.note(_finished(cast("ModelFinished", event)))

    def _end(self, outcome: str, *, is_failure: bool = False) -> None:
        span = self._span
        if span is not None:
            span.note({_OUTCOME: outcome})
            if is_failure:
                span.fail(outcome)
            span.end()


def usage_attributes(usage: Usage) -> dict[str, Attribute]:
    """The conventions count reasoning into the output."""
    found = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens + usage.reasoning_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
    }
    always = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    return {name: count for name, count in found.items() if count or name in always}


def _asked(name: str, request: ModelRequest) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": name,
        "gen_ai.request.model": request.upstream_model,
        "gen_ai.request.stream": request.stream,
        "gen_ai.output.type": "text" if request.response_format is None else "json",
    }
    if request.max_output_tokens is not None:
        found["gen_ai.request.max_tokens"] = request.max_output_tokens
    if request.temperature is not None:
        found["gen_ai.request.temperature"] = request.temperature
    return found


def _finished(event: ModelFinished) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {"gen_ai.response.finish_reasons": (event.finish_reason,)}
    return found if event.usage is None else found | usage_attributes(event.usage)
