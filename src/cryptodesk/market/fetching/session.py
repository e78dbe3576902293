"""The pool of connections that all sources share, and one exchange over it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from yarl import URL

import cryptodesk
from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import UpstreamError
from cryptodesk.core.late import LateModule, is_loaded
from cryptodesk.market.fetching.body import ACCEPTED_ENCODING, BodyRefused, read_beginning, read_body
from cryptodesk.market.fetching.errors import UnusableAnswer, UnusableSource
from cryptodesk.market.fetching.http import HttpAnswer, HttpRequest, SourcePolicy, url_of
from cryptodesk.market.fetching.transport_errors import transport_error, transport_failures, unresolved

if TYPE_CHECKING:
    import aiohttp
else:
    aiohttp = LateModule("aiohttp")

__all__ = ["SessionPool", "Transport"]

_MAX_FAILURE_BYTES = 65_536
_MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING_METHOD = frozenset({307, 308})
_KEPT_SECONDS = 30.0
_DNS_SECONDS = 60


class SessionPool:
    """One session a loop, made when first asked for. Calling the pool gives it; leaving the block closes it.

    Certificates are checked. `proxy` is the address of an HTTP proxy; the environment is not asked for one."""

    def __init__(self, *, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> SessionPool:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __call__(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None or session.closed:
            session = self._sessions[loop] = aiohttp.ClientSession(
                # The number at once is limited for each source, before it gets here.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS, ttl_dns_cache=_DNS_SECONDS),
                headers={
                    "User-Agent": f"cryptodesk/{cryptodesk.__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": ACCEPTED_ENCODING,
                },
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._proxy,
            )
        return session

    async def close(self) -> None:
        """Closes the running loop's session and its connections."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()


class Transport:
    """Sends a request and reads its whole answer, whatever its status. `is_direct`: no proxy looks its name up."""

    def __init__(
        self,
        source: str,
        policy: SourcePolicy,
        session: Callable[[], aiohttp.ClientSession],
        clock: Clock,
        *,
        is_direct: bool = False,
    ) -> None:
        self._source = source
        self._policy = policy
        self._session = session
        self._clock = clock
        self._is_direct = is_direct

    async def send(self, request: HttpRequest, seconds: float) -> HttpAnswer:
        """Raises: UpstreamUnavailable, UpstreamTimeout, UpstreamBadAnswer; ValueError as `url_of`."""
        failure: UpstreamError
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(request)
        except BodyRefused as error:
            failure = UnusableAnswer(f"{self._source} {error}", upstream=self._source)
        except _Misled as error:
            failure = UnusableSource(f"{self._source} {error}", upstream=self._source)
        except _Cut as error:
            failure = transport_error(self._source, error.cause, is_answering=True)
        except _Nowhere:
            failure = unresolved(self._source)
        except transport_failures() as error:
            failure = transport_error(self._source, error, is_answering=False)
        # Raised outside the handlers: aiohttp's errors carry the request's URL and headers, keys among them.
        raise failure

    async def _follow(self, request: HttpRequest) -> HttpAnswer:
        url = url_of(self._policy, request)
        if self._is_direct and not is_loaded("aiohttp"):
            await _look_up(url)
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._ask(url, request)
            try:
                if response.status not in _REDIRECTS:
                    return await self._read(response)
                url = _next_url(url, response, request.method)
            except BaseException:
                response.close()
                raise
            response.close()
        raise _Misled("sends us in circles")

    async def _ask(self, url: URL, request: HttpRequest) -> aiohttp.ClientResponse:
        headers = dict(request.headers)
        if request.body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        return await self._session().request(
            request.method,
            url,
            headers=headers,
            data=request.body,
            allow_redirects=False,
            auto_decompress=False,
            # The limit for the whole is kept outside; this one covers name, connection and TLS.
            timeout=aiohttp.ClientTimeout(total=None, connect=self._policy.connect_seconds),
        )

    async def _read(self, response: aiohttp.ClientResponse) -> HttpAnswer:
        try:
            if response.status < 300:
                body = await read_body(response, self._policy.max_body_bytes)
            else:
                body = await read_beginning(response, _MAX_FAILURE_BYTES)
        except transport_failures() as error:
            raise _Cut(error) from None
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            headers.setdefault(name.lower(), value)
        return HttpAnswer(response.status, body, headers, self._clock.now())


class _Misled(Exception):
    """A redirect that is not followed; the message completes "<source> …"."""


class _Nowhere(Exception):
    """The name of the source does not resolve."""


class _Cut(Exception):
    """The connection failed after the answer had begun."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


async def _look_up(url: URL) -> None:
    """Without a network this is known before the HTTP client is loaded, which takes longer than an answer from the
    store. Raises: _Nowhere for a name that does not resolve."""
    try:
        await asyncio.get_running_loop().getaddrinfo(url.raw_host, url.port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise _Nowhere from None
    except (OSError, UnicodeError):
        return  # what else may be wrong with a name the client tells better


def _next_url(url: URL, response: aiohttp.ClientResponse, method: str) -> URL:
    """Where a redirect leads. Raises: _Misled unless it is the same request to the same host."""
    location = response.headers.get("Location")
    if not location:
        raise _Misled("sends us elsewhere without saying where")
    try:
        target = url.join(URL(location))
    except ValueError:
        target = URL()
    is_upgrade = (url.scheme, url.explicit_port, target.scheme, target.explicit_port) == ("http", None, "https", None)
    is_same_origin = (url.scheme, url.port) == (target.scheme, target.port)
    if target.host != url.host or target.raw_user is not None or not (is_same_origin or is_upgrade):
        raise _Misled("sends us to another host")
    if method != "GET" and response.status not in _KEEPING_METHOD:
        raise _Misled("sends us elsewhere")
    return target
