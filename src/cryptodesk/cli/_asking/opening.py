"""Chooses who answers: the server that is named, or a desk in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cryptodesk.cli._errors import WRONG_USE

if TYPE_CHECKING:
    from cryptodesk.cli._asking.wish import Answerer
    from cryptodesk.settings import Settings

__all__ = ["open_answerer"]


def open_answerer(settings: Settings, *, has_data: bool) -> Answerer:
    """Each is imported only where it answers: a desk is much, and so is the client of a server.

    `has_data`: where market data come from was chosen here. Raises: typer.Exit for what cannot be asked of a server."""
    if not settings.server:
        from cryptodesk.cli._asking.embedded import Embedded

        return Embedded(settings)
    from cryptodesk.cli._asking.remote import Remote, RemoteAddressError

    if has_data:
        raise _wrong("--data is up to the server that is asked; leave it or --server out")
    key = settings.key.get_secret_value() if settings.key is not None else None
    try:
        return Remote(settings.server, key, settings.default_model)
    except RemoteAddressError as error:
        raise _wrong(str(error)) from None


def _wrong(message: str) -> typer.Exit:
    typer.secho(f"cryptodesk: {message}", err=True, fg="red")
    return typer.Exit(WRONG_USE)
