"""Fetching over a real connection: redirects, sizes, packing, robots.txt, pauses, and names that change their mind."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.fetching import FetchPolicy, FetchRefused, PageClient, PageFailed, PageRequest
from tests.documents.support import NOW, Site, site


@pytest.fixture
async def served() -> AsyncIterator[Site]:
    async with site() as running:
        yield running


@pytest.fixture
async def pages() -> AsyncIterator[PageClient]:
    async with PageClient(FixedClock(NOW), pause_seconds=0) as client:
        yield client


def near(served: Site, **changes: object) -> FetchPolicy:
    return structs.replace(FetchPolicy(trusted=frozenset({served.origin}), timeout_seconds=5.0), **changes)


async def refusal(pages: PageClient, request: PageRequest, policy: FetchPolicy) -> str:
    with pytest.raises(FetchRefused) as caught:
        await pages.fetch(request, policy)
    return caught.value.message


async def test_a_page_comes_with_its_headers_and_moment(pages: PageClient, served: Site) -> None:
    served.routes["/feed"] = (b"<rss/>", "application/rss+xml")
    page = await pages.fetch(PageRequest(served.url("/feed"), params=(("q", "a b"),)), near(served))
    assert (page.status, page.body, page.headers["content-type"]) == (200, b"<rss/>", "application/rss+xml")
    assert page.fetched_at == NOW
    assert served.paths == ["/feed?q=a+b"]
    assert served.requests[0][1]["user-agent"].startswith("cryptodesk/")


async def test_what_did_not_change_is_not_sent_again(pages: PageClient, served: Site) -> None:
    async def feed(request: web.Request) -> web.Response:
        is_known = request.headers.get("If-None-Match") == '"1"'
        return web.Response(status=304) if is_known else web.Response(body=b"x", headers={"ETag": '"1"'})

    served.routes["/feed"] = feed
    first = await pages.fetch(PageRequest(served.url("/feed")), near(served))
    again = await pages.fetch(
        PageRequest(served.url("/feed"), etag=first.headers["etag"], last_modified="Wed, 09 Sep 2026 12:00:00 GMT"),
        near(served),
    )
    assert (again.is_unchanged, again.body) == (True, b"")
    assert served.requests[1][1]["if-modified-since"] == "Wed, 09 Sep 2026 12:00:00 GMT"


async def test_a_redirect_is_followed_and_one_into_the_network_is_not(pages: PageClient, served: Site) -> None:
    async with site() as inside:
        inside.routes["/secret"] = (b"secret", "text/plain")
        served.routes["/here"] = (b"here", "text/plain")
        served.routes["/moved"] = web.Response(status=301, headers={"Location": "/here"})
        served.routes["/trap"] = web.Response(status=302, headers={"Location": inside.url("/secret")})
        served.routes["/meta"] = web.Response(status=302, headers={"Location": "http://169.254.169.254/"})
        served.routes["/file"] = web.Response(status=302, headers={"Location": "file:///etc/passwd"})
        served.routes["/nowhere"] = web.Response(status=302)
        page = await pages.fetch(PageRequest(served.url("/moved")), near(served))
        assert (page.body, page.url, page.is_moved) == (b"here", served.url("/here"), True)
        assert "port" in await refusal(pages, PageRequest(served.url("/trap")), near(served))
        assert "inside a network" in await refusal(pages, PageRequest(served.url("/meta")), near(served))
        assert "no http" in await refusal(pages, PageRequest(served.url("/file")), near(served))
        assert "nowhere" in await refusal(pages, PageRequest(served.url("/nowhere")), near(served))
        assert inside.paths == []


async def test_endless_redirects_end(pages: PageClient, served: Site) -> None:
    async def spin(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"/spin?{len(served.requests)}"})

    served.routes["/spin"] = spin
    assert "redirects more than 5 times" in await refusal(pages, PageRequest(served.url("/spin")), near(served))
    assert len(served.requests) == 6


async def test_a_key_is_not_carried_to_another_host(pages: PageClient, served: Site) -> None:
    async with site() as other:
        other.routes["/"] = (b"ok", "text/plain")
        served.routes["/"] = web.Response(status=307, headers={"Location": other.url("/")})
        both = near(served, trusted=frozenset({served.origin, other.origin}))
        request = PageRequest(
            served.url("/"), headers=(("Authorization", "Bearer secret"),), method="POST", body=b"secret"
        )
        await pages.fetch(request, both)
        assert served.requests[0][1]["authorization"] == "Bearer secret"
        assert "authorization" not in other.requests[0][1]
        assert other.requests[0][1].get("content-length", "0") == "0"
    assert "secret" not in repr(request)


async def test_a_page_that_is_too_long_is_refused_before_it_is_read(pages: PageClient, served: Site) -> None:
    sent = 0

    async def announced(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100000000"})
        await response.prepare(request)
        return response

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while sent < 100_000_000:
                await response.write(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
        return response

    served.routes |= {"/announced": announced, "/endless": endless}
    for path in ("/announced", "/endless"):
        told = await refusal(pages, PageRequest(served.url(path)), near(served, max_bytes=1_000_000))
        assert "sent more than the 1 MB that are taken" in told
    assert sent < 50_000_000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda raw: zlib.compress(raw, wbits=-15)])
async def test_a_packed_page_is_unpacked(pages: PageClient, served: Site, pack: Callable[[bytes], bytes]) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    served.routes["/"] = web.Response(body=pack(b"hello" * 1000), headers={"Content-Encoding": encoding})
    assert (await pages.fetch(PageRequest(served.url("/")), near(served))).body == b"hello" * 1000


@pytest.mark.parametrize(
    ("body", "encoding", "told"),
    [
        (gzip.compress(b"\0" * 50_000_000), "gzip", "sent more than"),
        (zlib.compress(b"\0" * 50_000_000), "deflate", "sent more than"),
        (gzip.compress(b"hello")[:-4], "gzip", "cut its answer short"),
        (b"no gzip", "gzip", "packed its answer wrongly"),
        (b"x", "br", "in a way we did not ask for"),
    ],
    ids=["gzip bomb", "deflate bomb", "cut", "no gzip", "brotli"],
)
async def test_a_bomb_or_a_broken_packing_is_refused(
    pages: PageClient, served: Site, body: bytes, encoding: str, told: str
) -> None:
    served.routes["/"] = web.Response(body=body, headers={"Content-Encoding": encoding})
    assert told in await refusal(pages, PageRequest(served.url("/")), near(served))


@pytest.mark.parametrize(
    ("status", "headers", "told", "retry_after"),
    [
        (404, {}, "has no such page (HTTP 404)", None),
        (403, {}, "does not let us in (HTTP 403)", None),
        (429, {"Retry-After": "120"}, "ask too often", 120.0),
        (503, {"Retry-After": "Wed, 09 Sep 2026 12:05:00 GMT"}, "in trouble (HTTP 503)", 300.0),
        (503, {"Retry-After": "soon"}, "in trouble", None),
        (418, {}, "refused the request", None),
    ],
)
async def test_a_failure_says_what_it_was_and_when_to_come_back(
    pages: PageClient, served: Site, status: int, headers: dict[str, str], told: str, retry_after: float | None
) -> None:
    served.routes["/"] = web.Response(status=status, headers=headers)
    with pytest.raises(PageFailed) as caught:
        await pages.fetch(PageRequest(served.url("/")), near(served))
    assert told in caught.value.message
    assert (caught.value.retry_after_seconds, caught.value.is_gone) == (retry_after, False)


async def test_a_page_that_is_gone_says_so(pages: PageClient, served: Site) -> None:
    served.routes["/"] = web.Response(status=410)
    with pytest.raises(PageFailed) as caught:
        await pages.fetch(PageRequest(served.url("/")), near(served))
    assert caught.value.is_gone


async def test_robots_txt_is_obeyed_for_pages_and_asked_for_once(pages: PageClient, served: Site) -> None:
    served.routes |= {
        "/robots.txt": (b"User-agent: *\nDisallow: /private\n", "text/plain"),
        "/private/a": (b"no", "text/plain"),
        "/open": (b"yes", "text/plain"),
    }
    policy = near(served, obeys_robots=True)
    assert (await pages.fetch(PageRequest(served.url("/open")), policy)).body == b"yes"
    assert "robots.txt" in await refusal(pages, PageRequest(served.url("/private/a")), policy)
    assert served.paths == ["/robots.txt", "/open"]
    assert (await pages.fetch(PageRequest(served.url("/private/a")), near(served))).body == b"no"


@pytest.mark.parametrize(("status", "is_allowed"), [(404, True), (403, True), (500, False), (429, False)])
async def test_a_missing_robots_txt_allows_and_a_failing_one_does_not(
    pages: PageClient, served: Site, status: int, is_allowed: bool
) -> None:
    served.routes |= {"/robots.txt": web.Response(status=status), "/": (b"page", "text/plain")}
    policy = near(served, obeys_robots=True)
    if is_allowed:
        assert (await pages.fetch(PageRequest(served.url("/")), policy)).body == b"page"
    else:
        assert "robots.txt" in await refusal(pages, PageRequest(served.url("/")), policy)


async def test_two_fetches_from_a_host_lie_apart(served: Site) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    served.routes["/"] = (b"x", "text/plain")
    async with PageClient(FixedClock(NOW), pause_seconds=30.0, sleep=sleep) as client:
        for _ in range(3):
            await client.fetch(PageRequest(served.url("/")), near(served))
    assert len(waits) == 2
    assert all(20.0 < wait <= 30.0 for wait in waits)


async def test_waiting_as_long_as_robots_txt_asks_is_not_held_against_the_page(served: Site) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    served.routes |= {"/robots.txt": (b"User-agent: *\nCrawl-delay: 20\n", "text/plain"), "/": (b"x", "text/plain")}
    policy = near(served, obeys_robots=True)
    async with PageClient(FixedClock(NOW), pause_seconds=1.0, sleep=sleep) as client:
        assert (await client.fetch(PageRequest(served.url("/")), policy)).body == b"x"
        assert (await client.fetch(PageRequest(served.url("/")), policy)).body == b"x"
    assert [round(wait) for wait in waits] == [1, 20]


async def test_a_name_that_resolves_into_the_network_at_the_moment_of_connecting_is_refused(served: Site) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> list[str]:
        return answers.pop()

    async with PageClient(FixedClock(NOW), pause_seconds=0, resolve=rebinding) as client:
        told = await refusal(client, PageRequest("http://rebind.example/"), FetchPolicy(timeout_seconds=5.0))
    assert told == "rebind.example leads to an address inside a network"
    assert served.paths == []
    assert answers == [["93.184.216.34"]]


async def test_no_connection_and_no_answer_are_failures_in_plain_words(pages: PageClient, served: Site) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.StreamResponse()

    served.routes["/silent"] = silent
    with pytest.raises(PageFailed, match=r"127.0.0.1 closed the connection"):
        await pages.fetch(PageRequest(served.url("/silent")), near(served))
    closed = FetchPolicy(trusted=frozenset({"http://127.0.0.1:9"}), timeout_seconds=5.0)
    with pytest.raises(PageFailed, match="no connection"):
        await pages.fetch(PageRequest("http://127.0.0.1:9/"), closed)


async def test_a_slow_page_ends_with_the_time_that_is_allowed(pages: PageClient, served: Site) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await request.content.read()  # returns at once; the body is never ended
        await served_forever.wait()
        return response

    import asyncio

    served_forever = asyncio.Event()
    served.routes["/slow"] = slow
    with pytest.raises(PageFailed, match="did not answer in time"):
        await pages.fetch(PageRequest(served.url("/slow")), near(served, timeout_seconds=0.05))
    served_forever.set()
