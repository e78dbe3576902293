"""What tests of exchanges share: a few assets with their traps, and a source asked and answered without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cryptodesk.core.errors import UpstreamError
from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourceClient
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset, Candle, CandleSeries
from cryptodesk.market.sources._source import Route, Source, SourceContext
from tests.market.sources.bad_days import BadDay, SourceServer, client_for

__all__ = [
    "AAVE",
    "ASSETS",
    "BTC",
    "CONTEXT",
    "COPIED",
    "DOGE",
    "ETH",
    "IMPOSTOR",
    "LINK",
    "LUNA",
    "NOW",
    "PEPE",
    "USDT",
    "answer",
    "ask",
    "at",
    "body",
    "candles",
    "live_through",
    "payload",
    "read",
    "refusal",
    "route",
]

# A Wednesday, between two bars of every length.
NOW = datetime(2026, 9, 9, 12, 2, 30, tzinfo=UTC)
_CHECKED = ("first-record", "second-record")

BTC, ETH, USDT, DOGE, PEPE, LINK, COPIED, LUNA, AAVE = 1, 1027, 825, 74, 24478, 1975, 9991, 20314, 7278
IMPOSTOR = 1_000_000_001

ASSETS = (
    Asset(BTC, "Bitcoin", "BTC", "bitcoin", 1, sources=_CHECKED, exchange_symbols={"binance_usdm": "BTCUSDT"}),
    Asset(ETH, "Ethereum", "ETH", "ethereum", 2, sources=_CHECKED),
    Asset(
        USDT,
        "Tether USDt",
        "USDT",
        "tether",
        3,
        sources=_CHECKED,
        platform="ethereum",
        token_address="0xdac17f958d2ee523a2206206994597c13d831ec7",
    ),
    Asset(DOGE, "Dogecoin", "DOGE", "dogecoin", 8, sources=_CHECKED),
    Asset(PEPE, "Pepe", "PEPE", "pepe", 30, sources=_CHECKED),
    # Nobody checked it, and it bears the ticker of one that was checked.
    Asset(IMPOSTOR, "Pepe Coin", "PEPE", "pepe-coin"),
    # Two verified assets of one ticker: which of them an exchange means is anybody's guess.
    Asset(LINK, "Chainlink", "LINK", "chainlink", 14, sources=_CHECKED),
    Asset(COPIED, "Other Link", "LINK", "other-link", 900, sources=_CHECKED),
    # Its ticker was another asset's until it was launched.
    Asset(LUNA, "Terra", "LUNA", "terra-luna-v2", 250, sources=_CHECKED, launched="2022-05-28"),
    Asset(
        AAVE, "Aave", "AAVE", "aave", 40, sources=_CHECKED,
        exchange_symbols={
            "binance": "AAVEBTC", "coinbase": "AAVE-USD", "kraken": "AAVEUSD", "okx": "AAVE-USDT",
            "bybit": "AAVEUSDT", "hyperliquid": "AAVE", "binance_usdm": "AAVEUSDT",
        },
    ),
)  # fmt: skip

CONTEXT = SourceContext(DirectoryCrosswalk(AssetDirectory(ASSETS)), NOW)
_PAYLOADS = Path(__file__).parent / "payloads"


def at(text: str) -> datetime:
    """Aware UTC from "2026-09-09" or "2026-09-09 12:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def payload(source: Source, name: str) -> bytes:
    return (_PAYLOADS / source.name / f"{name}.json").read_bytes()


def body(value: Any) -> bytes:
    return msgspec.json.encode(value)


def answer(raw: bytes, *, status: int = 200, fetched_at: datetime = NOW) -> HttpAnswer:
    return HttpAnswer(status, raw, {}, fetched_at)


def route(source: Source, kind: type[Any]) -> Route:
    (found,) = (each for each in source.routes if each.kind is kind)
    return found


def ask(source: Source, query: Query[Any], context: SourceContext = CONTEXT) -> tuple[HttpRequest, ...]:
    return tuple(route(source, query.kind).build_query(query, context))


def read(source: Source, query: Query[Any], *raws: bytes, context: SourceContext = CONTEXT) -> list[Any]:
    """The records of these answers, each passed by the source's check before; the last stands for all that follow."""
    count = len(ask(source, query, context))
    assert count, "the source does not answer this query"
    answers = [answer(raw, fetched_at=context.now) for raw in raws]
    answers += [answers[-1]] * (count - len(answers))
    for each in answers:
        if source.check is not None:
            source.check(each)
    return list(route(source, query.kind).to_records(answers, query, context))


def candles(source: Source, query: Query[Any], *raws: bytes) -> CandleSeries:
    (series,) = read(source, query, *raws)
    assert isinstance(series, CandleSeries)
    _assert_sound(series.candles)
    return series


def _assert_sound(bars: Sequence[Candle]) -> None:
    assert [bar.opened_at for bar in bars] == sorted({bar.opened_at for bar in bars})
    assert all(0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)


def refusal(source: Source, raw: bytes, status: int = 200) -> UpstreamError:
    """What the source's check makes of an error of the vendor's own."""
    assert source.check is not None
    with pytest.raises(UpstreamError) as caught:
        source.check(answer(raw, status=status))
    assert caught.value.upstream == source.name
    return caught.value


async def live_through(source: Source, day: BadDay, *queries: Query[Any]) -> None:
    """Each question on a bad day ends in the day's error, which names the source."""
    for query in queries:
        requests = ask(source, query)
        async with SourceServer(day.play) as server, client_for(source, server, day) as client:
            with pytest.raises(day.expected) as caught:
                await _ask_all(source, client, requests, query)
            assert caught.value.upstream == source.name


async def _ask_all(source: Source, client: SourceClient, requests: Sequence[HttpRequest], query: Query[Any]) -> None:
    answers = [await client.fetch(request) for request in requests]
    route(source, query.kind).to_records(answers, query, CONTEXT)
