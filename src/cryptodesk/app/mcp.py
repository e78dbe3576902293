"""The MCP surface put together over an open desk: for the server's `/mcp`, and for one client over standard input."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptodesk.app.data_status import DeskData
from cryptodesk.app.desk import LOCAL_CALLER, Desk
from cryptodesk.app.reading import DeskReader
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.mcp.ports import McpPorts, McpSettings
from cryptodesk.settings import Settings

__all__ = ["mcp_ports", "serve_mcp_stdio"]

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def mcp_ports(desk: Desk, edge: DialectPorts) -> McpPorts:
    settings = desk.settings

    def suggest_assets(text: str, most: int) -> Sequence[str]:
        found = [match.asset for match in desk.market.directory.lookup(text, most)]
        # What only an old list names may bear the very letters; hardly anybody who types them means it.
        return tuple(dict.fromkeys(asset.name for asset in sorted(found, key=lambda asset: asset.is_obscure)))

    return McpPorts(
        edge=edge,
        tools=desk.taping.tools(desk.tools),
        default_model=settings.default_model,
        suggest_assets=suggest_assets,
        settings=McpSettings(
            origins=(*settings.mcp_origins, *settings.cors_origins),
            hosts=tuple(name.lower() for name in (*settings.mcp_hosts, *settings.allowed_hosts)),
            is_loopback=settings.host in _LOOPBACK,
            gives_passages=settings.mcp_passages,
        ),
    )


async def serve_mcp_stdio(settings: Settings) -> None:
    """Until the client closes its end. Who started this process is the desk's own user, and asks without a key."""
    stdio = importlib.import_module("cryptodesk.mcp.stdio")
    async with Desk(settings) as desk:
        edge = DialectPorts(
            engine=desk.engine,
            keys=_Nobody(),
            clock=desk.clock,
            built_in_tools=frozenset(desk.tools.names()),
            limits=desk.limits,
            research=desk.research,
            research_model=desk.research_model,
            data=DeskData(desk),
            reader=DeskReader(desk),
        )
        await stdio.serve_stdio(mcp_ports(desk, edge), LOCAL_CALLER)


class _Nobody:
    """There is no edge here that could ask for a key."""

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return None
