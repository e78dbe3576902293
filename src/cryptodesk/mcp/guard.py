"""Who may call over HTTP at all: the names under which the server is called, and the pages that call it.

A page of another site can make a browser call a server on the same machine, also under a name of its own that it lets
point there (DNS rebinding). Such a call says so in `Host` and `Origin`."""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptodesk.core.errors import Forbidden, RequestError
from cryptodesk.dialects._quoting import clipped
from cryptodesk.mcp.ports import McpSettings

__all__ = ["MisdirectedRequest", "allows_pages_of", "check_origin", "host_name"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MisdirectedRequest(RequestError):
    """The request was meant for a server of another name."""

    code = "misdirected_request"
    status = 421


def check_origin(host: str, origin: str, settings: McpSettings) -> None:
    """`host` and `origin` are those headers, empty where there are none.

    Raises: MisdirectedRequest, Forbidden."""
    name = host_name(host)
    known = name in _LOOPBACK or name in settings.hosts
    if not known and (settings.is_loopback or settings.hosts):
        raise MisdirectedRequest(
            f"This server is not called '{clipped(name)}'; its operator can allow that name (setting mcp_hosts)."
        )
    if origin and not (allows_pages_of(origin, settings) or _is_own(origin, host, settings, known=known)):
        raise Forbidden(
            f"Pages of '{clipped(origin)}' may not call this server; its operator can allow them (setting mcp_origins)."
        )


def allows_pages_of(origin: str, settings: McpSettings) -> bool:
    """Whether the operator named this origin, so that a browser may hand answers to its pages."""
    return origin in settings.origins


def _is_own(origin: str, host: str, settings: McpSettings, *, known: bool) -> bool:
    """A page of this server, or on a loopback server of this machine."""
    found = host_name(origin.partition("://")[2])
    if settings.is_loopback and found in _LOOPBACK:
        return True
    return known and bool(host) and origin.partition("://")[2].lower() == host.lower()


def host_name(host: str) -> str:
    """Without port, brackets and letter case; empty for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
