"""A client of the OpenAI routes, a reader that knows two assets, runs with tools and research."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import structs

from cryptodesk.core.events import RunEvent, RunFinished, RunStarted, TextDelta, ToolCallFinished, ToolCallStarted
from cryptodesk.core.messages import Citation, ToolCallPart
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.core.verification import CellReference, CheckedFigure, Counts, Verification
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import NamedAsset, ReadAsset, Topic
from tests.dialects.openai.oracle import check_chunk, check_completion
from tests.dialects.support import KEY, MODEL, Answer, FakeEngine, chat, make_ports, no_lifespan
from tests.dialects.support import Client as _Client

CHAT = "/openai/v1/chat/completions"
RESPONSES = "/openai/v1/responses"
MODELS = "/openai/v1/models"
KEYED = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}

STARTED = RunStarted("0199c3d2", 1790266243, "gpt-5.1-2025-11-13", "default")
CALL = ToolCallPart("call_1", "cmc_market_data", '{"ids":[1]}')
OUTPUT = (
    '{"market_data_result":{"price":78264.1},"as_of":"2026-09-10T00:00:00Z","source":["binance_usdm"],'
    '"provenance":[{"fields":["price"],"source":"binance_usdm","mode":"snapshot"}],"notes":["in USDT"],'
    '"unavailable":[{"field":"rank","reason":"unknown"}]}'
)
PAGE = Citation("Example", "Halving", "https://www.example.org/halving", "2026-09-01")
TRACE = ToolTrace(
    "call_1", "cmc_market_data", '{"ids":[1]}', "completed", OUTPUT, OUTPUT, citations=(PAGE,), duration_ms=7.21
)
FAILED = ToolTrace("call_2", "cmc_sentiment", "{}", "failed", "no", error_message="no source answered")
CELL = CellReference("call_1", "cmc_market_data", "/market_data_result/price", "Bitcoin", "price", 78264.1, "USD")
TEXT = "Bitcoin costs $78,264.10."
VERIFICATION = Verification(
    "verified", Counts(bound=1), (CheckedFigure("$78,264.10", 14, 24, "bound", cells=(CELL,)),), "mark"
)
RECEIPT = RunReceipt("0199c3d2", Decimal("0.00213375"), Decimal("0.5"), ("gpt-5.1@2026-01-01",), is_estimated=False)
END = RunFinished(
    "stop", Usage(110, 20, 64, 8), Cost(Decimal("0.00213375")), verification=VERIFICATION, receipt=RECEIPT
)
TOOL_RUN: list[list[RunEvent]] = [
    [STARTED],
    [ToolCallStarted(CALL)],
    [ToolCallFinished(TRACE), ToolCallFinished(FAILED)],
    [TextDelta("Bitcoin costs "), TextDelta("$78,264.10.")],
    [END],
]

BITCOIN = NamedAsset(1, "Bitcoin", "BTC")
_KNOWN = {"Bitcoin": BITCOIN, "Ethereum": NamedAsset(1027, "Ethereum", "ETH")}
_RIVAL = NamedAsset(1000006092, "HarryPotterObamaSonic10Inu", "BITCOIN")


class FakeReader:
    """Knows Bitcoin and Ethereum by name, and what "volatile" asks for."""

    def __init__(self) -> None:
        self.read: list[tuple[str, datetime | None]] = []

    def assets(self, text: str, as_of: datetime | None = None) -> Sequence[ReadAsset]:
        self.read.append((text, as_of))
        found = [(text.find(name), asset) for name, asset in _KNOWN.items() if name in text]
        return [
            ReadAsset(
                *(at, at + len(asset.name), asset.name, asset.asset_id, asset.name, asset.symbol, 0.9),
                rivals=(_RIVAL,) if asset is BITCOIN else (),
            )
            for at, asset in sorted(found, key=lambda one: one[0])
        ]

    def topics(self, text: str, earlier: Sequence[str] = ()) -> Sequence[Topic]:
        if "volatile" in text:
            return [Topic("volatility", (), "August 2026" if "August" in text else None)]
        return [Topic("quote", ("price",))] if "price" in text else [Topic("greeting")]

    def follow_ups(self, text: str, earlier: Sequence[str], most: int) -> Sequence[str]:
        return [f"Why {text}?", *(f"And {one}?" for one in earlier)][:most]


class Client(_Client):
    """With a reader, and the given engine also as the research graph."""

    def __init__(self, engine: Any = None, *, more: dict[str, Any] | None = None, **ports: Any) -> None:
        super().__init__(FakeEngine(), **ports)
        self.engine = engine if engine is not None else FakeEngine()
        self.research = FakeEngine()
        self.reader = FakeReader()
        made = make_ports(self.engine, **ports)
        self.ports = structs.replace(made, **{"reader": self.reader, "research": self.research, **(more or {})})
        self.app = build_asgi(self.ports, no_lifespan)

    async def ask(self, body: Any = None, headers: dict[str, str] | None = None, path: str = CHAT) -> Answer:
        """A request with a good key. `body` is an object to encode, or bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(chat() if body is None else body).encode()
        return await self.call("POST", path, raw, KEYED if headers is None else headers)

    async def whole(self, **fields: Any) -> Any:
        """The body of a buffered answer, held against OpenAI's types."""
        answer = await self.ask(chat(**fields))
        assert answer.status == 200, answer.body
        check_completion(answer.json)
        return answer.json

    async def streamed(self, **fields: Any) -> list[Any]:
        """The frames of a streamed answer, held against OpenAI's types."""
        answer = await self.ask(chat(stream=True, **fields))
        assert answer.status == 200, answer.body
        found = frames(answer)
        for frame in found:
            check_chunk(frame)
        return found

    async def refused(self, **fields: Any) -> tuple[int, Any]:
        answer = await self.ask(chat(**fields))
        assert set(answer.json) == {"error"}
        assert set(answer.error) == {"message", "type", "param", "code"}
        return answer.status, answer.error

    @property
    def asked(self) -> RunRequest:
        request: RunRequest = self.engine.requests[-1]
        return request


def frames(answer: Answer) -> list[Any]:
    """The JSON of each frame; the terminator is checked."""
    text = answer.body.decode()
    assert "\r" not in text
    *found, done, rest = text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [json.loads(frame.removeprefix("data: ")) for frame in found if not frame.startswith(":")]


def text_of(chunks: Sequence[Any]) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])


def joined_extra(chunks: Sequence[Any]) -> dict[str, Any]:
    """The object of a whole stream: members of all frames, lists of progress one after the other."""
    joined: dict[str, Any] = {}
    for chunk in chunks:
        for name, value in chunk.get("cryptodesk", {}).items():
            if name == "progress":
                joined.setdefault(name, []).extend(value)
            else:
                assert name not in joined, "each member is sent once"
                joined[name] = value
    return joined


def tool(name: str = "get_balance", **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **function}}


__all__ = [
    "BITCOIN",
    "CHAT",
    "END",
    "KEY",
    "KEYED",
    "MODEL",
    "MODELS",
    "RESPONSES",
    "STARTED",
    "TEXT",
    "TOOL_RUN",
    "TRACE",
    "Client",
    "FakeReader",
    "frames",
    "joined_extra",
    "text_of",
    "tool",
]
