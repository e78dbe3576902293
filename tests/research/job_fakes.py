"""A scripted engine, beats on demand and a desk of jobs over them, for tests of research jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import Progress, RunEvent, RunFinished, RunStarted, TextDelta
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.research import CitedSource, ResearchOutcome, ResearchStep
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.research.job_run import JobSettings
from cryptodesk.research.jobs import JobDesk
from cryptodesk.state.job_store import JobStore

NOW = datetime(2026, 9, 24, 16, 5, 10, tzinfo=UTC)
CALLER = Caller("acme", "key1")
OTHER = Caller("other", "key2")
SETTINGS = JobSettings(model_id="model", built_in_tools=("lookup",))

SOURCE = CitedSource(1, "document:d1", "document", "example.com", "A title", "https://example.com/a")
PLANNED = ResearchStep("plan", "rules", "completed", "two questions", 1.0)
OUTCOME = ResearchOutcome(sources=(SOURCE,), related_questions=("And Ether?",), steps=(PLANNED,))


def started(run_id: str = "run1") -> RunStarted:
    return RunStarted(run_id, int(NOW.timestamp()), "upstream", "default")


def finished(outcome: ResearchOutcome | None = OUTCOME) -> RunFinished:
    return RunFinished("stop", Usage(100, 10), Cost(Decimal(110)), research=outcome)


def progress(node: str, status: Any = "started") -> Progress:
    return Progress(ResearchStep(node, "rules", status))


def a_run(*middle: RunEvent, text: str = "# Report\n\nYes [1].") -> list[list[RunEvent]]:
    return [[started()], *([event] for event in middle), [TextDelta(text)], [finished()]]


class FakeEngine:
    """Yields the batches to every request; before the batch number `holds_at` it waits until `gate` is set."""

    def __init__(self, batches: Sequence[list[RunEvent]] | None = None, *, holds_at: int | None = None) -> None:
        self.batches = a_run() if batches is None else batches
        self.holds_at = holds_at
        self.gate = asyncio.Event()
        self.holding = asyncio.Event()
        self.requests: list[RunRequest] = []
        self.side_by_side = 0
        self.closed = 0
        self._running = 0

    async def run(self, request: RunRequest) -> AsyncIterator[list[RunEvent]]:
        self.requests.append(request)
        self._running += 1
        self.side_by_side = max(self.side_by_side, self._running)
        try:
            for number, batch in enumerate(self.batches):
                if number == self.holds_at:
                    self.holding.set()
                    await self.gate.wait()
                yield batch
        except (asyncio.CancelledError, GeneratorExit):
            self.closed += 1
            raise
        finally:
            self._running -= 1

    @property
    def questions(self) -> list[str]:
        return [request.messages[-1].text for request in self.requests]


class Beats:
    """In place of the pause between two beats: the desk rests until it is woken."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._rested = asyncio.Event()
        self._wake = asyncio.Event()

    async def pause(self, wake: asyncio.Event, seconds: float) -> None:
        self._wake = wake
        self.seconds.append(seconds)
        self._rested.set()
        await wake.wait()

    async def beat(self) -> None:
        """Returns after a whole beat that began after this call."""
        for _ in range(2):
            self._rested.clear()
            self._wake.set()
            await self._rested.wait()


class Refunder:
    def __init__(self) -> None:
        self.run_ids: list[str] = []

    async def __call__(self, run_id: str) -> None:
        self.run_ids.append(run_id)


class Bench:
    """A desk of jobs and what it works with."""

    def __init__(
        self,
        store: JobStore,
        engine: Any = None,
        clock: FixedClock | None = None,
        settings: JobSettings = SETTINGS,
        refund: Any = None,
    ) -> None:
        self.store = store
        self.engine = engine or FakeEngine()
        self.clock = clock or FixedClock(NOW)
        self.beats = Beats()
        self.refunds = Refunder()
        self.desk = JobDesk(
            store, self.engine, self.clock, settings, refund=refund or self.refunds, pause=self.beats.pause
        )

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.desk.serve())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def pass_time(self, seconds: float) -> None:
        self.clock.moment += timedelta(seconds=seconds)

    async def create(self, query: str = "Is Bitcoin money?", **more: Any) -> ResearchJob:
        return await self.desk.create(CALLER, query, **more)

    async def look(self, job: ResearchJob) -> ResearchJob:
        return await self.desk.get(CALLER, job.job_id)

    async def ended(self, job: ResearchJob) -> ResearchJob:
        """The job once it is over."""
        while (found := await self.look(job)).status in ("queued", "in_progress"):
            await self.beats.beat()
        return found
