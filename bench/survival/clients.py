"""Clients that ask one question after the other, half of them as streams, and note what was answered to its end."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any, Protocol

import aiohttp
from msgspec import Struct

from bench.survival.upstream import LEAST_QUESTION, MODEL, MOST_QUESTION, question

__all__ = ["Acknowledged", "Clients", "Place"]

_PATH = "/v1/chat/completions"
_PAUSE_SECONDS = 0.005


class Acknowledged(Struct, frozen=True):
    """An answer that a client has whole: the question's number, the run, and what the answer said it cost."""

    number: int
    run_id: str
    cost_usd: Decimal


class Place(Protocol):
    """Where a server may be; `port` is None while there is none."""

    @property
    def port(self) -> int | None: ...


class Clients:
    """`may_refuse` are statuses that a server may answer with while something is wrong with it, in the dialect's
    envelope; an error frame in mid-answer is then as good."""

    def __init__(
        self,
        slots: Sequence[Place],
        key: str,
        seed: int,
        *,
        may_refuse: frozenset[int] = frozenset(),
        pause_seconds: float = 0.0,
        stream_share: float = 0.5,
    ) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.broken = 0  # answers that ended early, or never began
        self.refused: list[str] = []  # what should not happen: an answer that is no answer
        self.turned_away: Counter[int] = Counter()  # by status, and may be
        self.cut = 0  # streams that ended with an error frame, and may
        self._slots = slots
        self._headers = {"X-CMC_PRO_API_KEY": key}
        self._random = Random(seed)
        self._numbers = count(LEAST_QUESTION)
        self._may_refuse = may_refuse
        self.pause_seconds = pause_seconds  # of each client, between two questions
        self._stream_share = stream_share

    async def run(self, at_once: int, is_over: Callable[[], bool]) -> None:
        """Until it is over, or there are no numbers left."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, headers=self._headers) as session:
            await asyncio.gather(*(self._ask_on(session, is_over) for _ in range(at_once)))

    async def _ask_on(self, session: aiohttp.ClientSession, is_over: Callable[[], bool]) -> None:
        while not is_over():
            up = [slot.port for slot in self._slots if slot.port is not None]
            number = next(self._numbers) if up else 0
            if number > MOST_QUESTION:
                return
            if not up:
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            try:
                await self._ask(session, self._random.choice(up), number)
            except (TimeoutError, aiohttp.ClientError, OSError):
                self.broken += 1
                await asyncio.sleep(_PAUSE_SECONDS)
            if self.pause_seconds:
                await asyncio.sleep(self.pause_seconds)

    async def _ask(self, session: aiohttp.ClientSession, port: int, number: int) -> None:
        is_stream = self._random.random() < self._stream_share
        messages = [{"role": "user", "content": question(number)}]
        body = {"model": MODEL, "messages": messages, "max_completion_tokens": number, "stream": is_stream}
        async with session.post(f"http://127.0.0.1:{port}{_PATH}", json=body) as response:
            answer = await response.read()
            if response.status != 200:
                self._note_refusal(response.status, answer)
            elif is_stream and b"data:[DONE]" not in answer:
                self.broken += 1
            elif b'"total_cost"' not in answer:
                self._note_cut(answer)
            else:
                self.acknowledged.append(_read(number, _last(answer) if is_stream else json.loads(answer)))

    def _note_refusal(self, status: int, answer: bytes) -> None:
        if status in self._may_refuse and _is_envelope(answer):
            self.turned_away[status] += 1
        else:
            self.refused.append(f"{status}: {answer[:200]!r}")

    def _note_cut(self, answer: bytes) -> None:
        if self._may_refuse and b'data:{"error":{"message":"' in answer:
            self.cut += 1
        else:
            self.refused.append(f"200 and no answer: {answer[-200:]!r}")


def _is_envelope(answer: bytes) -> bool:
    try:
        body = json.loads(answer)
        error = body["status"]["error_message"] if "status" in body else body["error"]["message"]
    except (ValueError, LookupError, TypeError):
        return False
    return isinstance(error, str) and bool(error)


def _last(stream: bytes) -> dict[str, Any]:
    """The frame of a stream that tells the cost."""
    frames = (line[5:] for line in stream.split(b"\n") if line.startswith(b"data:") and b'"total_cost"' in line)
    found: dict[str, Any] = json.loads(list(frames)[-1])
    return found


def _read(number: int, body: dict[str, Any]) -> Acknowledged:
    run_id = body["id"].removeprefix("chatcmpl-")
    return Acknowledged(number, run_id, Decimal(repr(body["cmc"]["cost"]["total_cost"])))
