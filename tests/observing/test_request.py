"""What is seen of a request from outside."""

from __future__ import annotations

from typing import Any

import pytest

from cryptodesk.core.waiting import WAITING
from cryptodesk.observing.request import OVERHEAD_ASKED, REQUEST, RequestCounter
from cryptodesk.observing.tally import Tally
from tests.observing.support import numbers


def body(text: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": more}


class Edge:
    """An endpoint that says `messages`, and what was seen after each of them."""

    def __init__(self, *messages: dict[str, Any], fails: bool = False) -> None:
        self.tally = Tally()
        self.counter = RequestCounter(self.tally)
        self.messages = ({"type": "http.response.start", "status": 200}, *messages)
        self.fails = fails
        self.headers: list[tuple[bytes, bytes]] = []
        self.seen: list[tuple[int, int, bool]] = []
        self.sent: list[Any] = []

    async def endpoint(self, scope: Any, receive: Any, send: Any) -> None:
        request = REQUEST.get()
        assert request is not None
        for message in self.messages:
            await send(message)
            self.seen.append((self.counter.requests, self.counter.streams, request.first_byte_seconds is not None))
        if self.fails:
            raise ConnectionError

    async def run(self) -> None:
        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.counter.watch(self.endpoint)({"headers": self.headers}, None, send)  # type: ignore[arg-type]


async def test_a_stream_is_open_from_its_first_byte_to_its_end() -> None:
    edge = Edge(body(b"", more=True), body(b"a", more=True), body(b"b", more=True), body(b"", more=False))
    await edge.run()
    assert edge.seen == [(1, 0, False), (1, 0, False), (1, 1, True), (1, 1, True), (1, 1, True)]
    assert (edge.counter.requests, edge.counter.streams, REQUEST.get()) == (0, 0, None)
    assert edge.sent == list(edge.messages)
    assert numbers(edge.tally) == {("http_responses_total", "200"): [1]}


async def test_a_buffered_answer_is_no_stream() -> None:
    edge = Edge(body(b"whole", more=False))
    await edge.run()
    assert edge.seen[-1] == (1, 0, False)


async def test_a_stream_that_breaks_off_is_closed_too() -> None:
    edge = Edge(body(b"a", more=True), fails=True)
    with pytest.raises(ConnectionError):
        await edge.run()
    assert (edge.counter.requests, edge.counter.streams, REQUEST.get()) == (0, 0, None)


class Asked(Edge):
    """An edge at a clock of its own: 2 ms pass before an upstream is waited for, 30 ms with it, 5 ms after it."""

    def __init__(self, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(body(b"whole", more=False))
        self.now = 100.0
        self.counter = RequestCounter(self.tally, lambda: self.now)
        self.headers = [(b"host", b"x"), *headers]

    async def endpoint(self, scope: Any, receive: Any, send: Any) -> None:
        waiting = WAITING.get()
        self.now += 0.002
        if waiting is not None:
            waiting.begin()
        self.now += 0.030
        if waiting is not None:
            waiting.end()
        self.now += 0.005
        await super().endpoint(scope, receive, send)


async def test_who_asks_is_told_what_the_desk_took_itself_and_what_it_waited_for() -> None:
    edge = Asked(OVERHEAD_ASKED)
    await edge.run()
    assert edge.sent[0]["headers"] == [(b"cryptodesk-overhead-ms", b"7.000"), (b"cryptodesk-upstream-ms", b"30.000")]
    assert "headers" not in edge.messages[0], "whoever is inside keeps its own message"
    assert WAITING.get() is None


@pytest.mark.parametrize("headers", [[], [(b"cryptodesk-overhead", b"0")], [(b"cryptodesk-overhead", b"")]])
async def test_who_does_not_ask_gets_the_answer_as_it_is(headers: list[tuple[bytes, bytes]]) -> None:
    edge = Asked(*headers)
    await edge.run()
    assert edge.sent[0] is edge.messages[0]
