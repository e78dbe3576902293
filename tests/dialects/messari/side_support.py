"""Fakes behind the routes beside the chat, and a client of those routes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from msgspec import structs

from cryptodesk.core.errors import JobEnded, JobNotFound, JobNotReady
from cryptodesk.core.jobs import OPEN_STATUSES, JobStatus, ResearchJob
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import ASGIApp, DialectPorts
from cryptodesk.dialects.messari import credits as credit_routes
from cryptodesk.dialects.messari import deep_research, extraction, trending
from cryptodesk.documents.entities.records import Entities
from cryptodesk.documents.trending import Trending
from cryptodesk.ledger.credits import CreditAllowance
from tests.dialects.support import CALLER, KEY, NOW, Answer, make_ports
from tests.dialects.support import Client as _Client

SIDES: tuple[ModuleType, ...] = (deep_research, extraction, trending, credit_routes)
JOB_ID = "0b6f9f4e-7d0a-4c8e-9a24-22ff2c3d462c"
KEYED = {"x-messari-api-key": KEY}


def job_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def a_job(**changes: Any) -> ResearchJob:
    facts: dict[str, Any] = {
        "job_id": JOB_ID,
        "account_id": CALLER.account_id,
        "key_id": CALLER.key_id,
        "query": "Is Bitcoin money?",
        "model_id": "analyst",
        "created_at": NOW.timestamp(),
    }
    return ResearchJob(**{**facts, **changes})


class FakeJobs:
    """`ResearchJobs` over a list; it runs nothing."""

    def __init__(self, *jobs: ResearchJob) -> None:
        self.jobs = {job.job_id: job for job in jobs}
        self.created: list[dict[str, Any]] = []
        self.listed: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    async def create(
        self, caller: Caller, query: str, *, instructions: str = "", follow_up_of: str | None = None
    ) -> ResearchJob:
        if self.failure is not None:
            raise self.failure
        if follow_up_of is not None and (await self.get(caller, follow_up_of)).report is None:
            raise JobNotReady("no report")
        self.created.append({"query": query, "instructions": instructions, "follow_up_of": follow_up_of})
        job = a_job(job_id=job_id(len(self.created)), query=query, follow_up_of=follow_up_of)
        self.jobs[job.job_id] = job
        return job

    async def get(self, caller: Caller, job_id: str) -> ResearchJob:
        job = self.jobs.get(job_id)
        if job is None or job.account_id != caller.account_id:
            raise JobNotFound("not found: no such job")
        return job

    async def list(
        self, caller: Caller, *, status: JobStatus | None, limit: int, offset: int
    ) -> tuple[Sequence[ResearchJob], int]:
        self.listed.append({"status": status, "limit": limit, "offset": offset})
        own = [job for job in self.jobs.values() if job.account_id == caller.account_id]
        found = [structs.replace(job, report=None) for job in own if status in (None, job.status)]
        return found[offset : offset + limit], len(found)

    async def cancel(self, caller: Caller, job_id: str) -> ResearchJob:
        job = await self.get(caller, job_id)
        if job.status not in OPEN_STATUSES:
            raise JobEnded(f"the job is {job.status}")
        self.jobs[job_id] = structs.replace(job, status="cancelled")
        return self.jobs[job_id]


class FakeTexts:
    def __init__(self, entities: Entities | None = None, found: Trending | None = None) -> None:
        self.entities = entities or Entities()
        self.found = found or Trending((), 0)
        self.texts: list[str] = []
        self.limits: list[int] = []
        self.failure: Exception | None = None

    async def extract(self, text: str) -> Entities:
        if self.failure is not None:
            raise self.failure
        self.texts.append(text)
        return self.entities

    async def trending(self, limit: int) -> Trending:
        if self.failure is not None:
            raise self.failure
        self.limits.append(limit)
        return structs.replace(self.found, questions=self.found.questions[:limit])


class FakeMeter:
    def __init__(self, allowance: CreditAllowance) -> None:
        self.told = allowance
        self.callers: list[Caller] = []

    async def allowance(self, caller: Caller) -> CreditAllowance:
        self.callers.append(caller)
        return self.told


def mount(ports: DialectPorts) -> ASGIApp:
    """The routes as the edge finds them: exact paths first, then the longest beginning."""
    table = {route.path: route.endpoint for side in SIDES for route in side.routes(ports)}
    beginnings = [route for side in SIDES if hasattr(side, "prefixes") for route in side.prefixes(ports)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        begun = (route.endpoint for route in beginnings if scope["path"].startswith(route.path))
        endpoint = table.get(scope["path"]) or next(begun, None)
        assert endpoint is not None, f"no route for {scope['path']}"
        await endpoint(scope, receive, send)

    return app


class SideClient(_Client):
    """A client of the routes beside the chat, with a good key."""

    def __init__(self, *, jobs: Any = None, texts: Any = None, meter: Any = None, **ports: Any) -> None:
        super().__init__(**ports)
        self.ports = structs.replace(make_ports(**ports), jobs=jobs, texts=texts, credits=meter)
        self.app = mount(self.ports)

    async def get(self, path: str, query: str = "", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.call("GET", path, b"", {**KEYED, **named}, query)

    async def send_json(self, path: str, body: Any) -> Answer:
        """A POST; `body` is an object to encode, or bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.call("POST", path, raw, KEYED)


def fault(answer: Answer) -> tuple[int, str]:
    """The status and message of an error, whose form is checked."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert answer.json == {"error": answer.json["error"], "data": None}
    assert isinstance(answer.json["error"], str)
    return answer.status, answer.json["error"]
