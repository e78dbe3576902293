"""One model call: on the first route that says something, asked again where that may help."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable

from cryptodesk.core.breaker import Breaker
from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamRejected
from cryptodesk.core.events import ModelEvent, ModelStarted, ReasoningDelta, TextDelta
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.ports import ModelCatalog
from cryptodesk.engine.state import Round

__all__ = ["ModelCall"]

log = logging.getLogger("cryptodesk.engine")

# A run may be given less time than any upstream needs: only longer silence speaks against the upstream.
_SILENCE_SECONDS = 30.0

_UNASKED = -1


class ModelCall:
    """The batches of the first route that says something. Until then a route that fails is asked again, where that may
    help, and then the next one; what only announced itself has not answered. After that nothing is tried any more.

    Routes whose breaker is open come last. A request the upstream calls wrong is not tried elsewhere: it would be wrong
    there too. Close it after use: that closes the upstream connection. Not a generator, because each layer of those
    costs a batch more than the rest of the way through the engine.
    """

    def __init__(
        self,
        catalog: ModelCatalog,
        routes: tuple[ModelRoute, ...],
        round_: Round,
        build: Callable[[ModelRoute], ModelRequest],
        deadline: Deadline,
    ) -> None:
        self._catalog = catalog
        self._resilience = catalog.resilience
        self._untried = list(routes)
        self._round = round_
        self._build = build
        self._deadline = deadline
        self._stream: AsyncGenerator[list[ModelEvent], None] | None = None
        self._breaker: Breaker | None = None
        self._ticket = _UNASKED
        self._paused_seconds = 0.0
        self._is_exhausted = False

    async def next_batch(self) -> list[ModelEvent] | None:
        """None after the last. Raises: UpstreamError of the last route, RunError, TimeoutError at the deadline."""
        if self._stream is None:
            batch = await self._first_batch()
        else:
            try:
                batch = await self._deadline.wait(anext(self._stream))
            except StopAsyncIteration:
                if self._round.finished is None:
                    self._fail()
                    raise UpstreamBadAnswer("the answer ended too early", upstream=self._upstream) from None
                self._is_exhausted = True
                self._succeed()
                return None
            except UpstreamError:
                self._fail()
                raise
        self._round.add(batch)
        return batch

    async def close(self) -> None:
        if self._breaker is not None and self._ticket != _UNASKED:
            self._breaker.release(self._ticket)
            self._ticket = _UNASKED
        if self._stream is not None and not self._is_exhausted:
            await self._stream.aclose()

    @property
    def _upstream(self) -> str:
        return self._round.route.provider if self._round.route is not None else "none"

    # -- before anything is said ---------------------------------------------------------------------------------------

    async def _first_batch(self) -> list[ModelEvent]:
        """Of the first route that gives one, after as many attempts of each as may help.

        Raises: UpstreamError of the last attempt."""
        route, retries = self._next_route(), 0
        while True:
            try:
                return await self._attempt(route)
            except UpstreamError as error:
                self._round.route = None  # what was refused is not paid for
                await self.close()
                if await self._pauses(error, route, retries):
                    retries += 1
                elif isinstance(error, UpstreamRejected) or not self._untried:
                    raise
                else:
                    log.warning(
                        "route failed, trying the next: %s via %s: %s", route.model_id, route.provider, error.message
                    )
                    route, retries = self._next_route(), 0

    def _next_route(self) -> ModelRoute:
        """The first that is not left alone; where all are, the first of all."""
        untried = self._untried
        breakers = [self._resilience.breaker(route) for route in untried]
        place = 0
        for number, breaker in enumerate(breakers):
            if breaker is None or breaker.admits:
                place = number
                break
        self._breaker = breakers[place]
        return untried.pop(place)

    async def _pauses(self, error: UpstreamError, route: ModelRoute, retries: int) -> bool:
        """Whether the route is to be asked again; returns when it is time to."""
        left = self._deadline.remaining(self._resilience.retry.seconds - self._paused_seconds)
        pause = self._resilience.pause_before_retry(error, retries, left)
        if pause is None or self._may_go_elsewhere():
            return False
        log.info("asking %s for %s again in %.2f s: %s", route.provider, route.model_id, pause, error.message)
        self._paused_seconds += pause
        await self._deadline.wait(self._resilience.ticks.sleep(pause))
        return not self._may_go_elsewhere()

    def _may_go_elsewhere(self) -> bool:
        """Whether it has been decided, by this call or others, to leave this route alone, and another is there."""
        return bool(self._untried) and self._breaker is not None and not self._breaker.admits

    async def _attempt(self, route: ModelRoute) -> list[ModelEvent]:
        """All up to and with the first batch that says something."""
        if self._deadline.is_over:
            raise TimeoutError  # nobody was asked, so there is nothing to pay for
        request = self._build(route)
        if self._breaker is not None:
            self._ticket = self._breaker.insist()
        self._round.route, self._round.tools = route, request.tools
        asked_at = self._resilience.ticks.monotonic()
        # Providers are async generators; their port says `AsyncIterator` to whoever only reads them.
        self._stream = stream = self._catalog.provider(route.provider).stream(request)  # type: ignore[assignment]
        announced: list[ModelEvent] = []
        try:
            while True:
                batch = await self._deadline.wait(anext(stream))
                if announced:
                    batch = announced + batch
                if _says_something(batch):
                    return batch
                announced = batch
        except StopAsyncIteration:
            self._fail()
            raise UpstreamBadAnswer("the answer was empty", upstream=self._upstream) from None
        except UpstreamRejected:
            raise  # an upstream that says no is well
        except UpstreamError:
            self._fail()
            raise
        except TimeoutError:
            if self._resilience.ticks.monotonic() - asked_at >= _SILENCE_SECONDS:
                self._fail()
            raise

    # -- what the breaker is told, once for each attempt ---------------------------------------------------------------

    def _succeed(self) -> None:
        if self._breaker is not None:
            self._breaker.succeed(self._ticket)
            self._ticket = _UNASKED

    def _fail(self) -> None:
        if self._breaker is not None:
            self._breaker.fail(self._ticket)
            self._ticket = _UNASKED


def _says_something(batch: list[ModelEvent]) -> bool:
    for event in batch:
        kind = type(event)
        if kind is TextDelta or kind is ReasoningDelta:
            if event.text:  # type: ignore[union-attr]
                return True
        elif kind is not ModelStarted:
            return True
    return False
