"""Which hosts and addresses may be asked. The address that was checked is the one that is connected to.

A name is resolved once for a connection, and the connector gets exactly the addresses that passed, so a name that
resolves differently a moment later (DNS rebinding) cannot lead anywhere else. One forbidden address forbids the name:
a public site has no reason to share its name with this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable

from yarl import URL

from cryptodesk.documents.fetching._errors import FetchRefused
from cryptodesk.documents.fetching._pages import FetchPolicy

__all__ = [
    "Resolve",
    "check_url",
    "is_public",
    "is_same_site",
    "is_trusted_host",
    "resolve_by_system",
]

MAX_URL = 2_000
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}(?:%[a-z0-9_.-]{1,20})?")
# Networks inside companies and homes, and what `ipaddress` does not count as private.
_LOCAL_NAMES = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "localdomain",
    "onion",
)
_FORBIDDEN = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared by carriers; a cloud's metadata lives at 100.100.100.200
        "168.63.129.16/32",  # a cloud's wire server, in public space
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata lives at 192.0.0.192
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b::/96",  # IPv4 behind NAT64: what it leads to is checked apart
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "fec0::/10",
        "3fff::/20",  # for examples; older tables of Python do not have it
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet. Zone ids and mapped IPv4 addresses are seen through."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address in network for network in _FORBIDDEN if network.version == address.version)


def check_url(text: str, policy: FetchPolicy) -> URL:
    """The address, if it may be asked. Raises: FetchRefused."""
    try:
        url = URL(text)
        host, port = (url.raw_host or "").lower().rstrip("."), url.port
    except ValueError:
        raise FetchRefused(f"{text[:80]!r} is no address", upstream="fetching") from None
    if url.scheme not in _PORTS or not _HOST.fullmatch(host) or len(text) > MAX_URL:
        raise FetchRefused(f"{text[:80]!r} is no http(s) address of at most {MAX_URL} characters", upstream="fetching")
    if url.raw_user is not None or url.raw_password is not None:
        raise FetchRefused("an address with a user name in it is not fetched", upstream=host)
    if str(url.origin()) in policy.trusted:
        return url.with_fragment(None)
    if port != _PORTS[url.scheme]:
        raise FetchRefused(f"{host}: port {port} is not fetched", upstream=host)
    _check_host(host, policy)
    return url.with_fragment(None)


def _check_host(host: str, policy: FetchPolicy) -> None:
    if policy.allowed_hosts is not None and not any(is_same_site(host, known) for known in policy.allowed_hosts):
        raise FetchRefused(f"{host} is not on the list of hosts that may be fetched", upstream=host)
    if _is_literal(host):
        if not is_public(host):
            raise FetchRefused(f"{host} is an address inside a network", upstream=host)
        return
    # A bare number, hexadecimal or octal is an address to the C library.
    last = host.rpartition(".")[2]
    if (
        "." not in host
        or last in _LOCAL_NAMES
        or host.endswith(".home.arpa")
        or last.isdigit()
        or last.startswith("0x")
    ):
        raise FetchRefused(f"{host} is a name inside a network", upstream=host)


def is_same_site(host: str, known: str) -> bool:
    """The same host, or one with or without `www.`."""
    return host.removeprefix("www.") == known.lower().removeprefix("www.")


def is_trusted_host(host: str, port: int, policy: FetchPolicy) -> bool:
    """Whether the operator named this very place himself."""
    return any((url.host, url.port) == (host, port) for url in map(URL, policy.trusted))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def resolve_by_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
