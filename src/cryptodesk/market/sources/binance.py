"""Binance spot candles, from the host that serves market data alone and needs no account.

Prices are in the coin they are quoted in: dollars are asked for as USDT and said to be USDT.
Source: developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints (Kline/Candlestick data),
faqs/market_data_only, errors.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.sources._bars import Ask, Bar, SpotMarket, bar, candle_route, rows_in
from cryptodesk.market.sources._figures import from_milliseconds, milliseconds
from cryptodesk.market.sources._instruments import Naming
from cryptodesk.market.sources._refusals import Refusal
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_NAME = "binance"
_WEIGHT = 2
_INVALID_SYMBOL = -1121
_LIMITED = frozenset({-1003, -1008, -1015})

_MARKET = SpotMarket(
    source=_NAME,
    title="Binance",
    naming=Naming(_NAME, named_after="USDT"),
    quotes={quote: quote for quote in ("USDT", "USDC", "EUR", "BTC", "ETH")} | {"USD": "USDT"},
    intervals={interval: interval for interval in ("5m", "15m", "1h", "4h", "1d", "1w")},
    bars_an_answer=1000,
)


def _request(ask: Ask) -> HttpRequest:
    return HttpRequest(
        "/api/v3/klines",
        params=(
            ("symbol", ask.instrument),
            ("interval", _MARKET.intervals[ask.interval]),
            ("startTime", str(milliseconds(ask.start))),
            # By the opening, and inclusive.
            ("endTime", str(milliseconds(ask.end) - 1)),
            ("limit", str(ask.bars)),
        ),
        weight=_WEIGHT,
    )


def _rows(answer: HttpAnswer) -> Any:
    return rows_in(_NAME, decode_json(_NAME, answer))


def _bar(row: Any) -> Bar | None:
    """[open time, open, high, low, close, volume, close time, quote volume, …]"""
    if not isinstance(row, list) or len(row) < 8:
        return None
    return bar(from_milliseconds(row[0]), row[1:5], row[5], row[7])


def check(answer: HttpAnswer) -> None:
    """Errors are objects with a code, and come with a status of 400 and more."""
    if answer.status < 300:
        return
    error = msgspec.json.decode(answer.body)
    if not isinstance(error, dict):
        return
    refusal = Refusal(_NAME, answer, error.get("code"), error.get("msg"))
    if error.get("code") == _INVALID_SYMBOL:
        raise refusal.unlisted()
    if error.get("code") in _LIMITED:
        raise refusal.limited()


SOURCE = Source(
    name=_NAME,
    title="Binance",
    policy=SourcePolicy(
        base_url="https://data-api.binance.vision",
        # Of 6,000 units of weight a minute for each address.
        per_minute=2400,
        burst=200,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=6,
        max_body_bytes=2 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(candle_route(_MARKET, _request, _rows, _bar, preference=30),),
    terms="https://www.binance.com/en/terms",
    check=check,
)
