"""From a run's events to an answer on the wire: streamed frame by frame, or folded into one body."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from cryptodesk.core.errors import CryptodeskError, InternalError
from cryptodesk.core.events import RunEvent, RunFold, TextDelta
from cryptodesk.core.requests import RunRequest
from cryptodesk.dialects._failing import DEFECT
from cryptodesk.dialects._fillers import Fillers
from cryptodesk.dialects._ports import RunEngine
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.answering import ExtraEncoder
from cryptodesk.dialects.openai.encode import NO_END
from cryptodesk.dialects.openai.reply import Reply
from cryptodesk.dialects.openai.shaping import Shape, Shaper

__all__ = ["Encoder", "events_of", "send_body", "send_stream"]

log = logging.getLogger("cryptodesk.dialects.openai")


class Encoder(Protocol):
    failure: CryptodeskError | None
    is_finished: bool

    def encode(self, batch: list[RunEvent]) -> bytes: ...

    def fail(self, error: CryptodeskError | None = None) -> bytes: ...


@asynccontextmanager
async def events_of(
    engine: RunEngine, run: RunRequest, shape: Shape | None
) -> AsyncIterator[AsyncIterator[list[RunEvent]]]:
    """The run's batches, shaped as was asked; the run is closed on leaving."""
    events = engine.run(run)
    try:
        yield events if shape is None else _shaped(events, Shaper(shape))
    finally:
        await events.aclose()


async def _shaped(events: AsyncIterator[list[RunEvent]], shaper: Shaper) -> AsyncIterator[list[RunEvent]]:
    async for batch in events:
        yield shaper.shape(batch)


async def send_body(
    events: AsyncIterator[list[RunEvent]],
    encode: Callable[[RunFold, ExtraEncoder], bytes],
    extra: ExtraEncoder,
    reply: Reply,
) -> None:
    """Raises: the run's error, InternalError if the run never ended."""
    fold = RunFold()
    async for batch in events:
        for event in batch:
            fold.add(event)
            if type(event) is not TextDelta:
                extra.add(event)
    await reply.send_json(200, encode(fold, extra))
    reply.is_whole = True


async def send_stream(
    events: AsyncIterator[list[RunEvent]], encoder: Encoder, reply: Reply, fill_seconds: float
) -> None:
    """Raises: the run's error, if it failed before the first byte."""
    try:
        async with Fillers(reply, choices.KEEP_ALIVE, fill_seconds):
            async for batch in events:
                frames = encoder.encode(batch)
                if encoder.failure is not None and not reply.has_begun:
                    raise encoder.failure
                if frames:
                    is_last = encoder.is_finished or encoder.failure is not None
                    await reply.send_frames(frames, is_last=is_last)
        reply.is_whole = encoder.is_finished
        if not encoder.is_finished and encoder.failure is None:
            raise InternalError(NO_END)
    except Exception as error:
        if not reply.has_begun or reply.has_ended:
            raise
        log.error("stream %s failed by a defect", reply.trace_id, exc_info=error)
        await reply.send_frames(encoder.fail(DEFECT), is_last=True)
