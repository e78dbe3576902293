"""Ports over fakes, tools that behave as told, and the SDK's client in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from mcp.client.client import Client
from msgspec import structs

from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.requests import Caller
from cryptodesk.core.tools import ToolRunContext, ToolSpec, ToolTrace
from cryptodesk.mcp.ports import McpPorts, McpSettings
from cryptodesk.mcp.server import build_server
from cryptodesk.tools import tool_specs
from tests.dialects.openai.support import FakeReader
from tests.dialects.support import CALLER, FakeEngine, make_ports

__all__ = ["MODES", "FakeTools", "client", "mcp_ports", "texts"]

# Both eras of the protocol: with the handshake, and without.
MODES = ("legacy", "auto")


class FakeTools:
    """The real specifications over answers that are given. A tool without an answer fails; `hangs` waits for ever."""

    def __init__(self, answers: dict[str, str] | None = None, *, hangs: bool = False) -> None:
        self._specs = {spec.name: spec for spec in tool_specs()}
        self.answers = answers or {}
        self.hangs = hangs
        self.calls: list[tuple[ToolCallPart, ToolRunContext]] = []
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()

    def names(self) -> Sequence[str]:
        return tuple(self._specs)

    def spec(self, name: str) -> ToolSpec:
        return self._specs[name]

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        self.calls.append((call, context))
        self.begun.set()
        try:
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.stopped.set()
        answer = self.answers.get(call.name)
        if answer is None:
            return ToolTrace(
                call.call_id, call.name, call.arguments, "failed", "no", error_message="no source answered"
            )
        page = Citation("Example", "Halving", "https://example.org/halving")
        return ToolTrace(call.call_id, call.name, call.arguments, "completed", answer, answer, citations=(page,))


def mcp_ports(
    engine: Any = None, tools: Any = None, settings: McpSettings | None = None, **edge: Any
) -> tuple[McpPorts, FakeEngine]:
    """The ports, and the engine behind them, which is also the research graph's."""
    found = engine if engine is not None else FakeEngine()
    made = structs.replace(make_ports(found), **{"research": found, "reader": FakeReader(), **edge})
    ports = McpPorts(
        edge=made,
        tools=tools if tools is not None else FakeTools(),
        default_model="cmc-ai-v1-gpt-5.1",
        suggest_assets=lambda text, most: [f"{text.title()} {n}" for n in range(1, 3)],
        settings=settings or McpSettings(),
    )
    return ports, found


def client(ports: McpPorts, mode: str = "auto", **options: Any) -> Client:
    """To be entered. Speaks to the server without a transport in between."""

    def caller_of(context: Any) -> Caller:
        return CALLER

    return Client(build_server(ports, caller_of), mode=mode, **options)


def texts(result: Any) -> list[str]:
    return [block.text for block in result.content]
