"""`cryptodesk completion`: the script that makes a shell complete."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["completion"]


class _Shell(StrEnum):
    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(shell: Annotated[_Shell, typer.Argument(help="Which shell.")]) -> None:
    """Print what makes a shell complete commands, options, models and assets.

    `cryptodesk --install-completion` puts it where the shell reads it."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    typer.echo(get_completion_script(prog_name="cryptodesk", complete_var="_CRYPTODESK_COMPLETE", shell=shell.value))
