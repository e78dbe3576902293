"""The built-in tools over MCP: listed from the registry, called outside of a run, failing in their own words."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError

from cryptodesk.app.desk import Desk
from cryptodesk.app.mcp import mcp_ports as ports_of
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import RateLimited
from cryptodesk.core.requests import Caller
from cryptodesk.mcp.ports import McpSettings
from cryptodesk.mcp.toolset import ToolDesk
from cryptodesk.settings import Settings
from cryptodesk.tools import tool_specs
from tests.dialects.support import CALLER, NOW, make_ports
from tests.mcp.support import MODES, FakeTools, client, mcp_ports, texts

QUOTE = '{"market_data_result":{"price":78264.1}}'
PASSAGES = '{"content_search_result":{"results":[{"text":"a quotation"}]}}'


@pytest.mark.parametrize("mode", MODES)
async def test_every_tool_of_the_registry_is_listed_as_it_is(mode: str) -> None:
    ports, _ = mcp_ports()
    async with client(ports, mode) as session:
        listed = {tool.name: tool for tool in (await session.list_tools()).tools}
    specs = {spec.name: spec for spec in tool_specs()}
    assert set(listed) == {*specs, "ask"}
    for name, spec in specs.items():
        assert listed[name].description == spec.description
        assert listed[name].input_schema == spec.parameters
        assert listed[name].annotations is not None
        assert listed[name].annotations.read_only_hint is True


@pytest.mark.parametrize("mode", MODES)
async def test_a_result_comes_as_text_and_as_an_object(mode: str) -> None:
    tools = FakeTools({"cmc_market_data": QUOTE})
    ports, _ = mcp_ports(tools=tools)
    async with client(ports, mode) as session:
        result = await session.call_tool("cmc_market_data", {"asset_type": "coin", "ids": [1]})
    assert texts(result) == [QUOTE]
    assert result.structured_content == json.loads(QUOTE)
    assert not result.is_error
    call, context = tools.calls[0]
    assert json.loads(call.arguments) == {"asset_type": "coin", "ids": [1]}
    assert (context.key_id, context.as_of) == (CALLER.key_id, None)


async def test_a_tool_that_fails_says_so_in_its_result() -> None:
    ports, _ = mcp_ports()
    async with client(ports) as session:
        result = await session.call_tool("cmc_sentiment", {})
    assert result.is_error
    assert texts(result) == ["no source answered"]


async def test_an_unknown_tool_is_a_fault_of_the_request() -> None:
    ports, _ = mcp_ports()
    async with client(ports) as session:
        with pytest.raises(MCPError, match="Unknown tool: cmc_oracle") as caught:
            await session.call_tool("cmc_oracle", {})
    assert caught.value.code == -32602


@pytest.mark.parametrize(("gives", "word"), [(True, "quotation"), (False, "https://example.org/halving")])
async def test_passages_are_given_only_where_the_operator_gives_them(gives: bool, word: str) -> None:
    tools = FakeTools({"cmc_content_search": PASSAGES})
    ports, _ = mcp_ports(tools=tools, settings=McpSettings(gives_passages=gives))
    async with client(ports) as session:
        result = await session.call_tool("cmc_content_search", {"query": "halving"})
    assert word in texts(result)[0]
    assert ("quotation" in texts(result)[0]) is gives


async def test_a_cancelled_call_stops_its_tool() -> None:
    tools = FakeTools(hangs=True)
    ports, _ = mcp_ports(tools=tools)
    task = asyncio.create_task(ToolDesk(ports).call("cmc_market_data", {}, CALLER))
    await tools.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tools.stopped.is_set()


async def test_real_results_fit_the_schemas_that_are_listed(tmp_path: Path) -> None:
    settings = Settings.model_validate({"home": tmp_path, "data": "snapshot", "recording": "off"})
    async with Desk(settings, FixedClock(NOW)) as desk:
        ports = ports_of(desk, make_ports())
        async with client(ports) as session:
            schemas = {tool.name for tool in (await session.list_tools()).tools if tool.output_schema}
            # The SDK's client holds structured content against the schema, and raises where it does not fit.
            result = await session.call_tool("cmc_math_eval", {"expression": "pct_change(42000, 65000)"})
    assert schemas == {"cmc_math_eval", "ask"}
    assert result.structured_content is not None
    assert result.structured_content["math_eval_result"]["exact"] is False


async def test_whoever_has_reached_a_limit_is_turned_away_in_words() -> None:
    def turn_away(caller: Caller) -> None:
        assert caller == CALLER
        raise RateLimited("This key has used its 60 requests of this minute.")

    tools = FakeTools({"cmc_market_data": QUOTE})
    ports, _ = mcp_ports(tools=tools, turn_away=turn_away)
    async with client(ports) as session:
        result = await session.call_tool("cmc_market_data", {})
    assert result.is_error
    assert texts(result) == ["This key has used its 60 requests of this minute."]
    assert tools.calls == []
