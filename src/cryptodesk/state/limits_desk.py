"""Admission against limits, exact over every process of one database.

What waits is decided together (limits_line.py). A caller without limits never gets here; one whose window is known to
be full is refused without a look at the database, because what requests have used of a window never falls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import InternalError, LedgerUnavailable
from cryptodesk.core.limits import Ask, Limit, LimitState, too_large, too_many, unit_of, window_at
from cryptodesk.core.requests import Caller
from cryptodesk.state.limits import LimitBook
from cryptodesk.state.limits_counts import (
    Correction,
    Decision,
    Request,
    counter_of,
    end_streams,
    purge,
    renew_streams,
)
from cryptodesk.state.limits_line import LimitLine
from cryptodesk.storage.database import Database

__all__ = ["RENEW_SECONDS", "STREAM_LAPSE_SECONDS", "Admission", "LimitDesk"]

log = logging.getLogger("cryptodesk.state.limits")

# A stream that its process has not renewed for so long is over: its process is gone.
STREAM_LAPSE_SECONDS: Final = 90.0
RENEW_SECONDS: Final = 30.0

_MOST_REMEMBERED: Final = 10_000


class Admission(Struct, frozen=True):
    """A run that was counted: what has to be put right when it ends."""

    request: Request
    token_counters: tuple[str, ...]
    has_stream: bool


class LimitDesk:
    def __init__(self, database: Database, clock: Clock, book: LimitBook | None = None) -> None:
        self._database = database.apart("limits")
        self._clock = clock
        self._book = book or LimitBook(database)
        self._line = LimitLine(self._database)
        self._counting: set[asyncio.Task[None]] = set()
        self._full: dict[str, LimitState] = {}  # windows of requests that had no room left
        self._seen: dict[Caller, tuple[LimitState, ...]] = {}
        self._streams: dict[str, Request] = {}

    def is_free(self, caller: Caller) -> bool:
        """Whether no limit holds for the caller, as far as was found out within the last second."""
        return self._book.known(caller, self._clock.unix()) == ()

    def refuse_early(self, caller: Caller) -> None:
        """Without a look at the database. Raises: RateLimited where a window is known to be full."""
        if self._full:
            self._refuse_full(self._book.known(caller, self._clock.unix()) or ())

    async def admit(self, ask: Ask) -> Admission | None:
        """Counts the run, once that is on disk; None where no limit holds.

        Raises: RateLimited, LargerThanLimit, LedgerUnavailable."""
        try:
            limits = await self._book.of(ask.caller, self._clock.unix())
            if not limits:
                return None
            request = self._request(ask, limits)
            self._refuse_full(limits)
            decision = await self._decided(request)
        except InternalError as error:
            log.exception("limits could not be counted")
            raise LedgerUnavailable("Limits cannot be counted now, so nothing was run.") from error
        self._remember(request, decision)
        if decision.refused is not None:
            raise too_many(decision.refused, self._clock.now())
        return self._admitted(request)

    def count(self, caller: Caller, tokens: int) -> None:
        """Counts what was used without having been asked for, as a research job's tokens are. Waits for nothing."""
        task = asyncio.get_running_loop().create_task(self._count(caller, tokens))
        self._counting.add(task)
        task.add_done_callback(self._counting.discard)

    def put_right(self, admission: Admission, used_tokens: int | None) -> asyncio.Future[None] | None:
        """Hands over what a run that ended has really used, None where nobody knows: then what was set aside stays
        counted. Does not wait for the disk; the future does, if there is anything to write."""
        request = admission.request
        self._streams.pop(request.ask.ask_id, None)
        more = 0 if used_tokens is None or not admission.token_counters else used_tokens - request.tokens
        if not more and not admission.has_stream:
            return None
        self._see_again(request, more)
        stream_id = request.ask.ask_id if admission.has_stream else ""
        return self._line.give(Correction(admission.token_counters, more, stream_id))

    async def settle(self, admission: Admission, used_tokens: int | None) -> None:
        """As `put_right`; of a stream it returns once that is on disk, so that who asks next finds it ended."""
        written = self.put_right(admission, used_tokens)
        if written is not None and admission.has_stream:
            await asyncio.shield(written)

    def states(self, caller: Caller) -> Sequence[LimitState]:
        """What was last seen of the caller's limits, of windows that are not over."""
        now = self._clock.now()
        found = self._seen.get(caller, ())
        return tuple(state for state in found if state.resets_at is None or now < state.resets_at)

    async def look(self, caller: Caller) -> Sequence[LimitState]:
        """What is used of the caller's limits now. Raises: InternalError."""
        limits = await self._book.of(caller, self._clock.unix())
        if not limits:
            return ()
        # A request that has room for nothing is never counted.
        shown = tuple(Limit(each.scope, each.scope_id, each.measure, -1) for each in limits)
        request = Request(Ask("", caller), shown, 0, self._clock.unix())
        found = await self._decided(request)
        return tuple(
            LimitState(limit, state.used, state.resets_at) for limit, state in zip(limits, found.states, strict=True)
        )

    async def release_abandoned(self) -> int:
        """How many streams of processes that are gone were ended. Only for the sole process of a database, before it
        serves."""
        return await self._database.write(end_streams)

    async def serve(self) -> None:
        """Keeps the streams of this process counted and deletes windows that are over. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self.keep()
            except InternalError:
                log.exception("limits could not be kept")

    async def drain(self) -> None:
        """Returns once all that was handed over is on disk. Before the database is closed."""
        await asyncio.gather(*self._counting)
        await self._line.drain()

    async def keep(self) -> None:
        """One turn of `serve`. Raises: InternalError."""
        now = self._clock.unix()
        streams = tuple(self._streams.values())
        if streams:
            await self._database.write(
                lambda connection: renew_streams(connection, streams, now + STREAM_LAPSE_SECONDS)
            )
        while await self._database.write(lambda connection: purge(connection, now)):
            pass

    # -- one request -------------------------------------------------------------------------------------------------

    def _request(self, ask: Ask, limits: tuple[Limit, ...]) -> Request:
        """Raises: LargerThanLimit."""
        tokens = ask.tokens
        for limit in limits:
            if unit_of(limit.measure) == "tokens":
                if ask.least_tokens > limit.amount:
                    raise too_large(limit, ask.least_tokens)
                tokens = min(tokens, limit.amount)
        now = self._clock.unix()
        return Request(ask, limits, tokens, now, now + STREAM_LAPSE_SECONDS)

    def _refuse_full(self, limits: tuple[Limit, ...]) -> None:
        """Raises: RateLimited."""
        for limit in limits if self._full else ():
            window = window_at(limit.measure, self._clock.unix())
            full = None if window is None else self._full.get(counter_of(limit, window))
            if full is not None and full.used >= limit.amount:
                raise too_many(LimitState(limit, full.used, full.resets_at), self._clock.now())

    def _admitted(self, request: Request) -> Admission:
        counters = []
        for limit in request.limits:
            window = window_at(limit.measure, request.asked_at)
            if window is not None and request.tokens and unit_of(limit.measure) == "tokens":
                counters.append(counter_of(limit, window))
        has_stream = request.ask.is_stream and any(limit.measure == "streams" for limit in request.limits)
        if has_stream:
            self._streams[request.ask.ask_id] = request
        return Admission(request, tuple(counters), has_stream)

    def _remember(self, request: Request, decision: Decision) -> None:
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
        self._seen[request.ask.caller] = decision.states
        for state in decision.states:
            window = window_at(state.limit.measure, request.asked_at)
            if window is not None and not state.remaining and unit_of(state.limit.measure) == "requests":
                if len(self._full) >= _MOST_REMEMBERED:
                    self._full.clear()
                self._full[counter_of(state.limit, window)] = state

    def _see_again(self, request: Request, more: int) -> None:
        """Tokens that were given back are told with the next answer, before anybody looked again."""
        if more:
            caller = request.ask.caller
            self._seen[caller] = tuple(
                LimitState(state.limit, max(0, state.used + more), state.resets_at)
                if _is_of_tokens_then(state, request)
                else state
                for state in self._seen.get(caller, ())
            )

    async def _count(self, caller: Caller, tokens: int) -> None:
        now = self._clock.unix()
        try:
            limits = await self._book.of(caller, now)
            if any(unit_of(limit.measure) == "tokens" for limit in limits):
                await self._decided(Request(Ask("", caller), limits, tokens, now, requests=0, is_forced=True))
        except InternalError:
            log.exception("tokens could not be counted against limits")

    async def _decided(self, request: Request) -> Decision:
        decided = self._line.ask(request)
        try:
            return await asyncio.shield(decided)
        except asyncio.CancelledError:
            # It may be counted all the same.
            decided.add_done_callback(lambda decided: self._give_back(request, decided))
            raise

    def _give_back(self, request: Request, decided: asyncio.Future[Decision]) -> None:
        if decided.cancelled() or decided.exception() is not None or decided.result().refused is not None:
            return
        self.put_right(self._admitted(request), 0)


def _is_of_tokens_then(state: LimitState, request: Request) -> bool:
    """Whether tokens were set aside for the request in the window that the state tells of."""
    window = window_at(state.limit.measure, request.asked_at)
    if window is None or state.resets_at is None or unit_of(state.limit.measure) != "tokens":
        return False
    return window.ends_at == state.resets_at.timestamp()
