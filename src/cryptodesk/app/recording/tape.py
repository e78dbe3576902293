"""A run's record while it is made: cheap to add to, encoded once the run is over."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import cast

from cryptodesk.app.recording.format import Recording, TapedStream
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.tapes import TAPE, Tape
from cryptodesk.dialects._ports import Message

__all__ = ["RunTape", "running_tape"]

# Of events, pieces of an answer and look-ups together; what has more is recorded without its texts.
_MOST_PARTS = 200_000


# Of a tape that is over.
_NOTHING = Recording()


class RunTape(Tape):
    """`asked` are the recording's streams, each with what its model was asked. `sent` are the answer's messages."""

    __slots__ = ("asked", "parts", "recording", "sent")

    def __init__(self, began_at: float) -> None:
        # Not the loop's own clock: uvloop's has whole milliseconds, and what came first would be lost.
        self.recording = Recording(began_at=began_at, zero=monotonic())
        self.asked: list[tuple[TapedStream, ModelRequest]] = []
        self.sent: list[Message] = []
        self.parts = 0

    @property
    def offset(self) -> float:
        return monotonic() - self.recording.zero

    def id(self, fresh: str) -> str:
        self.recording.ids.append(fresh)
        return fresh

    def begin_stream(self, provider: str, request: ModelRequest) -> TapedStream:
        taped = TapedStream(provider, request.upstream_model, self.offset)
        self.recording.streams.append(taped)
        self.asked.append((taped, request))
        return taped

    def clear(self) -> None:
        """Once it is kept: timers that were cancelled may hold the request's context, and this in it, for minutes."""
        self.recording = _NOTHING
        self.asked, self.sent = [], []

    def has_room(self, parts: int) -> bool:
        """Counts them; a run that has too many is still an answer, but cannot be replayed."""
        self.parts += parts
        if self.parts > _MOST_PARTS:
            self.recording.missing = f"the run has more than {_MOST_PARTS} parts, which is more than is recorded"
            return False
        return True


# The tape of the request that this task serves, where it is being recorded. What plays one has other ports than these,
# so a tape that is met here is always a record in the making.
running_tape = cast("Callable[[], RunTape | None]", TAPE.get)
