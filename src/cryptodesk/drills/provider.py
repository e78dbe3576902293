"""The provider of a drill: one server that speaks every wire, plays the fault of the case that asks, and keeps its own
bill of what it wrote and what it reported."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cryptodesk.drills.answers import Counted, Frame, Said
from cryptodesk.drills.loopback import Exchange
from cryptodesk.drills.script import Role, role_of, said_for
from cryptodesk.drills.wires import WIRES, Wire

__all__ = ["Bill", "FaultyProvider", "Play", "Playing", "marked"]

_MARK = re.compile(rb"\(drill-(\d{4})\)")


class Bill:
    """One call as the provider counts it. `is_reported` says that the client was told all of it, `was_left` that the
    client closed the connection first."""

    __slots__ = ("counted", "is_reported", "is_struck", "model", "was_left", "was_refused")

    def __init__(self, model: str) -> None:
        self.model = model
        self.counted = Counted()
        self.is_struck = self.is_reported = self.was_left = self.was_refused = False


class Playing:
    """One request being answered: what a play writes with."""

    def __init__(self, exchange: Exchange, wire: Wire, bill: Bill, said: Said, *, is_streamed: bool) -> None:
        self.exchange = exchange
        self.wire = wire
        self.bill = bill
        self.said = said
        self.is_streamed = is_streamed
        self.waits = asyncio.Event()
        self.number = 0

    def frames(self, said: Said | None = None, *, has_usage: bool = True) -> list[Frame]:
        """The answer in the pieces in which it goes out: a stream's events, or two halves of a body."""
        said = said or self.said
        if self.is_streamed:
            return self.wire.frames(said, self.bill.model, has_usage=has_usage)
        body = self.wire.body(said, self.bill.model, has_usage=has_usage)
        middle = len(body) // 2
        last = Frame(body[middle:], ends=True, reports=has_usage, written_tokens=said.counted.written_tokens)
        return [Frame(body[:middle]), last]

    async def begin(self, more: str = "") -> None:
        kind = "text/event-stream" if self.is_streamed else "application/json"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n{more}\r\n"
        await self.exchange.write(head.encode())
        self.bill.counted += Counted(self.said.counted.input_tokens, self.said.counted.cached_tokens)

    async def send(self, frame: Frame) -> None:
        self.bill.counted += Counted(output_tokens=frame.written_tokens)
        await self.exchange.chunk(frame.data)
        self.bill.is_reported |= frame.reports

    async def say(self, frames: Sequence[Frame]) -> None:
        """A whole answer, well."""
        await self.begin()
        for frame in frames:
            await self.send(frame)
        await self.end()

    async def end(self) -> None:
        await self.exchange.write(b"0\r\n\r\n")

    async def refuse(self, status: int, more: str = "") -> None:
        self.bill.was_refused = True
        await self.exchange.answer(status, self.wire.error(status, "Not now"), extra=more)

    async def wait_for_hang_up(self) -> None:
        self.waits.set()
        with contextlib.suppress(ConnectionError):
            await self.exchange.hung_up()
        self.bill.was_left = True

    def break_off(self) -> None:
        """Raises: ConnectionAbortedError, at which the connection is closed."""
        raise ConnectionAbortedError


Play = Callable[[Playing], Awaitable[None]]


class _Run:
    """What the provider knows of a case."""

    __slots__ = ("bills", "is_research", "play", "strikes", "struck", "times", "waits")

    def __init__(self, play: Play, strikes: Role, *, is_research: bool) -> None:
        self.play = play
        self.strikes = strikes
        self.is_research = is_research
        self.bills: list[Bill] = []
        self.times: dict[str, int] = {}
        self.waits = asyncio.Event()


class FaultyProvider:
    """`reply` is for an `Upstream`. A request belongs to the case whose mark stands in it."""

    def __init__(self) -> None:
        self._runs: dict[int, _Run] = {}

    def expect(self, number: int, play: Play, strikes: Role, *, is_research: bool) -> asyncio.Event:
        """The event that is set when the provider waits for the client to leave."""
        run = self._runs[number] = _Run(play, strikes, is_research=is_research)
        return run.waits

    def bills(self, number: int) -> list[Bill]:
        return self._runs[number].bills

    async def reply(self, exchange: Exchange) -> None:
        asked: dict[str, Any] = exchange.json
        wire = next(wire for wire in WIRES.values() if wire.serves(exchange.path))
        run = self._runs[_number(exchange.body)]
        bill = Bill(wire.model_of(exchange.path, asked))
        run.bills.append(bill)
        role: Role = role_of(exchange.body, asked, is_research=run.is_research)
        number = run.times[role] = run.times.get(role, -1) + 1
        bill.is_struck = run.strikes == role or (run.strikes == "gather" and not run.is_research)
        said = said_for(role, exchange.body, number)
        playing = Playing(exchange, wire, bill, said, is_streamed=wire.is_streamed(exchange.path, asked))
        playing.number, playing.waits = number, run.waits
        try:
            await (run.play(playing) if bill.is_struck else playing.say(playing.frames()))
        except ConnectionAbortedError:
            raise
        except ConnectionError:
            bill.was_left = True
            raise


def marked(question: str, number: int) -> str:
    """The question with the mark by which the provider knows the case. It is always equally long."""
    return f"{question} (drill-{number:04d})"


def _number(body: bytes) -> int:
    found = _MARK.search(body)
    if found is None:
        raise ValueError("a request without the mark of a drill")
    return int(found[1])
