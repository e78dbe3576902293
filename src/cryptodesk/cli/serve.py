"""`cryptodesk serve`: the server."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

import typer

from cryptodesk.cli._errors import explained_errors
from cryptodesk.cli._options import DataOption

__all__ = ["Welcome", "serve", "web_link"]

_KEY = re.compile(r"API key: (\S+)")
_ADDRESS = re.compile(r"listening on (https?://\S+)")


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
    """Start the server. On the first start it prints an API key and a link to the web app that brings it, once."""
    from cryptodesk.app.server import serve_forever
    from cryptodesk.settings import load_settings

    given = {"host": host, "port": port, "home": home, "data": data, "insecure_no_auth": insecure_no_auth}
    with explained_errors():
        settings = load_settings(**given, workers=workers)
        if settings.workers == 1:
            serve_forever(settings, say=Welcome(typer.echo))
            return
        from cryptodesk.app.workers import serve_by_workers

        raise typer.Exit(serve_by_workers(settings, given, Welcome(typer.echo), workers=settings.workers))


class Welcome:
    """Passes on what the server says, and adds a link where it has just made its first key: whoever opens it is signed
    in. Later starts know of no key and add nothing."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._key: str | None = None

    def __call__(self, text: str) -> None:
        self._say(text)
        if made := _KEY.fullmatch(text):
            self._key = made[1]
        elif self._key is not None and (found := _ADDRESS.search(text)):
            if link := web_link(found[1], self._key):
                self._say(f"open {link} in a browser of this machine")
            self._key = None


def web_link(address: str, key: str) -> str | None:
    """A link that signs in, for an address at which this machine talks to itself; None for any other, where the page
    would send the key over a network that everybody may read."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        named = ipaddress.ip_address(host)
    except ValueError:
        return f"{address}/#key={quote(key, safe='')}" if host == "localhost" else None
    if named.is_unspecified:
        address = f"http://[::1]:{parts.port}" if named.version == 6 else f"http://127.0.0.1:{parts.port}"
    elif not named.is_loopback:
        return None
    # A fragment is never sent: no log of the server or of a proxy has it.
    return f"{address}/#key={quote(key, safe='')}"
