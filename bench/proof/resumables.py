"""Answers that wait for a client's tool result: opened in numbers, and each resumed once, later, maybe elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import aiohttp

from bench.survival.clients import Place
from bench.survival.drive import KEY

__all__ = ["SCRIPTED", "Resumables"]

# Models whose answers come from a script in the server: `CRYPTODESK_SCRIPTED_MODELS`.
SCRIPTED = "scripted-"
_MODEL = "scripted-tool_call"
_TOOL = {"type": "function", "function": {"name": "get_balance", "description": "A balance."}}
_COMPLETED = "conversation is already completed"
_PAUSE_SECONDS = 0.01


class Resumables:
    """`waiting` are those that a client has and has not resumed: response id and call id."""

    def __init__(self, slots: Sequence[Place]) -> None:
        self.waiting: list[tuple[str, str]] = []
        self.resumed = 0
        self.faults: list[str] = []
        self._slots = slots
        self._turns = cycle(range(len(slots)))

    async def open_on(self, is_over: Callable[[], bool]) -> None:
        """One after the other. A server that dies under it has given nobody anything."""
        async with aiohttp.ClientSession() as session:
            while not is_over():
                port = self._slots[next(self._turns)].port
                try:
                    if port is not None:
                        await self._open(session, port)
                except (TimeoutError, aiohttp.ClientError, OSError):
                    pass
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _open(self, session: aiohttp.ClientSession, port: int) -> None:
        messages = [{"role": "user", "content": "{}"}]
        status, body = await _post(session, port, {"messages": messages, "tools": [_TOOL]})
        if status == 200:
            self.waiting.append((body["id"], body["choices"][0]["message"]["tool_calls"][0]["id"]))
        elif status != 503:
            self.faults.append(f"a turn could not be opened: {status} {str(body)[:200]}")

    async def resume_all(self, port: int) -> None:
        """Each once, and then once more: it must go on the first time and be over the second."""
        waiting, self.waiting = self.waiting, []
        async with aiohttp.ClientSession() as session:
            for response_id, call_id in waiting:
                await self._resume(session, port, response_id, call_id)

    async def _resume(self, session: aiohttp.ClientSession, port: int, response_id: str, call_id: str) -> None:
        result = {"role": "tool", "tool_call_id": call_id, "content": "42"}
        body = {"messages": [result], "previous_response_id": response_id}
        status, answer = await _post(session, port, body)
        if status != 200:
            self.faults.append(f"lost: the response {response_id} cannot be resumed: {status} {str(answer)[:200]}")
            return
        self.resumed += 1
        status, answer = await _post(session, port, body)
        if status != 400 or answer["error"]["message"] != _COMPLETED:
            self.faults.append(f"the response {response_id} was resumed twice: {status} {str(answer)[:200]}")


async def _post(session: aiohttp.ClientSession, port: int, body: dict[str, Any]) -> tuple[int, Any]:
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    async with session.post(url, json={"model": _MODEL, **body}, headers={"X-CMC_PRO_API_KEY": KEY}) as response:
        return response.status, await response.json()
