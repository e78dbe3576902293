"""Over TLS: whom the client trusts, and that everything else is as without."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from yarl import URL

from cryptodesk.models._http.client import pool
from cryptodesk.models._http.client.errors import (
    ConnectionFailed,
    ConnectionLost,
    ConnectTimeout,
    CutShort,
    NotHttp,
    Silence,
    TlsFailed,
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
    answered,
    asking,
    body_of,
    closes,
    head,
    in_turn,
    pieces_of,
    resets,
    says,
    shut,
    sock_of,
    stopped_leaves_no_socket,
    until,
    waits,
    without_collector,
)
from tests.models._http.client.certificates import Authority
from tests.models._http.upstream import Exchange

UNTIL_CLOSE = head()
STREAM = head("Transfer-Encoding: chunked") + b"2\r\nok\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def here(authority: Authority) -> ssl.SSLContext:
    return authority.context("127.0.0.1")


@pytest.fixture(autouse=True)
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The authority is the system's only one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    pool._tls.cache_clear()
    yield
    pool._tls.cache_clear()


async def test_a_server_that_is_vouched_for_is_asked_and_its_connection_used_again(here: ssl.SSLContext) -> None:
    async with asking(says(OK), context=here) as (client, server):
        assert [await answered(client) for _ in range(3)] == [b"ok"] * 3
        assert server.connections == 1
        assert server.request.headers["host"] == f"127.0.0.1:{server.address[1]}"
        session = server.request.writer.get_extra_info("ssl_object")
        assert session.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("name", ["up.example", "up.example.", "UP.example"])
async def test_a_server_is_known_by_its_name(name: str, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking(says(OK), context=authority.context("up.example")) as (_, server):
        Names(monkeypatch, server.address)
        client = Client(URL(f"https://{name}/"), {}, LIMIT)
        assert await answered(client) == b"ok"
        assert server.request.headers["host"] == "up.example"
        client.close()


@pytest.mark.parametrize("hosts", [("up.example",), ("127.0.0.2",)])
async def test_a_server_that_is_vouched_for_by_another_name_is_not_asked(
    hosts: tuple[str, ...], authority: Authority
) -> None:
    async with asking(says(OK), context=authority.context(*hosts)) as (client, server):
        with pytest.raises(TlsFailed) as raised:
            await answered(client)
        assert raised.value.__context__ is None
        await until(lambda: not server.open_connections)
        assert not server.requests


async def test_a_server_that_nobody_vouches_for_is_not_asked(tmp_path: Path) -> None:
    async with asking(says(OK), context=Authority(tmp_path).context("127.0.0.1")) as (client, server):
        for _ in range(2):
            with pytest.raises(TlsFailed):
                await answered(client)
        await until(lambda: not server.open_connections)
        assert not server.requests


async def greeted_by(words: bytes) -> type[TransportFailure]:
    """The failure where a server answers a TLS greeting with words of its own."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)
        writer.close()

    async with asyncio.timeout(GUARD), await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        client = Client(URL(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"), {}, LIMIT)
        with pytest.raises(TransportFailure) as raised:
            await answered(client)
        assert not client._open
        return raised.type


async def test_a_server_without_tls_cannot_be_trusted() -> None:
    assert await greeted_by(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") is TlsFailed


async def test_a_server_that_hangs_up_on_a_greeting_is_no_connection() -> None:
    assert await greeted_by(b"") in (ConnectionFailed, TlsFailed)


async def test_a_server_with_tls_that_is_asked_without_does_not_speak_http(here: ssl.SSLContext) -> None:
    async with asking(says(OK), context=here) as (_, server):
        client = Client(URL(server.origin.replace("https", "http")), {}, LIMIT)
        with pytest.raises((NotHttp, ConnectionLost)):
            await answered(client)


async def test_a_greeting_that_is_not_answered_in_time_is_no_connection_in_time() -> None:
    is_over = asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        is_over.set()
        writer.close()

    async with asyncio.timeout(GUARD), await asyncio.start_server(deaf, "127.0.0.1", 0) as server:
        client = Client(URL(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"), {}, SHORT)
        with pytest.raises(ConnectTimeout):
            await answered(client)
        await is_over.wait()
        assert not client._open


BODIES = [
    (OK, closes, b"ok", None),
    (UNTIL_CLOSE + b"ok", closes, b"ok", None),
    (STREAM + b"0\r\n\r\n", closes, b"ok", None),
    (UNTIL_CLOSE + b"ok", resets, b"ok", CutShort),
    (STREAM, closes, b"ok", CutShort),
    (head("Content-Length: 9") + b"ok", closes, b"ok", CutShort),
    (b"", closes, b"", ConnectionLost),
]


@pytest.mark.parametrize(("written", "then", "expected", "failure"), BODIES)
async def test_an_answer_ends_where_it_ends(
    written: bytes,
    then: object,
    expected: bytes,
    failure: type[TransportFailure] | None,
    here: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reply = Heard(monkeypatch).says(written, then=then) if written else says(b"", then)
    async with asking(reply, context=here) as (client, _):
        found, raised = b"", None
        try:
            response = await client.post("/", b"{}", LIMIT)
            async for piece in pieces_of(response):
                found += piece
            response.close()
        except TransportFailure as error:
            raised = type(error)
        assert (found, raised) == (expected, failure)
        await until(lambda: not client._open)


async def test_a_long_body_comes_whole_and_holds_its_server_back(
    here: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, is_written = Heard(monkeypatch), asyncio.Event()
    part = bytes(range(250)) * 200

    async def reply(exchange: Exchange) -> None:
        await exchange.write(UNTIL_CLOSE)
        for _ in range(200):
            await exchange.write(part)
        is_written.set()
        exchange.writer.close()

    async with asking(reply, context=here) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        await until(lambda: bool(heard.connections) and heard.connections[-1]._is_paused)
        assert not is_written.is_set()
        assert sum(heard.reads) <= 262_144 + heard.reads[-1]
        assert await body_of(response) == part * 200


async def test_who_leaves_a_paused_answer_cuts_it(here: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)

    async def reply(exchange: Exchange) -> None:
        await exchange.write(UNTIL_CLOSE)
        await exchange.write(bytes(10_000_000))

    async with asking(reply, context=here) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        await until(lambda: bool(heard.connections) and heard.connections[-1]._is_paused)
        response.close()
        await server.hung_up.wait()
        assert await response.read_any()
        with pytest.raises(CutShort):
            await response.read_any()


async def test_an_idle_connection_that_the_server_closed_is_not_used(here: ssl.SSLContext) -> None:
    async with asking(says(OK, closes), context=here) as (client, server):
        for number in (1, 2):
            assert await answered(client) == b"ok"
            await until(lambda: not client._open)
            assert not client._idle
            assert server.connections == number


async def test_a_connection_that_is_closed_while_it_is_asked_is_lost(here: ssl.SSLContext) -> None:
    async with asking(says(OK), context=here) as (client, server):
        assert await answered(client) == b"ok"
        shut(sock_of(server.request))
        with pytest.raises(ConnectionLost):
            await answered(client)
        assert await answered(client) == b"ok"


async def test_silence_and_closing_hang_up_at_once(here: ssl.SSLContext) -> None:
    async with asking(in_turn(waits(UNTIL_CLOSE + b"ok"), waits(STREAM)), context=here) as (client, server):
        silent = await client.post("/", b"{}", SHORT)
        assert await silent.read_any() == b"ok"
        with pytest.raises(Silence):
            await silent.read_any()
        await server.hung_up.wait()
        server.hung_up.clear()
        closed = await client.post("/", b"{}", LIMIT)
        assert await closed.read_any() == b"ok"
        client.close()
        with pytest.raises(CutShort):
            await closed.read_any()
        await server.hung_up.wait()


@pytest.mark.parametrize("turns", [*range(10), 12, 15, 20, 30])
async def test_who_is_stopped_at_any_turn_of_the_loop_leaves_no_socket(turns: int, here: ssl.SSLContext) -> None:
    async with asking(says(OK), context=here) as (client, server):
        await stopped_leaves_no_socket(client, server, turns)


async def test_an_answer_over_tls_leaves_nothing_to_the_collector(here: ssl.SSLContext) -> None:
    async with asking(in_turn(says(OK, closes), says(b"", closes)), context=here) as (client, _):
        async with without_collector() as left:
            assert await answered(client) == b"ok"
            await until(lambda: not client._open)
            with pytest.raises(ConnectionLost):
                await answered(client)
            await until(lambda: not client._open)
        assert not left


async def test_a_failed_greeting_leaves_nothing_to_the_collector(tmp_path: Path) -> None:
    async with asking(says(OK), context=Authority(tmp_path).context("127.0.0.1")) as (client, server):
        async with without_collector() as left:
            with pytest.raises(TlsFailed):
                await answered(client)
            await until(lambda: not server.open_connections)
        assert not left
