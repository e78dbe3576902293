"""Where the product calls out: every client that it has, and what an address from outside can make it fetch.

An address is the operator's (a setting, a file of his), shipped with the product, or from outside: a feed, a page, a
redirect. Only the last kind is suspect, and one client alone takes it; the others follow nobody to another place."""

from __future__ import annotations

import ast
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs
from yarl import URL

import cryptodesk
from cryptodesk.cli._asking.remote import Remote
from cryptodesk.cli._asking.wish import Wish
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import CryptodeskError, UpstreamBadAnswer, UpstreamRejected
from cryptodesk.core.events import RunFailed
from cryptodesk.core.messages import Message, TextPart
from cryptodesk.documents.fetching import FetchPolicy, FetchRefused, PageClient, PageRequest
from cryptodesk.market.fetching.client import HttpRequest
from cryptodesk.models._http import answers
from cryptodesk.models._http.provider import HttpProvider, http_url, request_headers
from cryptodesk.models._http.timeouts import Timeouts
from tests.documents.support import NOW, Site, site
from tests.market.sources.bad_days import SourceServer, answering, client_of

ROOT = Path(cryptodesk.__file__).parent
REPOSITORY = Path(__file__).parents[2]

# Whose word each client goes by.
CLIENTS = {
    "app/tracing/opening.py": "the operator's",
    "cli/_asking/remote.py": "the operator's",
    "documents/fetching/_client.py": "from outside",
    "documents/sources/youtube.py": "through documents/fetching",
    "drills/running.py": "its own, on loopback",
    "market/fetching/session.py": "shipped, or the operator's",
    "market/intake/download.py": "shipped",
    "models/_http/client/pool.py": "the operator's",
    "storage/postgres/connecting.py": "the operator's",
}
CALLS = {"ClientSession", "urlopen", "urlretrieve", "open_connection", "create_connection", "create_datagram_endpoint",
         "open_unix_connection", "HTTPConnection", "HTTPSConnection", "sock_connect", "start_connection"}  # fmt: skip
DRIVER_CALLS = {"asyncpg.connect", "asyncpg.create_pool"}
MODULES = ("httpx", "httpx2", "requests", "urllib3", "urllib.request", "http.client", "xmlrpc", "smtplib", "ftplib",
           "websockets", "grpc", "paramiko", "opentelemetry.exporter", "youtube_transcript_api")  # fmt: skip


def calls_out(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name_of(node.func) in CALLS or ast.unparse(node.func) in DRIVER_CALLS):
            return True
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        # Also what is imported by its name when it is first wanted.
        names += [node.value] if isinstance(node, ast.Constant) and "." in str(node.value) else []
        if any(str(name) == module or str(name).startswith(module + ".") for name in names for module in MODULES):
            return True
    return False


def name_of(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def test_nothing_calls_out_but_what_is_listed() -> None:
    # Most files name none of it at all, and need not be read closely.
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}
    near = {
        name: text for name, text in texts.items() if any(word in text for word in (*CALLS, *DRIVER_CALLS, *MODULES))
    }
    assert {name for name, text in near.items() if calls_out(ast.parse(text))} == CLIENTS.keys()


def test_the_threat_model_names_every_client() -> None:
    page = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
    assert [name for name in CLIENTS if f"`{name}`" not in page] == []


# -- addresses from outside --------------------------------------------------------------------------------------------

# How a loopback, private, link-local or metadata address can be written.
DISGUISES = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://017700000001/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0177.0.0.1/", "http://0/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[fe80::1%25eth0]/", "http://[fd00:ec2::254]/", "http://localhost/", "http://LOCALHOST./",
    "http://db.localhost/", "http://metadata.google.internal/", "http://intranet/", "http://169.254.169.254/latest/",
    "http://100.100.100.200/", "http://192.0.0.192/", "http://168.63.129.16/", "http://10.0.0.1/", "http://192.168.257/",
    "http://0300.0250.1.1/", "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/", "http://127\u30020\u30020\u30021/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "http://user@127.0.0.1/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1%00.example.com/", "http://%31%32%37.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
    "http://example.com:22/", "http:///127.0.0.1/", "http://127.0.0.1:80:22/", "//127.0.0.1/", "data:text/html,x",
)  # fmt: skip
INSIDE = ("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "192.168.1.1", "0.0.0.0", "::1", "::ffff:10.0.0.1",
          "fe80::1", "fd00::1", "64:ff9b::a00:1", "2002:a00:1::", "::a00:1", "ff02::1")  # fmt: skip


class Resolver:
    """Answers from a list, the last one for ever, and remembers whom it was asked for."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def served() -> AsyncIterator[Site]:
    async with site() as running:
        yield running


def pages(resolver: Resolver) -> PageClient:
    return PageClient(FixedClock(NOW), pause_seconds=0, resolve=resolver)


@pytest.mark.parametrize("address", DISGUISES)
async def test_no_way_of_writing_an_inner_address_is_fetched(address: str) -> None:
    resolver = Resolver(["127.0.0.1"])
    async with pages(resolver) as client:
        with pytest.raises(FetchRefused):
            await client.fetch(PageRequest(address), FetchPolicy())
    assert resolver.asked == [], "it is refused before anybody is asked for it"


@pytest.mark.parametrize("address", [each for each in DISGUISES if ":///" not in each or each.startswith("file")])
async def test_no_redirect_leads_inside(served: Site, address: str) -> None:
    served.routes["/"] = web.Response(status=307, headers={"Location": address})
    resolver = Resolver(["127.0.0.1"])
    policy = FetchPolicy(trusted=frozenset({served.origin}))
    async with pages(resolver) as client:
        with pytest.raises(FetchRefused):
            await client.fetch(PageRequest(served.url("/")), policy)
    assert len(served.requests) == 1
    assert resolver.asked == []


@pytest.mark.parametrize("inside", INSIDE)
async def test_no_name_is_followed_inside_not_even_by_one_of_its_addresses(inside: str) -> None:
    for found in ([inside], ["203.0.114.9", inside], [inside, "2606:4700::1111"]):
        async with pages(Resolver(found)) as client:
            with pytest.raises(FetchRefused, match="inside a network"):
                await client.fetch(PageRequest("http://feeds.example.org/"), FetchPolicy())


async def test_a_name_that_answers_differently_the_second_time_leads_nowhere_else(served: Site) -> None:
    """What was resolved is what is connected to: a second look-up would be the attacker's chance."""
    resolver = Resolver(["192.0.2.1"], ["127.0.0.1"])
    policy = structs.replace(FetchPolicy(), connect_seconds=0.2, timeout_seconds=0.5)
    async with pages(resolver) as client:
        with pytest.raises(CryptodeskError):
            await client.fetch(PageRequest("http://feeds.example.org/"), policy)
    assert (len(resolver.asked), served.requests) == (1, [])


async def test_a_robots_file_that_redirects_inside_is_not_followed(served: Site) -> None:
    async with site() as inner:
        served.routes["/robots.txt"] = web.Response(status=302, headers={"Location": inner.url("/robots.txt")})
        policy = FetchPolicy(trusted=frozenset({served.origin}), obeys_robots=True)
        async with pages(Resolver(["127.0.0.1"])) as client:
            with pytest.raises(FetchRefused):
                await client.fetch(PageRequest(served.url("/page")), policy)
        assert inner.requests == []


async def test_what_the_operator_named_himself_is_fetched_and_its_neighbour_is_not(served: Site) -> None:
    served.routes["/"] = (b"mine", "text/plain")
    policy = FetchPolicy(trusted=frozenset({served.origin}))
    async with site() as neighbour, pages(Resolver(["127.0.0.1"])) as client:
        assert (await client.fetch(PageRequest(served.url("/")), policy)).body == b"mine"
        with pytest.raises(FetchRefused):
            await client.fetch(PageRequest(neighbour.url("/")), policy)
        assert neighbour.requests == []


# -- the others follow nobody ------------------------------------------------------------------------------------------


def meaning(upstream: str, status: int, body: bytes, **_: Any) -> CryptodeskError:
    return UpstreamRejected(f"{status}", upstream=upstream)


def provider(served: Site) -> tuple[HttpProvider, URL]:
    url = http_url("up", served.url("/chat"))
    return HttpProvider("up", url, "k", request_headers("up", {"X-Key": "k"}, None), Timeouts(), {}, meaning), url


async def ask_provider(served: Site) -> None:
    client, url = provider(served)
    try:
        with pytest.raises(UpstreamRejected):
            await client._ask(url, b"{}")
    finally:
        await client.close()


async def ask_source(served: Site) -> None:
    async with SourceServer(answering(b"")) as unused, client_of(unused, base_url=served.origin) as client:
        with pytest.raises(CryptodeskError):
            await client.fetch(HttpRequest("/chat"))


async def ask_server(served: Site) -> None:
    async with Remote(served.origin, "cd_key", "m") as remote:
        events = [event async for batch in remote.run([Message("user", (TextPart("hi"),))], Wish()) for event in batch]
    assert [type(event) for event in events] == [RunFailed]


@pytest.mark.parametrize("ask", [ask_provider, ask_source, ask_server])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_key_to_another_place(served: Site, ask: Any, status: int) -> None:
    async with site() as elsewhere:

        async def lead_away(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": elsewhere.url("/")})

        served.routes |= dict.fromkeys(("/chat", "/openai/v1/chat/completions"), lead_away)
        await ask(served)
        assert len(served.requests) >= 1
        assert elsewhere.requests == []


# -- more than was asked for -------------------------------------------------------------------------------------------


async def read_all(client: HttpProvider, url: URL) -> bytes:
    response = await client._ask(url, b"{}")
    with client._held(response):
        return await answers.read_body(response, answers.MAX_BODY_BYTES, upstream="up")


@pytest.mark.parametrize(("status", "error"), [(200, UpstreamBadAnswer), (500, UpstreamRejected)])
async def test_a_model_providers_answer_that_unpacks_without_end_is_refused(
    served: Site, monkeypatch: pytest.MonkeyPatch, status: int, error: type[CryptodeskError]
) -> None:
    """The other two clients have tests of their own: tests/documents/fetching and tests/market/fetching."""
    monkeypatch.setattr(answers, "MAX_BODY_BYTES", 1_000_000)
    bomb = gzip.compress(b"\0" * 50_000_000)
    served.routes["/chat"] = web.Response(status=status, body=bomb, headers={"Content-Encoding": "gzip"})
    client, url = provider(served)
    tracemalloc.start()
    try:
        with pytest.raises(error):
            await read_all(client, url)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
        await client.close()
