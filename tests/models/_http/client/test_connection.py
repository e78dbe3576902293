"""Heads and bodies, well and badly written, over a real connection."""

from __future__ import annotations

import asyncio

import pytest

from cryptodesk.models._http.client import connection
from cryptodesk.models._http.client.connection import Connection
from cryptodesk.models._http.client.errors import ConnectionLost, CutShort, NotHttp, TransportFailure
from tests.models._http.client.asking import (
    LIMIT,
    OK,
    Heard,
    answered,
    asking,
    body_of,
    bytewise,
    closes,
    head,
    in_turn,
    keeps,
    pieces_of,
    resets,
    says,
    waits,
)
from tests.models._http.upstream import Exchange

CHUNKED = head("Transfer-Encoding: chunked")
UNTIL_CLOSE = head("Content-Type: text/plain")


# -- heads ---------------------------------------------------------------------------------------------------------


async def test_an_answer_has_its_status_its_headers_by_lower_case_and_its_body() -> None:
    answer = head("Content-Type: a/B", "RETRY-after: 7", "x-empty:", "Content-Length: 2", status="429 No") + b"no"
    async with asking(says(answer)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert response.status == 429
        assert response.headers == {"content-type": "a/B", "retry-after": "7", "x-empty": "", "content-length": "2"}
        assert await body_of(response) == b"no"


WRITTEN = {
    "length": head("Content-Type: a/b", "X-Empty:", "Content-Length: 5") + b"hello",
    "chunked": CHUNKED + b"4\r\nhell\r\n1;name=\"a;b\"\r\no\r\n0\r\nX-Trailer: t\r\n\r\n",
    "interim": head(status="100 Continue") + head("Link: </a>", status="103 Early Hints") + head("Content-Length: 5")
    + b"hello",
    "line feeds": b"HTTP/1.1 200 OK\nContent-Type: a/b\nContent-Length: 5\n\nhello",
    "folded": head("X-Folded: a", "\tb", " c", "Content-Length: 5") + b"hello",
}  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
async def test_an_answer_may_be_cut_at_every_byte(written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)
    halves = [heard.says(written[:at], written[at:]) for at in range(1, len(written))]
    async with asking(in_turn(says(written), heard.says(*bytewise(written)), *halves)) as (client, server):
        responses = []
        for _ in range(2 + len(halves)):
            response = await client.post("/", b"{}", LIMIT)
            responses.append((response.status, response.headers, await body_of(response)))
        assert responses == [responses[0]] * len(responses)
        assert responses[0][2] == b"hello"
        assert server.connections == 1
    assert heard.reads[1 : 1 + len(written)] == [1] * len(written)


async def test_interim_answers_leave_nothing_in_the_real_one() -> None:
    async with asking(says(WRITTEN["interim"])) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert (response.status, response.headers) == (200, {"content-length": "5"})
        assert await body_of(response) == b"hello"


async def test_an_interim_answer_alone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, may_answer = Heard(monkeypatch), asyncio.Event()

    async def late(exchange: Exchange) -> None:
        await heard.write(exchange, head(status="103 Early Hints"))
        await may_answer.wait()
        await exchange.write(OK)

    async with asking(late) as (client, _):
        asked = asyncio.create_task(answered(client))
        await heard.event.wait()
        assert not asked.done()
        may_answer.set()
        assert await asked == b"ok"


async def test_a_trailer_is_no_header() -> None:
    answer = CHUNKED + b"2\r\nok\r\n0\r\nContent-Encoding: br\r\nX-Trailer: t\r\n\r\n"
    async with asking(says(answer)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert response.headers == {"transfer-encoding": "chunked"}
        assert await body_of(response) == b"ok"


async def test_a_header_that_came_twice_is_the_last_one_and_one_of_the_answer_before_is_gone() -> None:
    first = head("X-Twice: a", "x-twice: b", "X-Once: 1", "Content-Length: 2") + b"ok"
    async with asking(in_turn(says(first), says(OK))) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        assert (response.headers["x-twice"], response.headers["x-once"]) == ("b", "1")
        await body_of(response)
        second = await client.post("/", b"{}", LIMIT)
        assert second.headers == {"content-length": "2"}
        assert (response.headers["x-twice"], response.headers["x-once"]) == ("b", "1")
        assert server.connections == 1


async def test_values_that_no_header_should_have_are_read_as_they_are() -> None:
    answer = head("X-Control: a\x01b", "X-High: \xe9\xff", "X-Colon: a: b", "Content-Length: 2") + b"ok"
    async with asking(says(answer)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert response.headers["x-control"] == "a\x01b"
        assert response.headers["x-high"] == "\xe9\xff"
        assert response.headers["x-colon"] == "a: b"


@pytest.mark.parametrize(
    "written",
    [
        head("Upgrade: websocket", "Connection: upgrade", status="101 Switching Protocols"),
        b"<html><body>It works!</body></html>",
        b"\x15\x03\x03\x00\x02\x02\x46",  # TLS: alert, protocol version
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2 200\r\n\r\n",
        head(status="99999 Too Much"),
        head(status="20 Too Little"),
        head(status="OK"),
        head("no colon"),
        head("X Y: 1"),
        head("Content-Length: two"),
        head("Content-Length: -2"),
        head("Content-Length: 2", "Content-Length: 3"),
        head("Content-Length: 2", "Transfer-Encoding: chunked"),
        head("Content-Length: 99999999999999999999999"),
    ],
)
@pytest.mark.parametrize("then", [keeps, closes])
async def test_what_is_no_http_is_no_answer_and_ends_the_connection(written: bytes, then: object) -> None:
    async with asking(in_turn(says(written, then), says(OK))) as (client, server):
        with pytest.raises(NotHttp):
            await client.post("/", b"{}", LIMIT)
        assert not client._idle
        assert await answered(client) == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize(
    "endless", [b"X: 1\r\n", b"x", b"X: 1\r\n\r\nHTTP/1.1 100 Continue\r\n"], ids=["headers", "name", "interims"]
)
async def test_an_endless_head_is_none_before_it_is_long(endless: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)

    async def reply(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 100 Continue\r\n")
        while not exchange.reader.at_eof():
            await exchange.write(endless * 100)

    async with asking(reply) as (client, server):
        with pytest.raises(NotHttp):
            await client.post("/", b"{}", LIMIT)
        await server.hung_up.wait()
        assert sum(heard.reads) <= 65_536 + heard.reads[-1]


async def test_an_answer_that_never_came_is_a_connection_lost() -> None:
    for then in (closes, resets):
        async with asking(says(b"", then)) as (client, _):
            with pytest.raises(ConnectionLost):
                await client.post("/", b"{}", LIMIT)


@pytest.mark.parametrize("then", [closes, resets])
@pytest.mark.parametrize("written", [b"H", b"HTTP/1.1 200 OK\r\nContent-", head(status="100 Continue")])
async def test_half_a_head_is_cut_short(written: bytes, then: object, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking(Heard(monkeypatch).says(written, then=then)) as (client, _):
        with pytest.raises(CutShort):
            await client.post("/", b"{}", LIMIT)


# -- bodies --------------------------------------------------------------------------------------------------------


async def received(written: bytes, then: object, heard: Heard) -> tuple[bytes, type[TransportFailure] | None]:
    """What was handed out, and the failure after it."""
    async with asking(heard.says(written, then=then)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        pieces = []
        try:
            async for piece in pieces_of(response):
                pieces.append(piece)
        except TransportFailure as failure:
            with pytest.raises(type(failure)):
                await response.read_any()
            return b"".join(pieces), type(failure)
        else:
            assert response.is_read
            assert [await response.read_any() for _ in range(2)] == [b"", b""]  # the end stays the end
            return b"".join(pieces), None
        finally:
            response.close()


@pytest.mark.parametrize(
    ("written", "then", "expected"),
    [
        (OK, keeps, (b"ok", None)),
        (OK, closes, (b"ok", None)),
        (OK, resets, (b"ok", None)),
        (head("Content-Length: 0"), keeps, (b"", None)),
        (head("Content-Length: 9"), closes, (b"", CutShort)),
        (head("Content-Length: 9") + b"ok", closes, (b"ok", CutShort)),
        (head("Content-Length: 9") + b"ok", resets, (b"ok", CutShort)),
        (head(status="204 No Content"), keeps, (b"", None)),
        (head("Content-Length: 9", status="304 Not Modified"), keeps, (b"", None)),
        (CHUNKED + b"0\r\n\r\n", keeps, (b"", None)),
        (CHUNKED + b"02 \r\nok\r\n00\r\n\r\n", keeps, (b"ok", None)),
        (CHUNKED, closes, (b"", CutShort)),
        (CHUNKED + b"2\r\nok", closes, (b"ok", CutShort)),
        (head("Transfer-Encoding: Chunked") + b"2\r\nok", closes, (b"ok", CutShort)),
        (CHUNKED + b"2\r\nok\r\n", closes, (b"ok", CutShort)),
        (CHUNKED + b"2\r\nok\r\n0\r\n", resets, (b"ok", CutShort)),
        (CHUNKED + b"2\r\nok\r\nxyz\r\n", keeps, (b"ok", NotHttp)),
        (CHUNKED + b"2\r\nokay\r\n0\r\n\r\n", keeps, (b"ok", NotHttp)),
        (UNTIL_CLOSE + b"ok", closes, (b"ok", None)),
        (UNTIL_CLOSE, closes, (b"", None)),
        (UNTIL_CLOSE + b"ok", resets, (b"ok", CutShort)),
        (b"HTTP/1.0 200 OK\r\n\r\nok", closes, (b"ok", None)),
        (head("Transfer-Encoding: identity") + b"ok", closes, (b"ok", None)),
        (head("Connection: close", "Content-Length: 2") + b"okay", closes, (b"ok", None)),
    ],
)
async def test_a_body_ends_where_it_ends_and_what_came_before_a_failure_is_handed_out(
    written: bytes,
    then: object,
    expected: tuple[bytes, type[TransportFailure] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await received(written, then, Heard(monkeypatch)) == expected


async def test_a_body_is_handed_out_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, may_go_on = Heard(monkeypatch), asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.write(CHUNKED + b"1\r\na\r\n1\r\nb\r\n")
        for part in (b"c", b"d"):
            await may_go_on.wait()
            may_go_on.clear()
            await heard.write(exchange, b"1\r\n%s\r\n" % part)
        await exchange.write(b"0\r\n\r\n")

    async with asking(reply) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert await response.read_any() == b"ab"
        assert not response.is_read
        for part in (b"c", b"d"):
            may_go_on.set()
            assert await response.read_any() == part
        assert await response.read_any() == b""
        assert response.is_read


PIECES = [bytes([number]) * 50_000 for number in range(100)]


async def test_a_reader_that_does_not_read_holds_the_server_back(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, is_written = Heard(monkeypatch), asyncio.Event()

    async def reply(exchange: Exchange) -> None:
        await exchange.write(CHUNKED)
        for piece in PIECES:
            await exchange.chunk(piece)
        await exchange.write(b"0\r\n\r\n")
        is_written.set()

    async with asking(reply) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        while not heard.connections[-1]._is_paused:
            heard.event.clear()
            await heard.event.wait()
        assert sum(heard.reads) <= 262_144 + heard.reads[-1]
        assert not is_written.is_set()
        longest, body = 0, b""
        async for piece in pieces_of(response):
            longest = max(longest, len(piece))
            body += piece
        assert longest <= 262_144 + max(heard.reads)
        assert body == b"".join(PIECES)
        await is_written.wait()


async def test_a_reader_that_leaves_a_paused_connection_cuts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)

    async def reply(exchange: Exchange) -> None:
        await exchange.write(UNTIL_CLOSE)
        while True:
            await exchange.write(PIECES[0])

    async with asking(reply) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        while not heard.connections[-1]._is_paused:
            heard.event.clear()
            await heard.event.wait()
        response.close()
        await server.hung_up.wait()
        # What had come is still there, and handing it out wakes nothing that is gone.
        assert set(await response.read_any()) == {0}
        with pytest.raises(CutShort):
            await response.read_any()


async def test_a_fault_where_reading_would_pause_is_that_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MAX_UNREAD_BYTES", 10)
    heard = Heard(monkeypatch)
    assert await received(CHUNKED + b"14\r\n" + b"x" * 20 + b"\r\n?\r\n", keeps, heard) == (b"x" * 20, NotHttp)


@pytest.mark.parametrize(
    "between",
    [b"0\r\n" + b"X-Trailer: %d\r\n" * 50_000 % tuple(range(50_000)), b"1;" + b"x" * 500_000],
    ids=["trailers", "extension"],
)
async def test_what_no_reader_sees_is_bounded_too(between: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(monkeypatch)
    async with asking(waits(CHUNKED + b"2\r\nok\r\n" + between)) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        assert await response.read_any() == b"ok"
        with pytest.raises(NotHttp):
            await response.read_any()
        await server.hung_up.wait()
        assert sum(heard.reads) <= 2 * 262_144 + heard.reads[-1]


async def test_a_body_is_sent_whole_however_long() -> None:
    sent = b"0123456789" * 300_000
    async with asking(says(OK)) as (client, server):
        response = await client.post("/a?b=c", sent, LIMIT, "X-More: 1\r\n")
        assert await body_of(response) == b"ok"
        assert (server.request.method, server.request.path) == ("POST", "/a?b=c")
        assert server.request.body == sent
        assert server.request.headers["x-more"] == "1"


async def test_a_connection_that_was_never_made_knows_nothing_that_knows_it() -> None:
    assert Connection(lambda _: None, lambda _: None)._parser is None
