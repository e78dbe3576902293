"""What the analyst's tests share: a small world of assets, canned tool results, and a way to ask."""

# ruff: noqa: E501 - cases and canned results read better with one a line

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from msgspec import Struct

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst import Analyst
from cryptodesk.models.analyst.ports import AssetId

TODAY = date(2026, 11, 21)
CLOCK = FixedClock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


class Known(Struct, frozen=True):
    asset_id: int
    symbol: str
    name: str
    summary: str = ""
    launched: str | None = None
    max_supply: str | None = None


class Found(Struct, frozen=True):
    start: int
    end: int
    text: str
    asset_id: AssetId
    symbol: str
    name: str
    confidence: float
    rivals: tuple[AssetId, ...] = ()
    warning: str | None = None
    is_contested: bool = False


ASSETS = (
    Known(1, "BTC", "Bitcoin", "The first cryptocurrency, on proof of work.", "2009-01-03", "21000000"),
    Known(1027, "ETH", "Ethereum", "A smart-contract blockchain.", "2015-07-30"),
    Known(5426, "SOL", "Solana", "A fast smart-contract blockchain.", "2020-03"),
    Known(52, "XRP", "XRP"),
    Known(74, "DOGE", "Dogecoin"),
    Known(1839, "BNB", "BNB"),
    Known(2010, "ADA", "Cardano"),
    Known(6535, "NEAR", "NEAR Protocol"),
    Known(7083, "UNI", "Uniswap"),
    Known(20947, "SUI", "Sui"),
    Known(1975, "LINK", "Chainlink"),
    Known(32196, "HYPE", "Hyperliquid"),
    Known(901, "MIX", "Mixcoin"),
    Known(902, "MIX", "Mixmarvel"),
)
_BY_ID = {asset.asset_id: asset for asset in ASSETS}


class World:
    """Finds assets by whole words; "mix" has two meanings, "bitcorn" is a doubtful spelling of Bitcoin."""

    def find(self, text: str) -> Sequence[Found]:
        found: dict[int, Found] = {}
        for asset in ASSETS:
            for word in {asset.symbol, asset.name, f"id {asset.asset_id}"}:
                for match in re.finditer(rf"(?<![\w]){re.escape(word)}(?![\w])", text, re.IGNORECASE):
                    if asset.symbol in {"LINK", "NEAR", "HYPE"} and match.group().islower():
                        continue
                    mention = Found(
                        match.start(), match.end(), match.group(), asset.asset_id, asset.symbol, asset.name, 0.95
                    )
                    if asset.symbol == "MIX" and match.group().upper() == "MIX":
                        mention = Found(
                            match.start(),
                            match.end(),
                            match.group(),
                            901,
                            "MIX",
                            "Mixcoin",
                            0.66,
                            (902,),
                            is_contested=True,
                        )
                    found.setdefault(match.start(), mention)
        for match in re.finditer(r"\bbitcorn\b", text, re.IGNORECASE):
            found[match.start()] = Found(match.start(), match.end(), match.group(), 1, "BTC", "Bitcoin", 0.55)
        return [found[start] for start in sorted(found)]

    def facts(self, asset_id: AssetId) -> Known | None:
        return _BY_ID.get(asset_id) if isinstance(asset_id, int) else None


WORLD = World()
ANALYST = Analyst("analyst", WORLD, CLOCK)

LOOKUP = ToolSpec(
    "cmc_id_lookup",
    "Find ids",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {"query": {"type": "string", "minLength": 1, "maxLength": 200}},
    },
    built_in=True,
    is_resolver=True,
)
MARKET = ToolSpec(
    "cmc_market_data",
    "Market data",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["asset_type", "ids"],
        "properties": {
            "asset_type": {"type": "string", "enum": ["coin", "onchain_token", "exchange", "category", "nft"]},
            "ids": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": ["integer", "string"]}},
            "metrics": {
                "type": "array",
                "uniqueItems": True,
                "items": {
                    "type": "string",
                    "enum": [
                        "price", "market_cap", "volume", "returns", "supply", "liquidity", "market_pairs", "derivatives",
                        "price_stats", "holders", "history",
                    ],
                },
            },
            "convert": {"type": "string", "pattern": "^[A-Z0-9]{2,10}$"},
            "history": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "interval": {"type": "string", "enum": ["5m", "15m", "1h", "4h", "1d", "1w"]},
                    "time_start": {"type": "string"},
                    "time_end": {"type": "string"},
                    "count": {"type": "integer", "minimum": 1, "maximum": 365},
                    "series": {"type": "string", "enum": ["close", "ohlcv", "market_cap", "volume"]},
                },
            },
        },
    },
    built_in=True,
)  # fmt: skip
MATH = ToolSpec(
    "cmc_math_eval",
    "Arithmetic",
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["expression"],
        "properties": {"expression": {"type": "string", "minLength": 1, "maxLength": 500}},
    },
    built_in=True,
)
TOOLS = (LOOKUP, MARKET, MATH)


class Answer(Struct, frozen=True):
    text: str
    calls: tuple[ToolCallPart, ...]
    events: tuple[ModelEvent, ...]

    @property
    def finished(self) -> ModelFinished:
        last = self.events[-1]
        assert isinstance(last, ModelFinished)
        return last

    @property
    def arguments(self) -> list[dict[str, Any]]:
        return [json.loads(call.arguments) for call in self.calls]


async def ask(
    *messages: Message | str, tools: Sequence[ToolSpec] = (), analyst: Analyst = ANALYST, **options: Any
) -> Answer:
    """Strings are questions of the user."""
    conversation = tuple(text_message("user", item) if isinstance(item, str) else item for item in messages)
    request = ModelRequest("any", conversation, tuple(tools), **options)
    events = [event async for batch in analyst.stream(request) for event in batch]
    assert isinstance(events[0], ModelStarted)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    calls = tuple(
        ToolCallPart(event.call_id or "", event.name or "", event.arguments)
        for event in events
        if isinstance(event, ToolCallDelta)
    )
    return Answer(text, calls, tuple(events))


def called(
    name: str, arguments: dict[str, Any], result: Any, *, call_id: str = "c1", is_error: bool = False
) -> list[Message]:
    """One call and its result, as the engine keeps them."""
    content = result if isinstance(result, str) else json.dumps(result)
    call = ToolCallPart(call_id, name, json.dumps(arguments))
    return [
        Message("assistant", (call,)),
        Message("tool", (ToolResultPart(call_id, content, name, is_error),)),
    ]


def quote(symbol: str, **fields: Any) -> dict[str, Any]:
    asset = next(asset for asset in ASSETS if asset.symbol == symbol)
    return {
        "asset_id": asset.asset_id,
        "name": asset.name,
        "symbol": symbol,
        "slug": asset.name.lower(),
        **fields,
        "last_updated": "2026-09-10T00:00:00Z",
    }


def bars(*rows: tuple[str, float, float, float, float, float], interval: str = "1d") -> dict[str, Any]:
    return {
        "interval": interval,
        "headers": ["time", "open", "high", "low", "close", "volume"],
        "rows": [list(row) for row in rows],
    }


def market(*results: dict[str, Any], **top: Any) -> dict[str, Any]:
    """A result of the market tool: a snapshot of 2026-09-10, 73 days old."""
    fields = sorted({name for row in results for name in row} - {"asset_id", "name", "symbol", "slug", "last_updated"})
    return {
        "market_data_result": {"quote_currency": "USD", "results": list(results)},
        "as_of": "2026-09-10T00:00:00Z",
        "age_days": 72.5,
        "source": ["binance_usdm"],
        "notes": [],
        "provenance": [
            {"fields": fields, "source": "binance_usdm", "mode": "snapshot", "as_of": "2026-09-10T00:00:00Z"}
        ],
        "unavailable": [],
        **top,
    }


def lookup(*symbols: str, **extra: Any) -> dict[str, Any]:
    rows = [
        {**quote(symbol), "rank": index, "market_cap": None, "match": "exact_name", "confidence": 0.97,
         "query": next(asset.name for asset in ASSETS if asset.symbol == symbol)}
        for index, symbol in enumerate(symbols, 1)
    ]  # fmt: skip
    return {"as_of": "2026-11-21T00:00:00Z", "source": [], "unavailable": [], "coin_id_look_up_result": rows, **extra}


async def answer_from(question: str, *results: dict[str, Any], **options: Any) -> str:
    """The text written when the market tool has returned `results` for the question, one call each."""
    messages: list[Message] = []
    for index, result in enumerate(results):
        ids = [row["asset_id"] for row in result["market_data_result"]["results"]]
        messages += called("cmc_market_data", {"asset_type": "coin", "ids": ids}, result, call_id=f"c{index}")
    answer = await ask(question, *messages, **options)
    assert not answer.calls
    return answer.text
