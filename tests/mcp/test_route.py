"""`/mcp` over HTTP: who is let in, what is refused before the SDK is asked, and what a client that leaves ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client as Session
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from cryptodesk.dialects._ports import DialectSettings
from cryptodesk.mcp.ports import McpSettings
from cryptodesk.mcp.route import McpEndpoint
from tests.dialects.openai.support import TEXT, TOOL_RUN
from tests.dialects.support import KEY, Answer, Client, FakeEngine
from tests.mcp.support import MODES, FakeTools, mcp_ports

HOST = {"host": "127.0.0.1:8080"}
KEYED = {**HOST, "authorization": f"Bearer {KEY}", "content-type": "application/json"}
JSON_ONLY = {**KEYED, "accept": "application/json"}
STREAMING = {**KEYED, "accept": "application/json, text/event-stream"}
# What clients of 2026-07-28 send with each request, in place of a handshake.
NEW = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "ask"}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
).encode()


def call(method: str = "tools/list", **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


class Caller(Client):
    """Speaks ASGI to the endpoint alone."""

    def __init__(self, engine: Any = None, tools: Any = None, settings: McpSettings | None = None, **edge: Any) -> None:
        super().__init__(FakeEngine())
        ports, self.engine = mcp_ports(engine, tools, settings, **edge)
        self.app = self.endpoint = McpEndpoint(ports)

    async def post(self, body: bytes, headers: dict[str, str] | None = None, **_: Any) -> Answer:
        return await self.call("POST", "/mcp", body, JSON_ONLY if headers is None else headers)


@asynccontextmanager
async def calling(*parts: Any, **more: Any) -> AsyncIterator[Caller]:
    caller = Caller(*parts, **more)
    try:
        yield caller
    finally:
        await caller.endpoint.close()


@asynccontextmanager
async def official(caller: Caller, mode: str) -> AsyncIterator[Session]:
    """The SDK's client, over HTTP as far as the application."""
    transport = httpx2.ASGITransport(app=caller.endpoint)
    async with (
        httpx2.AsyncClient(transport=transport, headers={"authorization": f"Bearer {KEY}"}) as http,
        Session(streamable_http_client("http://127.0.0.1:8080/mcp", http_client=http), mode=mode) as session,
    ):
        yield session


@pytest.mark.parametrize("headers", [{"authorization": f"bearer {KEY}"}, {"x-cmc_pro_api_key": KEY}])
async def test_either_header_may_bring_the_key(headers: dict[str, str]) -> None:
    async with calling() as caller:
        answer = await caller.post(call(), {**HOST, "content-type": "application/json", "accept": "*/*", **headers})
    assert answer.status == 200
    assert len(answer.json["result"]["tools"]) == 11


@pytest.mark.parametrize(
    ("key", "words"), [({}, "An API key is needed"), ({"authorization": "Bearer wrong"}, "not known here")]
)
async def test_without_a_good_key_nothing_is_answered(key: dict[str, str], words: str) -> None:
    async with calling() as caller:
        answer = await caller.post(call(), {**HOST, "content-type": "application/json", **key})
        assert caller.endpoint._opening is None, "the SDK is not loaded for strangers"
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert words in answer.error["message"]


async def test_answers_carry_the_callers_limits() -> None:
    async with calling(limit_headers=lambda caller: [(b"x-ratelimit-limit-requests", b"60")]) as caller:
        answer = await caller.post(call())
    assert answer.headers["x-ratelimit-limit-requests"] == "60"


async def test_a_foreign_name_and_a_foreign_page_are_refused_before_the_key_is_looked_at() -> None:
    async with calling() as caller:
        named = await caller.post(call(), {**JSON_ONLY, "host": "evil.example.net"})
        paged = await caller.post(call(), {**JSON_ONLY, "origin": "https://evil.example.net"})
    assert (named.status, paged.status) == (421, 403)
    assert "access-control-allow-origin" not in paged.headers


async def test_pages_that_the_operator_named_may_call_from_a_browser() -> None:
    settings = McpSettings(origins=("https://app.example.org",))
    page = {"origin": "https://app.example.org"}
    async with calling(settings=settings) as caller:
        asked = await caller.call("OPTIONS", "/mcp", b"", {**HOST, **page})
        answer = await caller.post(call(), {**JSON_ONLY, **page})
    assert asked.status == 204
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "https://app.example.org"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_there_are_no_sessions_to_open_or_to_end(method: str) -> None:
    async with calling() as caller:
        answer = await caller.call(method, "/mcp", b"", STREAMING)
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with calling() as caller:
        answer = await caller.post(call(filler="x" * DialectSettings().max_body_bytes))
    assert answer.status == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonp", ""])
async def test_another_content_type_is_refused_in_the_protocols_own_words(content_type: str) -> None:
    async with calling() as caller:
        answer = await caller.post(call(), {**JSON_ONLY, "content-type": content_type})
    assert (answer.status, answer.error["code"]) == (400, -32600)
    assert "application/json" in answer.error["message"]


async def test_a_content_type_may_name_its_characters() -> None:
    async with calling() as caller:
        answer = await caller.post(call(), {**JSON_ONLY, "content-type": "application/json; charset=utf-8"})
    assert answer.status == 200


async def test_a_body_that_is_no_json_is_a_parse_error() -> None:
    async with calling() as caller:
        answer = await caller.post(b"{")
    assert (answer.status, answer.error["code"]) == (400, -32700)


async def test_whoever_accepts_json_alone_gets_one_object() -> None:
    async with calling(FakeEngine(TOOL_RUN)) as caller:
        answer = await caller.post(call("tools/call", name="ask", arguments={"question": "Bitcoin?"}))
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["result"]["structuredContent"]["answer"] == TEXT


async def test_whoever_accepts_a_stream_gets_progress_in_it() -> None:
    body = call("tools/call", name="ask", arguments={"question": "Bitcoin?"}, _meta={"progressToken": 7})
    async with calling(FakeEngine(TOOL_RUN)) as caller:
        await caller.post(body, STREAMING)
    assert dict(caller.sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
    frames = b"".join(message.get("body", b"") for message in caller.sent[1:]).decode()
    found = [json.loads(line[6:]) for line in frames.splitlines() if line.startswith("data: {")]
    *steps, failure, last = found
    assert [one["params"]["progressToken"] for one in steps] == [7, 7, 7]
    assert failure["method"] == "notifications/message"
    assert failure["params"]["data"] == {"tool": "cmc_sentiment", "error": "no source answered"}
    assert last["id"] == 1


@pytest.mark.parametrize("more", [{}, NEW], ids=["with handshake", "without"])
@pytest.mark.parametrize("headers", [JSON_ONLY, STREAMING], ids=["json", "stream"])
async def test_a_client_that_hangs_up_ends_its_run(headers: dict[str, str], more: dict[str, str]) -> None:
    engine = FakeEngine(TOOL_RUN[:2], hangs=True)
    async with calling(engine) as caller:
        body = call("tools/call", name="ask", arguments={"question": "Bitcoin?"}, _meta=ENVELOPE)
        headers = {**headers, **more}
        going = asyncio.create_task(caller.drive("POST", "/mcp", body, headers))
        await engine.reached_end.wait()
        caller.hang_up()
        await engine.stopped.wait()
        await going


async def test_a_client_that_hangs_up_ends_its_tool() -> None:
    tools = FakeTools(hangs=True)
    async with calling(tools=tools) as caller:
        body = call("tools/call", name="cmc_market_data", arguments={})
        going = asyncio.create_task(caller.drive("POST", "/mcp", body, JSON_ONLY))
        await tools.begun.wait()
        caller.hang_up()
        await tools.stopped.wait()
        await going


@pytest.mark.parametrize("headers", [JSON_ONLY, STREAMING], ids=["json", "stream"])
async def test_a_client_may_take_a_request_back_by_a_notice(headers: dict[str, str]) -> None:
    engine = FakeEngine(TOOL_RUN[:2], hangs=True)
    async with calling(engine) as caller:
        begun = await caller.post(INITIALIZE, headers)
        session = {"mcp-session-id": begun.headers["mcp-session-id"]}
        body = call("tools/call", name="ask", arguments={"question": "Bitcoin?"})
        going = asyncio.create_task(caller.call("POST", "/mcp", body, {**headers, **session}))
        await engine.reached_end.wait()
        other = Client(FakeEngine())
        other.app = caller.endpoint
        notice = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        stray = await other.call("POST", "/mcp", json.dumps(notice).encode(), headers)
        assert (stray.status, engine.stopped.is_set()) == (202, False)
        told = await other.call("POST", "/mcp", json.dumps(notice).encode(), {**headers, **session})
        assert told.status == 202
        await engine.stopped.wait()
        ended = await going
    assert ended.status == 200


async def test_the_official_client_takes_a_request_back() -> None:
    """A client of the handshake's era: it sends a notice and leaves the connection open."""
    engine = FakeEngine(TOOL_RUN[:2], hangs=True)
    async with calling(engine) as caller, official(caller, "legacy") as session:
        asking = asyncio.create_task(session.call_tool("ask", {"question": "Bitcoin?"}))
        await engine.reached_end.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await engine.stopped.wait()


@pytest.mark.parametrize("more", [{}, NEW], ids=["with handshake", "without"])
@pytest.mark.parametrize("name", ["ask", "cmc_market_data"])
@pytest.mark.parametrize("value", ["[" * 600 + "]" * 600, '"\\ud800"'], ids=["deep", "half a character"])
async def test_arguments_that_cannot_be_written_are_no_defect(name: str, value: str, more: dict[str, str]) -> None:
    whole = call("tools/call", name=name, arguments={"question": 0, "query": 0}, _meta=ENVELOPE)
    async with calling(tools=FakeTools({"cmc_market_data": "{}"})) as caller:
        headers = {**JSON_ONLY, **more, **({"mcp-name": name} if more else {})}
        answer = await caller.post(whole.replace(b": 0", b": " + value.encode()), headers)
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert "error" not in answer.json
    else:
        assert answer.error["code"] in (-32700, -32602, -32600)


async def test_any_process_answers_any_request() -> None:
    """No request knows of one before it: each goes to another server, without a handshake."""
    found = []
    for method in ("tools/list", "prompts/list", "resources/list"):
        async with calling() as caller:
            found.append((await caller.post(call(method))).status)
    assert found == [200, 200, 200]


@pytest.mark.parametrize("version", HANDSHAKE_PROTOCOL_VERSIONS)
async def test_every_older_version_is_answered(version: str) -> None:
    headers = {**JSON_ONLY, "mcp-protocol-version": version}
    async with calling(FakeEngine(TOOL_RUN)) as caller:
        begun = await caller.post(INITIALIZE.replace(b"2025-11-25", version.encode()), headers)
        answer = await caller.post(call("tools/call", name="ask", arguments={"question": "Bitcoin?"}), headers)
        listed = [await caller.post(call(name), headers) for name in ("tools/list", "resources/list", "prompts/list")]
    assert begun.json["result"]["protocolVersion"] == version
    assert answer.json["result"]["content"][0]["text"] == TEXT
    assert all("result" in one.json for one in listed)


@pytest.mark.parametrize("mode", MODES)
async def test_the_official_client_speaks_to_it(mode: str) -> None:
    tools = FakeTools({"cmc_market_data": '{"price":1}'})
    async with calling(FakeEngine(TOOL_RUN), tools) as caller, official(caller, mode) as session:
        listed = await session.list_tools()
        result = await session.call_tool("cmc_market_data", {"ids": [1]})
        answer = await session.call_tool("ask", {"question": "Bitcoin?"})
    assert len(listed.tools) == 11
    assert result.structured_content == {"price": 1}
    assert answer.structured_content["answer"] == TEXT


def test_the_server_starts_without_the_sdk() -> None:
    script = (
        "import sys, cryptodesk.app.server, cryptodesk.cli;"
        "print([name for name in ('mcp', 'mcp_types', 'jwt', 'httpx2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
