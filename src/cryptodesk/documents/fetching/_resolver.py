"""The addresses of a name, checked before the HTTP client connects to any. Apart from the rules because it is a part of
that client, which only a fetch needs loaded.
"""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from cryptodesk.documents.fetching._addresses import Resolve, is_public, is_trusted_host, resolve_by_system
from cryptodesk.documents.fetching._errors import FetchRefused
from cryptodesk.documents.fetching._pages import FetchPolicy

__all__ = ["CheckedResolver"]


class CheckedResolver(AbstractResolver):
    """Gives the connector the addresses of a name, after all of them passed."""

    def __init__(self, policy: FetchPolicy, resolve: Resolve = resolve_by_system) -> None:
        self._policy = policy
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises: FetchRefused if any of its addresses is not public; OSError if it has none."""
        addresses = await self._resolve(host, port)
        if not addresses:
            raise OSError(f"{host} has no address")
        for address in addresses:
            if not is_public(address) and not is_trusted_host(host, port, self._policy):
                raise FetchRefused(f"{host} leads to an address inside a network", upstream=host)
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
