"""`cryptodesk mcp`: the desk as an MCP server on standard input and output, for clients that start it themselves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from cryptodesk.cli._errors import explained_errors
from cryptodesk.cli._options import DataOption, ModelOption

__all__ = ["mcp"]


def mcp(
    home: Annotated[Path | None, typer.Option(help="Data folder.")] = None,
    model: ModelOption = None,
    data: DataOption = None,
) -> None:
    """Serve MCP on standard input and output, for Claude Desktop, Cursor and other clients that start it themselves.

    No key is needed: who starts this command is the desk's own user. Over HTTP, `cryptodesk serve` has /mcp."""
    from cryptodesk.app.mcp import serve_mcp_stdio
    from cryptodesk.settings import load_settings

    # Standard output belongs to the protocol.
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if sys.stdin.isatty():
        typer.echo("This waits for an MCP client, which usually starts it by itself. Ctrl+C ends it.", err=True)
    with explained_errors():
        settings = load_settings(home=home, default_model=model, data=data)
        # SIGTERM cancels what runs, so that runs are settled.
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(serve_mcp_stdio(settings))
