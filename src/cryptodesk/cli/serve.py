"""`cryptodesk serve`: the server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cryptodesk.cli._errors import explained_errors
from cryptodesk.cli._options import DataOption

__all__ = ["serve"]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.", min=0, max=65535)] = None,
    home: Annotated[Path | None, typer.Option(help="Data folder.")] = None,
    data: DataOption = None,
    insecure_no_auth: Annotated[
        bool | None, typer.Option("--insecure-no-auth", help="Accept requests without a key; loopback only.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve side by side.", min=1, max=256)] = None,
) -> None:
    """Start the server. On the first start it prints an API key, once."""
    from cryptodesk.app.server import serve_forever
    from cryptodesk.settings import load_settings

    given = {"host": host, "port": port, "home": home, "data": data, "insecure_no_auth": insecure_no_auth}
    with explained_errors():
        settings = load_settings(**given, workers=workers)
        if settings.workers == 1:
            serve_forever(settings, say=typer.echo)
            return
        from cryptodesk.app.workers import serve_by_workers

        raise typer.Exit(serve_by_workers(settings, given, typer.echo, workers=settings.workers))
