"""What a source asks, what it is answered, and the manners it keeps while asking."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct
from yarl import URL

__all__ = ["HttpAnswer", "HttpRequest", "SourcePolicy", "path_of", "url_of"]

# Query and fragment would let a value smuggle in parameters, the rest another host.
_RELATIVE_PATH = re.compile(r"/(?!/)[^?#\\\x00-\x20\x7f]*|")
_DOT_SEGMENT = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class HttpRequest(Struct, frozen=True):
    """A read, so that asking twice does no harm. `path` is appended to the policy's base URL, or an absolute URL;
    outside text enters it by `path_of`. `weight` counts in units of rate and budget.

    Raises: ValueError for a path, method, header or weight that cannot be sent."""

    path: str
    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    weight: int = 1

    def __post_init__(self) -> None:
        is_absolute = self.path.startswith(("http://", "https://"))
        path = "/" + self.path.partition("://")[2] if is_absolute else self.path
        if is_absolute:
            _absolute(self.path)
        if not _RELATIVE_PATH.fullmatch(path) or _DOT_SEGMENT.search(path):
            raise ValueError("a path begins with one '/' and holds no '?', '#', '\\', blank or dot segment")
        if self.method not in ("GET", "POST"):
            raise ValueError(f"a source is asked by GET or POST, not by {self.method!r}")
        for name, value in self.headers:
            if not (_TOKEN.fullmatch(name) and value.isascii() and value.isprintable()):
                raise ValueError(f"the header {name!r} has characters that no header may have")
        if self.weight < 1:
            raise ValueError(f"a request weighs at least 1, not {self.weight!r}")

    def __repr__(self) -> str:
        # Keys travel in headers, parameters and even paths, and a repr travels into logs.
        return f"HttpRequest({self.method}, {len(self.params)} params)"


class HttpAnswer(Struct, frozen=True):
    """A whole answer, unpacked. Header names are in lower case; bodies of failures may be cut."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    fetched_at: datetime


class SourcePolicy(Struct, frozen=True, kw_only=True):
    """How a source is asked. `per_minute`, `burst` and `per_day` count units of weight.

    `timeout_seconds` is the limit for a whole fetch: waiting for its turn, every attempt and the pauses between them.
    `limited_seconds` is how long we keep away after being told to slow down without being told for how long.
    Raises: ValueError for an unusable address or a number out of range."""

    base_url: str
    per_minute: float
    burst: int
    per_day: int | None
    timeout_seconds: float
    connect_seconds: float
    concurrency: int
    max_body_bytes: int
    breaker_failures: int
    breaker_open_seconds: float
    retries: int
    limited_seconds: float = 60.0

    def __post_init__(self) -> None:
        if _absolute(self.base_url).raw_query_string:
            raise ValueError("base_url: expected an address without a query")
        for name in ("per_minute", "timeout_seconds", "connect_seconds", "breaker_open_seconds", "limited_seconds"):
            if not (math.isfinite(value := getattr(self, name)) and value > 0):
                raise ValueError(f"{name}: expected a positive number, got {value!r}")
        for name in ("burst", "concurrency", "max_body_bytes", "breaker_failures"):
            if (value := getattr(self, name)) < 1:
                raise ValueError(f"{name}: expected at least 1, got {value!r}")
        if self.retries < 0 or (self.per_day is not None and self.per_day < 0):
            raise ValueError("retries and per_day cannot be negative")

    def __repr__(self) -> str:
        return f"SourcePolicy(per_minute={self.per_minute}, burst={self.burst}, per_day={self.per_day})"


def path_of(*segments: str | int) -> str:
    """A path in which each segment stays one segment, whatever it holds.

    Raises: ValueError for an empty or dot segment, which would name another path."""
    texts = [str(segment) for segment in segments]
    if any(text in ("", ".", "..") for text in texts):
        raise ValueError("a path segment is neither empty nor made of dots")
    return "/" + "/".join(quote(text, safe="") for text in texts)


def url_of(policy: SourcePolicy, request: HttpRequest) -> URL:
    """Raises: ValueError for an absolute URL that would give up the base URL's encryption."""
    base = URL(policy.base_url)
    if request.path.startswith(("http://", "https://")):
        url = URL(request.path)
        if base.scheme == "https" and url.scheme != "https":
            raise ValueError("an https source is not asked over http")
    else:
        url = URL(policy.base_url.rstrip("/") + request.path)
    return url.extend_query(request.params) if request.params else url


def _absolute(address: str) -> URL:
    try:
        url = URL(address)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host or url.raw_user is not None or url.raw_fragment:
        # Not quoted: it may hold a key.
        raise ValueError("expected an http(s) address without user and fragment")
    return url
