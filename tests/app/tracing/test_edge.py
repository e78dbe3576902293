"""A request's span, and the ids that do not go by a caller's trace."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.app.tracing.edge import OwnIds, traced_endpoint
from cryptodesk.core.ids import new_trace_id
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.tapes import TAPE, Tape
from cryptodesk.core.traces import TRACE_ID
from tests.app.tracing.support import Kept

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = [(b"traceparent", f"00-{TRACE}-{PARENT}-01".encode())]


def scope(method: str = "POST", headers: Any = ()) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": "/v1/x", "query_string": b"key=CANARY", "headers": list(headers)}


async def ask(kept: Kept, status: int = 200, *, error: BaseException | None = None, **more: Any) -> list[Any]:
    """The messages that were sent, and before them the trace id that the endpoint found."""
    seen: list[Any] = []

    async def endpoint(scope: Any, receive: Any, send: Any) -> None:
        seen.append(new_trace_id())
        await send({"type": "http.response.start", "status": status, "headers": []})
        if error is not None:
            raise error

    async def send(message: Any) -> None:
        seen.append(message)

    await traced_endpoint(endpoint, kept.spans)(scope(**more), None, send)  # type: ignore[arg-type]
    return seen


async def test_a_request_is_told_by_method_path_and_status_and_never_by_its_query() -> None:
    kept = Kept()
    found, start = await ask(kept)
    assert kept.of("POST /v1/x") == {
        "http.request.method": "POST",
        "http.route": "/v1/x",
        "url.path": "/v1/x",
        "url.scheme": "http",
        "http.response.status_code": 200,
    }
    context = kept.ended["POST /v1/x"].context
    assert context is not None
    assert found == f"{context.trace_id:032x}"
    assert start["status"] == 200
    assert TRACE_ID.get() is None


async def test_a_trace_of_the_callers_goes_on_here() -> None:
    kept = Kept()
    assert (await ask(kept, headers=GIVEN))[0] == TRACE
    parent = kept.ended["POST /v1/x"].parent
    assert parent is not None
    assert f"{parent.span_id:016x}" == PARENT


@pytest.mark.parametrize(("status", "is_error"), [(404, False), (429, False), (500, True), (503, True)])
async def test_what_is_our_fault_is_an_error(status: int, is_error: bool) -> None:
    kept = Kept()
    await ask(kept, status)
    assert kept.failed("POST /v1/x") == is_error


@pytest.mark.parametrize("error", [KeyError("CANARY"), asyncio.CancelledError()])
async def test_the_span_ends_when_the_endpoint_raises(error: BaseException) -> None:
    kept = Kept()
    with pytest.raises(type(error)):
        await ask(kept, error=error)
    assert kept.failed("POST /v1/x") == isinstance(error, KeyError)
    assert "CANARY" not in kept.ended["POST /v1/x"].to_json()


async def test_a_method_that_there_is_not_is_no_name() -> None:
    kept = Kept()
    await ask(kept, method="CANARY")
    assert list(kept.ended) == ["HTTP /v1/x"]


@pytest.mark.parametrize(("headers", "is_kept"), [(GIVEN, False), ([], True)])
async def test_a_run_goes_by_its_trace_only_where_that_is_the_desks(headers: Any, is_kept: bool) -> None:
    kept, asked = Kept(), []

    class Engine:
        def run(self, request: RunRequest) -> Any:
            asked.append(request.trace_id)

    async def endpoint(scope: Any, receive: Any, send: Any) -> None:
        request = RunRequest(Caller("a", "k"), "cmc", new_trace_id(), "m", (text_message("user", "x"),))
        asked.append(request.trace_id)
        OwnIds(Engine(), lambda: 0.0).run(request)

    await traced_endpoint(endpoint, kept.spans)(scope(headers=headers), None, None)  # type: ignore[arg-type]
    given, used = asked
    assert (given == used) == is_kept
    assert len(used) == 32


def test_an_id_of_a_trace_is_noted_on_a_tape_like_any_other() -> None:
    noted: list[str] = []

    class Noting(Tape):
        def id(self, fresh: str) -> str:
            noted.append(fresh)
            return "replayed"

    tape, trace = TAPE.set(Noting()), TRACE_ID.set(TRACE)
    try:
        assert new_trace_id() == "replayed"
        assert noted == [TRACE]
    finally:
        TAPE.reset(tape)
        TRACE_ID.reset(trace)
