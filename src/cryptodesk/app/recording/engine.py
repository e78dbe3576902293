"""A run engine, watched: which run it was, how it ended, and in which order a graph's events came."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from cryptodesk.app.recording.errors import tape_error
from cryptodesk.app.recording.labels import encode_event, label_of
from cryptodesk.app.recording.tape import RunTape, running_tape
from cryptodesk.core.events import Progress, RunEvent, RunFailed, RunFinished, TextDelta
from cryptodesk.core.messages import ToolResultPart
from cryptodesk.core.relay import Relay
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tapes import TAPE

__all__ = ["RunEngine", "WatchedEngine"]


class RunEngine(Protocol):
    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]: ...


class WatchedEngine:
    """`begin` makes the tape of a run that nobody watches yet: one that the desk itself asks for. `keep` is handed it
    at the end."""

    def __init__(
        self, engine: RunEngine, begin: Callable[[], RunTape], keep: Callable[[RunTape], None], *, is_graph: bool
    ) -> None:
        self._engine = engine
        self._begin = begin
        self._keep = keep
        self._is_graph = is_graph

    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        events = self._engine.run(request)
        tape, keep = running_tape(), None
        if tape is None:
            tape, keep = self._begin(), self._keep
            tape.recording.asked.run = request
        recording = tape.recording
        recording.caller = request.caller
        recording.dialect = request.dialect
        recording.model_id = request.model_id
        recording.is_listed = bool(request.built_in_tools)
        # Where no tool result can be there, no figure is checked, and the pieces of the answer say it all.
        given = [message for message in request.messages if message.role == "tool"]
        has_results = bool(given) or recording.is_listed or request.resume_from is not None
        if given:
            recording.earlier = [
                part for message in given for part in message.parts if isinstance(part, ToolResultPart)
            ]
        if keep is None and not (has_results or self._is_graph):
            return events  # the answer's pieces and the ledger tell how it ended
        watched = _Watched(events, tape, is_graph=self._is_graph)
        return watched if keep is None else _Own(watched, tape, keep)


class _Watched(Relay[list[RunEvent]]):
    __slots__ = ("_is_graph", "_next", "_tape")

    def __init__(self, events: AsyncGenerator[list[RunEvent], None], tape: RunTape, *, is_graph: bool) -> None:
        self._inner = events
        self._next = events.__anext__
        self._tape = tape
        self._is_graph = is_graph

    async def __anext__(self) -> list[RunEvent]:
        batch = await self._next()
        self._note(batch)
        last = batch[-1]
        kind = type(last)
        if kind is RunFinished:
            self._tape.recording.finished = last  # type: ignore[assignment]
        elif kind is RunFailed:
            self._tape.recording.failed = tape_error(last.error)  # type: ignore[union-attr]
        return batch

    def _note(self, batch: list[RunEvent]) -> None:
        recording = self._tape.recording
        if not self._tape.has_room(len(batch)):
            return
        recording.text += [event.text for event in batch if type(event) is TextDelta]
        if self._is_graph:
            recording.order.append([label_of(event) for event in batch])
            for event in batch:
                if type(event) is Progress and event.step.duration_ms:
                    recording.durations_ms[label_of(event)] = event.step.duration_ms


class _Own(Relay[list[RunEvent]]):
    """A run without a request: its events are its answer. The tape is there while it works, not while it waits for
    its reader."""

    __slots__ = ("_keep", "_tape")

    def __init__(
        self, events: AsyncGenerator[list[RunEvent], None], tape: RunTape, keep: Callable[[RunTape], None]
    ) -> None:
        self._inner = events
        self._tape = tape
        self._keep: Callable[[RunTape], None] | None = keep

    async def __anext__(self) -> list[RunEvent]:
        token = TAPE.set(self._tape)
        given = self._tape.recording.given
        try:
            batch = await self._inner.__anext__()
        except BaseException:
            self._end()
            raise
        finally:
            TAPE.reset(token)
        if self._tape.has_room(len(batch)):
            given.pieces += map(encode_event, batch)
        given.is_whole = type(batch[-1]) in (RunFinished, RunFailed)
        return batch

    async def aclose(self) -> None:
        token = TAPE.set(self._tape)
        try:
            await super().aclose()
        finally:
            TAPE.reset(token)
            self._end()

    def _end(self) -> None:
        if self._keep is not None:
            if not self._tape.recording.given.is_whole:
                self._tape.recording.asked.left_at = self._tape.offset
            self._keep(self._tape)
            self._keep = None
