"""Research that goes on after its request was answered: jobs that are asked for, looked at, listed and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from cryptodesk.core.requests import Caller
from cryptodesk.core.research import Chart, CitedSource, ResearchStep

__all__ = ["OPEN_STATUSES", "JobReport", "JobStatus", "ResearchJob", "ResearchJobs"]

JobStatus = Literal["queued", "in_progress", "completed", "failed", "cancelled"]
OPEN_STATUSES: frozenset[JobStatus] = frozenset({"queued", "in_progress"})


class JobReport(Struct, frozen=True):
    """A finished report in Markdown, with what it cites."""

    text: str
    sources: tuple[CitedSource, ...] = ()
    charts: tuple[Chart, ...] = ()
    related_questions: tuple[str, ...] = ()


class ResearchJob(Struct, frozen=True, kw_only=True):
    """One job of one account. Times are unix seconds. `follow_up_of` is the job whose report it goes on from.

    `report` is there when it is completed; `error_code` and `error_message` when it failed. `steps` are those begun so
    far, the newest last; `run_id` names its entries in the ledger."""

    job_id: str
    account_id: str
    key_id: str
    query: str
    model_id: str
    created_at: float
    status: JobStatus = "queued"
    instructions: str = ""
    follow_up_of: str | None = None
    started_at: float | None = None
    ended_at: float | None = None
    run_id: str | None = None
    report: JobReport | None = None
    error_code: str | None = None
    error_message: str | None = None
    steps: tuple[ResearchStep, ...] = ()


class ResearchJobs(Protocol):
    """The jobs of every account; each caller sees its own account's alone."""

    async def create(
        self, caller: Caller, query: str, *, instructions: str = "", follow_up_of: str | None = None
    ) -> ResearchJob:
        """Queued and on disk. Raises: JobNotFound for a job to follow up that is not the caller's, JobNotReady for one
        without a report."""
        ...

    async def get(self, caller: Caller, job_id: str) -> ResearchJob:
        """Raises: JobNotFound."""
        ...

    async def list(
        self, caller: Caller, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        """The newest first, without their reports, and how many there are in all."""
        ...

    async def cancel(self, caller: Caller, job_id: str) -> ResearchJob:
        """Raises: JobNotFound, JobEnded for one that has ended, cancelled ones too."""
        ...
