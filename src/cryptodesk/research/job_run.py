"""One attempt at a research job: what is asked of the engine, and what is kept of what it answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.core.events import Progress, RunEvent, RunFold, RunStarted
from cryptodesk.core.jobs import JobReport, ResearchJob
from cryptodesk.core.messages import Message, text_message
from cryptodesk.core.requests import Caller, RunLimits, RunRequest
from cryptodesk.core.research import ResearchOptions, ResearchOutcome, ResearchStep
from cryptodesk.state.job_store import ClaimedJob, JobEnd

__all__ = ["DIALECT_NAME", "EMPTY_REPORT", "JobRun", "JobSettings", "RunEngine", "to_request"]

DIALECT_NAME = "messari_deep_research"
EMPTY_REPORT = ("empty_report", "The desk wrote no report. Ask again, or ask for something narrower.")

_DEFECT = "An internal error occurred. It was logged under the job's id."
_REPORT_LIMITS = RunLimits(rounds=24, tool_calls=120, seconds=1200.0, tool_seconds=30.0)
_RELATED_QUESTIONS = 3
_MOST_STEPS = 200
_MOST_EARLIER_CHARACTERS = 12_000
_LEFT_OUT = "\n\n[The rest of that report is left out.]"
# Their numbers are of the earlier report's sources; in a new one they would name others.
_MARKER = re.compile(r" ?\[\^?\d{1,3}\](?!\()")


class RunEngine(Protocol):
    def run(self, request: RunRequest) -> AsyncIterator[list[RunEvent]]:
        """`RunStarted` or `RunFailed` first, `RunFinished` or `RunFailed` last. Raises nothing but cancellation."""
        ...


class JobSettings(Struct, frozen=True, kw_only=True):
    """`concurrency` jobs run at once in this process. A claim is renewed while its job runs, and lapses
    `claim_seconds` after the process is gone. Every `tick_seconds` progress is saved and cancellations are looked for.
    An account may have `most_open` jobs that are not over."""

    model_id: str
    built_in_tools: tuple[str, ...] = ()
    limits: RunLimits = _REPORT_LIMITS
    concurrency: int = 2
    claim_seconds: float = 30.0
    tick_seconds: float = 0.5
    most_attempts: int = 2
    most_open: int = 50


class JobRun:
    """What is known of an attempt while it goes on. `is_ending` says that its end is being written: from then on
    nobody may cancel it. `has_news` says that there are steps which are not saved."""

    __slots__ = ("_fold", "_steps", "claim_id", "has_news", "is_ending", "job", "renews_at", "run_id", "task")

    def __init__(self, claimed: ClaimedJob, renews_at: float) -> None:
        self.claim_id = claimed.claim_id
        self.job = claimed.job
        self.renews_at = renews_at
        self.run_id: str | None = None
        self.task: asyncio.Task[None] | None = None
        self.has_news = False
        self.is_ending = False
        self._fold = RunFold()
        self._steps: list[ResearchStep] = []

    @property
    def steps(self) -> tuple[ResearchStep, ...]:
        return tuple(self._steps)

    async def follow(self, engine: RunEngine, request: RunRequest, begun: Callable[[], Awaitable[bool]]) -> bool:
        """Whether the run was followed to its end. `begun` is awaited once the run has its id and before it goes on;
        where it says False the run is closed."""
        events = engine.run(request)
        try:
            async for batch in events:
                for event in batch:
                    self._add(event)
                if any(isinstance(event, RunStarted) for event in batch) and not await begun():
                    return False
            return True
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    def cancel(self) -> None:
        """Once, and not while the end is being written."""
        if self.task is not None and not self.is_ending and not self.task.cancelling():
            self.task.cancel()

    def end(self, now: float) -> JobEnd:
        fold = self._fold
        if fold.failed is not None:
            return self.failed(now, fold.failed.error.code, fold.failed.error.message)
        if fold.finished is None:
            return self.defect(now)
        if not fold.text.strip():
            return self.failed(now, *EMPTY_REPORT)
        outcome = fold.finished.research or ResearchOutcome()
        report = JobReport(fold.text, outcome.sources, outcome.charts, outcome.related_questions)
        return JobEnd("completed", now, self.run_id, report, steps=outcome.steps or self.steps)

    def defect(self, now: float) -> JobEnd:
        return self.failed(now, InternalError.code, _DEFECT)

    def failed(self, now: float, code: str, message: str) -> JobEnd:
        return JobEnd("failed", now, self.run_id, error_code=code, error_message=message, steps=self.steps)

    def _add(self, event: RunEvent) -> None:
        self._fold.add(event)
        if isinstance(event, RunStarted):
            self.run_id = event.run_id
        elif isinstance(event, Progress):
            self._add_step(event.step)
            self.has_news = True

    def _add_step(self, step: ResearchStep) -> None:
        """The end of a step takes the place of its beginning."""
        for place in range(len(self._steps) - 1, -1, -1):
            earlier = self._steps[place]
            if earlier.node == step.node and earlier.status == "started":
                self._steps[place] = step
                return
        if len(self._steps) < _MOST_STEPS:
            self._steps.append(step)


def to_request(job: ResearchJob, earlier: ResearchJob | None, settings: JobSettings) -> RunRequest:
    """The run of a job. It has the job's id as its trace id, on the second attempt too."""
    return RunRequest(
        caller=Caller(job.account_id, job.key_id),
        dialect=DIALECT_NAME,
        trace_id=UUID(job.job_id).hex,
        model_id=job.model_id,
        messages=(*_earlier_messages(earlier), text_message("user", job.query)),
        built_in_tools=settings.built_in_tools,
        limits=settings.limits,
        # Nobody is there to answer a question back.
        research=ResearchOptions(
            verbosity="verbose",
            related_questions=_RELATED_QUESTIONS,
            may_clarify=False,
            instructions=job.instructions,
            depth="report",
        ),
    )


def _earlier_messages(earlier: ResearchJob | None) -> tuple[Message, ...]:
    if earlier is None or earlier.report is None:
        return ()
    return text_message("user", earlier.query), text_message("assistant", _bounded(earlier.report.text))


def _bounded(report: str) -> str:
    """The report without its citation markers, cut between paragraphs where it is long."""
    text = _MARKER.sub("", report)
    if len(text) <= _MOST_EARLIER_CHARACTERS:
        return text
    kept = text[:_MOST_EARLIER_CHARACTERS]
    paragraphs, _, _ = kept.rpartition("\n\n")
    return (paragraphs or kept).rstrip() + _LEFT_OUT
