"""A researched run, ports with a research engine, and a client of the Messari routes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import structs

from cryptodesk.core.events import Progress, RunEvent, RunFinished, RunStarted, TextDelta
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import (
    Chart,
    ChartColumn,
    ChartEntity,
    ChartLink,
    ChartSeries,
    CitedSource,
    ResearchOutcome,
    ResearchStep,
)
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.dialects._http import build_asgi
from tests.dialects.support import KEY, Answer, FakeEngine, make_ports, no_lifespan
from tests.dialects.support import Client as _Client

V1 = "/ai/v1/chat/completions"
V2 = "/ai/v2/chat/completions"
OPENAI = "/ai/openai/chat/completions"
VERCEL = "/ai/vercel/chat/completions"
CHATS = (V1, V2, OPENAI, VERCEL)
RESEARCH_MODEL = "desk-research"
KEYED = {"content-type": "application/json", "x-messari-api-key": KEY}

RUN_ID = "0199c3d2a1b00123456789abcdef0123"
RUN_UUID = "0199c3d2-a1b0-0123-4567-89abcdef0123"

BITCOIN = ChartEntity("asset", "1", "Bitcoin", "bitcoin", "BTC")
_TIME = ChartColumn(slug="time", name="Time", description="Start of the day", format="string", is_timestamp=True)
_CLOSE = ChartColumn(
    slug="close",
    name="Close",
    description="Last price",
    format="currency",
    subcategory="price",
    time_bucket_aggregate="last",
    group_aggregate="mean",
    attribution=(ChartLink("Binance", "https://www.binance.com"),),
)
CHART = Chart(
    chart_id=7,
    kind="line",
    title="Bitcoin",
    dataset="price",
    metric="close",
    granularity="1d",
    start=datetime(2026, 9, 1, tzinfo=UTC),
    end=datetime(2026, 9, 3, tzinfo=UTC),
    columns=(_TIME, _CLOSE),
    series=(
        ChartSeries("1", BITCOIN, ((1788220800, 60000.5), (1788307200, 61000), (1788393600, None))),
        ChartSeries("1b", BITCOIN, ((1788220800, 1.0), (1788307200, 2.0), (1788393600, 3.0))),
    ),
    citation_id=3,
)
SOURCES = (
    CitedSource(1, "document:a", "document", "bitcoin.org", "Bitcoin “white” paper", "https://bitcoin.org/b.pdf"),
    CitedSource(2, "document:b", "document", "example.org", "Halving", "https://example.org/h", "2026-09-01"),
    CitedSource(3, "series:btc", "series", "binance.com", "Binance daily candles"),
)
STEPS = (
    ResearchStep("plan", "rules", "completed", "price of Bitcoin", 1.5),
    ResearchStep("write", "model", "failed", "the model fell silent"),
)
OUTCOME = ResearchOutcome(
    "success", SOURCES, (CHART,), ("What is a halving?", "Who holds most?", "Why now?"), (), STEPS
)
STARTED = RunStarted(RUN_ID, 1790266243, "gpt-5.1-2025-11-13", "default")
END = RunFinished("stop", Usage(11, 212, 0, 8), Cost(Decimal("0.002")), research=OUTCOME)
TEXTS = ("Bitcoin is “money” [1].\n", "It halves [2][1]; it cost $60,000.50 [3].")
TEXT = "".join(TEXTS)
RUN: list[list[RunEvent]] = [
    [STARTED],
    [Progress(structs.replace(STEPS[0], status="started")), Progress(STEPS[0])],
    [TextDelta(TEXTS[0])],
    [TextDelta(TEXTS[1]), END],
]


def ended(**fields: Any) -> RunFinished:
    """The end of a run with `fields` of its outcome changed."""
    return structs.replace(END, research=structs.replace(OUTCOME, **fields))


def run_of(end: RunFinished, *texts: str) -> list[list[RunEvent]]:
    return [[STARTED], [TextDelta(text) for text in texts or TEXTS], [end]]


def question(**fields: Any) -> dict[str, Any]:
    """The smallest body with `fields` on top."""
    return {"messages": [{"role": "user", "content": "What is Bitcoin?"}], **fields}


class WaitingEngine(FakeEngine):
    """Goes on after its first batch only when it is told to."""

    def __init__(self, batches: Any) -> None:
        super().__init__(batches)
        self.go_on = asyncio.Event()

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        first = True
        async for batch in super().run(request):
            yield batch
            if first:
                await self.go_on.wait()
            first = False


class Client(_Client):
    """Like the edge's client, with the given engine as the research graph."""

    def __init__(self, engine: Any = None, *, research: bool = True, **ports: Any) -> None:
        super().__init__(FakeEngine(), **ports)
        self.engine = engine if engine is not None else FakeEngine(RUN)
        plain = make_ports(FakeEngine(), **ports)
        if research:
            plain = structs.replace(plain, research=self.engine, research_model=RESEARCH_MODEL)
        self.ports = plain
        self.app = build_asgi(plain, no_lifespan)

    async def ask(
        self, path: str = OPENAI, body: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        """A request with a good key; `more` are further headers. `body` is an object to encode, or bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(question() if body is None else body).encode()
        return await self.call("POST", path, raw, {**(KEYED if headers is None else headers), **more})

    @property
    def asked(self) -> RunRequest:
        request: RunRequest = self.engine.requests[-1]
        return request


def events(answer: Answer) -> list[Any]:
    """The JSON of each event of an SSE stream; its form and terminator are checked."""
    text = answer.body.decode()
    assert "\r" not in text
    *frames, done, rest = text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames if not frame.startswith(":")]


def lines(answer: Answer) -> list[tuple[str, Any]]:
    """Code and JSON of each line of a data stream."""
    *found, rest = answer.body.decode().split("\n")
    assert rest == ""
    return [(line[:1], json.loads(line[2:])) for line in found]
