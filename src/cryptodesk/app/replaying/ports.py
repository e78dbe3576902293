"""The ports of a run, played: each gives what the recording has, and nothing is called, charged or stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import islice

from cryptodesk.app.recording.errors import untape_error
from cryptodesk.app.replaying.tape import events_of, played_tape, wait_for_ever, wait_until
from cryptodesk.core.breaker import Breaker
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import ModelNotFound, UpstreamError
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.money import Hold, HoldWanted, Outcome
from cryptodesk.core.ports import Batch, Claim, Entry, Provider, StoredTurn, ToolRunner
from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule
from cryptodesk.core.tools import ToolRunContext, ToolTrace

__all__ = [
    "NoDatabase",
    "NoLedger",
    "PlayedCatalog",
    "PlayedClock",
    "PlayedHolds",
    "PlayedProvider",
    "PlayedTools",
    "PlayedTurns",
]


class PlayedClock:
    def __init__(self, clock: Clock, reader: str) -> None:
        self._clock = clock
        self._reader = reader

    def now(self) -> datetime:
        moment: datetime | None = played_tape().now(self._reader)
        return self._clock.now() if moment is None else moment

    def unix(self) -> float:
        moment = played_tape().unix(self._reader)
        return self._clock.unix() if moment is None else moment


class PlayedCatalog:
    def __init__(self) -> None:
        self.resilience: Resilience = _PlayedResilience(RetryRule(), BreakerRule())

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        recording = played_tape().recording
        if model_id in recording.route_errors:
            raise untape_error(recording.route_errors[model_id])
        found = recording.routes.get(model_id)
        if found is None:
            raise ModelNotFound(f"The recording has no route for {model_id!r}.", model_id=model_id)
        return found

    def provider(self, name: str) -> Provider:
        return PlayedProvider(name)


class _PlayedResilience(Resilience):
    def breaker(self, route: ModelRoute) -> Breaker | None:
        return _PlayedBreaker(route)

    def pause_before_retry(self, error: UpstreamError, retries: int, seconds_left: float) -> float | None:
        return played_tape().pause()


class _PlayedBreaker(Breaker):
    def __init__(self, route: ModelRoute) -> None:
        self._key = (route.provider, route.upstream_model)
        self._admits = played_tape().admits(*self._key)
        self._has_failed = False

    @property
    def admits(self) -> bool:
        return played_tape().goes_on(*self._key) if self._has_failed else self._admits

    def insist(self) -> int:
        return 0

    def succeed(self, ticket: int) -> None:
        """Whoever counted did so then."""

    def fail(self, ticket: int) -> None:
        self._has_failed = True

    def release(self, ticket: int) -> None:
        """As `succeed`."""


class PlayedProvider:
    def __init__(self, name: str) -> None:
        self.name = name

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        taped = await played_tape().stream(self.name, request)
        events = iter(events_of(taped.codes, taped.events))
        for at, size in zip(taped.times, taped.sizes, strict=True):
            await wait_until(at)
            yield list(islice(events, size))
        if not taped.end:
            await wait_for_ever()
        await wait_until(taped.ended)
        if taped.error is not None:
            raise untape_error(taped.error)

    async def close(self) -> None:
        """Holds nothing."""


class PlayedTools:
    def __init__(self, tools: ToolRunner) -> None:
        self.spec = tools.spec
        self.names = tools.names

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        taped = await played_tape().tool(call)
        if taped.trace is None:
            await wait_for_ever()
        await wait_until(taped.ended)
        return taped.trace


class PlayedTurns:
    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        tape = played_tape()
        if tape.recording.turn_error is not None:
            raise untape_error(tape.recording.turn_error)
        if tape.recording.turn is None:
            await tape.miss(f"the turn {turn_id!r}")
        return Claim(claim_id, tape.recording.turn)

    async def release(self, claim: Claim) -> None:
        """Nothing is held."""

    def consume(self, batch: Batch, claim: Claim, *, completes: bool) -> None:
        """Nothing is stored."""

    def save(self, batch: Batch, turn: StoredTurn) -> None:
        """Nothing is stored."""


class PlayedHolds:
    async def reserve(self, wanted: HoldWanted) -> Hold:
        tape = played_tape()
        if tape.recording.hold_error is not None:
            raise untape_error(tape.recording.hold_error)
        if tape.recording.hold is None:
            await tape.miss("a hold")
        return tape.recording.hold

    def release(self, batch: Batch, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        """Nothing is held."""


class _NoBatch:
    async def commit(self) -> None:
        """Nothing is stored."""


class NoDatabase:
    def batch(self) -> Batch:
        return _NoBatch()


class NoLedger:
    def record(self, batch: Batch, entries: Sequence[Entry]) -> None:
        """Nothing is charged."""
