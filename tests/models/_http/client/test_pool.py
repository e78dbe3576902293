"""Which connection is used again, where it leads, and what every request says of itself."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from cryptodesk.models._http.client import connection, pool
from cryptodesk.models._http.client.errors import (
    ConnectionFailed,
    ConnectionLost,
    ConnectTimeout,
    CutShort,
    NameNotFound,
    NotHttp,
    TransportFailure,
)
from cryptodesk.models._http.client.pool import Client
from tests.models._http.client.asking import (
    GUARD,
    LIMIT,
    OK,
    SHORT,
    Heard,
    Names,
    Server,
    answered,
    asking,
    body_of,
    closes,
    head,
    in_turn,
    keeps,
    says,
    shut,
    sock_of,
    until,
    waits,
)
from tests.models._http.upstream import Exchange

CHUNKED = head("Transfer-Encoding: chunked")


# -- used again, or not --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        OK,
        CHUNKED + b"2\r\nok\r\n0\r\n\r\n",
        head(status="204 No Content"),
        head("Content-Length: 0"),
        head("Content-Length: 5", status="500 Oh") + b"sorry",
        head(status="100 Continue") + OK,
        OK + b"\r\n\r\n",
        b"\r\n" + OK,
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        head("Upgrade: h2c", "Connection: upgrade", "Content-Length: 2") + b"ok",
    ],
)
async def test_a_connection_whose_answer_was_read_is_used_again(written: bytes) -> None:
    async with asking(says(written)) as (client, server):
        bodies = [await answered(client) for _ in range(3)]
        assert bodies == [bodies[0]] * 3
        assert (len(server.requests), server.connections) == (3, 1)
        assert len(client._idle) == len(client._open) == 1


@pytest.mark.parametrize(
    "written",
    [
        head("Connection: close", "Content-Length: 2") + b"ok",
        head("connection: Keep-Alive, Close", "Content-Length: 2") + b"ok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"!",
        OK + head("Content-Length: 3") + b"bad",
        OK + head("Content-Length: 9"),
        CHUNKED + b"2\r\nok\r\n0\r\n\r\n" + CHUNKED,
    ],
)
async def test_a_connection_that_says_more_or_that_it_ends_is_not_used_again(written: bytes) -> None:
    async with asking(says(written)) as (client, server):
        assert [await answered(client) for _ in range(3)] == [b"ok"] * 3
        assert server.connections == 3
        assert not client._idle
        await until(lambda: not client._open)


async def test_what_comes_after_an_answer_before_it_was_read_is_not_the_next_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = Heard(monkeypatch)
    unasked = heard.says(OK, head("Content-Length: 3") + b"bad")
    async with asking(in_turn(unasked, says(OK))) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        await until(lambda: len(heard.reads) == 2)
        assert await body_of(response) == b"ok"
        assert await answered(client) == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize("unasked", [OK, b"x", b"\r\n"])
async def test_what_comes_while_nothing_was_asked_closes_the_connection(unasked: bytes) -> None:
    may_write = asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.write(OK)
        await may_write.wait()
        may_write.clear()
        await exchange.write(unasked)

    async with asking(reply) as (client, server):
        for number in (1, 2):
            assert await answered(client) == b"ok"
            assert (server.connections, len(client._idle)) == (number, 1)
            may_write.set()
            await until(lambda: not client._open)
            assert not client._idle


@pytest.mark.parametrize("written", [head("Content-Length: 9") + b"ok", CHUNKED + b"2\r\nok\r\n", head() + b"ok"])
async def test_an_answer_that_is_not_read_to_its_end_is_cut_off(written: bytes) -> None:
    async with asking(waits(written)) as (client, server):
        for number in (1, 2):
            response = await client.post("/", b"{}", LIMIT)
            assert await response.read_any() == b"ok"
            response.close()
            await server.hung_up.wait()
            server.hung_up.clear()
            assert server.connections == number
            assert not client._idle


async def test_an_answer_that_is_whole_but_was_not_read_is_cut_off() -> None:
    async with asking(says(OK)) as (client, server):
        (await client.post("/", b"{}", LIMIT)).close()
        await server.hung_up.wait()
        assert not client._idle


async def test_the_connection_used_last_is_used_next() -> None:
    async with asking(says(OK)) as (client, server):
        responses = [await client.post("/", b"{}", LIMIT) for _ in range(3)]
        assert server.connections == 3
        for response in responses:
            assert await body_of(response) == b"ok"
        writers = [exchange.writer for exchange in server.requests]
        for _ in range(2):
            await answered(client)
            assert server.request.writer is writers[-1]
        assert server.connections == 3


async def test_a_connection_that_the_server_closed_is_not_used() -> None:
    async with asking(says(OK, closes)) as (client, server):
        for number in (1, 2):
            assert await answered(client) == b"ok"
            await until(lambda: not client._open)
            assert not client._idle
            assert server.connections == number


async def test_a_connection_that_is_closed_while_it_is_asked_is_lost() -> None:
    async with asking(says(OK)) as (client, server):
        assert await answered(client) == b"ok"
        shut(sock_of(server.request))  # no turn of the loop between this and the next request
        with pytest.raises(ConnectionLost):
            await answered(client)
        assert await answered(client) == b"ok"
        assert (len(server.requests), server.connections) == (2, 2)


async def test_an_idle_connection_that_is_closing_is_not_used() -> None:
    async with asking(says(OK)) as (client, server):
        assert await answered(client) == b"ok"
        client._idle[-1].abort()  # no turn of the loop between this and the next request
        assert await answered(client) == b"ok"
        assert (server.connections, len(client._idle)) == (2, 1)


async def test_an_idle_connection_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection.KEPT_SECONDS == 15.0
    monkeypatch.setattr(connection, "KEPT_SECONDS", SHORT)
    async with asking(says(OK)) as (client, server):
        for number in (1, 2):
            assert await answered(client) == b"ok"
            assert server.connections == number
            await server.hung_up.wait()
            server.hung_up.clear()
            assert not client._idle
            assert not client._open


# -- closing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "failure"), [(b"", ConnectionLost), (b"HTTP/1.1 200", CutShort), (head(status="103 X"), CutShort)]
)
async def test_closing_wakes_who_waits_for_a_head(
    written: bytes, failure: type[TransportFailure], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(monkeypatch)
    async with asking(waits(written)) as (client, server):
        asked = asyncio.create_task(client.post("/", b"{}", LIMIT))
        await until(lambda: bool(heard.reads if written else server.requests))
        client.close()
        with pytest.raises(failure):
            await asked
        await server.hung_up.wait()


@pytest.mark.parametrize("written", [head("Content-Length: 9") + b"ok", CHUNKED + b"2\r\nok\r\n", head() + b"ok"])
async def test_closing_cuts_what_is_read_and_what_is_idle_and_no_cut_is_taken_for_an_end(written: bytes) -> None:
    async with asking(in_turn(says(OK), waits(written), says(OK))) as (client, server):
        first = await client.post("/", b"{}", LIMIT)
        response = await client.post("/", b"{}", LIMIT)
        await body_of(first)
        assert (len(client._open), len(client._idle)) == (2, 1)
        assert await response.read_any() == b"ok"
        reading = asyncio.create_task(response.read_any())
        await asyncio.sleep(0)
        client.close()
        with pytest.raises(CutShort):
            await reading
        await until(lambda: not server.open_connections)
        assert not client._open
        assert not client._idle
        response.close()


async def test_a_closed_client_asks_nothing_and_keeps_nothing() -> None:
    async with asking(says(OK)) as (client, server):
        assert await answered(client) == b"ok"
        client.close()
        client.close()
        with pytest.raises(ConnectionLost):
            await client.post("/", b"{}", LIMIT)
        await until(lambda: not (client._open or server.open_connections))
        assert len(server.requests) == 1


# -- names and addresses -------------------------------------------------------------------------------------------


def closed_port() -> tuple[str, int]:
    with socket.socket() as once:
        once.bind(("127.0.0.1", 0))
        address: tuple[str, int] = once.getsockname()
        return address


async def test_a_port_where_nobody_listens_is_no_connection() -> None:
    client = Client(URL("http://{}:{}".format(*closed_port())), {}, LIMIT)
    async with asyncio.timeout(GUARD):
        with pytest.raises(ConnectionFailed) as raised:
            await client.post("/", b"{}", LIMIT)
    assert raised.value.__context__ is None


async def test_a_name_that_nobody_knows_is_not_found_and_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, error=socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    client = Client(URL("http://up.example/v1"), {}, LIMIT)
    for _ in range(2):
        with pytest.raises(NameNotFound):
            await client.post("/", b"{}", LIMIT)
    assert names.asked == [("up.example", 80)] * 2


async def test_a_name_with_a_part_that_is_too_long_is_not_found() -> None:
    client = Client(URL(f"http://{'a' * 64}.example/"), {}, LIMIT)
    async with asyncio.timeout(GUARD):
        with pytest.raises(NameNotFound):
            await client.post("/", b"{}", LIMIT)


@pytest.mark.parametrize("error", [OSError(errno.EHOSTUNREACH, "x"), OSError(errno.ETIMEDOUT, "x")])
async def test_an_address_that_cannot_be_reached_is_no_connection(
    error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start_connection(*_: Any, **__: Any) -> socket.socket:
        raise error

    monkeypatch.setattr(pool, "start_connection", start_connection)
    client = Client(URL("http://127.0.0.1:1/"), {}, LIMIT)
    with pytest.raises(ConnectTimeout if error.errno == errno.ETIMEDOUT else ConnectionFailed):
        await client.post("/", b"{}", LIMIT)


async def test_of_several_addresses_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(GUARD), Server(says(OK)) as server:
        Names(monkeypatch, closed_port(), server.address, closed_port())
        client = Client(URL("http://up.example/"), {}, LIMIT)
        assert await answered(client) == b"ok"
        client.close()
    async with asyncio.timeout(GUARD):
        Names(monkeypatch, closed_port(), closed_port())
        with pytest.raises(ConnectionFailed):
            await Client(URL("http://up.example/"), {}, LIMIT).post("/", b"{}", LIMIT)


async def test_many_that_connect_at_once_ask_for_the_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pool._ADDRESSES_SECONDS == 10.0
    async with asyncio.timeout(GUARD), Server(says(OK)) as server:
        names = Names(monkeypatch, server.address)
        client = Client(URL("http://up.example:81/"), {}, LIMIT)
        responses = await asyncio.gather(*[client.post("/", b"{}", LIMIT) for _ in range(20)])
        assert (server.connections, names.asked) == (20, [("up.example", 81)])
        responses.append(await client.post("/", b"{}", LIMIT))
        assert len(names.asked) == 1
        client._addresses_until -= 10.0  # ten seconds later
        monkeypatch.setattr(pool, "_ADDRESSES_SECONDS", 0.0)
        for number in (2, 3):
            responses.append(await client.post("/", b"{}", LIMIT))
            assert len(names.asked) == number
        for response in responses:
            response.close()
        client.close()


async def test_who_waits_for_a_name_that_another_asked_for_may_be_stopped_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asyncio.timeout(GUARD), Server(says(OK)) as server:
        names = Names(monkeypatch, server.address)
        client = Client(URL("http://up.example/"), {}, LIMIT)
        asked = [asyncio.create_task(client.post("/", b"{}", LIMIT)) for _ in range(3)]
        await asyncio.sleep(0)
        asked[0].cancel()
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert [await body_of(answer) for answer in answers[1:]] == [b"ok", b"ok"]
        assert len(names.asked) == 2
        client.close()


# -- what every request says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://up.example/v1", "up.example"),
        ("http://up.example:80/", "up.example"),
        ("http://up.example:8080/", "up.example:8080"),
        ("http://UP.Example./", "up.example"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://desk:pass@up.example/", "up.example"),
    ],
)
async def test_the_host_is_the_origins_without_a_port_that_needs_no_saying(
    origin: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(GUARD), Server(says(OK)) as server:
        names = Names(monkeypatch, server.address)
        client = Client(URL(origin), {}, LIMIT)
        assert await answered(client) == b"ok"
        assert server.request.headers["host"] == host
        assert names.asked == [(URL(origin).raw_host, URL(origin).port)]
        client.close()


async def test_an_address_of_the_sixth_version_is_asked_by_its_brackets() -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no ::1")
    async with asking(says(OK), host="::1") as (client, server):
        assert await answered(client) == b"ok"
        assert server.request.headers["host"] == f"[::1]:{server.address[1]}"


@pytest.mark.parametrize(
    ("user", "credentials"),
    [
        ("desk:pass@", "ZGVzazpwYXNz"),
        ("desk@", "ZGVzazo="),
        (":pass@", "OnBhc3M="),
        ("d%40:p%3A%C3%A9@", "ZEA6cDrDqQ=="),
    ],
)
async def test_user_and_password_of_the_origin_become_a_header(user: str, credentials: str) -> None:
    async with asking(says(OK)) as (client, server):
        named = Client(URL(server.origin.replace("//", f"//{user}")), {}, LIMIT)
        assert await answered(named) == b"ok"
        assert server.request.headers["authorization"] == f"Basic {credentials}"
        assert await answered(client) == b"ok"
        assert "authorization" not in server.request.headers
        named.close()


async def test_an_operators_header_goes_before_ours_but_for_those_of_the_connection() -> None:
    said: list[bytes] = []

    async def reply(exchange: Exchange) -> None:
        said.extend(name.encode() for name in exchange.headers)
        await exchange.write(OK)

    headers = CIMultiDict(
        {"host": "desk.example", "AUTHORIZATION": "theirs", "content-length": "7", "Transfer-Encoding": "chunked",
         "connection": "close", "X-Own": "1"}
    )  # fmt: skip
    async with asking(reply) as (_, server):
        client = Client(URL(server.origin.replace("//", "//desk:pass@")), headers, LIMIT)
        assert await answered(client) == b"ok"
        assert server.request.headers == {
            "host": "desk.example", "authorization": "theirs", "x-own": "1", "content-length": "2"
        }  # fmt: skip
        client.close()
    assert client._head.lower().count("host:") == client._head.lower().count("authorization:") == 1


async def test_a_connection_says_what_it_has_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking(says(OK, keeps)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        (asked,) = client._open
        sock = asked._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        await body_of(response)


async def test_a_failed_packing_closes_its_connection() -> None:
    async with asking(says(head("Content-Encoding: br", "Content-Length: 2") + b"ok")) as (client, _):
        with pytest.raises(NotHttp):
            await answered(client)
        assert not client._idle
        await until(lambda: not client._open)
