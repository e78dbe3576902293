"""One model call on the first route that answers."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamRejected
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.ports import ModelCatalog
from cryptodesk.engine.state import Round

__all__ = ["ModelCall"]

log = logging.getLogger("cryptodesk.engine")


class ModelCall:
    """The batches of the first route whose first batch arrives; a later route is tried only before that.

    A request the upstream calls wrong is not tried elsewhere: it would be wrong there too. Close it after use: that
    closes the upstream connection. Not a generator, because each layer of those costs a batch more than the rest of
    the way through the engine.
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
        self._untried = list(routes)
        self._round = round_
        self._build = build
        self._deadline = deadline
        self._stream: AsyncGenerator[list[ModelEvent], None] | None = None

    async def next_batch(self) -> list[ModelEvent] | None:
        """None after the last. Raises: UpstreamError of the last route, RunError, TimeoutError at the deadline."""
        if self._stream is None:
            batch = await self._first_batch()
        else:
            try:
                batch = await self._deadline.wait(anext(self._stream))
            except StopAsyncIteration:
                if self._round.finished is None:
                    raise UpstreamBadAnswer("the answer ended too early", upstream=self._upstream) from None
                return None
        add = self._round.add
        for event in batch:
            add(event)
        return batch

    async def close(self) -> None:
        if self._stream is not None:
            await self._stream.aclose()

    @property
    def _upstream(self) -> str:
        return self._round.route.provider if self._round.route is not None else "none"

    async def _first_batch(self) -> list[ModelEvent]:
        while True:
            route = self._untried.pop(0)
            self._round.route = route
            stream = self._catalog.provider(route.provider).stream(self._build(route))
            # Providers are async generators; their port says `AsyncIterator` to whoever only reads them.
            self._stream = cast("AsyncGenerator[list[ModelEvent], None]", stream)
            try:
                return await self._first_of(stream)
            except UpstreamError as error:
                self._round.route = None
                if isinstance(error, UpstreamRejected) or not self._untried:
                    raise
                log.warning(
                    "route failed, trying the next: %s via %s: %s", route.model_id, route.provider, error.message
                )
                await self.close()

    async def _first_of(self, stream: AsyncIterator[list[ModelEvent]]) -> list[ModelEvent]:
        try:
            return await self._deadline.wait(anext(stream))
        except StopAsyncIteration:
            raise UpstreamBadAnswer("the answer was empty", upstream=self._upstream) from None
