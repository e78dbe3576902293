"""Prompts: listed with their arguments, filled in, and about tools that there are."""

from __future__ import annotations

import re

import pytest
from mcp.shared.exceptions import MCPError

from cryptodesk.mcp.prompts import PROMPTS
from cryptodesk.tools import tool_specs
from tests.mcp.support import MODES, client, mcp_ports


@pytest.mark.parametrize("mode", MODES)
async def test_every_prompt_is_listed_with_what_it_needs(mode: str) -> None:
    async with client(mcp_ports()[0], mode) as session:
        listed = {prompt.name: prompt for prompt in (await session.list_prompts()).prompts}
    assert set(listed) == {"compare_assets", "morning_briefing", "token_due_diligence", "check_a_claim"}
    needed = {name: [each.name for each in prompt.arguments or () if each.required] for name, prompt in listed.items()}
    assert needed == {
        "compare_assets": ["assets"],
        "morning_briefing": [],
        "token_due_diligence": ["asset"],
        "check_a_claim": ["claim"],
    }


@pytest.mark.parametrize("mode", MODES)
async def test_arguments_and_defaults_are_filled_in(mode: str) -> None:
    async with client(mcp_ports()[0], mode) as session:
        given = await session.get_prompt("compare_assets", {"assets": " BTC,\n ETH {x} "})
        briefing = await session.get_prompt("morning_briefing")
    assert "over 30 days: BTC, ETH {x}." in given.messages[0].content.text
    assert "Bitcoin, Ethereum, Solana" in briefing.messages[0].content.text


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("write_poem", {}, "Unknown prompt: write_poem"),
        ("compare_assets", {}, "Missing argument: assets"),
        ("compare_assets", {"assets": "  "}, "Missing argument: assets"),
        ("compare_assets", {"assets": "BTC", "tone": "kind"}, "Unknown argument: tone"),
        ("compare_assets", {"assets": "x" * 201}, "at most 200 characters"),
    ],
)
async def test_wrong_arguments_are_told(name: str, arguments: dict[str, str], words: str) -> None:
    async with client(mcp_ports()[0]) as session:
        with pytest.raises(MCPError, match=words) as caught:
            await session.get_prompt(name, arguments)
    assert caught.value.code == -32602


def test_prompts_name_tools_that_there_are() -> None:
    known = {spec.name for spec in tool_specs()}
    for name, prompt in PROMPTS.items():
        named = set(re.findall(r"cmc_[a-z_]+", prompt.text))
        assert named, name
        assert named <= known, name
        assert set(re.findall(r"\{(\w+)\}", prompt.text)) == set(prompt.arguments), name
