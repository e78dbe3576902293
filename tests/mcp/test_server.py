"""What the MCP server says of itself, and how little of a model's context it takes."""

from __future__ import annotations

import json

import pytest

import cryptodesk
from cryptodesk.core.usage import estimate_tokens
from cryptodesk.mcp.server import INSTRUCTIONS
from tests.mcp.support import MODES, client, mcp_ports

_MOST_TOKENS = 4_000


@pytest.mark.parametrize("mode", MODES)
async def test_it_names_itself_and_what_it_offers(mode: str) -> None:
    async with client(mcp_ports()[0], mode) as session:
        assert session.server_info is not None
        assert (session.server_info.name, session.server_info.version) == ("cryptodesk", cryptodesk.__version__)
        offered = session.server_capabilities
        assert session.instructions == INSTRUCTIONS
    assert offered is not None
    for part in ("tools", "resources", "prompts", "completions"):
        assert getattr(offered, part) is not None, part


@pytest.mark.parametrize("mode", MODES)
async def test_the_list_of_tools_takes_less_than_four_thousand_tokens(mode: str) -> None:
    async with client(mcp_ports()[0], mode) as session:
        tools = (await session.list_tools()).tools
    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    wire = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    assert estimate_tokens(len(wire)) < _MOST_TOKENS
    # Stricter: most tokenizers need no more than one token for three and a half bytes of JSON.
    assert len(wire.encode()) / 3.5 < _MOST_TOKENS
    assert len(wire.encode()) / 3.5 + len(INSTRUCTIONS.encode()) / 3.5 < _MOST_TOKENS


async def test_lists_may_be_kept_by_any_cache() -> None:
    async with client(mcp_ports()[0]) as session:
        for listed in (await session.list_tools(), await session.list_resources(), await session.list_prompts()):
            assert (listed.cache_scope, listed.ttl_ms) == ("public", 300_000)


async def test_older_clients_may_set_a_level_for_log_messages() -> None:
    async with client(mcp_ports()[0], "legacy") as session:
        assert session.server_capabilities is not None
        assert session.server_capabilities.logging is not None
        with pytest.warns(UserWarning, match="deprecated"):
            assert await session.set_logging_level("debug") is not None
