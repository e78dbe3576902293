"""Turns what went wrong into one line on standard error and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from cryptodesk.core.errors import CryptodeskError

__all__ = ["FAILED", "WRONG_USE", "explained_errors", "say_error"]

FAILED = 1
WRONG_USE = 2


@contextmanager
def explained_errors() -> Iterator[None]:
    """Exit code 2 for wrong settings or catalogues, 1 for everything that failed while running. No traceback."""
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
        raise typer.Exit(FAILED) from None


def say_error(error: CryptodeskError) -> None:
    """One line on standard error, with the hint where the error has one."""
    hint = getattr(error, "hint", None)
    typer.secho(f"cryptodesk: {error.message}{f' {hint}' if hint else ''}", err=True, fg="red")
