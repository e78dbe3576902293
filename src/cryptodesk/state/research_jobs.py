"""Research jobs in the database: waiting, claimed, over; kept for their retention."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import JobEnded, JobNotFound, RateLimited
from cryptodesk.core.jobs import OPEN_STATUSES, JobReport, JobStatus, ResearchJob
from cryptodesk.core.research import ResearchStep
from cryptodesk.state.job_store import INTERRUPTED_TWICE, ClaimedJob, JobEnd
from cryptodesk.storage.database import Connection, Database

__all__ = ["DEFAULT_RETENTION_SECONDS", "DatabaseJobStore"]

DEFAULT_RETENTION_SECONDS = 30 * 24 * 3600.0
_PURGE_ROWS = 100

# The open ones stand in a partial index, which is used only where a query repeats its condition to the letter.
_OPEN = "status IN ('queued', 'in_progress')"
_FREE = f"{_OPEN} AND (status = 'queued' OR claim_lapses_at <= ?)"
_HEAD = (
    "job_id, account_id, status, created_at, started_at, ended_at, run_id, follow_up_of, error_code, error_message, "
    "body, attempts"
)
_SELECT = f"SELECT {_HEAD}, steps, report FROM research_jobs WHERE job_id = ? AND account_id = ?"  # noqa: S608
_LIST = f"""
SELECT {_HEAD}, NULL, NULL FROM research_jobs WHERE account_id = ? AND (CAST(? AS TEXT) IS NULL OR status = ?)
ORDER BY position DESC LIMIT ? OFFSET ?
"""  # noqa: S608 - constants
_COUNT = "SELECT count(*) FROM research_jobs WHERE account_id = ? AND (CAST(? AS TEXT) IS NULL OR status = ?)"
_COUNT_OPEN = f"SELECT count(*) FROM research_jobs WHERE {_OPEN} AND account_id = ?"  # noqa: S608 - constants
_INSERT = """
INSERT INTO research_jobs (job_id, account_id, status, created_at, follow_up_of, body, attempts)
VALUES (?, ?, 'queued', ?, ?, ?, 0)
"""
_CANCEL = f"""
UPDATE research_jobs SET status = 'cancelled', ended_at = ?, claim_id = NULL, claim_lapses_at = NULL
WHERE job_id = ? AND account_id = ? AND {_OPEN}
"""  # noqa: S608 - constants
_HAS_WORK = f"SELECT 1 FROM research_jobs WHERE {_FREE} LIMIT 1"  # noqa: S608 - constants
_CLAIM = f"""
UPDATE research_jobs SET status = 'in_progress', claim_id = ?, claim_lapses_at = ?, attempts = attempts + 1,
  started_at = ?, steps = NULL
WHERE position = (SELECT position FROM research_jobs WHERE {_FREE} AND attempts < ? ORDER BY position LIMIT 1)
RETURNING {_HEAD}, NULL, NULL
"""  # noqa: S608 - constants
_KEEP = """
UPDATE research_jobs SET claim_lapses_at = ?, run_id = coalesce(?, run_id), steps = ?
WHERE claim_id = ? AND status = 'in_progress'
"""
_FINISH = """
UPDATE research_jobs SET status = ?, ended_at = ?, run_id = coalesce(?, run_id), report = ?, error_code = ?,
  error_message = ?, steps = ?, claim_id = NULL, claim_lapses_at = NULL
WHERE claim_id = ? AND status = 'in_progress'
"""
_GIVE_BACK = """
UPDATE research_jobs SET status = 'queued', attempts = attempts - 1, started_at = NULL, steps = NULL, claim_id = NULL,
  claim_lapses_at = NULL, run_id = coalesce(?, run_id)
WHERE claim_id = ? AND status = 'in_progress'
"""
_FAIL_INTERRUPTED = f"""
UPDATE research_jobs SET status = 'failed', ended_at = ?, error_code = ?, error_message = ?, claim_id = NULL,
  claim_lapses_at = NULL
WHERE {_OPEN} AND status = 'in_progress' AND claim_lapses_at <= ? AND attempts >= ?
RETURNING {_HEAD}, NULL, NULL
"""  # noqa: S608 - constants
_RELEASE_ALL = "UPDATE research_jobs SET claim_lapses_at = 0 WHERE claim_id IS NOT NULL"
_PURGE = f"""
DELETE FROM research_jobs WHERE position IN (
  SELECT position FROM research_jobs WHERE ended_at <= ? AND job_id NOT IN (
    SELECT follow_up_of FROM research_jobs WHERE {_OPEN} AND follow_up_of IS NOT NULL
  ) LIMIT ?
)
"""  # noqa: S608 - constants


class _Body(Struct, frozen=True, omit_defaults=True):
    """What of a job is never searched by."""

    query: str
    model_id: str
    key_id: str
    instructions: str = ""


_encode = msgspec.json.Encoder().encode
_decode_body = msgspec.json.Decoder(_Body).decode
_decode_steps = msgspec.json.Decoder(tuple[ResearchStep, ...]).decode
_decode_report = msgspec.json.Decoder(JobReport).decode


class DatabaseJobStore:
    """`state.job_store.JobStore`. Ended jobs are kept for `retention_seconds`."""

    def __init__(self, database: Database, *, retention_seconds: float = DEFAULT_RETENTION_SECONDS) -> None:
        self._database = database
        self._retention_seconds = retention_seconds

    async def add(self, job: ResearchJob, *, most_open: int) -> None:
        body = _encode(_Body(job.query, job.model_id, job.key_id, job.instructions))

        def insert(connection: Connection) -> None:
            (open_jobs,) = connection.execute(_COUNT_OPEN, (job.account_id,)).fetchone()
            if open_jobs >= most_open:
                raise RateLimited(f"This account has {open_jobs} research jobs that are not over; wait for one to end.")
            connection.execute(_INSERT, (job.job_id, job.account_id, job.created_at, job.follow_up_of, body))

        await self._database.write(insert)

    async def get(self, account_id: str, job_id: str) -> ResearchJob:
        rows = await self._database.fetch(_SELECT, (job_id, account_id))
        if not rows:
            raise _not_found()
        return _to_job(rows[0])

    async def list(
        self, account_id: str, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        where = (account_id, status, status)
        rows = await self._database.fetch(_LIST, (*where, limit, offset))
        ((total,),) = await self._database.fetch(_COUNT, where)
        return tuple(_to_job(row) for row in rows), total

    async def cancel(self, account_id: str, job_id: str, now: float) -> ResearchJob:
        # What nobody may cancel is turned away by a read, so that it never waits for the disk.
        _refuse_unless_open(await self.get(account_id, job_id))
        parameters = (now, job_id, account_id)
        is_mine = await self._change(_CANCEL, parameters)
        job = await self.get(account_id, job_id)
        if not is_mine:
            _refuse_unless_open(job)
        return job

    async def has_work(self, now: float) -> bool:
        return bool(await self._database.fetch(_HAS_WORK, (now,)))

    async def claim_next(self, claim_id: str, *, now: float, lapses_at: float, most_attempts: int) -> ClaimedJob | None:
        parameters = (claim_id, lapses_at, now, now, most_attempts)
        row = (await self._database.execute(_CLAIM, parameters)).fetchone()
        return ClaimedJob(claim_id, _to_job(row), row[11]) if row else None

    async def held(self, claim_ids: Collection[str]) -> frozenset[str]:
        if not claim_ids:
            return frozenset()
        marks = ", ".join("?" * len(claim_ids))
        query = f"SELECT claim_id FROM research_jobs WHERE claim_id IN ({marks})"  # noqa: S608 - only question marks
        return frozenset(row[0] for row in await self._database.fetch(query, tuple(claim_ids)))

    async def keep(self, claim_id: str, *, lapses_at: float, run_id: str | None, steps: Sequence[ResearchStep]) -> bool:
        return await self._change(_KEEP, (lapses_at, run_id, _encode(tuple(steps)), claim_id))

    async def finish(self, claim_id: str, end: JobEnd) -> bool:
        report = None if end.report is None else _encode(end.report)
        parameters = (
            end.status,
            end.ended_at,
            end.run_id,
            report,
            end.error_code,
            end.error_message,
            _encode(end.steps),
            claim_id,
        )
        return await self._change(_FINISH, parameters)

    async def give_back(self, claim_id: str, run_id: str | None) -> bool:
        return await self._change(_GIVE_BACK, (run_id, claim_id))

    async def fail_interrupted(self, now: float, *, most_attempts: int) -> Sequence[ResearchJob]:
        parameters = (now, *INTERRUPTED_TWICE, now, most_attempts)
        failed = await self._database.execute(_FAIL_INTERRUPTED, parameters)
        return tuple(_to_job(row) for row in failed.fetchall())

    async def release_abandoned(self) -> int:
        return (await self._database.execute(_RELEASE_ALL)).rowcount

    async def purge_expired(self, now: float) -> int:
        purged = 0
        parameters = (now - self._retention_seconds, _PURGE_ROWS)
        # In small steps, because other writes wait for each.
        while count := (await self._database.execute(_PURGE, parameters)).rowcount:
            purged += count
        return purged

    async def _change(self, statement: str, parameters: Sequence[Any]) -> bool:
        return (await self._database.execute(statement, parameters)).rowcount == 1


def _refuse_unless_open(job: ResearchJob) -> None:
    if job.status not in OPEN_STATUSES:
        raise JobEnded(f"The job is over: its status is {job.status!r}. Only queued and running jobs can be cancelled.")


def _not_found() -> JobNotFound:
    return JobNotFound("not found: there is no research job of this id")


def _to_job(row: Any) -> ResearchJob:
    job_id, account_id, status, created_at, started_at, ended_at, run_id, follow_up_of, code, message = row[:10]
    body, steps, report = _decode_body(row[10]), row[12], row[13]
    return ResearchJob(
        job_id=job_id,
        account_id=account_id,
        key_id=body.key_id,
        query=body.query,
        model_id=body.model_id,
        created_at=created_at,
        status=status,
        instructions=body.instructions,
        follow_up_of=follow_up_of,
        started_at=started_at,
        ended_at=ended_at,
        run_id=run_id,
        report=None if report is None else _decode_report(report),
        error_code=code,
        error_message=message,
        steps=() if steps is None else _decode_steps(steps),
    )
