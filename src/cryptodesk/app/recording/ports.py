"""The ports of a run, watched: what they give is noted on the tape of the request that asks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, cast

from msgspec import Raw

from cryptodesk.app.recording.errors import tape_error
from cryptodesk.app.recording.format import TapedTool, encode
from cryptodesk.app.recording.tape import RunTape, running_tape
from cryptodesk.core.breaker import Breaker
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError, UpstreamError
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.money import Hold, Holds, HoldWanted
from cryptodesk.core.ports import Claim, ModelCatalog, Provider, ToolRunner, TurnStore
from cryptodesk.core.relay import Relay
from cryptodesk.core.resilience import Resilience
from cryptodesk.core.tools import ToolRunContext, ToolTrace

__all__ = ["WatchedCatalog", "WatchedClock", "WatchedHolds", "WatchedProvider", "WatchedTools", "WatchedTurns"]

# Callers choose the names behind `local/*`.
_MOST_MODELS = 512


class WatchedClock:
    """`reader` names who reads it: each has readings of its own, in their order."""

    def __init__(self, clock: Clock, reader: str) -> None:
        self._clock = clock
        self._reader = reader

    def now(self) -> datetime:
        moment = self._clock.now()
        tape = running_tape()
        if tape is not None:
            tape.recording.nows.append((self._reader, moment))
        return moment

    def unix(self) -> float:
        moment = self._clock.unix()
        tape = running_tape()
        if tape is not None:
            tape.recording.unixes.append((self._reader, moment))
        return moment


class WatchedCatalog:
    """Providers are looked up by those who are about to ask them, so each look-up gives a watched one."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self._catalog = catalog
        self._watched: dict[str, WatchedProvider] = {}
        self._encoded: dict[str, tuple[Sequence[ModelRoute], Raw]] = {}
        self.resilience: Resilience = _WatchedResilience(catalog.resilience)

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        tape = running_tape()
        if tape is None:
            return self._catalog.resolve(model_id)
        try:
            routes = self._catalog.resolve(model_id)
        except CryptodeskError as error:
            tape.recording.route_errors[model_id] = tape_error(error)
            raise
        tape.recording.routes[model_id] = self._encode(model_id, routes)  # type: ignore[assignment]  # read as they are
        return routes

    def _encode(self, model_id: str, routes: Sequence[ModelRoute]) -> Raw:
        """Once for as long as the model is resolved to the same routes."""
        known = self._encoded.get(model_id)
        if known is None or known[0] is not routes:
            if len(self._encoded) >= _MOST_MODELS:
                self._encoded.clear()
            known = self._encoded[model_id] = (routes, Raw(encode(routes)))
        return known[1]

    def provider(self, name: str) -> Provider:
        found = self._catalog.provider(name)
        watched = self._watched.get(name)
        if watched is None or watched.provider is not found:
            watched = self._watched[name] = WatchedProvider(found)
        return watched


class _WatchedResilience(Resilience):
    """The same rules and breakers. What is refused is noted when a call looks for its routes; what becomes of a route
    that fails in the middle of a call, the attempts that follow tell."""

    def __init__(self, inner: Resilience) -> None:
        self.retry = inner.retry
        self.ticks = inner.ticks
        self._inner = inner

    def breaker(self, route: ModelRoute) -> Breaker | None:
        found = self._inner.breaker(route)
        if found is None:
            return None
        tape = running_tape()
        if tape is not None and not found.admits:
            tape.recording.refusals.append((len(tape.asked), route.provider, route.upstream_model))
        return found

    def states(self) -> Any:
        return self._inner.states()

    def pause_before_retry(self, error: UpstreamError, retries: int, seconds_left: float) -> float | None:
        pause = self._inner.pause_before_retry(error, retries, seconds_left)
        tape = running_tape()
        if tape is not None:
            tape.recording.pauses.append(pause)
        return pause


class WatchedProvider:
    """`route` is that of a provider which nobody looked up in the catalogue for this run."""

    def __init__(self, provider: Provider, route: ModelRoute | None = None) -> None:
        self.provider = provider
        self._route = route
        self.name = provider.name

    def stream(self, request: ModelRequest) -> AsyncGenerator[list[ModelEvent], None]:
        stream = cast("AsyncGenerator[list[ModelEvent], None]", self.provider.stream(request))
        tape = running_tape()
        if tape is None:
            return stream
        if self._route is not None:
            tape.recording.routes.setdefault(self._route.model_id, (self._route,))
        return _WatchedStream(stream, tape, self.name, request)

    async def close(self) -> None:
        await self.provider.close()


class _WatchedStream(Relay[list[ModelEvent]]):
    __slots__ = ("_next", "_tape", "_taped")

    def __init__(
        self, stream: AsyncGenerator[list[ModelEvent], None], tape: RunTape, name: str, request: ModelRequest
    ) -> None:
        self._inner = stream
        self._next = stream.__anext__
        self._tape = tape
        self._taped = tape.begin_stream(name, request)

    async def __anext__(self) -> list[ModelEvent]:
        try:
            batch = await self._next()
        except StopAsyncIteration:
            self._end("finished")
            raise
        except Exception as error:
            self._end("error")
            self._taped.error = tape_error(error)
            raise
        taped = self._taped
        taped.times.append(monotonic())
        taped.sizes.append(len(batch))
        taped.events += batch
        return batch

    def _end(self, how: str) -> None:
        self._taped.end = how
        self._taped.ended = self._tape.offset


class WatchedTools:
    def __init__(self, tools: ToolRunner) -> None:
        self._tools = tools
        self.spec = tools.spec
        self.names = tools.names

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        tape = running_tape()
        if tape is None:
            return await self._tools.run(call, context)
        taped = TapedTool(call, tape.offset)
        tape.recording.tools.append(taped)
        taped.trace = await self._tools.run(call, context)
        taped.ended = tape.offset
        return taped.trace


class WatchedTurns:
    def __init__(self, turns: TurnStore) -> None:
        self._turns = turns
        self.release, self.consume, self.save = turns.release, turns.consume, turns.save

    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        tape = running_tape()
        try:
            claim = await self._turns.claim(turn_id, key_id, claim_id=claim_id, now=now, lapses_at=lapses_at)
        except CryptodeskError as error:
            if tape is not None:
                tape.recording.turn_error = tape_error(error)
            raise
        if tape is not None:
            tape.recording.turn = claim.turn
        return claim


class WatchedHolds:
    def __init__(self, holds: Holds) -> None:
        self._holds = holds
        self.release = holds.release

    async def reserve(self, wanted: HoldWanted) -> Hold:
        tape = running_tape()
        try:
            hold = await self._holds.reserve(wanted)
        except CryptodeskError as error:
            if tape is not None:
                tape.recording.hold_error = tape_error(error)
            raise
        if tape is not None:
            tape.recording.hold = hold
        return hold
