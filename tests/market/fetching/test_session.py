"""The shared pool: one session a loop, proxies only when set, nothing left open."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, NoReturn

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.fetching import session as sessions
from cryptodesk.market.fetching.client import CallBudget, HttpRequest, SessionPool, SourceClient
from cryptodesk.market.fetching.errors import UnreachableSource
from tests.market.sources.bad_days import NOW, POLICY, SourceServer, answering, client_of

ASK = HttpRequest("/v1/map")
good = answering(b"{}")


async def test_one_session_serves_all_until_it_is_closed() -> None:
    async with SessionPool() as pool:
        session = pool()
        assert pool() is session
    assert session.closed
    await pool.close()


def test_each_loop_has_its_own_session() -> None:
    pool = SessionPool()

    async def use() -> int:
        session = id(pool())
        await pool.close()
        return session

    async def use_and_keep() -> bool:
        first = pool()
        await first.close()
        second = pool()
        await pool.close()
        return first is not second

    asyncio.run(use())
    asyncio.run(use())
    assert asyncio.run(use_and_keep()), "a session that was closed is replaced"


async def test_connections_are_used_again() -> None:
    async with SourceServer(good) as server, client_of(server) as client:
        for _ in range(20):
            await client.fetch(ASK)
    assert (len(server.requests), server.connections) == (20, 1)


async def test_what_comes_after_an_answer_is_not_taken_for_the_next() -> None:
    async with SourceServer(answering(b'{"a": 1}{"b": 2}', length=8)) as server, client_of(server) as client:
        for _ in range(3):
            try:
                body = (await client.fetch(ASK)).body
            except UpstreamBadAnswer:  # noticed, as the rest came in time to be seen
                continue
            assert body == b'{"a": 1}'
    assert len(server.requests) == server.connections == 3


async def test_a_proxy_is_used_when_set_and_never_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SourceServer(good) as server, SourceServer(good) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.base_url)
        async with client_of(server) as client:
            await client.fetch(ASK)
        assert (len(server.requests), len(proxy.requests)) == (1, 0)
        clock = FixedClock(NOW)
        async with (
            SessionPool(proxy=proxy.base_url) as pool,
            SourceClient("acme", POLICY, session=pool, clock=clock, budget=CallBudget(clock)) as client,
        ):
            await client.fetch(ASK)
        assert (len(server.requests), len(proxy.requests)) == (1, 1)
        assert proxy.requests[0].target == f"{POLICY.base_url}/v1/map"


class Names:
    """Stands for the look-up of names: none is known, and each that was asked for is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failure: Exception | None) -> None:
        self.asked: list[str] = []
        self._failure = failure
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self._look_up)
        monkeypatch.setattr(sessions, "is_loaded", lambda name: False)

    async def _look_up(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        if self._failure is not None:
            raise self._failure
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def no_session() -> NoReturn:
    raise AssertionError("a name that does not resolve needs no session")


async def test_without_a_network_the_client_is_not_even_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    names, clock = Names(monkeypatch, socket.gaierror(-2, "unknown")), FixedClock(NOW)
    client = SourceClient("acme", POLICY, session=no_session, clock=clock, budget=CallBudget(clock), is_direct=True)

    with pytest.raises(UnreachableSource, match="acme cannot be reached: its name does not resolve"):
        await client.fetch(ASK)
    assert len(names.asked) == 1
    assert names.asked[0] in POLICY.base_url


@pytest.mark.parametrize("failure", [None, OSError("too many open files"), UnicodeError("label too long")])
async def test_a_name_that_may_resolve_is_asked(monkeypatch: pytest.MonkeyPatch, failure: Exception | None) -> None:
    async with SourceServer(good) as server, SessionPool() as pool:
        names, clock = Names(monkeypatch, failure), FixedClock(NOW)
        policy = structs.replace(POLICY, base_url=server.base_url)
        client = SourceClient("acme", policy, session=pool, clock=clock, budget=CallBudget(clock), is_direct=True)
        assert (await client.fetch(ASK)).body == b"{}"
    assert names.asked[0] == "127.0.0.1"


async def test_behind_a_proxy_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    names, clock = Names(monkeypatch, socket.gaierror(-2, "unknown")), FixedClock(NOW)
    client = SourceClient("acme", POLICY, session=no_session, clock=clock, budget=CallBudget(clock))

    with pytest.raises(AssertionError, match="needs no session"):
        await client.fetch(ASK)
    assert names.asked == []
