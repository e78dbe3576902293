"""A recording as it is played: who asks is given what was given then, at the moment at which it was."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from cryptodesk.app.recording.closing import CODES, asked_hash
from cryptodesk.app.recording.format import Recording, TapedLookup, TapedStream, TapedTool
from cryptodesk.app.replaying.loop import catch_up
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tapes import TAPE, Tape

__all__ = ["NotRecorded", "PlayedTape", "events_of", "played_tape", "wait_for_ever", "wait_until"]

# A stream that does not wait gives its batches some microseconds apart, a network one some tenths of a millisecond.
_AT_ONCE_SECONDS = 0.0002
# Longer than any piece of work that keeps a loop from its timers.
_OWN_WORK_SECONDS = 0.25

_KINDS = {code: kind for kind, code in CODES.items()}


class NotRecorded(RuntimeError):
    """The run asks for something that it did not ask for when it was recorded."""


class PlayedTape(Tape):
    """`strayed` says where the replay first left the recorded way; empty while it did not."""

    __slots__ = (
        "_ids",
        "_lookups",
        "_nows",
        "_pauses",
        "_streams",
        "_tools",
        "_unixes",
        "recording",
        "strayed",
    )

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.strayed = ""
        self._ids = deque(recording.ids)
        self._nows = _by_name(recording.nows)
        self._unixes = _by_name(recording.unixes)
        self._pauses = deque(recording.pauses)
        self._streams = [*recording.streams]
        self._tools = [*recording.tools]
        self._lookups = [*recording.lookups]

    def stray(self, where: str) -> None:
        self.strayed = self.strayed or where

    async def miss(self, what: str) -> NoReturn:
        """A run that was cut off may have been about to ask for it: it waits until it is cut off again.

        Raises: NotRecorded."""
        if not self.recording.given.is_whole:
            await wait_for_ever()
        self.stray(f"the run asked for {what}, which it did not do when it was recorded")
        raise NotRecorded(what)

    def id(self, fresh: str) -> str:
        return self._ids.popleft() if self._ids else fresh

    def now(self, reader: str) -> Any:
        """None where there is no reading left."""
        return _next(self._nows.get(reader))

    def unix(self, reader: str) -> float | None:
        found: float | None = _next(self._unixes.get(reader))
        return found

    def pause(self) -> float | None:
        return self._pauses.popleft() if self._pauses else None

    def admits(self, provider: str, upstream_model: str) -> bool:
        """Whether the breaker did when the call looked for its routes."""
        attempts = len(self.recording.streams) - len(self._streams)
        return (attempts, provider, upstream_model) not in self.recording.refusals

    def goes_on(self, provider: str, upstream_model: str) -> bool:
        """Whether the next attempt is at this route."""
        following = self._streams[0] if self._streams else None
        return following is not None and (following.provider, following.upstream_model) == (provider, upstream_model)

    async def stream(self, provider: str, request: ModelRequest) -> TapedStream:
        """The attempt at which the same was asked; else the next one at this model, and the replay has strayed.

        Raises: NotRecorded."""
        asked = asked_hash(request)
        mine = [
            each for each in self._streams if (each.provider, each.upstream_model) == (provider, request.upstream_model)
        ]
        found = next((each for each in mine if each.asked in (asked, b"")), None)
        if found is None:
            if not mine:
                await self.miss(f"a call of {request.upstream_model!r} of provider {provider!r}")
            found = mine[0]
            number = self.recording.streams.index(found) + 1
            self.stray(
                f"model call {number} ({request.upstream_model}) was asked something else than when it was recorded"
            )
        self._streams.remove(found)
        await _catch_up(found.began)
        return found

    async def tool(self, call: ToolCallPart) -> TapedTool:
        """Raises: NotRecorded."""
        same = [each for each in self._tools if (each.call.name, each.call.arguments) == (call.name, call.arguments)]
        found = next((each for each in same if each.call.call_id == call.call_id), same[0] if same else None)
        if found is None:
            await self.miss(f"the tool {call.name} with {call.arguments[:200]}")
        self._tools.remove(found)
        await _catch_up(found.began)
        return found

    async def lookup(self, kind: str, asked: bytes) -> TapedLookup:
        """Raises: NotRecorded."""
        for place, each in enumerate(self._lookups):
            if (each.kind, each.asked) == (kind, asked):
                del self._lookups[place]
                await _catch_up(each.began)
                return each
        return await self.miss(f"another {kind} look-up")


def played_tape() -> PlayedTape:
    """Of the request that this task plays."""
    tape = TAPE.get()
    if not isinstance(tape, PlayedTape):
        raise TypeError("nothing is being played here")
    return tape


async def wait_until(offset: float) -> None:
    """Returns at that moment of the recording, at once if it has gone by or is as good as there: what came without
    waiting then must not let a time limit in between now."""
    gap = offset - asyncio.get_running_loop().time()
    if gap > _AT_ONCE_SECONDS:
        await asyncio.sleep(gap)


async def _catch_up(began: float) -> None:
    """The moment at which somebody asked."""
    if began - asyncio.get_running_loop().time() <= _OWN_WORK_SECONDS:
        catch_up(began)
    await wait_until(began)


async def wait_for_ever() -> NoReturn:
    """For what was given up before it was done: whoever waits is ended as he was then."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("a future that nobody has was answered")


def events_of(codes: str, batch: Sequence[Any]) -> list[ModelEvent]:
    return [msgspec.convert(event, _KINDS[code]) for code, event in zip(codes, batch, strict=True)]


def _by_name(readings: Sequence[tuple[str, Any]]) -> dict[str, deque[Any]]:
    found: dict[str, deque[Any]] = {}
    for name, value in readings:
        found.setdefault(name, deque()).append(value)
    return found


def _next(readings: deque[Any] | None) -> Any:
    """The last one goes on for ever."""
    if not readings:
        return None
    return readings.popleft() if len(readings) > 1 else readings[0]
