"""Bybit: perpetuals and futures settled in USDT and USDC, with funding and open interest, all in one answer.

Errors come with a status of 200 and a `retCode` other than 0.
Source: bybit-exchange.github.io/docs/v5/market/tickers, v5/error, v5/rate-limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.sources._derivatives import Figures, Told, Venue, derivatives_route, percent
from cryptodesk.market.sources._figures import from_milliseconds, number, positive, unsigned
from cryptodesk.market.sources._instruments import Naming
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Source, SourceContext

__all__ = ["SOURCE"]

_NAME = "bybit"
_LIMITED = frozenset({10006, 10018, 10429})
_BUSY = frozenset({10000, 10016, 10019})
_CLOSED = frozenset({10003, 10009, 10010, 10024, 10027, 10029})
_VENUE = Venue(_NAME, "Bybit")
_NAMING = Naming(_NAME, named_after="USDT")
# What a contract is settled in, by the end of its name; "PERP" is settled in USDC.
_ENDINGS = {"USDT": "USDT", "USDC": "USDC", "PERP": "USDC"}


class _Envelope(Struct, frozen=True, rename="camel"):
    ret_code: int
    ret_msg: str = ""


_decode = msgspec.json.Decoder(_Envelope).decode


def _build(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    return (HttpRequest("/v5/market/tickers", params=(("category", "linear"),)),)


def _read(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Iterator[Told]:
    for answer in answers:
        body = decode_json(_NAME, answer)
        result = body.get("result") if isinstance(body, dict) else None
        rows = result.get("list") if isinstance(result, dict) else None
        if not isinstance(rows, list):
            raise malformed(_NAME, "expected a list of contracts")
        figures = [found for found in map(_figures, rows) if found is not None]
        if rows and not figures:
            raise malformed(_NAME, "no contract can be read")
        at = from_milliseconds(body.get("time"))
        for base, found in figures:
            contract = _NAMING.contract(base, context.crosswalk)
            if contract is not None:
                yield msgspec.structs.replace(found, at=at), contract


def _figures(row: Any) -> tuple[str, Figures] | None:
    """The base's ticker and the figures; None for what is no contract of a known form."""
    symbol = row.get("symbol") if isinstance(row, dict) else None
    if not isinstance(symbol, str):
        return None
    # "BTCUSDT", "BTCPERP", and "BTC-26DEC25" or "BTCUSDT-26DEC25" for those that end.
    name, _, ends_on = symbol.partition("-")
    ending = next((ending for ending in _ENDINGS if name.endswith(ending) and name != ending), None)
    if ending is None and not ends_on:
        return None
    return name.removesuffix(ending or ""), Figures(
        instrument=symbol,
        quote=_ENDINGS[ending] if ending else "USDC",
        kind="future" if ends_on else "perpetual",
        open_interest=unsigned(row.get("openInterestValue")),
        volume_24h=unsigned(row.get("turnover24h")),
        funding_rate_pct=percent(number(row.get("fundingRate"))),
        funding_period_hours=positive(row.get("fundingIntervalHour")),
        next_funding_at=from_milliseconds(row.get("nextFundingTime")),
        mark_price=positive(row.get("markPrice")),
        index_price=positive(row.get("indexPrice")),
    )


def check(answer: HttpAnswer) -> None:
    """Raises what a `retCode` other than 0 means, whatever the status."""
    told = _decode(answer.body)
    if told.ret_code == 0:
        return
    refusal = Refusal(_NAME, answer, told.ret_code, told.ret_msg)
    if told.ret_code in _LIMITED:
        raise refusal.limited()
    if told.ret_code in _CLOSED:
        raise refusal.closed()
    raise refusal.busy() if told.ret_code in _BUSY else refusal.wrong()


SOURCE = Source(
    name=_NAME,
    title="Bybit",
    policy=SourcePolicy(
        base_url="https://api.bybit.com",
        # Of 600 in five seconds for each address.
        per_minute=120,
        burst=10,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=4 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(derivatives_route(_VENUE, _build, _read, preference=40),),
    terms="https://www.bybit.com/en/terms-of-service/",
    check=check,
)
