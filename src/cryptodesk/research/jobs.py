"""The desk of research jobs: taken in, run one after another by whichever process is free, looked at and cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError, JobNotFound, JobNotReady
from cryptodesk.core.ids import new_id
from cryptodesk.core.jobs import JobStatus, ResearchJob
from cryptodesk.core.requests import Caller
from cryptodesk.research.job_run import JobRun, JobSettings, RunEngine, to_request
from cryptodesk.state.job_store import ClaimedJob, JobEnd, JobStore

__all__ = ["JobDesk", "JobSettings"]

log = logging.getLogger("cryptodesk.research.jobs")

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A store that cannot be written will hardly be mended within half a second.
_TICKS_AFTER_A_FAILURE = 20

Refund = Callable[[str], Awaitable[object]]
Pause = Callable[[asyncio.Event, float], Awaitable[None]]


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()


class JobDesk:
    """`core.jobs.ResearchJobs`. Any number of processes may serve one store: each job is run by one of them.

    `refund` gives back what a run was charged for, by its id: a job that is begun again is paid for once. A run is
    charged when it ends and when it is cancelled, so a killed process has charged nothing; what a stopping one charged
    for a job that it hands on is given back."""

    def __init__(
        self,
        store: JobStore,
        engine: RunEngine,
        clock: Clock,
        settings: JobSettings,
        *,
        refund: Refund | None = None,
        pause: Pause = _pause,
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._refund = refund
        self._pause = pause
        self._wake = asyncio.Event()
        self._running: dict[str, JobRun] = {}

    @property
    def running(self) -> int:
        """Jobs that this process runs now."""
        return len(self._running)

    # -- what callers ask ----------------------------------------------------------------------------------------------

    async def create(
        self, caller: Caller, query: str, *, instructions: str = "", follow_up_of: str | None = None
    ) -> ResearchJob:
        """Raises: JobNotFound, JobNotReady, RateLimited."""
        if follow_up_of is not None:
            follow_up_of = (await self._finished(caller, follow_up_of)).job_id
        job = ResearchJob(
            job_id=str(UUID(new_id(), version=4)),
            account_id=caller.account_id,
            key_id=caller.key_id,
            query=query,
            model_id=self._settings.model_id,
            created_at=self._clock.unix(),
            instructions=instructions,
            follow_up_of=follow_up_of,
        )
        await self._store.add(job, most_open=self._settings.most_open)
        self._wake.set()
        return job

    async def get(self, caller: Caller, job_id: str) -> ResearchJob:
        return await self._store.get(caller.account_id, _checked(job_id))

    async def list(
        self, caller: Caller, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        return await self._store.list(caller.account_id, status=status, limit=limit, offset=offset)

    async def cancel(self, caller: Caller, job_id: str) -> ResearchJob:
        job = await self._store.cancel(caller.account_id, _checked(job_id), self._clock.unix())
        if running := self._running.get(job.job_id):
            running.cancel()
        return job

    async def _finished(self, caller: Caller, job_id: str) -> ResearchJob:
        job = await self.get(caller, job_id)
        if job.report is None:
            raise JobNotReady(
                f"The job to follow up has no report: its status is {job.status!r}. Only completed ones can be."
            )
        return job

    # -- the work ------------------------------------------------------------------------------------------------------

    async def serve(self) -> None:
        """Runs jobs until it is cancelled; then those that run are stopped and given back, to be begun again."""
        try:
            while True:
                self._wake.clear()
                await self._pause(self._wake, self._settings.tick_seconds * await self._try_beat())
        finally:
            await self._stop()

    async def _try_beat(self) -> int:
        """Ticks until the next beat."""
        try:
            await self._beat()
        except CryptodeskError:
            log.exception("research jobs cannot be looked after")
            return _TICKS_AFTER_A_FAILURE
        return 1

    async def _beat(self) -> None:
        now = self._clock.unix()
        await self._look_after_running(now)
        if len(self._running) >= self._settings.concurrency or not await self._store.has_work(now):
            return
        for job in await self._store.fail_interrupted(now, most_attempts=self._settings.most_attempts):
            log.warning("research job %s was interrupted twice", job.job_id)
            await self._forgive(job.run_id)
        while len(self._running) < self._settings.concurrency and (claimed := await self._claim(now)):
            run = self._running[claimed.job.job_id] = JobRun(claimed, self._next_renewal(now))
            run.task = asyncio.create_task(self._work(run))

    async def _claim(self, now: float) -> ClaimedJob | None:
        settings = self._settings
        lapses_at = now + settings.claim_seconds
        return await self._store.claim_next(
            new_id(), now=now, lapses_at=lapses_at, most_attempts=settings.most_attempts
        )

    async def _look_after_running(self, now: float) -> None:
        """Stops what was cancelled or taken over elsewhere; renews the claims of the others and saves their steps."""
        runs = tuple(self._running.values())
        held = await self._store.held([run.claim_id for run in runs]) if runs else frozenset()
        for run in runs:
            if run.claim_id not in held:
                run.cancel()
            elif not run.is_ending and (run.has_news or now >= run.renews_at):
                await self._keep(run)

    async def _keep(self, run: JobRun) -> bool:
        now = self._clock.unix()
        run.has_news = False
        run.renews_at = self._next_renewal(now)
        lapses_at = now + self._settings.claim_seconds
        return await self._store.keep(run.claim_id, lapses_at=lapses_at, run_id=run.run_id, steps=run.steps)

    def _next_renewal(self, now: float) -> float:
        return now + self._settings.claim_seconds / 3

    async def _work(self, run: JobRun) -> None:
        try:
            end = await self._attempt(run)
            run.is_ending = True
            if end is None or not await self._store.finish(run.claim_id, end):
                await self._let_go(run)
        except asyncio.CancelledError:
            run.is_ending = True
            await self._let_go(run)
            raise
        except CryptodeskError:
            # Its claim lapses, and then it is begun again.
            log.exception("research job %s could not be kept", run.job.job_id)
        finally:
            self._running.pop(run.job.job_id, None)
            self._wake.set()

    async def _attempt(self, run: JobRun) -> JobEnd | None:
        """How the run ended; None if the claim was gone before it began."""
        await self._forgive(run.job.run_id)
        request = to_request(run.job, await self._earlier(run.job), self._settings)
        try:
            # Its id is on disk before it costs anything, so that whoever begins the job again knows what to give back.
            is_whole = await run.follow(self._engine, request, lambda: self._keep(run))
        except CryptodeskError:
            raise
        except Exception:  # the boundary of a run nobody waits for
            log.exception("research job %s failed by a defect", run.job.job_id)
            return run.defect(self._clock.unix())
        return run.end(self._clock.unix()) if is_whole else None

    async def _earlier(self, job: ResearchJob) -> ResearchJob | None:
        if job.follow_up_of is None:
            return None
        return await self._store.get(job.account_id, job.follow_up_of)

    async def _let_go(self, run: JobRun) -> None:
        """After a run whose result is not wanted. What it used is owed if the caller cancelled the job, else it is
        given back; the job waits again if it is still this process's."""
        try:
            if not await self._is_cancelled(run.job):
                await self._forgive(run.run_id)
                await self._store.give_back(run.claim_id, run.run_id)
        except CryptodeskError:
            log.exception("research job %s could not be given back", run.job.job_id)

    async def _is_cancelled(self, job: ResearchJob) -> bool:
        try:
            return (await self._store.get(job.account_id, job.job_id)).status == "cancelled"
        except JobNotFound:
            return False

    async def _forgive(self, run_id: str | None) -> None:
        if run_id is not None and self._refund is not None:
            await self._refund(run_id)

    async def _stop(self) -> None:
        runs = tuple(self._running.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*(run.task for run in runs if run.task is not None), return_exceptions=True)


def _checked(job_id: str) -> str:
    """Raises: JobNotFound for what is no id of a job."""
    folded = job_id.lower()
    if _UUID.fullmatch(folded) is None:
        raise JobNotFound("not found: there is no research job of this id")
    return folded
