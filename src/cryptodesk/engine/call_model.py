"""One model call on the first route that answers."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamError, UpstreamRejected
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.ports import ModelCatalog
from cryptodesk.engine.limits import Deadline
from cryptodesk.engine.state import Round

__all__ = ["ask_model"]

log = logging.getLogger("cryptodesk.engine")


async def ask_model(
    catalog: ModelCatalog,
    routes: tuple[ModelRoute, ...],
    round_: Round,
    build: Callable[[ModelRoute], ModelRequest],
    deadline: Deadline,
) -> AsyncIterator[list[ModelEvent]]:
    """The batches of the first route whose first batch arrives; a later route is tried only before that.

    A request the upstream calls wrong is not tried elsewhere: it would be wrong there too.
    Raises: UpstreamError of the last route, RunError, TimeoutError at the deadline.
    """
    for position, route in enumerate(routes):
        round_.route = route
        # Providers are async generators: closing ours closes theirs, which closes the upstream connection.
        async with aclosing(catalog.provider(route.provider).stream(build(route))) as stream:  # type: ignore[type-var]
            batches = aiter(stream)
            try:
                batch = await _first_batch(batches, deadline, route)
            except UpstreamError as error:
                round_.route = None
                if isinstance(error, UpstreamRejected) or position == len(routes) - 1:
                    raise
                log.warning(
                    "route failed, trying the next: %s via %s: %s", route.model_id, route.provider, error.message
                )
                continue
            while True:
                for event in batch:
                    round_.add(event)
                yield batch
                try:
                    batch = await deadline.wait(anext(batches))
                except StopAsyncIteration:
                    break
            if round_.finished is None:
                raise UpstreamBadAnswer("the answer ended before it was finished", upstream=route.provider)
            return


async def _first_batch(
    batches: AsyncIterator[list[ModelEvent]], deadline: Deadline, route: ModelRoute
) -> list[ModelEvent]:
    try:
        return await deadline.wait(anext(batches))
    except StopAsyncIteration:
        raise UpstreamBadAnswer("the answer was empty", upstream=route.provider) from None
