"""How long a server may be silent, what becomes of a reader who is stopped, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import weakref
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from yarl import URL

from cryptodesk.models._http.client import connection
from cryptodesk.models._http.client.connection import Connection
from cryptodesk.models._http.client.errors import (
    ConnectionLost,
    ConnectTimeout,
    CutShort,
    NotHttp,
    Silence,
    TransportFailure,
)
from cryptodesk.models._http.client.pool import Client
from tests.models._http.client.asking import (
    GUARD,
    LIMIT,
    OK,
    SHORT,
    Heard,
    answered,
    asking,
    body_of,
    closes,
    head,
    in_turn,
    open_files,
    pieces_of,
    resets,
    says,
    stopped_leaves_no_socket,
    until,
    waits,
    without_collector,
)
from tests.models._http.upstream import Exchange

PART = head("Content-Length: 9") + b"ok"
UNTIL_CLOSE = head() + b"ok"
STREAM = head("Transfer-Encoding: chunked") + b"2\r\nok\r\n"


class Checks:
    """Every time that a connection looks how long nothing came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = asyncio.Semaphore(0)
        check, checks = Connection._check_silence, self

        def check_silence(checked: Connection) -> None:
            check(checked)
            checks.made.release()

        monkeypatch.setattr(Connection, "_check_silence", check_silence)


# -- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [b"", b"HTTP/1.1 200", head(status="103 Early Hints")])
async def test_a_server_that_says_nothing_in_time_is_silent(written: bytes) -> None:
    async with asking(waits(written)) as (client, server):
        with pytest.raises(Silence):
            await client.post("/", b"{}", SHORT)
        await server.hung_up.wait()


@pytest.mark.parametrize("written", [PART, STREAM, UNTIL_CLOSE])
async def test_a_server_that_falls_silent_in_its_answer_is_silent_and_what_it_said_counts(written: bytes) -> None:
    async with asking(waits(written)) as (client, server):
        response = await client.post("/", b"{}", SHORT)
        assert await response.read_any() == b"ok"
        for _ in range(2):
            with pytest.raises(Silence):
                await response.read_any()
        await server.hung_up.wait()


class Clock:
    """The time of connections, which passes when a test says so; everything else is the loop's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.timers: list[asyncio.TimerHandle] = []
        self.create_future = asyncio.get_running_loop().create_future
        made, clock = Connection.__init__, self

        def make(asked: Connection, *args: Any) -> None:
            made(asked, *args)
            asked._loop = clock

        monkeypatch.setattr(Connection, "__init__", make)

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(self.now + seconds, callback, (), self)
        self.timers.append(timer)
        return timer

    def get_debug(self) -> bool:
        return False

    def _timer_handle_cancelled(self, timer: asyncio.TimerHandle) -> None:
        self.timers.remove(timer)

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.when() <= end]:
            self.timers.remove(due[0])
            self.now = due[0].when()
            due[0]._run()
        self.now = end


async def test_silence_counts_from_the_last_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, may_write = Clock(monkeypatch), asyncio.Semaphore(0)

    async def slow(exchange: Exchange) -> None:
        await exchange.write(STREAM)
        while await may_write.acquire():
            await exchange.chunk(b"ok")

    async with asking(slow) as (client, server):
        response = await client.post("/", b"{}", 10.0)
        assert await response.read_any() == b"ok"
        for _ in range(3):
            clock.passes(9.5)
            may_write.release()
            assert await response.read_any() == b"ok"
        clock.passes(9.5)
        assert [asked.is_open for asked in client._open] == [True]
        clock.passes(0.5)
        with pytest.raises(Silence):
            await response.read_any()
        await until(lambda: not client._open)
        server.request.writer.close()


async def test_one_timer_serves_all_answers_of_a_connection_and_knows_every_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    async with asking(says(OK)) as (client, server):
        for _ in range(10):
            assert await answered(client, 120.0) == b"ok"
            clock.passes(1.0)
        assert len(clock.timers) == 1
        response = await client.post("/", b"{}", 120.0)
        clock.passes(119.0)  # of an answer that is not read to its end
        assert len(clock.timers) == 1
        assert await body_of(response) == b"ok"
        clock.passes(14.0)
        assert len(client._idle) == 1
        clock.passes(1.0)
        await server.hung_up.wait()
        await until(lambda: not client._open)
        assert not client._idle
        assert server.connections == 1
        assert not clock.timers


@pytest.mark.parametrize("seconds", [1.0, 14.0, 15.0, 16.0, 120.0])
async def test_a_limit_runs_out_when_it_is_over(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    async with asking(in_turn(says(OK), waits())) as (client, server):
        assert await answered(client, LIMIT) == b"ok"
        clock.passes(3.0)
        asked = asyncio.create_task(client.post("/", b"{}", seconds))
        await until(lambda: len(server.requests) == 2)
        clock.passes(seconds - 0.01)
        assert [asked.is_open for asked in client._open] == [True]
        clock.passes(0.01)
        with pytest.raises(Silence):
            await asked


async def test_the_limit_may_become_shorter_in_the_middle() -> None:
    async with asking(waits(STREAM)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        response.limit_silence(SHORT)
        assert await response.read_any() == b"ok"
        with pytest.raises(Silence):
            await response.read_any()


async def test_the_limit_may_become_longer_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = Checks(monkeypatch)

    async def late(exchange: Exchange) -> None:
        await exchange.write(STREAM)
        await checks.made.acquire()
        await exchange.write(b"0\r\n\r\n")

    async with asking(late) as (client, _):
        response = await client.post("/", b"{}", SHORT)
        response.limit_silence(LIMIT)
        assert await body_of(response) == b"ok"


async def test_a_long_limit_outlives_many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEPT_SECONDS", 0.01)  # no timer is longer
    checks = Checks(monkeypatch)

    async def late(exchange: Exchange) -> None:
        for _ in range(5):
            await checks.made.acquire()
        await exchange.write(OK)

    async with asking(late) as (client, _):
        assert await answered(client, LIMIT) == b"ok"


async def test_who_does_not_read_does_not_count_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, checks = Heard(monkeypatch), Checks(monkeypatch)
    part = bytes(50_000)

    async def reply(exchange: Exchange) -> None:
        await exchange.write(head(f"Content-Length: {100 * len(part)}"))
        for _ in range(100):
            await exchange.write(part)

    async with asking(reply) as (client, _):
        response = await client.post("/", b"{}", SHORT)
        while not heard.connections[-1]._is_paused:
            heard.event.clear()
            await heard.event.wait()
        for _ in range(4):
            await checks.made.acquire()
        assert sum([len(piece) async for piece in pieces_of(response)]) == 100 * len(part)


async def test_silence_after_a_pause_counts_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MAX_UNREAD_BYTES", 10)
    clock = Clock(monkeypatch)
    async with asking(waits(head("Content-Length: 99") + b"x" * 50)) as (client, server):
        response = await client.post("/", b"{}", 10.0)
        clock.passes(95.0)
        assert await response.read_any() == b"x" * 50
        clock.passes(9.5)
        assert [asked.is_open for asked in client._open] == [True]
        clock.passes(0.5)
        with pytest.raises(Silence):
            await response.read_any()
        await server.hung_up.wait()


async def test_an_answer_that_is_whole_is_not_silent_however_late_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = Checks(monkeypatch)
    async with asking(in_turn(says(OK), says(OK))) as (client, server):
        response = await client.post("/", b"{}", SHORT)
        await checks.made.acquire()
        await server.hung_up.wait()
        assert await body_of(response) == b"ok"
        assert await answered(client) == b"ok"
        assert server.connections == 2


async def test_a_limit_on_an_answer_whose_connection_is_gone_sets_no_timer() -> None:
    async with asking(says(head("Content-Length: 2") + b"ok", closes)) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        (asked,) = client._open
        await until(lambda: not client._open)
        timer = asked._timer
        response.limit_silence(SHORT)
        assert asked._timer is timer
        assert timer is None or timer.cancelled()
        assert await body_of(response) == b"ok"


@contextlib.contextmanager
def deaf() -> Iterator[URL]:
    """A port whose connections are never made: its queue is full."""
    with contextlib.ExitStack() as opened:
        listening = opened.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield URL(f"http://127.0.0.1:{listening.getsockname()[1]}/")


async def test_a_port_that_does_not_answer_is_no_connection_in_time() -> None:
    with deaf() as origin:
        before = open_files()
        client = Client(origin, {}, SHORT)
        async with asyncio.timeout(GUARD):
            with pytest.raises(ConnectTimeout):
                await client.post("/", b"{}", LIMIT)
        assert open_files() == before


# -- stopping ------------------------------------------------------------------------------------------------------


async def cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_stopped_while_connecting_leaves_no_socket() -> None:
    with deaf() as origin:
        before = open_files()
        client = Client(origin, {}, LIMIT)
        async with asyncio.timeout(GUARD):
            asked = asyncio.create_task(client.post("/", b"{}", LIMIT))
            await until(lambda: open_files() > before)
            await cancelled(asked)
            await until(lambda: open_files() == before)
        assert not client._open


@pytest.mark.parametrize("turns", range(12))
async def test_who_is_stopped_at_any_turn_of_the_loop_leaves_no_socket(turns: int) -> None:
    async with asking(says(OK)) as (client, server):
        await stopped_leaves_no_socket(client, server, turns)


async def test_who_is_stopped_while_waiting_for_the_head_hangs_up_at_once() -> None:
    async with asking(waits()) as (client, server):
        asked = asyncio.create_task(client.post("/", b"{}", LIMIT))
        await until(lambda: server.requests)
        await cancelled(asked)
        await server.hung_up.wait()
        assert not client._idle


async def test_who_is_stopped_while_reading_hangs_up_with_its_close() -> None:
    async with asking(waits(STREAM)) as (client, server):
        response = await client.post("/", b"{}", LIMIT)
        assert await response.read_any() == b"ok"
        reading = asyncio.create_task(response.read_any())
        await asyncio.sleep(0)
        await cancelled(reading)
        response.close()
        await server.hung_up.wait()
        assert not client._idle


async def test_who_was_stopped_while_reading_may_read_on() -> None:
    may_go_on = asyncio.Event()

    async def late(exchange: Exchange) -> None:
        await exchange.write(STREAM)
        await may_go_on.wait()
        await exchange.write(b"1\r\n!\r\n0\r\n\r\n")

    async with asking(late) as (client, _):
        response = await client.post("/", b"{}", LIMIT)
        assert await response.read_any() == b"ok"
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await response.read_any()
        may_go_on.set()
        assert await body_of(response) == b"!"
        assert len(client._idle) == 1


# -- nothing is left -----------------------------------------------------------------------------------------------


FAULTS = {
    "whole": (OK, closes, None),
    "streamed": (STREAM + b"0\r\n\r\n", closes, None),
    "until close": (UNTIL_CLOSE, closes, None),
    "lost": (b"", closes, ConnectionLost),
    "reset": (b"", resets, ConnectionLost),
    "cut": (PART, closes, CutShort),
    "no http": (b"<html>", closes, NotHttp),
    "later no http": (STREAM + b"x", closes, NotHttp),
    "unasked packing": (head("Content-Encoding: br", "Content-Length: 0"), closes, NotHttp),
}


@pytest.mark.parametrize(("written", "then", "failure"), FAULTS.values(), ids=FAULTS)
async def test_an_answer_leaves_nothing_to_the_collector(
    written: bytes, then: object, failure: type[TransportFailure] | None
) -> None:
    async with asking(says(written, then)) as (client, _):
        async with without_collector() as left:
            for _ in range(3):
                with nullcontext() if failure is None else pytest.raises(failure):
                    await answered(client)
                await until(lambda: not client._open)
        assert not left


async def test_a_silence_leaves_nothing_to_the_collector() -> None:
    async with asking(waits(STREAM)) as (client, _):
        async with without_collector() as left:
            with pytest.raises(Silence):
                await answered(client, SHORT)
            await until(lambda: not client._open)
        assert not left


@pytest.mark.parametrize("is_read", [True, False])
async def test_a_closed_connection_is_in_no_timer(is_read: bool) -> None:
    async with asking(says(OK) if is_read else waits(STREAM)) as (client, server):
        gc.disable()
        try:
            response = await client.post("/", b"{}", LIMIT)
            (asked,) = client._open
            kept = weakref.ref(asked)
            del asked
            if is_read:
                await body_of(response)
            response.close()
            client.close()
            del response
            await server.hung_up.wait()
            await until(lambda: not client._open)
            await asyncio.sleep(0)
            assert kept() is None
        finally:
            gc.enable()
