"""Turns what went wrong into one line on standard error and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from cryptodesk.core.errors import CryptodeskError

__all__ = [
    "DEFECT",
    "EXIT_CODES",
    "FAILED",
    "INTERRUPTED",
    "UNAVAILABLE",
    "WRONG_USE",
    "exit_code",
    "explained_errors",
    "say_error",
]

FAILED = 1
WRONG_USE = 2
UNAVAILABLE = 3
DEFECT = 70
INTERRUPTED = 130

# What each means to a script; docs/cli.md is written from it.
EXIT_CODES = {
    0: "done",
    FAILED: "done, with a negative finding or a refusal: a check failed, an answer was refused, nothing was found",
    WRONG_USE: "wrong use: an option, a setting, a file or a model that there is not",
    UNAVAILABLE: "upstream: a provider, a source, a server or the database does not answer, or not as it should",
    DEFECT: "a defect of the product",
    INTERRUPTED: "interrupted with Ctrl-C",
}


@contextmanager
def explained_errors() -> Iterator[None]:
    """Wrong settings, catalogues and whatever failed while running, in a line each. No traceback."""
    from cryptodesk.catalog.models import CatalogError
    from cryptodesk.core.errors import CryptodeskError
    from cryptodesk.settings import SettingsError

    try:
        yield
    except (SettingsError, CatalogError) as error:
        typer.secho(f"cryptodesk: {error}", err=True, fg="red")
        raise typer.Exit(WRONG_USE) from None
    except CryptodeskError as error:
        say_error(error)
        raise typer.Exit(exit_code(error)) from None


def exit_code(error: CryptodeskError) -> int:
    from cryptodesk.core.errors import LedgerUnavailable, ModelNotFound, RateLimited, RunTimeout, UpstreamError

    if isinstance(error, ModelNotFound):
        return WRONG_USE
    if isinstance(error, UpstreamError | LedgerUnavailable | RateLimited | RunTimeout):
        return UNAVAILABLE
    return FAILED


def say_error(error: CryptodeskError) -> None:
    """One line on standard error, with the hint where the error has one."""
    hint = getattr(error, "hint", None)
    typer.secho(f"cryptodesk: {error.message}{f' {hint}' if hint else ''}", err=True, fg="red")
