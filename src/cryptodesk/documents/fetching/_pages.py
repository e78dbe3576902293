"""What is asked for, what came, and the limits of both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

__all__ = ["FetchPolicy", "Page", "PageRequest"]


class FetchPolicy(Struct, frozen=True, kw_only=True):
    """`allowed_hosts` None means any public host. `max_bytes` counts unpacked, and packed as well.

    `timeout_seconds` is for each step of a fetch, up to the last byte. `obeys_robots` is for pages made for
    people; feeds and interfaces are made for programs. `trusted` are origins, such as `http://wiki.lan:8090`, that the
    operator named himself: they may be inside a network and have any port. Nothing that a page says leads to another
    such place."""

    allowed_hosts: frozenset[str] | None = None
    trusted: frozenset[str] = frozenset()
    max_bytes: int = 5_000_000
    max_redirects: int = 5
    timeout_seconds: float = 30.0
    connect_seconds: float = 10.0
    obeys_robots: bool = False


class PageRequest(Struct, frozen=True):
    """`etag` and `last_modified` are what came with the last answer. Headers are not sent to another host."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    method: str = "GET"
    body: bytes | None = None
    accept: str = "*/*"

    def __repr__(self) -> str:
        # Keys travel in headers and parameters, and a repr travels into logs.
        return f"PageRequest({self.method}, {len(self.params)} params)"


class Page(Struct, frozen=True):
    """A whole answer, unpacked. `url` is where it came from after redirects; header names are in small letters.

    `is_unchanged` says that it is as it was when the request's `etag` or `last_modified` was given; the body is empty.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    is_unchanged: bool = False
    is_moved: bool = False
