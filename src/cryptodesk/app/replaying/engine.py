"""A run engine, played: a graph's events in the order of the recording, its steps as long as they were."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator

from msgspec import structs

from cryptodesk.app.recording.engine import RunEngine
from cryptodesk.app.recording.labels import label_of
from cryptodesk.app.replaying.tape import PlayedTape, played_tape
from cryptodesk.core.events import Progress, RunEvent, RunFinished, RunFold
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchStep

__all__ = ["PlayedEngine"]


class PlayedEngine:
    """`fold` is that of the last run."""

    def __init__(self, engine: RunEngine, fold: RunFold, *, is_graph: bool) -> None:
        self._engine = engine
        self._fold = fold
        self._is_graph = is_graph

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        events = self._engine.run(request)
        tape = played_tape()
        try:
            async for batch in _ordered(_timed(events, tape), tape) if self._is_graph else events:
                for event in batch:
                    self._fold.add(event)
                yield batch
        finally:
            await events.aclose()


async def _timed(events: AsyncIterator[list[RunEvent]], tape: PlayedTape) -> AsyncIterator[list[RunEvent]]:
    """What a step takes is the one thing that a replay cannot find out."""
    async for batch in events:
        yield [_as_long(event, tape) for event in batch]


def _as_long(event: RunEvent, tape: PlayedTape) -> RunEvent:
    if isinstance(event, Progress):
        return Progress(_step(event.step, label_of(event), tape))
    if isinstance(event, RunFinished) and event.research is not None:
        steps = [_step(step, label_of(Progress(step)), tape) for step in event.research.steps]
        places = {
            label: place for place, label in enumerate(label for batch in tape.recording.order for label in batch)
        }
        steps.sort(key=lambda step: places.get(label_of(Progress(step)), len(places)))
        return structs.replace(event, research=structs.replace(event.research, steps=tuple(steps)))
    return event


def _step(step: ResearchStep, label: str, tape: PlayedTape) -> ResearchStep:
    took = tape.recording.durations_ms.get(label)
    return step if took is None else structs.replace(step, duration_ms=took)


async def _ordered(events: AsyncIterator[list[RunEvent]], tape: PlayedTape) -> AsyncIterator[list[RunEvent]]:
    """Branches that run side by side come about in any order; the caller saw one. What the recording does not have
    follows at the end."""
    waiting: dict[str, deque[RunEvent]] = {}
    for labels in tape.recording.order:
        given: list[RunEvent] = []
        for label in labels:
            while not waiting.get(label):
                batch = await anext(events, None)
                if batch is None:
                    tape.stray(f"the run had no event {label!r}, which it had when it was recorded")
                    yield [*given, *_rest(waiting)]
                    return
                for event in batch:
                    waiting.setdefault(label_of(event), deque()).append(event)
            given.append(waiting[label].popleft())
        yield given
    rest = _rest(waiting)
    if rest:
        yield rest
    async for batch in events:
        yield batch


def _rest(waiting: dict[str, deque[RunEvent]]) -> list[RunEvent]:
    return [event for events in waiting.values() for event in events]
