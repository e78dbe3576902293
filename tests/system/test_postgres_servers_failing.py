"""Two servers on one PostgreSQL, asked all the time while one of them stops, one is killed, or the database goes away:
what a client was told is in the books, and nothing else is."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from bench.proof.load import asking
from bench.proof.part import until
from bench.survival.books import Finding, check_in
from bench.survival.clients import Clients
from bench.survival.upstream import BillingUpstream

from cryptodesk.core.clock import SystemClock
from tests.clients.postgres import Server, postgres_server, start_server
from tests.clients.server import KEY, RunningServer
from tests.system.two_servers import TwoServers, ask, chat, two_servers

__all__ = ["postgres_server"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

CLIENTS = 6
ANSWERS = 30
QUICKLY = {"CRYPTODESK_DATABASE_CONNECT_SECONDS": "2", "CRYPTODESK_DRAIN_NOTICE_SECONDS": "0.3"}
NOBODY = "0" * 32
# What the catalogue of errors has for it: the key, the ledger or the row cannot be read, whichever is missed first.
IN_CODES = frozenset({"ledger_unavailable", "store_unavailable"})
IN_WORDS = frozenset({"Internal server error, please try again"})
ASKED = {
    ("POST", "/v1/chat/completions"): IN_CODES,
    ("POST", "/openai/v1/chat/completions"): IN_CODES,
    ("POST", "/ai/v1/chat/completions"): IN_WORDS,
    ("GET", "/ai/v1/deep-research"): IN_WORDS,
    ("GET", f"/v1/receipts/{NOBODY}"): IN_CODES,
    ("GET", "/v1/usage"): IN_CODES,
    ("GET", "/v1/budgets"): IN_CODES,
    ("GET", "/v1/history"): IN_CODES,
}


class Place:
    """Where clients find a server; None while they are to go elsewhere."""

    def __init__(self, server: RunningServer) -> None:
        self.port = urlsplit(server.url).port


class Load:
    """Clients of both servers, and a provider that notes what it was asked."""

    def __init__(self, desk: TwoServers, upstream: BillingUpstream) -> None:
        self.desk = desk
        self.upstream = upstream
        self.places = {server: Place(server) for server in (desk.a, desk.b)}
        self.clients = Clients([*self.places.values()], KEY, 7, may_refuse=frozenset({503}))

    async def answers(self, count: int = ANSWERS) -> None:
        wanted = len(self.clients.acknowledged) + count
        await until(lambda: len(self.clients.acknowledged) >= wanted, f"{count} answers more")

    async def books(self) -> Finding:
        found = await check_in(
            cast(Any, self.desk.books),
            self.clients.acknowledged,
            dict(self.upstream.billed),
            SystemClock().unix(),
            others="scripted-",
        )
        assert (found.faults, self.clients.refused) == ((), [])
        assert 0 < found.acknowledged <= found.charged <= found.held
        return found


@asynccontextmanager
async def loaded(folder: Path, url: str) -> AsyncIterator[Load]:
    async with BillingUpstream(7) as upstream:
        provider = {"CRYPTODESK_OPENAI_BASE_URL": upstream.url, "OPENAI_API_KEY": "sk-test"}
        with two_servers(folder, url, **provider, **QUICKLY) as desk:
            yield Load(desk, upstream)


async def ended(server: RunningServer) -> int:
    return await asyncio.to_thread(server.process.wait, 30)


async def test_a_server_stopped_under_load_loses_nothing_and_breaks_no_answer(
    tmp_path: Path, postgres_server: Server
) -> None:
    async with loaded(tmp_path, await postgres_server.new_schema()) as load:
        a = load.desk.a
        async with asking(load.clients, CLIENTS):
            await load.answers()
            load.places[a].port = None  # as a load balancer does that looks at /readyz
            a.process.send_signal(signal.SIGTERM)
            assert await ended(a) == 0
            await load.answers()
        found = await load.books()
    assert (load.clients.broken, load.clients.cut, load.clients.turned_away.total()) == (0, 0, 0)
    assert (found.acknowledged, found.open_holds, found.differences) == (found.charged, 0, 0)


async def test_of_a_server_killed_under_load_nothing_is_lost_that_was_told(
    tmp_path: Path, postgres_server: Server
) -> None:
    async with loaded(tmp_path, await postgres_server.new_schema()) as load:
        a = load.desk.a
        async with asking(load.clients, CLIENTS):
            await load.answers()
            load.places[a].port = None
            a.kill()
            await load.answers()
        # What it held is given back later, whoever is there then; all else is told apart to the cent.
        found = await load.books()
    assert load.clients.broken <= CLIENTS
    assert found.lapsed == found.open_holds <= CLIENTS
    assert found.billed_usd - found.charged_usd == found.killed_usd


@pytest.fixture
def own_server() -> Iterator[Server]:
    """One that may be stopped."""
    try:
        started = start_server(("fsync = off",))
    except ImportError as error:
        pytest.skip(f"there is no PostgreSQL to test with: {error}")
    yield started
    started.stop()


def readiness(url: str) -> tuple[int, Any]:
    answer = ask(url, "GET", "/readyz")
    return answer.status, answer.json["checks"]["store"]


async def all_say(load: Load, wanted: tuple[int, str]) -> None:
    for url in load.desk.urls:
        await until(lambda url=url: readiness(url) == wanted, f"{url} says {wanted}")  # type: ignore[misc]


def told(url: str, method: str, path: str) -> tuple[int, str]:
    """Status, and the code or the words that tell what is wrong."""
    body = {"model": "scripted-plain", "messages": [{"role": "user", "content": "hi"}]}
    answer = ask(url, method, path, body if method == "POST" else None)
    error = answer.json["error"]
    return answer.status, error if isinstance(error, str) else error["code"]


async def test_a_database_that_goes_away_is_told_by_both_and_all_is_well_when_it_is_back(
    tmp_path: Path, own_server: Server
) -> None:
    async with loaded(tmp_path, await own_server.new_schema()) as load:
        async with asking(load.clients, CLIENTS):
            await load.answers()
            assert [readiness(url) for url in load.desk.urls] == [(200, "ok")] * 2
            await asyncio.to_thread(own_server.halt)
            try:
                await all_say(load, (503, "failing"))
                for url in load.desk.urls:
                    for asked, words in ASKED.items():
                        status, said = told(url, *asked)
                        assert (status, said in words) == (503, True), (asked, said)
                    assert ask(url, "GET", "/healthz").status == 200
            finally:
                await asyncio.to_thread(own_server.start_again)
            await all_say(load, (200, "ok"))
            await load.answers()
        found = await load.books()
        assert [chat(url).status for url in load.desk.urls] == [200, 200]
    assert load.clients.broken == 0
    assert load.clients.turned_away[503] > 0
    assert found.billed_usd - found.charged_usd == found.killed_usd
