"""`/ai/v1/deep-research`: reports that are asked for, looked at, listed, cancelled and gone on from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, cast, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType

from cryptodesk.core.jobs import JobReport, JobStatus, ResearchJob, ResearchJobs
from cryptodesk.core.research import ResearchStep
from cryptodesk.dialects._extra import read_extra
from cryptodesk.dialects._ports import DialectPorts, DialectRoute, Receive, Scope, Send
from cryptodesk.dialects._schemas import list_of
from cryptodesk.dialects.messari import choices
from cryptodesk.dialects.messari.errors import clipped, encode_error, invalid, unknown_path
from cryptodesk.dialects.messari.openapi_answers import array, closed, ref
from cryptodesk.dialects.messari.reply import Reply
from cryptodesk.dialects.messari.side import Ask, SideEndpoint, header, operation, query_count, query_word
from cryptodesk.dialects.messari.values import expect
from cryptodesk.dialects.messari.wire import WireChart, WireSource, wire_chart

__all__ = ["PATH", "paths", "prefixes", "routes"]

PATH = "/ai/v1/deep-research"
OBJECT: Final = "deep_research"
# Not published; about three thousand words each.
MAX_CHARACTERS: Final = 20_000
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
MAX_OFFSET: Final = 2**31 - 1
# What `Cryptodesk-Include` may ask for beside the documented body of one job.
INCLUDES: Final = ("progress", "charts", "related_questions")

_STATUSES: tuple[JobStatus, ...] = get_args(JobStatus)

Schema = dict[str, Any]


class _WireOutput(Struct):
    report: str
    sources: list[WireSource]


class _WireError(Struct):
    code: str
    message: str


class _WireExtra(Struct):
    progress: Sequence[ResearchStep] | UnsetType = UNSET
    charts: list[WireChart] | UnsetType = UNSET
    related_questions: Sequence[str] | UnsetType = UNSET


class _WireJob(Struct):
    job_id: str
    object: str
    status: JobStatus
    query: str
    model: str
    created_at: int
    output: _WireOutput | UnsetType = UNSET
    error: _WireError | UnsetType = UNSET
    cryptodesk: _WireExtra | UnsetType = UNSET


class _WireList(Struct):
    data: list[_WireJob]
    total: int
    limit: int
    offset: int


class _WireCancelled(Struct):
    job_id: str
    object: str
    status: JobStatus


_json = msgspec.json.Encoder().encode


def routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.jobs is None:
        return ()
    desk = _Desk(ports.jobs, ports)
    return (DialectRoute(PATH, SideEndpoint(ports, GET=desk.list, POST=desk.create)),)


def prefixes(ports: DialectPorts) -> Sequence[DialectRoute]:
    if ports.jobs is None:
        return ()
    desk = _Desk(ports.jobs, ports)
    one = SideEndpoint(ports, GET=desk.get)
    cancel = SideEndpoint(ports, POST=desk.cancel)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        _, is_one, is_cancel = _split(scope["path"])
        if is_one or is_cancel:
            await (cancel if is_cancel else one)(scope, receive, send)
        else:
            error = unknown_path(scope["method"], scope["path"])
            await Reply(send, scope).send_answer(encode_error(error, ports.clock.now()))

    return (DialectRoute(f"{PATH}/", endpoint),)


def _split(path: str) -> tuple[str, bool, bool]:
    """The job's id, and whether the path is that of the job or of its cancellation."""
    job_id, slash, rest = path.removeprefix(f"{PATH}/").partition("/")
    return job_id, not slash, rest == "cancel"


class _Desk:
    """The handlers."""

    def __init__(self, jobs: ResearchJobs, ports: DialectPorts) -> None:
        self._jobs = jobs
        self._ports = ports

    async def create(self, ask: Ask) -> bytes:
        document = ask.document()
        query = _text(document, "query")
        if not query.strip():
            raise invalid("query", "is required")
        instructions = _text(document, "instructions")
        follow_up_of = expect(document, "job_id", str)
        job = await self._jobs.create(
            ask.caller, query, instructions=instructions.strip(), follow_up_of=follow_up_of or None
        )
        return _json(_to_wire(job))

    async def get(self, ask: Ask) -> bytes:
        asked = read_extra(header(ask.scope, b"cryptodesk-include") or b"", None, self._ports.clock.now(), INCLUDES)
        job_id, _, _ = _split(ask.path)
        job = await self._jobs.get(ask.caller, job_id)
        return _json(_to_wire(job, asked.include))

    async def list(self, ask: Ask) -> bytes:
        limit = query_count(ask.scope, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        offset = query_count(ask.scope, "offset", 0, 0, MAX_OFFSET)
        jobs, total = await self._jobs.list(ask.caller, status=_status(ask.scope), limit=limit, offset=offset)
        return _json(_WireList([_to_wire(job) for job in jobs], total, limit, offset))

    async def cancel(self, ask: Ask) -> bytes:
        job_id, _, _ = _split(ask.path)
        job = await self._jobs.cancel(ask.caller, job_id)
        return _json(_WireCancelled(job.job_id, OBJECT, job.status))


def _text(document: dict[str, Any], name: str) -> str:
    value = cast(str, expect(document, name, str) or "")
    if len(value) > MAX_CHARACTERS:
        raise invalid(name, f"must have at most {MAX_CHARACTERS} characters, not {len(value)}")
    return value


def _status(scope: Scope) -> JobStatus | None:
    word = query_word(scope, "status")
    if word is None:
        return None
    if word not in _STATUSES:
        raise invalid("status", f"must be one of {', '.join(_STATUSES)}, not {clipped(word)!r}")
    return word


def _to_wire(job: ResearchJob, include: frozenset[str] = frozenset()) -> _WireJob:
    wire = _WireJob(job.job_id, OBJECT, job.status, job.query, choices.MODEL, int(job.created_at))
    if job.report is not None:
        sources = [WireSource(each.citation_id, each.domain, each.title, each.url) for each in job.report.sources]
        wire.output = _WireOutput(job.report.text, sources)
    if job.status == "failed":
        wire.error = _WireError(job.error_code or "", job.error_message or "")
    if include:
        wire.cryptodesk = _extra(job, include)
    return wire


def _extra(job: ResearchJob, include: frozenset[str]) -> _WireExtra:
    report = job.report or JobReport("")
    members: dict[str, Callable[[], Any]] = {
        "progress": lambda: job.steps,
        "charts": lambda: [wire_chart(chart) for chart in report.charts],
        "related_questions": lambda: report.related_questions,
    }
    return _WireExtra(**{name: make() for name, make in members.items() if name in include})


# -- OpenAPI -----------------------------------------------------------------------------------------------------------

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_NOT_FOUND = {"404": "No job of this id, or another account's."}


def paths(ports: DialectPorts) -> Schema:
    if ports.jobs is None:
        return {}
    by_id = [{"name": "job_id", "in": "path", "required": True, "schema": _ID}]
    include = {
        "name": "Cryptodesk-Include",
        "in": "header",
        "schema": list_of(INCLUDES),
        "description": "An extension; see docs/dialects/messari-jobs.md.",
    }
    return {
        PATH: {"post": _create_operation(), "get": _list_operation()},
        f"{PATH}/{{job_id}}": {
            "get": operation(
                "getDeepResearch",
                "Show a deep research job: its state, and its report once it has one",
                _job_schema(is_one=True),
                {"400": "An unknown name in `Cryptodesk-Include`.", **_NOT_FOUND},
                parameters=[*by_id, include],
            )
        },
        f"{PATH}/{{job_id}}/cancel": {
            "post": operation(
                "cancelDeepResearch",
                "Cancel a deep research job that is not over",
                closed({"job_id": _ID, "object": {"const": OBJECT}, "status": {"const": "cancelled"}}),
                {**_NOT_FOUND, "409": "The job is over; a cancelled one too."},
                parameters=by_id,
            )
        },
    }


def _create_operation() -> Schema:
    text = {"type": "string", "maxLength": MAX_CHARACTERS}
    members = {
        "query": {**text, "minLength": 1},
        "instructions": {"anyOf": [text, {"type": "null"}]},
        "job_id": {"anyOf": [_ID, {"type": "null"}], "description": "A completed job to go on from."},
    }
    return operation(
        "createDeepResearch",
        "Begin a deep research job, whose report is written while nobody waits",
        _job_schema(is_one=False),
        {
            "400": "A field is missing, malformed or too long; the message names it.",
            "404": "No job to go on from of this id.",
            "408": "The body did not arrive in time.",
            "409": "The job to go on from has no report.",
            "429": "The account has too many jobs that are not over.",
        },
        {"type": "object", "properties": members, "required": ["query"]},
    )


def _list_operation() -> Schema:
    def parameter(name: str, schema: Schema) -> Schema:
        return {"name": name, "in": "query", "required": False, "schema": schema}

    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    offset = {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
    count = {"type": "integer", "minimum": 0}
    body = closed({"data": array(_job_schema(is_one=False)), "total": count, "limit": limit, "offset": offset})
    return operation(
        "listDeepResearch",
        "List the account's deep research jobs, the newest first, without their reports",
        body,
        {"400": "A parameter is malformed or out of range; the message names it."},
        parameters=[
            parameter("limit", limit),
            parameter("offset", offset),
            parameter("status", {"enum": list(_STATUSES)}),
        ],
    )


def _job_schema(*, is_one: bool) -> Schema:
    members: Schema = {
        "job_id": _ID,
        "object": {"const": OBJECT},
        "status": {"enum": list(_STATUSES)},
        "query": _TEXT,
        "model": {"const": choices.MODEL},
        "created_at": {"type": "integer", "description": "Unix seconds."},
    }
    required = list(members)
    members["error"] = closed({"code": _TEXT, "message": _TEXT})
    if is_one:
        members["output"] = closed({"report": _TEXT, "sources": array(ref("MessariSource"))})
        members["cryptodesk"] = _extra_schema()
    return closed(members, required)


def _extra_schema() -> Schema:
    members = {
        "progress": array({"type": "object"}),
        "charts": array(ref("MessariChart")),
        "related_questions": array(_TEXT),
    }
    return closed(members, [])
