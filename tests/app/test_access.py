"""What a key is for, how often an address may ask, and whose address it is."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cryptodesk.app.access import AddressLimit, Doorkeeper, client_address, scopes_needed
from cryptodesk.core.errors import Forbidden, RateLimited
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from cryptodesk.state.keys import KeyScope
from tests.dialects.support import CALLER, KEY, NOW, Client, Keys, chat, make_ports, no_lifespan

MINUTE = datetime(2026, 9, 24, 16, 5, tzinfo=UTC)


def scope_of(address: str = "198.51.100.7", forwarded: str = "", path: str = "/v1/chat/completions") -> dict[str, Any]:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return {**Client.scope("POST", path, headers), "client": (address, 1)}


# -- whose address -----------------------------------------------------------------------------------------------------

PROXIES = tuple(ipaddress.ip_network(text) for text in ("127.0.0.1", "10.0.0.0/8", "fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "192.0.2.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "not an address, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9" + ", 10.0.0.1" * 19, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9" + ", 10.0.0.1" * 6_000, "10.0.0.1"),
        ("::ffff:127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("fd00::1", "2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("a socket", "203.0.113.9", ""),
    ],
)
def test_only_proxies_that_are_believed_may_name_another_address(peer: str, forwarded: str, address: str) -> None:
    assert client_address(scope_of(peer, forwarded), PROXIES) == address


def test_without_a_proxy_that_is_believed_nobody_is() -> None:
    assert client_address(scope_of("127.0.0.1", "203.0.113.9"), ()) == "127.0.0.1"
    assert client_address({**scope_of(), "client": None}, ()) == ""


# -- how often ---------------------------------------------------------------------------------------------------------


def test_an_address_has_so_many_requests_in_a_calendar_minute() -> None:
    limit = AddressLimit(2)
    limit.count(scope_of(), MINUTE)
    limit.count(scope_of(), MINUTE + timedelta(seconds=59))
    with pytest.raises(RateLimited, match=r"2 requests a minute from one address\. Resets in 18s") as refused:
        limit.count(scope_of(), MINUTE + timedelta(seconds=42))
    assert (refused.value.scope, refused.value.resets_at) == ("address", MINUTE + timedelta(minutes=1))
    limit.count(scope_of("203.0.113.9"), MINUTE + timedelta(seconds=42))
    limit.count(scope_of(), MINUTE + timedelta(minutes=1))


def test_a_request_counts_once_however_often_its_key_is_asked_for() -> None:
    limit, scope = AddressLimit(1), scope_of()
    limit.count(scope, MINUTE)
    limit.count(scope, MINUTE)
    with pytest.raises(RateLimited):
        limit.count(scope_of(), MINUTE)


def test_neighbours_in_one_ipv6_network_count_together() -> None:
    limit = AddressLimit(1)
    limit.count(scope_of("2001:db8::1"), MINUTE)
    with pytest.raises(RateLimited):
        limit.count(scope_of("2001:db8::2"), MINUTE)
    limit.count(scope_of("2001:db8:0:1::1"), MINUTE)


def test_addresses_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cryptodesk.app.access._MOST_ADDRESSES", 3)
    limit = AddressLimit(1)
    for number in range(4):
        limit.count(scope_of(f"198.51.100.{number}"), MINUTE)
    with pytest.raises(RateLimited):  # whoever came too late shares what is left with the others
        limit.count(scope_of("198.51.100.99"), MINUTE)


# -- what for ----------------------------------------------------------------------------------------------------------


class Book:
    def __init__(self, *scopes: KeyScope) -> None:
        self.scopes = scopes
        self.asked = 0

    async def scopes_of(self, key_id: str) -> Sequence[KeyScope]:
        self.asked += 1
        return self.scopes


async def authenticate(doorkeeper: Doorkeeper, path: str, key: str = KEY) -> Caller | None:
    found: list[Caller | None] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(await doorkeeper.authenticate(key, NOW))

    async def nothing(*_: Any) -> Any:
        return None

    await asyncio.create_task(doorkeeper.watch(app)(scope_of(path=path), nothing, nothing))  # type: ignore[arg-type]
    return found[0]


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("/v1/chat/completions", ("run",)),
        ("/ai/v2/chat/completions", ("run",)),
        ("/ai/openai/models", ()),
        ("/v1/receipts/abc", ("account",)),
        ("/v1/usage", ("account",)),
        ("/v1/usage/more", ("run", "account")),
        ("/", ("run", "account")),
    ],
)
def test_a_path_needs_what_its_longest_known_beginning_needs(path: str, needed: Sequence[str]) -> None:
    assert scopes_needed(path) == needed


async def test_a_key_is_let_in_where_it_is_for() -> None:
    doorkeeper = Doorkeeper(Keys(), Book("run"))
    assert await authenticate(doorkeeper, "/v1/chat/completions") == CALLER
    with pytest.raises(Forbidden, match="it lacks the scope 'account'"):
        await authenticate(doorkeeper, "/v1/usage")
    with pytest.raises(Forbidden, match="it lacks the scope 'account'"):
        await authenticate(doorkeeper, "/something/new")


async def test_a_key_that_is_not_in_the_book_is_let_in_nowhere_and_asked_for_again() -> None:
    book = Book()
    doorkeeper = Doorkeeper(Keys(), book)
    for _ in range(2):
        with pytest.raises(Forbidden):
            await authenticate(doorkeeper, "/v1/chat/completions")
    assert book.asked == 2


async def test_what_a_key_is_for_is_looked_up_once() -> None:
    book = Book("run", "account")
    doorkeeper = Doorkeeper(Keys(), book)
    for path in ("/v1/usage", "/something/new", "/mcp"):
        assert await authenticate(doorkeeper, path) == CALLER
    assert book.asked == 1


async def test_a_wrong_key_is_nobodys_and_nothing_is_looked_up_for_it() -> None:
    book = Book("run")
    assert await authenticate(Doorkeeper(Keys(), book), "/v1/usage", "wrong") is None
    assert book.asked == 0


async def test_outside_of_a_request_nothing_is_looked_at() -> None:
    assert await Doorkeeper(Keys(), Book(), AddressLimit(1)).authenticate(KEY, NOW) == CALLER


# -- in each dialect's words -------------------------------------------------------------------------------------------


@pytest.fixture
def client() -> Client:
    doorkeeper = Doorkeeper(Keys(), Book("run"), AddressLimit(1))
    found = Client()
    found.app = doorkeeper.watch(build_asgi(make_ports(keys=doorkeeper), no_lifespan))
    return found


async def test_an_address_at_its_limit_is_told_so_by_code_1011(client: Client) -> None:
    assert (await client.post(chat())).status == 200
    refused = await client.post(chat())
    assert (refused.status, refused.json["status"]["error_code"]) == (429, "1011")
    assert refused.json["status"]["error_message"].startswith("Rate limit reached: 1 requests a minute")


async def test_a_wrong_key_counts_for_its_address_and_is_then_not_even_looked_up(client: Client) -> None:
    headers = {"content-type": "application/json", "x-cmc_pro_api_key": "wrong"}
    assert (await client.post(chat(), headers)).json["status"]["error_code"] == "1001"
    assert (await client.post(chat(), headers)).json["status"]["error_code"] == "1011"


async def test_the_openai_dialect_says_it_with_a_time_to_wait(client: Client) -> None:
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    await client.call("GET", "/openai/v1/models", headers=headers)
    refused = await client.call("GET", "/openai/v1/models", headers=headers)
    assert (refused.status, refused.error["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["retry-after"]) in range(1, 61)


async def test_what_a_key_is_not_for_is_a_403_with_code_1006(client: Client) -> None:
    doorkeeper = Doorkeeper(Keys(), Book("account"))
    client.app = doorkeeper.watch(build_asgi(make_ports(keys=doorkeeper), no_lifespan))
    refused = await client.post(chat())
    assert (refused.status, refused.json["status"]["error_code"]) == (403, "1006")
