"""The client under every document source: one page at a time from a host, each step of the way checked."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from yarl import URL

import cryptodesk
from cryptodesk.core.clock import Clock
from cryptodesk.core.late import LateModule
from cryptodesk.documents.fetching._addresses import (
    Resolve,
    check_url,
    is_public,
    is_trusted_host,
    resolve_by_system,
)
from cryptodesk.documents.fetching._body import ACCEPTED_ENCODING, read_body
from cryptodesk.documents.fetching._errors import FetchRefused, failure_of, failure_of_status, transport_failures
from cryptodesk.documents.fetching._pages import FetchPolicy, Page, PageRequest
from cryptodesk.documents.fetching._robots import EVERYTHING, NOTHING, RobotsRules, parse_robots
from cryptodesk.documents.fetching._text import decode_page

if TYPE_CHECKING:
    import aiohttp

    from cryptodesk.documents.fetching import _resolver as resolving
else:
    aiohttp = LateModule("aiohttp")
    resolving = LateModule("cryptodesk.documents.fetching._resolver")

__all__ = ["AGENT", "PageClient"]

AGENT = "cryptodesk"
_USER_AGENT = f"{AGENT}/{cryptodesk.__version__} (reads feeds for one desk)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOVED = frozenset({301, 308})
_KEEPING_METHOD = frozenset({307, 308})
_ROBOTS_BYTES = 512_000
_ROBOTS_SECONDS = 86_400.0
_MOST_HOSTS = 500

V = TypeVar("V")
Sleep = Callable[[float], Awaitable[None]]


class PageClient:
    """Use it on one event loop, in an `async with` block.

    `pause_seconds` lie between two fetches from one host. With a `proxy` it is the proxy that resolves names, so it is
    the proxy that must keep private addresses away."""

    def __init__(
        self,
        clock: Clock,
        *,
        proxy: str | None = None,
        pause_seconds: float = 1.0,
        resolve: Resolve = resolve_by_system,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._proxy = proxy
        self._pause_seconds = pause_seconds
        self._resolve = resolve
        self._sleep = sleep
        self._sessions: dict[FetchPolicy, aiohttp.ClientSession] = {}
        self._turns: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._free_at: OrderedDict[str, float] = OrderedDict()
        self._robots: OrderedDict[str, tuple[float, RobotsRules]] = OrderedDict()

    async def __aenter__(self) -> PageClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def fetch(self, request: PageRequest, policy: FetchPolicy) -> Page:
        """A successful answer, or one that says that nothing changed.

        Raises: FetchRefused for what we do not fetch or take; PageFailed for what could not be had."""
        url = check_url(request.url, policy)
        if request.params:
            url = url.extend_query(request.params)
        try:
            return await self._follow(request, url, policy)
        except FetchRefused:
            raise
        except transport_failures() as error:
            # The resolver's refusal comes out wrapped in the connector's own error.
            refused = _refusal_in(error)
            raise (refused or failure_of(error, url.host or "")) from None

    async def _follow(self, request: PageRequest, url: URL, policy: FetchPolicy) -> Page:
        origin, method, is_moved = url.origin(), request.method, False
        for _ in range(policy.max_redirects + 1):
            if policy.obeys_robots:
                await self._require_allowed(url, policy)
            is_at_home = url.origin() == origin
            async with self._exchange(request, url, policy, method=method, with_headers=is_at_home) as response:
                if response.status not in _REDIRECTS:
                    return await self._page(response, url, policy, is_moved=is_moved)
                is_moved = response.status in _MOVED and (is_moved or is_at_home)
                method = method if response.status in _KEEPING_METHOD else "GET"
                url = _next_url(response, url, policy)
        raise FetchRefused(f"{url.host} redirects more than {policy.max_redirects} times", upstream=url.host or "")

    @asynccontextmanager
    async def _exchange(
        self, request: PageRequest, url: URL, policy: FetchPolicy, *, method: str, with_headers: bool
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        host = url.host or ""
        # Waiting for its turn is not held against a page.
        async with (
            self._turn(host),
            asyncio.timeout(policy.timeout_seconds),
            self._session(policy).request(
                method,
                url,
                data=request.body if method == request.method and with_headers else None,
                headers=_headers(request, with_headers=with_headers),
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=policy.timeout_seconds, sock_connect=policy.connect_seconds),
            ) as response,
        ):
            self._check_peer(response, url, policy)
            try:
                yield response
            finally:
                response.close()  # what is left of a refused body would be taken for the next answer

    async def _page(self, response: aiohttp.ClientResponse, url: URL, policy: FetchPolicy, *, is_moved: bool) -> Page:
        host, now = url.host or "", self._clock.now()
        if response.status == 304:
            return Page(str(url), 304, _plain(response), b"", now, is_unchanged=True)
        if not 200 <= response.status < 300:
            raise failure_of_status(response.status, host, response.headers.get("Retry-After"), now)
        body = await read_body(response, policy.max_bytes, host)
        return Page(str(url), response.status, _plain(response), body, now, is_moved=is_moved)

    def _check_peer(self, response: aiohttp.ClientResponse, url: URL, policy: FetchPolicy) -> None:
        """A second look at where the connection really leads; the resolver has checked it before."""
        host, connection = url.host or "", response.connection
        if self._proxy is not None or connection is None or connection.transport is None:
            return
        peer = connection.transport.get_extra_info("peername")
        if peer and not is_public(str(peer[0])) and not is_trusted_host(host, url.port or 0, policy):
            raise FetchRefused(f"{host} leads to an address inside a network", upstream=host)

    async def _require_allowed(self, url: URL, policy: FetchPolicy) -> None:
        rules = await self._robots_of(url, policy)
        if not rules.allows(url.raw_path_qs):
            raise FetchRefused(
                f"{url.host} does not want this page to be fetched (robots.txt)", upstream=url.host or ""
            )

    async def _robots_of(self, url: URL, policy: FetchPolicy) -> RobotsRules:
        site = str(url.origin())
        known = self._robots.get(site)
        if known is not None and self._clock.unix() - known[0] < _ROBOTS_SECONDS:
            return known[1]
        rules = await self._load_robots(url.origin(), policy)
        _remember(self._robots, site, (self._clock.unix(), rules))
        return rules

    async def _load_robots(self, site: URL, policy: FetchPolicy) -> RobotsRules:
        """No such file allows everything; a server in trouble allows nothing for now. Source: RFC 9309, 2.3.1."""
        url = site / "robots.txt"
        for _ in range(policy.max_redirects + 1):
            async with self._exchange(PageRequest(str(url)), url, policy, method="GET", with_headers=False) as response:
                if response.status in _REDIRECTS:
                    url = _next_url(response, url, policy)
                    continue
                if response.status >= 500 or response.status == 429:
                    return NOTHING
                if response.status != 200:
                    return EVERYTHING
                body = await read_body(response, _ROBOTS_BYTES, url.host or "")
                return parse_robots(decode_page(body)[0], AGENT)
        return EVERYTHING

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """One fetch at a time from a host, with a pause after it."""
        lock = self._turns.setdefault(host, asyncio.Lock())
        self._turns.move_to_end(host)
        async with lock:
            loop = asyncio.get_running_loop()
            wait = self._free_at.get(host, 0.0) - loop.time()
            if wait > 0:
                await self._sleep(wait)
            try:
                yield
            finally:
                _remember(self._free_at, host, loop.time() + max(self._pause_seconds, self._delay_of(host)))
        while len(self._turns) > _MOST_HOSTS and not next(iter(self._turns.values())).locked():
            self._turns.popitem(last=False)

    def _delay_of(self, host: str) -> float:
        found = [rules.delay_seconds for site, (_, rules) in self._robots.items() if URL(site).host == host]
        return max(found, default=0.0) if self._pause_seconds else 0.0

    def _session(self, policy: FetchPolicy) -> aiohttp.ClientSession:
        session = self._sessions.get(policy)
        if session is None:
            resolver = None if self._proxy is not None else resolving.CheckedResolver(policy, self._resolve)
            session = self._sessions[policy] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=32),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                headers={"User-Agent": _USER_AGENT},
            )
        return session


def _headers(request: PageRequest, *, with_headers: bool) -> dict[str, str]:
    headers = {"Accept": request.accept, "Accept-Encoding": ACCEPTED_ENCODING}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers | dict(request.headers) if with_headers else headers


def _next_url(response: aiohttp.ClientResponse, url: URL, policy: FetchPolicy) -> URL:
    """Where a redirect leads, checked as if it had been asked for."""
    location = response.headers.get("Location", "")
    if not location:
        raise FetchRefused(f"{url.host} redirects to nowhere", upstream=url.host or "")
    try:
        target = url.join(URL(location))
    except ValueError:
        raise FetchRefused(f"{url.host} redirects to {location[:80]!r}", upstream=url.host or "") from None
    if url.scheme == "https" and target.scheme == "http":
        raise FetchRefused(f"{url.host} redirects to an unencrypted page", upstream=url.host or "")
    return check_url(str(target), policy)


def _plain(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value[:2_000] for name, value in response.headers.items()}


def _refusal_in(error: BaseException | None) -> FetchRefused | None:
    while error is not None:
        if isinstance(error, FetchRefused):
            return error
        error = error.__cause__ or error.__context__
    return None


def _remember(kept: OrderedDict[str, V], key: str, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_HOSTS:
        kept.popitem(last=False)
