"""docs/mcp.md tells what there is: its configurations are well-formed, its tables name what the server offers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from cryptodesk.cli import app
from cryptodesk.mcp.asking import AskTool
from cryptodesk.mcp.prompts import PROMPTS
from cryptodesk.mcp.telling import LogLevels
from tests.mcp.support import FakeTools, mcp_ports

PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text("utf-8")


def test_every_configuration_is_json_that_starts_or_reaches_the_desk() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert len(blocks) == 3
    for block in blocks:
        (servers,) = block.values()
        entry = servers["cryptodesk"]
        assert (entry.get("command"), entry.get("args")) == ("cryptodesk", ["mcp"]) or entry["url"].endswith("/mcp")


def test_the_command_of_the_page_is_there() -> None:
    shown = CliRunner().invoke(app, ["mcp", "--help"])
    assert shown.exit_code == 0
    assert "Claude Desktop" in shown.output


def test_every_tool_argument_and_prompt_is_on_the_page() -> None:
    arguments = AskTool(mcp_ports()[0], LogLevels()).listed.input_schema["properties"]
    for name in (
        *FakeTools().names(),
        *arguments,
        *PROMPTS,
        *(each for one in PROMPTS.values() for each in one.arguments),
    ):
        assert f"`{name}`" in PAGE, name
