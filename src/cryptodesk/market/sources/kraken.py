"""Kraken spot candles in dollars and other money: the last 720 bars and nothing older.

The answer is keyed by Kraken's own name of the pair ("XXBTZUSD" for XBTUSD), the last bar is never complete, and errors
come with a status of 200. Its weeks begin on Thursdays, so they are not offered.
Source: docs.kraken.com/api-reference/market-data/get-ohlc-data; guides spot-rest-ratelimits and spot-errors.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import UpstreamError
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.sources._bars import Ask, Bar, SpotMarket, bar, candle_route, rows_in
from cryptodesk.market.sources._figures import from_seconds
from cryptodesk.market.sources._instruments import Naming
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Source

__all__ = ["SOURCE"]

_NAME = "kraken"
_REACH = 720
_UNLISTED = frozenset({"EQuery:Unknown asset pair", "EQuery:Invalid asset pair", "EQuery:Unknown asset"})
_LIMITED = ("EAPI:Rate limit", "EGeneral:Too many requests", "EService:Throttled", "EService: Throttled")
_WRONG = ("EGeneral:Invalid arguments", "EGeneral:Unknown method", "EQuery:")
_CLOSED = ("EGeneral:Permission denied", "EAPI:Invalid key", "EAPI:Feature disabled")

_MARKET = SpotMarket(
    source=_NAME,
    title="Kraken",
    naming=Naming(_NAME, named_after="USD", renamed={"BTC": "XBT", "DOGE": "XDG"}),
    quotes={quote: quote for quote in ("USD", "EUR", "GBP", "USDT", "USDC")},
    intervals={"5m": "5", "15m": "15", "1h": "60", "4h": "240", "1d": "1440"},
    bars_an_answer=_REACH,
    # One of the 720 is the bar that is not over.
    reach=_REACH - 1,
)


class _Envelope(Struct, frozen=True):
    error: list[str]


_decode = msgspec.json.Decoder(_Envelope).decode


def _request(ask: Ask) -> HttpRequest:
    return HttpRequest(
        "/0/public/OHLC",
        params=(
            ("pair", ask.instrument),
            ("interval", _MARKET.intervals[ask.interval]),
            # Bars after this moment.
            ("since", str(int(ask.start.timestamp()) - 1)),
        ),
    )


def _rows(answer: HttpAnswer) -> Any:
    body = decode_json(_NAME, answer)
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict):
        raise malformed(_NAME, "expected a result")
    pairs = [value for name, value in result.items() if name != "last"]
    if len(pairs) != 1:
        raise malformed(_NAME, f"expected one pair, got {len(pairs)}")
    return rows_in(_NAME, pairs[0])


def _bar(row: Any) -> Bar | None:
    """[time, open, high, low, close, vwap, volume, count]"""
    if not isinstance(row, list) or len(row) < 7:
        return None
    return bar(from_seconds(row[0]), row[1:5], row[6])


def check(answer: HttpAnswer) -> None:
    """Raises what the first of the errors means; texts that begin with a W are warnings."""
    for told in _decode(answer.body).error:
        if not told.startswith("W"):
            raise _meaning(answer, told)


def _meaning(answer: HttpAnswer, told: str) -> UpstreamError:
    refusal = Refusal(_NAME, answer, told.partition(":")[0], told)
    if told in _UNLISTED:
        return refusal.unlisted()
    if told.startswith(_LIMITED):
        return refusal.limited()
    if told.startswith(_CLOSED):
        return refusal.closed()
    return refusal.wrong() if told.startswith(_WRONG) else refusal.busy()


SOURCE = Source(
    name=_NAME,
    title="Kraken",
    policy=SourcePolicy(
        base_url="https://api.kraken.com",
        # Of about one a second for each address and pair.
        per_minute=40,
        burst=6,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=0,
    ),
    routes=(candle_route(_MARKET, _request, _rows, _bar, preference=40),),
    terms="https://www.kraken.com/legal",
    check=check,
)
