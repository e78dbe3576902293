"""Coinbase Exchange spot candles in dollars and other money. Bars without a trade are left out by the exchange.

It has bars of six hours but none of four, and no weeks.
Source: docs.cdp.coinbase.com, api-reference/exchange-api/rest-api/products/get-product-candles and
exchange/rest-api/rate-limits.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy, path_of
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.sources._bars import Ask, Bar, SpotMarket, bar, candle_route, rows_in
from cryptodesk.market.sources._figures import from_seconds
from cryptodesk.market.sources._instruments import Naming
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_NAME = "coinbase"

_MARKET = SpotMarket(
    source=_NAME,
    title="Coinbase",
    naming=Naming(_NAME, named_after="USD", joint="-"),
    quotes={quote: quote for quote in ("USD", "EUR", "GBP", "USDT", "USDC", "BTC")},
    intervals={"5m": "300", "15m": "900", "1h": "3600", "1d": "86400"},
    # Both ends of the span are inclusive, and one bar more than 300 is refused.
    bars_an_answer=300,
)


def _request(ask: Ask) -> HttpRequest:
    return HttpRequest(
        path_of("products", ask.instrument, "candles"),
        params=(
            ("granularity", _MARKET.intervals[ask.interval]),
            ("start", ask.start.isoformat()),
            ("end", (ask.end - ask.length).isoformat()),
        ),
    )


def _rows(answer: HttpAnswer) -> Any:
    return rows_in(_NAME, decode_json(_NAME, answer))


def _bar(row: Any) -> Bar | None:
    """[time, low, high, open, close, volume], newest first."""
    if not isinstance(row, list) or len(row) < 6:
        return None
    opened_at, low, high, first, last, volume = row[:6]
    return bar(from_seconds(opened_at), (first, high, low, last), volume)


def check(answer: HttpAnswer) -> None:
    """An error is an object with a `message`."""
    body = msgspec.json.decode(answer.body)
    if answer.status == 404 and isinstance(body, dict):
        raise Refusal(_NAME, answer, answer.status, body.get("message")).unlisted()
    if answer.status < 300 and isinstance(body, dict):
        raise malformed(_NAME, "expected a list of candles")


SOURCE = Source(
    name=_NAME,
    title="Coinbase Exchange",
    policy=SourcePolicy(
        base_url="https://api.exchange.coinbase.com",
        # Of ten a second for each address, fifteen in a burst.
        per_minute=300,
        burst=8,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(candle_route(_MARKET, _request, _rows, _bar, preference=35),),
    terms="https://www.coinbase.com/legal/market_data",
    check=check,
)
