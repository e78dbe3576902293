"""What every store of research jobs keeps to, and what a worker holds of a job it runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from cryptodesk.core.jobs import JobReport, JobStatus, ResearchJob
from cryptodesk.core.research import ResearchStep

__all__ = ["INTERRUPTED_TWICE", "ClaimedJob", "JobEnd", "JobStore"]

INTERRUPTED_TWICE = (
    "interrupted_twice",
    "The server stopped twice while this job ran. Nothing was charged for it; ask again.",
)


class ClaimedJob(Struct, frozen=True):
    """The exclusive right to run `job`. `job.run_id` is the run of an earlier attempt, None on the first."""

    claim_id: str
    job: ResearchJob
    attempts: int


class JobEnd(Struct, frozen=True):
    """How a job's run ended. `report` goes with "completed", the error with "failed"."""

    status: Literal["completed", "failed"]
    ended_at: float
    run_id: str | None = None
    report: JobReport | None = None
    error_code: str | None = None
    error_message: str | None = None
    steps: tuple[ResearchStep, ...] = ()


class JobStore(Protocol):
    """A job is run by whoever holds its claim, and by nobody else. Every change of status is one atomic step that names
    the status it changes: of a cancellation and a completion at once exactly one wins. Times are unix seconds."""

    async def add(self, job: ResearchJob, *, most_open: int) -> None:
        """On disk when it returns. Raises: RateLimited if the account has `most_open` jobs that are not over."""
        ...

    async def get(self, account_id: str, job_id: str) -> ResearchJob:
        """Raises: JobNotFound, also for another account's."""
        ...

    async def list(
        self, account_id: str, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        """The newest first, without reports and steps, and how many there are in all."""
        ...

    async def cancel(self, account_id: str, job_id: str, now: float) -> ResearchJob:
        """Ends its claim too. Raises: JobNotFound, JobEnded."""
        ...

    async def has_work(self, now: float) -> bool:
        """Whether a job waits or lies abandoned. A cheap read; a claim decides."""
        ...

    async def claim_next(self, claim_id: str, *, now: float, lapses_at: float, most_attempts: int) -> ClaimedJob | None:
        """The oldest job that waits, or whose claim lapsed before `most_attempts` were made; it is then in progress."""
        ...

    async def held(self, claim_ids: Collection[str]) -> frozenset[str]:
        """Which of the claims still hold: not those of jobs that were cancelled or taken over."""
        ...

    async def keep(self, claim_id: str, *, lapses_at: float, run_id: str | None, steps: Sequence[ResearchStep]) -> bool:
        """Renews the claim and saves how far the job is. False, and nothing is changed, if the claim is gone."""
        ...

    async def finish(self, claim_id: str, end: JobEnd) -> bool:
        """False, and nothing is changed, if the claim is gone."""
        ...

    async def give_back(self, claim_id: str, run_id: str | None) -> bool:
        """The job waits again, and the attempt does not count: for a worker that stops in good order. False if the
        claim is gone."""
        ...

    async def fail_interrupted(self, now: float, *, most_attempts: int) -> Sequence[ResearchJob]:
        """The jobs that failed now because their last attempt was abandoned too."""
        ...

    async def release_abandoned(self) -> int:
        """How many claims of processes that are gone lapse now. Only for the sole process, before it runs jobs."""
        ...

    async def purge_expired(self, now: float) -> int:
        """How many jobs were deleted because their retention ended, counted from their end. What an open job goes on
        from is kept."""
        ...
