"""Admission: where every run of every dialect passes, whoever answers it. First a place in this process, then the
caller's limits. A run that is refused has `RunFailed` as its only event, which each dialect tells in its own words.

A caller without limits costs a place and nothing else: no task, no step between a batch and its dialect."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunStarted
from cryptodesk.core.jobs import JobStatus, ResearchJob, ResearchJobs
from cryptodesk.core.limits import Ask, LimitState, duration_text, unit_of
from cryptodesk.core.ports import RunObserver, RunSummary
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import estimate_tokens
from cryptodesk.core.worst_case import characters_of
from cryptodesk.dialects._gate import Gate
from cryptodesk.dialects._ports import RunEngine
from cryptodesk.state.limits_desk import Admission, LimitDesk

__all__ = ["AdmittedEngine", "AdmittedJobs", "RunUses", "ask_of", "limit_headers"]

# What is set aside for an answer whose request bounds it by nothing.
USUAL_OUTPUT_TOKENS: Final = 1_024

Batch = list[RunEvent]


class RunUses:
    """What runs have used in all, as their engine tells when they end, however they end. `follow` names those that
    somebody wants to know of."""

    def __init__(self, then: RunObserver | None = None) -> None:
        self._then = then
        self._followed: dict[str, int | None] = {}
        self._counted: dict[str, Callable[[Caller, int], None]] = {}

    def count_others(self, dialect: str, count: Callable[[Caller, int], None]) -> None:
        """Has runs of a dialect that nobody admits counted when they end."""
        self._counted[dialect] = count

    def follow(self, trace_id: str) -> None:
        self._followed[trace_id] = None

    def take(self, trace_id: str) -> int | None:
        """Tokens in and out; None where nobody told."""
        return self._followed.pop(trace_id, None)

    def ended(self, summary: RunSummary) -> None:
        if summary.trace_id in self._followed:
            self._followed[summary.trace_id] = summary.usage.total_tokens
        elif summary.dialect in self._counted:
            caller = Caller(summary.account_id, summary.key_id)
            self._counted[summary.dialect](caller, summary.usage.total_tokens)
        if self._then is not None:
            self._then.ended(summary)


class AdmittedEngine:
    """An engine behind the gate and the limits. Without `limits` nobody has any."""

    def __init__(
        self, engine: RunEngine, gate: Gate, limits: LimitDesk | None = None, uses: RunUses | None = None
    ) -> None:
        self.engine = engine
        self.gate = gate
        self.limits = limits
        self.uses = uses or RunUses()

    def run(self, request: RunRequest) -> AsyncGenerator[Batch, None]:
        return _AdmittedRun(self, request)


class _AdmittedRun(AsyncGenerator[Batch, None]):
    """The run's own batches, handed on as they are."""

    __slots__ = ("_admission", "_desk", "_has_begun", "_has_entered", "_inner", "_next", "_request")

    def __init__(self, desk: AdmittedEngine, request: RunRequest) -> None:
        self._desk = desk
        self._request = request
        self._has_entered = self._has_begun = False
        self._admission: Admission | None = None
        self._inner: AsyncGenerator[Batch, None] | None = None
        self._next: Callable[[], Awaitable[Batch]] = self._first

    def __aiter__(self) -> _AdmittedRun:
        return self

    def __anext__(self) -> Any:
        return self._next()

    async def asend(self, value: None) -> Batch:
        return await self._next()

    async def athrow(
        self,
        kind: type[BaseException] | BaseException,
        value: BaseException | object = None,
        trace: TracebackType | None = None,
        /,
    ) -> Batch:
        await self.aclose()
        raise kind if isinstance(kind, BaseException) else kind()

    async def aclose(self) -> None:
        """Ends the run, gives its place back and puts right what was counted for it."""
        self._next = _ended
        try:
            if self._inner is not None:
                await self._inner.aclose()
        finally:
            self._leave()
            self._put_right()

    def __del__(self) -> None:
        # Who read to the end without closing, or let go on the way.
        self._leave()
        if self._admission is not None:
            with contextlib.suppress(RuntimeError):  # the loop is over, and with it the process
                self._put_right()

    # -- the first batch -----------------------------------------------------------------------------------------------

    def _first(self) -> Awaitable[Batch]:
        desk = self._desk
        is_free = desk.limits is None or desk.limits.is_free(self._request.caller)
        if is_free and desk.gate.try_enter():
            self._has_entered = True
            return self._begin()
        return self._admit()

    async def _admit(self) -> Batch:
        desk, request = self._desk, self._request
        try:
            if not self._has_entered:
                await desk.gate.enter()
                self._has_entered = True
            if desk.limits is not None:
                self._admission = await desk.limits.admit(ask_of(request))
        except CryptodeskError as error:
            self._leave()
            self._next = _ended
            return [RunFailed(error)]
        if self._admission is not None:
            desk.uses.follow(request.trace_id)
        return await self._begin()

    def _begin(self) -> Awaitable[Batch]:
        self._inner = self._desk.engine.run(self._request)
        self._next = self._inner.__anext__ if self._admission is None else self._watched
        return self._next()

    def _leave(self) -> None:
        if self._has_entered:
            self._has_entered = False
            self._desk.gate.leave()

    # -- a run that was counted ----------------------------------------------------------------------------------------

    async def _watched(self) -> Batch:
        if self._inner is None:
            raise StopAsyncIteration
        batch = await self._inner.__anext__()
        for event in batch:
            if isinstance(event, RunStarted):
                self._has_begun = True
            elif isinstance(event, RunFinished):
                await self._settle(event.usage.total_tokens)
            elif isinstance(event, RunFailed):
                await self._settle(self._used())
        return batch

    async def _settle(self, used_tokens: int | None) -> None:
        """Before the run's last event is seen, so that whose stream it was may at once begin another."""
        admission, self._admission = self._admission, None
        self._desk.uses.take(self._request.trace_id)
        if admission is not None and self._desk.limits is not None:
            await self._desk.limits.settle(admission, used_tokens)

    def _put_right(self) -> None:
        admission, self._admission = self._admission, None
        if admission is not None and self._desk.limits is not None:
            self._desk.limits.put_right(admission, self._used())

    def _used(self) -> int | None:
        told = self._desk.uses.take(self._request.trace_id)
        return told if told is not None or self._has_begun else 0


class AdmittedJobs:
    """Research that is asked for counts as a request at once, and its tokens when it ends."""

    def __init__(self, jobs: ResearchJobs, limits: LimitDesk) -> None:
        self._jobs = jobs
        self._limits = limits

    async def create(
        self, caller: Caller, query: str, *, instructions: str = "", follow_up_of: str | None = None
    ) -> ResearchJob:
        """Raises: RateLimited, and what the jobs raise."""
        await self._limits.admit(Ask("", caller))
        return await self._jobs.create(caller, query, instructions=instructions, follow_up_of=follow_up_of)

    async def get(self, caller: Caller, job_id: str) -> ResearchJob:
        return await self._jobs.get(caller, job_id)

    async def list(
        self, caller: Caller, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        return await self._jobs.list(caller, status=status, limit=limit, offset=offset)

    async def cancel(self, caller: Caller, job_id: str) -> ResearchJob:
        return await self._jobs.cancel(caller, job_id)


def ask_of(request: RunRequest) -> Ask:
    """What a run wants of its caller's limits. What a follow-up reads of its earlier turns is known when it ends."""
    read = estimate_tokens(characters_of(request.messages, request.client_tools))
    written = request.max_output_tokens
    return Ask(
        request.trace_id,
        request.caller,
        tokens=read + (USUAL_OUTPUT_TOKENS if written is None else written),
        least_tokens=read + (written or 0),
        is_stream=request.stream,
    )


def limit_headers(states: Sequence[LimitState], now: datetime) -> list[tuple[bytes, bytes]]:
    """OpenAI's headers: of requests and of tokens each the limit of which the least is left."""
    headers: list[tuple[bytes, bytes]] = []
    for unit in ("requests", "tokens"):
        found = [state for state in states if unit_of(state.limit.measure) == unit and state.resets_at is not None]
        if found:
            headers += _headers_of(min(found, key=lambda state: state.remaining), unit, now)
    return headers


def _headers_of(state: LimitState, unit: str, now: datetime) -> list[tuple[bytes, bytes]]:
    seconds = 0 if state.resets_at is None else max(0, -int((now - state.resets_at).total_seconds() // 1))
    told = {"limit": state.limit.amount, "remaining": state.remaining, "reset": duration_text(seconds)}
    return [(f"x-ratelimit-{name}-{unit}".encode(), str(value).encode()) for name, value in told.items()]


async def _ended() -> Batch:
    raise StopAsyncIteration
