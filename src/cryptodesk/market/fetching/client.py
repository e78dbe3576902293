"""The client under every live source: one object a source, which keeps its manners and tells what goes wrong.

Source: HTTP semantics as in RFC 9110; what vendors do on bad days, from their documents and from experience.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from yarl import URL

from cryptodesk.core.breaker import BreakerState
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
)
from cryptodesk.core.ticks import SystemTicks, Ticks
from cryptodesk.core.waiting import WAITING
from cryptodesk.market.fetching.budget import CallBudget
from cryptodesk.market.fetching.errors import error_of_status, is_web_page
from cryptodesk.market.fetching.flights import Flights
from cryptodesk.market.fetching.gate import Gate
from cryptodesk.market.fetching.http import HttpAnswer, HttpRequest, SourcePolicy, path_of
from cryptodesk.market.fetching.session import SessionPool, Transport

if TYPE_CHECKING:
    import aiohttp

__all__ = [
    "CallBudget",
    "HttpAnswer",
    "HttpRequest",
    "SessionPool",
    "SourceClient",
    "SourcePolicy",
    "SourceStatus",
    "path_of",
]

AnswerCheck = Callable[[HttpAnswer], None]

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 4.0
_MAX_ERROR_LENGTH = 200
# What reading an unexpected answer raises: a key that is missing, a value of another type, bytes that are no text.
_UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class SourceStatus(Struct, frozen=True):
    """How a source fares. `limited_seconds` is how long it is still left alone because it told us to slow down.
    `outcomes` counts what became of questions to it: "answered", or the code of the error."""

    source: str
    breaker: BreakerState
    open_seconds_left: float
    limited_seconds_left: float
    used_today: int
    per_day: int | None
    in_flight: int
    requests: int
    shared: int
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    outcomes: Mapping[str, int] = {}


class SourceClient:
    """`check` looks at every answer before its status does, and raises an UpstreamError if it means one.
    `is_direct`: there is no proxy, so that names are looked up here.

    Use it on one event loop, in an `async with` block or with `close`."""

    def __init__(
        self,
        name: str,
        policy: SourcePolicy,
        *,
        session: Callable[[], aiohttp.ClientSession],
        clock: Clock,
        budget: CallBudget,
        check: AnswerCheck | None = None,
        ticks: Ticks | None = None,
        is_direct: bool = False,
    ) -> None:
        self.name = name
        self.policy = policy
        self._clock = clock
        self._budget = budget
        self._check = check
        self._ticks: Ticks = ticks or SystemTicks()
        self._gate = Gate(name, policy, budget, self._ticks)
        self._transport = Transport(name, policy, session, clock, is_direct=is_direct)
        self._flights: Flights[HttpAnswer] = Flights(name)
        self._last_success_at: datetime | None = None
        self._last_error: tuple[str, datetime] | None = None
        self._outcomes: Counter[str] = Counter()

    async def __aenter__(self) -> SourceClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Breaks off what is under way: whoever waits for it gets UpstreamUnavailable."""
        await self._flights.close()

    async def fetch(self, request: HttpRequest) -> HttpAnswer:
        """A successful answer with a body. Who asks the same at the same time gets the same answer.

        Raises: UpstreamError, naming the source: what `check` raised, else by the table of `_errors`;
        ValueError for an address that the policy does not allow."""
        waiting = WAITING.get()
        if waiting is None:
            return await self._flights.join(request, lambda: self._fetch(request))
        waiting.begin()
        try:
            return await self._flights.join(request, lambda: self._fetch(request))
        finally:
            waiting.end()

    def status(self) -> SourceStatus:
        error, error_at = self._last_error or (None, None)
        gate = self._gate
        return SourceStatus(
            source=self.name,
            breaker=gate.breaker.state,
            open_seconds_left=gate.breaker.open_seconds_left,
            limited_seconds_left=gate.limiter.paused_seconds,
            used_today=self._budget.used(self.name),
            per_day=self.policy.per_day,
            in_flight=gate.in_flight,
            requests=gate.requests,
            shared=self._flights.shared,
            last_success_at=self._last_success_at,
            last_error=error,
            last_error_at=error_at,
            outcomes=self._outcomes.copy(),
        )

    async def _fetch(self, request: HttpRequest) -> HttpAnswer:
        deadline = self._ticks.monotonic() + self.policy.timeout_seconds
        try:
            answer = await self._attempt_until(request, deadline)
        except UpstreamError as error:
            self._outcomes[error.code] += 1
            self._last_error = (error.message[:_MAX_ERROR_LENGTH], self._clock.now())
            raise
        self._outcomes["answered"] += 1
        return answer

    async def _attempt_until(self, request: HttpRequest, deadline: float) -> HttpAnswer:
        for attempt in range(self.policy.retries):
            pause = self._pause_seconds(attempt)
            try:
                return await self._attempt(request, deadline)
            except UpstreamError as error:
                if not self._may_try_again(error, request.weight, deadline - self._ticks.monotonic() - pause):
                    raise
            await self._ticks.sleep(pause)
        return await self._attempt(request, deadline)

    async def _attempt(self, request: HttpRequest, deadline: float) -> HttpAnswer:
        def seconds_left() -> float:
            return deadline - self._ticks.monotonic()

        async with self._gate.admit(request.weight, seconds_left):
            answer = await self._transport.send(request, seconds_left())
            self._judge(answer, request)
        self._last_success_at = answer.fetched_at
        return answer

    def _judge(self, answer: HttpAnswer, request: HttpRequest) -> None:
        is_success = 200 <= answer.status < 300
        if self._check is not None:
            try:
                self._check(answer)
            except _UNREADABLE:
                if is_success:
                    raise self._bad_answer("answered in another form than documented") from None
        if not is_success:
            raise error_of_status(self.name, answer, secrets=_secrets(self.policy, request))
        if not answer.body.strip():
            raise self._bad_answer("answered with nothing")
        if is_web_page(answer):
            raise self._bad_answer("answered with a web page")

    def _bad_answer(self, words: str) -> UpstreamBadAnswer:
        return UpstreamBadAnswer(f"{self.name} {words}", upstream=self.name, upstream_status=200)

    def _pause_seconds(self, attempt: int) -> float:
        longest = min(_FIRST_PAUSE_SECONDS * 2.0**attempt, _LONGEST_PAUSE_SECONDS)
        return longest * (0.5 + 0.5 * self._ticks.chance())

    def _may_try_again(self, error: UpstreamError, weight: int, seconds_left: float) -> bool:
        """Whether another attempt could be sent in time, so that the first failure is told and not our own refusal."""
        if not error.retryable or seconds_left <= self._gate.limiter.wait_seconds(weight):
            return False
        try:
            self._gate.check(weight)
        except UpstreamError:
            return False
        return True


def _secrets(policy: SourcePolicy, request: HttpRequest) -> Iterator[str]:
    """Whatever might be a key: a source may repeat it in its words."""
    for _, value in request.headers:
        yield value
    for _, value in request.params:
        if len(value) >= 16:
            yield value
    for segment in (*URL(policy.base_url).parts, *request.path.split("/")):
        if len(segment) >= 16:
            yield segment
