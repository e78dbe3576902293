"""What the MCP surface is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from cryptodesk.core.ports import ToolRunner
from cryptodesk.dialects._ports import DialectPorts

__all__ = ["McpPorts", "McpSettings"]

SuggestAssets = Callable[[str, int], Sequence[str]]


class McpSettings(Struct, frozen=True):
    """`origins` are those of pages that may call, `hosts` the names by which the server may be called beside loopback
    ones. With `is_loopback` the server listens to this machine alone. `gives_passages` says that a caller gets the
    passages which a search found, and not only where they stand."""

    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    is_loopback: bool = True
    gives_passages: bool = True


class McpPorts(Struct, frozen=True):
    """`edge` is what every dialect has; `tools` run outside of any run, free of charge. `suggest_assets(text, most)`
    completes an asset's name."""

    edge: DialectPorts
    tools: ToolRunner
    default_model: str
    suggest_assets: SuggestAssets
    settings: McpSettings = McpSettings()
