"""Where commands print: tables as wide as they need, and JSON for programs."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["open_console", "say_json"]

_PIPE_WIDTH = 200


def open_console() -> Console:
    """As wide as the terminal, or as COLUMNS says; where nothing does, so wide that ids stay whole."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else get_terminal_size((_PIPE_WIDTH, 24)).columns
    return Console(highlight=False, width=width)


def say_json(value: Any) -> None:
    """One object on one line; exact amounts are text."""
    import msgspec

    typer.echo(msgspec.json.encode(value).decode())
