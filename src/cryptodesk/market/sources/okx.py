"""OKX: spot candles, and perpetuals with funding and open interest.

Errors come with a status of 200 and a `code` other than "0". Days and weeks are asked for in UTC; plain "1D" begins at
16:00 UTC. The funding period is the time between two settlements: it differs by contract and changes.
Source: www.okx.com/docs-v5/en, sections order-book-trading-market-data-get-candlesticks-history and -get-tickers,
public-data-rest-api-get-funding-rate, -get-open-interest and -get-mark-price, error-code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.sources._bars import Ask, Bar, SpotMarket, bar, candle_route, rows_in
from cryptodesk.market.sources._derivatives import Figures, Told, Venue, derivatives_route, percent
from cryptodesk.market.sources._figures import from_milliseconds, milliseconds, number, positive, unsigned
from cryptodesk.market.sources._instruments import Naming
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Source, SourceContext

__all__ = ["SOURCE"]

_NAME = "okx"
_UNLISTED = frozenset({"51001", "51014", "51155"})
_LIMITED = frozenset({"50011", "50061", "50040"})
_BUSY = frozenset({"1", "50001", "50004", "50013", "50026"})
_CLOSED = frozenset({"50125", "80001"})
_LONGEST_PERIOD = timedelta(days=1)
_SWAP_PARTS = 3
_VENUE = Venue(_NAME, "OKX")
_SWAPS = Naming(_NAME, named_after="USDT", joint="-")
_QUOTES = {"USDT": "USDT", "USDC": "USDC", "USD": "USD"}

_MARKET = SpotMarket(
    source=_NAME,
    title="OKX",
    naming=_SWAPS,
    quotes={"USD": "USDT", "USDT": "USDT", "USDC": "USDC", "EUR": "EUR", "BTC": "BTC"},
    intervals={"5m": "5m", "15m": "15m", "1h": "1H", "4h": "4H", "1d": "1Dutc", "1w": "1Wutc"},
    bars_an_answer=300,
)


class _Envelope(Struct, frozen=True):
    code: str
    msg: str = ""


_decode = msgspec.json.Decoder(_Envelope).decode


def _request(ask: Ask) -> HttpRequest:
    return HttpRequest(
        "/api/v5/market/history-candles",
        params=(
            ("instId", ask.instrument),
            ("bar", _MARKET.intervals[ask.interval]),
            # Both exclusive, and "after" is the later one: pages run backwards in time.
            ("after", str(milliseconds(ask.end))),
            ("before", str(milliseconds(ask.start) - 1)),
            ("limit", str(ask.bars)),
        ),
    )


def _rows(answer: HttpAnswer) -> Sequence[Any]:
    body = decode_json(_NAME, answer)
    return rows_in(_NAME, body.get("data") if isinstance(body, dict) else None)


def _bar(row: Any) -> Bar | None:
    """[time, open, high, low, close, volume, in quote currency, in quote currency, confirmed], newest first."""
    if not isinstance(row, list) or len(row) < 9:
        return None
    return bar(from_milliseconds(row[0]), row[1:5], row[5], row[7], is_complete=row[8] == "1")


def _build(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    swaps = (("instType", "SWAP"),)
    return (
        HttpRequest("/api/v5/public/funding-rate", params=(("instId", "ANY"),)),
        HttpRequest("/api/v5/public/open-interest", params=swaps),
        HttpRequest("/api/v5/public/mark-price", params=swaps),
        HttpRequest("/api/v5/market/tickers", params=swaps),
    )


def _read(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Iterator[Told]:
    fundings, interests, marks, tickers = (_by_instrument(answer) for answer in answers)
    for instrument, interest in interests.items():
        parts = instrument.split("-")
        contract = _SWAPS.contract(parts[0], context.crosswalk)
        if contract is None or len(parts) != _SWAP_PARTS or parts[1] not in _QUOTES:
            continue
        funding, ticker = fundings.get(instrument, {}), tickers.get(instrument, {})
        settled_at, next_at = from_milliseconds(funding.get("fundingTime")), funding.get("nextFundingTime")
        last, coins = positive(ticker.get("last")), unsigned(ticker.get("volCcy24h"))
        yield (
            Figures(
                instrument=instrument,
                quote=parts[1],
                at=from_milliseconds(interest.get("ts")),
                open_interest=unsigned(interest.get("oiUsd")),
                volume_24h=None if last is None or coins is None else last * coins,
                funding_rate_pct=percent(number(funding.get("fundingRate"))),
                funding_period_hours=_hours(settled_at, from_milliseconds(next_at)),
                next_funding_at=settled_at,
                mark_price=positive(marks.get(instrument, {}).get("markPx")),
            ),
            contract,
        )


def _by_instrument(answer: HttpAnswer) -> dict[str, dict[str, Any]]:
    """Raises: UpstreamBadAnswer if there are rows and none names an instrument."""
    rows = _rows(answer)
    named = {row["instId"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("instId"), str)}
    if rows and not named:
        raise malformed(_NAME, "no row names an instrument")
    return named


def _hours(settled_at: Any, next_at: Any) -> float | None:
    if settled_at is None or next_at is None or not timedelta() < next_at - settled_at <= _LONGEST_PERIOD:
        return None
    hours: float = (next_at - settled_at) / timedelta(hours=1)
    return hours


def check(answer: HttpAnswer) -> None:
    """Raises what a code other than "0" means, whatever the status."""
    told = _decode(answer.body)
    if told.code == "0":
        return
    refusal = Refusal(_NAME, answer, told.code, told.msg)
    if told.code in _UNLISTED:
        raise refusal.unlisted()
    if told.code in _LIMITED:
        raise refusal.limited()
    if told.code in _CLOSED:
        raise refusal.closed()
    raise refusal.busy() if told.code in _BUSY else refusal.wrong()


SOURCE = Source(
    name=_NAME,
    title="OKX",
    policy=SourcePolicy(
        base_url="https://www.okx.com",
        # Of ten a second for candles and five for funding, for each address.
        per_minute=200,
        burst=6,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=3,
        max_body_bytes=4 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(
        candle_route(_MARKET, _request, _rows, _bar, preference=45),
        derivatives_route(_VENUE, _build, _read, preference=35),
    ),
    terms="https://www.okx.com/help/terms-of-service",
    check=check,
)
