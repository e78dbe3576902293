"""The ports of a desk, counted. Each hands everything on as it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from time import monotonic
from typing import Protocol, cast

from cryptodesk.core.breaker import Breaker, BreakerState
from cryptodesk.core.errors import CryptodeskError, UpstreamError
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.ports import Database, ModelCatalog, Provider, ToolRunner
from cryptodesk.core.relay import Relay
from cryptodesk.core.resilience import Resilience
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.core.waiting import WAITING, Waiting
from cryptodesk.observing.request import REQUEST
from cryptodesk.observing.tally import Tally
from cryptodesk.storage.database import Statement, StatementBatch, Writable

__all__ = ["Counted", "WritableDatabase"]


class WritableDatabase(Database, Writable, Protocol):
    """What batches are made of."""


class Counted:
    def __init__(self, tally: Tally) -> None:
        self.calls = tally.meter("provider_calls_total")
        self.first_events = tally.meter("provider_first_event_seconds")
        self.retries = tally.meter("provider_retries_total")
        self.tool_calls = tally.meter("tool_calls_total")
        self.tool_durations = tally.meter("tool_duration_seconds")
        self.commits = tally.meter("store_commits_total")
        self.commit_durations = tally.meter("store_commit_seconds")

    def catalog(self, catalog: ModelCatalog) -> ModelCatalog:
        return _Catalog(catalog, self)

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return _Tools(tools, self)

    def provider(self, provider: Provider, *, is_own: bool = False) -> Provider:
        """`is_own` says that it asks no upstream."""
        return _Provider(provider, self, is_own=is_own)

    def database(self, database: WritableDatabase) -> Database:
        return _Database(database, self)


class _Catalog:
    def __init__(self, catalog: ModelCatalog, counted: Counted) -> None:
        self._catalog = catalog
        self._counted = counted
        self._providers: dict[str, _Provider] = {}
        self.resilience: Resilience = _Resilience(catalog.resilience, counted)

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        routes = self._catalog.resolve(model_id)
        waiting = WAITING.get()
        if waiting is not None:
            waiting.own_providers.update(route.provider for route in routes if not route.is_language_model)
        return routes

    def provider(self, name: str) -> Provider:
        found = self._catalog.provider(name)
        held = self._providers.get(name)
        if held is None or held.provider is not found:
            held = self._providers[name] = _Provider(found, self._counted)
        return held


class _Resilience(Resilience):
    def __init__(self, inner: Resilience, counted: Counted) -> None:
        self.retry = inner.retry
        self.ticks = inner.ticks
        self._inner = inner
        self._counted = counted

    def breaker(self, route: ModelRoute) -> Breaker | None:
        return self._inner.breaker(route)

    def states(self) -> dict[tuple[str, str], BreakerState]:
        return self._inner.states()

    def pause_before_retry(self, error: UpstreamError, retries: int, seconds_left: float) -> float | None:
        pause = self._inner.pause_before_retry(error, retries, seconds_left)
        if pause is not None:
            self._counted.retries.add((error.upstream,))
        return pause


class _Provider:
    def __init__(self, provider: Provider, counted: Counted, *, is_own: bool = False) -> None:
        self.provider = provider
        self.name = provider.name
        self._counted = counted
        self._is_own = is_own

    def stream(self, request: ModelRequest) -> AsyncGenerator[list[ModelEvent], None]:
        stream = cast("AsyncGenerator[list[ModelEvent], None]", self.provider.stream(request))
        waiting = WAITING.get()
        if waiting is None or self._is_own or self.name in waiting.own_providers:
            return _Stream(stream, self.name, self._counted)
        return _WaitedStream(stream, self.name, self._counted, waiting)

    async def close(self) -> None:
        await self.provider.close()


class _Stream(Relay[list[ModelEvent]]):
    __slots__ = ("_begun_at", "_counted", "_has_ended", "_name", "_next")

    def __init__(self, stream: AsyncGenerator[list[ModelEvent], None], name: str, counted: Counted) -> None:
        self._inner = stream
        self._next = stream.__anext__
        self._name = name
        self._counted = counted
        self._has_ended = False
        self._begun_at: float | None = monotonic()

    async def __anext__(self) -> list[ModelEvent]:
        try:
            batch = await self._next()
        except StopAsyncIteration:
            self._end("finished")
            raise
        except UpstreamError as error:
            self._end(error.code)
            raise
        except Exception:
            self._end("failed")
            raise
        if self._begun_at is not None:
            self._counted.first_events.observe(monotonic() - self._begun_at, (self._name,))
            self._begun_at = None
        return batch

    async def aclose(self) -> None:
        self._end("closed")
        await super().aclose()

    def _end(self, outcome: str) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._counted.calls.add((self._name, outcome))


class _WaitedStream(_Stream):
    """Tells how long its batches are waited for."""

    __slots__ = ("_waiting",)

    def __init__(
        self, stream: AsyncGenerator[list[ModelEvent], None], name: str, counted: Counted, waiting: Waiting
    ) -> None:
        super().__init__(stream, name, counted)
        self._waiting = waiting

    async def __anext__(self) -> list[ModelEvent]:
        self._waiting.begin()
        try:
            return await super().__anext__()
        finally:
            self._waiting.end()


class _Tools:
    def __init__(self, tools: ToolRunner, counted: Counted) -> None:
        self._tools = tools
        self._counted = counted
        self.spec = tools.spec
        self.names = tools.names

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        begun_at = monotonic()
        request = REQUEST.get()
        if request is not None:
            request.tools.append(call.name)
        trace = await self._tools.run(call, context)
        self._counted.tool_calls.add((call.name, trace.status))
        self._counted.tool_durations.observe(monotonic() - begun_at, (call.name,))
        return trace


class _Database:
    def __init__(self, database: WritableDatabase, counted: Counted) -> None:
        self._database = database
        self._counted = counted

    def batch(self) -> StatementBatch:
        return StatementBatch(self)

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        begun_at = monotonic()
        try:
            await self._database.write_statements(statements)
        except CryptodeskError:
            self._counted.commits.add(("failed",))
            raise
        self._counted.commits.add(("committed",))
        self._counted.commit_durations.observe(monotonic() - begun_at)
