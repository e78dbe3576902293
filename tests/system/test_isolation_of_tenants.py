"""What is alice's is nobody else's: whatever has an id is to bob as if it were not there, by the same answer after the
same work, and what is counted for her does not show in what he is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct
from pydantic import SecretStr

from cryptodesk.mcp.cancelling import Running
from tests.clients.postgres import Server, postgres_server
from tests.dialects.support import Answer
from tests.system.route_cases import ABSENT, ABSENT_JOB, CASES, KEYED, RouteCase, chat, conversation, mcp_call
from tests.system.tenants import SECRET, Tenants, serving
from tests.ticks import settle

__all__ = ["postgres_server"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHAT, JOBS = "/v1/chat/completions", "/ai/v1/deep-research"
HISTORY = "/v1/history"
OPENAI = "/openai/v1/chat/completions"
OWN_TOOL = {"type": "function", "function": {"name": "get_balance", "description": "A balance."}}
BUILT_IN = {"type": "function", "function": {"name": "cmc_math_eval"}}
_SPINS = 4_000


class Belongings(Struct, frozen=True):
    """Ids of what alice has made."""

    run_id: str  # of a finished run, with a receipt
    open_id: str  # of a response that waits for her tool
    call_id: str
    traced_id: str  # of a response that waits to be asked for its text
    job_id: str  # of a finished report


class World(Struct, frozen=True):
    tenants: Tenants
    hers: Belongings
    told_before: Mapping[str, Any]


async def post(tenants: Tenants, who: str, path: str, body: Any, **headers: str) -> Answer:
    answer = await tenants.ask(who, "POST", path, body, headers)
    assert answer.status == 200, answer.body
    return answer


async def finished_job(tenants: Tenants, who: str) -> str:
    job_id: str = (await post(tenants, who, JOBS, {"query": f"What is Bitcoin? {SECRET}"})).json["job_id"]
    for _ in range(_SPINS):
        job = (await tenants.ask(who, "GET", f"{JOBS}/{job_id}")).json
        if job["status"] not in ("queued", "in_progress"):
            assert job["status"] == "completed", job
            return job_id
        await asyncio.sleep(0.001)  # lets the job's threads have their turn
    raise AssertionError("the job did not end")


async def use_everything(tenants: Tenants) -> Belongings:
    body = chat(SECRET)
    run_id = (await post(tenants, "alice", CHAT, body, **{"idempotency-key": "order-1"})).json["id"]
    asked = chat(SECRET, model="scripted-tool_call", tools=[OWN_TOOL])
    waiting = (await post(tenants, "alice", CHAT, asked)).json
    sum_asked = chat('{"expression": "2 + 3"}', model="scripted-tool_call", tools=[BUILT_IN])
    traced = (await post(tenants, "alice", CHAT, sum_asked)).json
    for case in KEYED:
        if case.method == "POST" and not case.path.startswith((JOBS, "/ai/v2/", "/ai/openai/", "/ai/vercel/")):
            await tenants.ask("alice", case.method, case.path, case.body)
    await post(tenants, "alice", f"{HISTORY}/hers", conversation(SECRET))
    return Belongings(
        run_id=run_id,
        open_id=waiting["id"],
        call_id=waiting["choices"][0]["message"]["tool_calls"][0]["id"],
        traced_id=traced["id"],
        job_id=await finished_job(tenants, "alice"),
    )


def reading_cases() -> list[RouteCase]:
    return [case for case in KEYED if case.method == "GET" or case.path == "/v1/quote"]


async def tell_all(tenants: Tenants, who: str) -> dict[str, Any]:
    return {case.path: (await tenants.traced(who, case.method, case.path, case.body))[0] for case in reading_cases()}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgres"])
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    more: dict[str, Any] = {}
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres_server")
        more["database_url"] = SecretStr(await server.new_schema())
    async with serving(tmp_path_factory.mktemp("desk"), recording="full", **more) as tenants:
        told_before = await tell_all(tenants, "carol")
        yield World(tenants, await use_everything(tenants), told_before)


def result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": SECRET}


def resumption(response_id: str, call_id: str = "call_1") -> dict[str, Any]:
    return {"model": "scripted-tool_call", "messages": [result(call_id)], "previous_response_id": response_id}


def continuation(response_id: str) -> dict[str, Any]:
    return chat("And?", model="scripted-tool_call", previous_response_id=response_id)


def attempts(hers: Belongings) -> dict[str, tuple[RouteCase, RouteCase]]:
    """Each with an id of hers, and the same with an id that nobody has."""
    chat_absent = f"chatcmpl-{ABSENT}"

    def about(method: str, path: str, own_id: str, absent: str = ABSENT) -> tuple[RouteCase, RouteCase]:
        return RouteCase(method, path.format(own_id), {}), RouteCase(method, path.format(absent), {})

    def resuming(body: Any, own_id: str) -> tuple[RouteCase, RouteCase]:
        return RouteCase("POST", CHAT, body(own_id)), RouteCase("POST", CHAT, body(chat_absent))

    def renaming(*ids: str) -> tuple[RouteCase, RouteCase]:
        hers, absent = [RouteCase("PATCH", f"{HISTORY}/{each}", {"title": "Mine now"}) for each in ids]
        return hers, absent

    def going_on(job_id: str) -> RouteCase:
        return RouteCase("POST", JOBS, {"query": "And now?", "job_id": job_id})

    return {
        "her receipt": about("GET", "/v1/receipts/{}", hers.run_id, chat_absent),
        "her receipt by run": about("GET", "/v1/receipts/{}", hers.run_id.removeprefix("chatcmpl-")),
        "her run's evidence": about("GET", "/v1/evidence/{}", hers.run_id, chat_absent),
        "her conversation": about("GET", HISTORY + "/{}", "hers", "none"),
        "her conversation's deletion": about("DELETE", HISTORY + "/{}", "hers", "none"),
        "her conversation's title": renaming("hers", "none"),
        "her open response": resuming(resumption, hers.open_id),
        "her open response without a result": resuming(continuation, hers.open_id),
        "her response with traces": resuming(continuation, hers.traced_id),
        "her finished response": resuming(continuation, hers.run_id),
        "her job": about("GET", JOBS + "/{}", hers.job_id, ABSENT_JOB),
        "her job's cancellation": about("POST", JOBS + "/{}/cancel", hers.job_id, ABSENT_JOB),
        "what follows her job": (going_on(hers.job_id), going_on(ABSENT_JOB)),
    }


ATTEMPTS = tuple(attempts(Belongings("", "", "", "", "")))


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_an_id_of_hers_is_to_him_as_one_that_nobody_has(world: World, name: str) -> None:
    """The very statements that the database is given are the same, so neither words nor time tell them apart."""
    hers, absent = attempts(world.hers)[name]
    await world.tenants.ask("bob", absent.method, absent.path, absent.body)  # who he is, is looked up by the first
    found, work = await world.tenants.traced("bob", hers.method, hers.path, hers.body)
    expected, usual_work = await world.tenants.traced("bob", absent.method, absent.path, absent.body)
    shown = repr(found).replace(world.hers.open_id, "<id>")
    assert found == expected, shown
    assert found[0] in (400, 404)
    assert work == usual_work
    assert work or "evidence" in name  # recordings are no rows
    assert SECRET not in shown


async def test_what_was_tried_in_vain_is_still_hers(world: World) -> None:
    tenants, hers = world.tenants, world.hers
    for attempt, _ in attempts(hers).values():
        await tenants.ask("bob", attempt.method, attempt.path, attempt.body)
    assert (await tenants.ask("alice", "GET", f"/v1/receipts/{hers.run_id}")).status == 200
    assert (await tenants.ask("alice", "GET", f"/v1/evidence/{hers.run_id}")).status == 200
    # A conversation of his under the same name is another one.
    await post(tenants, "bob", f"{HISTORY}/hers", conversation("his"))
    kept = await tenants.ask("alice", "GET", f"{HISTORY}/hers")
    assert (kept.json["title"], kept.json["messages"], b"his" in kept.body) == (SECRET, 1, False)
    job = (await tenants.ask("alice", "GET", f"{JOBS}/{hers.job_id}")).json
    assert (job["status"], SECRET in job["query"]) == ("completed", True)
    # Other keys of her account read her books and reports, but have none of her conversations.
    tenants.keys["colleague"], _ = tenants.desk.keys.create("colleague", "alice-corp", tenants.clock.moment)
    assert (await tenants.ask("colleague", "GET", f"/v1/receipts/{hers.run_id}")).status == 200
    assert (await tenants.ask("colleague", "GET", f"{HISTORY}/hers")).status == 404
    assert (await tenants.ask("colleague", "POST", CHAT, resumption(hers.open_id, hers.call_id))).status == 400
    used = await tenants.ask("alice", "POST", CHAT, continuation(hers.run_id))
    assert used.json["error"]["message"] == "conversation is already completed", "what only she is told"
    assert (await tenants.ask("alice", "POST", CHAT, continuation(hers.traced_id))).status == 200
    resumed = await tenants.ask("alice", "POST", CHAT, resumption(hers.open_id, hers.call_id))
    assert (resumed.status, SECRET in resumed.json["choices"][0]["message"]["content"]) == (200, True)


async def test_what_she_and_bob_used_does_not_show_in_what_a_third_is_told(world: World) -> None:
    """Every route that tells anything: models, data, usage, budgets, limits, credits, jobs, quotes."""
    assert await tell_all(world.tenants, "carol") == world.told_before


@pytest.mark.parametrize("who", ["nobody", "a stranger", "bob", "the metrics"])
async def test_nothing_of_hers_stands_in_any_answer_to_others(world: World, who: str) -> None:
    marks = {**world.tenants.marks(), "run": world.hers.run_id.encode(), "job": world.hers.job_id.encode()}
    for case in (case for cases in CASES.values() for case in cases if case.method == "GET"):
        answer = await world.tenants.ask(who, case.method, case.path, case.body)
        told = answer.body + repr(answer.header_list).encode()
        assert [name for name, mark in marks.items() if mark in told] == [], case.path


async def test_her_own_answers_do_have_those_marks(world: World) -> None:
    """Else the test above would look for what is never written."""
    said = b"".join(
        [(await world.tenants.ask("alice", "GET", path)).body for path in (JOBS, "/v1/usage?by=key", "/v1/limits")]
    )
    assert SECRET.encode() in said
    assert world.tenants.records["alice"].key_id.encode() in said


@pytest.mark.parametrize("path", [CHAT, OPENAI])
async def test_an_idempotency_key_is_the_callers_own(world: World, path: str) -> None:
    named = {"idempotency-key": f"order-{path}"}
    first, again, other = [
        await world.tenants.ask(who, "POST", path, chat(SECRET), named) for who in ("alice", "alice", "bob")
    ]
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    assert (other.status, other.json["id"] != first.json["id"]) == (200, True)
    assert "idempotent-replayed" not in other.headers


async def test_a_notice_takes_back_no_request_of_another_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenants, begun, entry = world.tenants, asyncio.Event(), Running.entry

    def entered(*names: Any) -> Any:
        if names[3] == 7:
            begun.set()
        return entry(*names)

    monkeypatch.setattr(Running, "entry", entered)
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    hers = await tenants.ask("alice", "POST", "/mcp", mcp_call("initialize", **hello))
    session = {"mcp-session-id": hers.headers["mcp-session-id"]}
    notice = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
    question = {"question": SECRET, "model": "scripted-never_ends"}
    call = mcp_call("tools/call", 7, name="ask", arguments=question)
    going = asyncio.create_task(tenants.ask("alice", "POST", "/mcp", call, session))
    await begun.wait()
    assert (await tenants.ask("bob", "POST", "/mcp", notice, session)).status == 202
    await settle()
    assert not going.done()
    assert (await tenants.ask("alice", "POST", "/mcp", notice, session)).status == 202
    assert SECRET not in (await going).body.decode()
