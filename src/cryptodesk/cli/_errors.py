"""Turns what went wrong into one line on standard error and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

__all__ = ["FAILED", "WRONG_USE", "explained_errors"]

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
        typer.secho(f"cryptodesk: {error.message}", err=True, fg="red")
        raise typer.Exit(FAILED) from None
