"""The MCP surface as an open desk makes it: settings as they are meant, tools outside of any run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cryptodesk.app.mcp import mcp_ports
from cryptodesk.app.recording.taping import Untaped
from cryptodesk.mcp.ports import McpPorts, McpSettings
from cryptodesk.settings import Settings
from tests.dialects.support import make_ports


def ports_of(home: Path, **settings: Any) -> McpPorts:
    chosen = Settings.model_validate({"home": home, **settings})
    desk: Any = SimpleNamespace(settings=chosen, tools=object(), taping=_Wrapping())
    return mcp_ports(desk, make_ports())


class _Wrapping(Untaped):
    def tools(self, tools: Any) -> Any:
        return ("wrapped", tools)


def test_settings_as_they_come(tmp_path: Path) -> None:
    ports = ports_of(tmp_path)
    assert ports.settings == McpSettings((), (), is_loopback=True, gives_passages=True)
    assert ports.default_model == "cmc-ai-v1-gpt-5.1"


def test_names_are_compared_without_letter_case(tmp_path: Path) -> None:
    ports = ports_of(tmp_path, mcp_hosts=["Desk.Example.org"], mcp_origins=["https://app.example.org"])
    assert ports.settings.hosts == ("desk.example.org",)
    assert ports.settings.origins == ("https://app.example.org",)


@pytest.mark.parametrize(("host", "is_loopback"), [("localhost", True), ("::1", True), ("0.0.0.0", False)])
def test_a_server_for_this_machine_alone_is_known(tmp_path: Path, host: str, is_loopback: bool) -> None:
    assert ports_of(tmp_path, host=host).settings.is_loopback is is_loopback


def test_an_operator_may_keep_passages_back(tmp_path: Path) -> None:
    assert ports_of(tmp_path, mcp_passages=False).settings.gives_passages is False


def test_tools_are_counted_and_traced_as_those_of_a_run_are(tmp_path: Path) -> None:
    wrapped: Any = ports_of(tmp_path).tools
    assert wrapped[0] == "wrapped"
