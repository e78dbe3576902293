"""A provider that bills all it is asked, and says by which number: each question carries one, and costs by it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from decimal import Decimal
from random import Random

from aiohttp import web

__all__ = [
    "INPUT_TOKENS",
    "INPUT_USD",
    "LEAST_QUESTION",
    "MODEL",
    "MOST_QUESTION",
    "OUTPUT_USD",
    "BillingUpstream",
    "cost_usd",
    "question",
]

# A model of the shipped catalogue; its prices are checked against the ledger's own entries in the end.
MODEL = "cmc-ai-v1-gpt-5.1"
INPUT_USD, OUTPUT_USD = Decimal("1.25") / 1_000_000, Decimal(10) / 1_000_000
INPUT_TOKENS = 1_000
# A question's number is its answer's length, so it is one that an answer of the model may have.
LEAST_QUESTION, MOST_QUESTION = 100, 100_000

_NUMBER = re.compile(r"question (\d{6})")
_PIECES = 4
_LONGEST_PAUSE_SECONDS = 0.03


def question(number: int) -> str:
    """Of one length whatever its number, so that holds differ by the number alone."""
    return f"question {number:06d}"


def cost_usd(number: int) -> Decimal:
    """What the provider bills for it."""
    return INPUT_TOKENS * INPUT_USD + number * OUTPUT_USD


class BillingUpstream:
    """Speaks the chat format of OpenAI. `billed` counts how often each number was asked: from the moment its request
    arrived, whoever may be there to hear the answer. While `gate` is there and not set, streams wait behind their first
    piece; `streaming` is how many are open."""

    def __init__(self, seed: int, gate: asyncio.Event | None = None) -> None:
        self.billed: Counter[int] = Counter()
        self.url = ""
        self.streaming = 0
        self._gate = gate
        self._random = Random(seed)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> BillingUpstream:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        found = _NUMBER.search(json.dumps(asked["messages"]))
        if found is None:
            return web.json_response({"error": {"message": "no number"}}, status=400)
        number = int(found[1])
        self.billed[number] += 1
        await asyncio.sleep(self._random.random() * _LONGEST_PAUSE_SECONDS)
        usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": number, "total_tokens": INPUT_TOKENS + number}
        if asked.get("stream"):
            return await self._stream(request, number, usage)
        message = {"role": "assistant", "content": f"answer {number}"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return web.json_response({**_opening(number, "chat.completion"), "choices": choices, "usage": usage})

    async def _stream(self, request: web.Request, number: int, usage: dict[str, int]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        opening = _opening(number, "chat.completion.chunk")
        choices = [{"index": 0, "delta": {"content": f"piece {n} "}, "finish_reason": None} for n in range(_PIECES)]
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        frames = [{**opening, "choices": [choice]} for choice in (*choices, last)]
        frames.append({**opening, "choices": [], "usage": usage})
        self.streaming += 1
        try:
            await response.prepare(request)
            for frame in frames:
                await response.write(f"data: {json.dumps(frame)}\n\n".encode())
                if self._gate is not None:
                    await self._gate.wait()
                await asyncio.sleep(self._random.random() * _LONGEST_PAUSE_SECONDS / _PIECES)
            await response.write(b"data: [DONE]\n\n")
        except ConnectionError:  # the server was killed meanwhile
            pass
        finally:
            self.streaming -= 1
        return response


def _opening(number: int, kind: str) -> dict[str, object]:
    return {"id": f"up-{number}", "object": kind, "created": 0, "model": "upstream-model"}
