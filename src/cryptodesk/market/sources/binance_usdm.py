"""Binance's perpetuals and futures settled in USDT and USDC: funding, open interest, and both day by day.

Funding is every eight hours unless `fundingInfo` names another period. Open interest is told of one contract at a time,
so of the whole list it is left out, and of several assets it is asked for recorded instruments only: a single symbol
that is not listed would fail the whole question.
Source: developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api, Mark-Price,
Get-Funding-Rate-Info, Open-Interest, 24hr-Ticker-Price-Change-Statistics; general-info and error-code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.sources._binance_usdm_history import NAME, NAMING, history_route, instrument_of
from cryptodesk.market.sources._derivatives import Figures, Told, Venue, derivatives_route, percent
from cryptodesk.market.sources._figures import from_milliseconds, number, positive, unsigned
from cryptodesk.market.sources._instruments import Contract, asset_ids
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Crosswalk, Source, SourceContext

__all__ = ["SOURCE"]

_ALL_PRICES_WEIGHT = 10
_ALL_TICKERS_WEIGHT = 40
_FUNDING_HOURS = 8.0
_MOST_ASSETS = 8
_UNLISTED = frozenset({-1121, -4108, -4141})
_LIMITED = frozenset({-1003, -1008, -1015})
_QUOTES = ("USDT", "USDC")
_VENUE = Venue(NAME, "Binance")
_PRICES = HttpRequest("/fapi/v1/premiumIndex", weight=_ALL_PRICES_WEIGHT)
_PERIODS = HttpRequest("/fapi/v1/fundingInfo")
_TICKERS = HttpRequest("/fapi/v1/ticker/24hr", weight=_ALL_TICKERS_WEIGHT)

Rows = dict[str, dict[str, Any]]


def _build(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    if query.ids is None:
        return (_PRICES, _PERIODS, _TICKERS)
    return (_PRICES, _PERIODS, *(request for name in _named(query, context) for request in _ask_one(name)))


def _ask_one(instrument: str) -> tuple[HttpRequest, ...]:
    params = (("symbol", instrument),)
    return (
        HttpRequest("/fapi/v1/ticker/24hr", params=params),
        HttpRequest("/fapi/v1/openInterest", params=params),
    )


def _named(query: Query[Any], context: SourceContext) -> list[str]:
    ids = asset_ids(query)
    assets = [context.crosswalk.asset(one) for one in ids]
    sure = [asset.asset_id for asset in assets if asset is not None and NAME in asset.exchange_symbols]
    names = (instrument_of(one, context) for one in (ids if len(ids) == 1 else sure))
    return [name for name in names if name is not None][:_MOST_ASSETS]


def _read(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Iterator[Told]:
    prices, periods = _by_symbol(answers[0]), _by_symbol(answers[1])
    others: Rows = {}
    for answer in answers[2:]:
        for symbol, row in _by_symbol(answer).items():
            others[symbol] = others.get(symbol, {}) | row
    for symbol, price in prices.items():
        named = _contract(symbol, context.crosswalk)
        if named is not None:
            quote, contract = named
            yield _figures(price, quote, periods.get(symbol, {}), others.get(symbol, {})), contract


def _by_symbol(answer: HttpAnswer) -> Rows:
    """The rows of a list, or the one that stands alone. Raises: UpstreamBadAnswer if none names a symbol."""
    body = decode_json(NAME, answer)
    rows = body if isinstance(body, list) else [body]
    named = {row["symbol"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("symbol"), str)}
    if rows and not named:
        raise malformed(NAME, "no row names a symbol")
    return named


def _contract(symbol: str, crosswalk: Crosswalk) -> tuple[str, Contract] | None:
    """What it is settled in, and of which asset it is. "BTCUSDT_261225" ends on that day."""
    name = symbol.partition("_")[0]
    quote = next((quote for quote in _QUOTES if name.endswith(quote) and name != quote), None)
    contract = None if quote is None else NAMING.contract(name.removesuffix(quote), crosswalk)
    return None if quote is None or contract is None else (quote, contract)


def _figures(price: dict[str, Any], quote: str, period: dict[str, Any], other: dict[str, Any]) -> Figures:
    mark, units = positive(price.get("markPrice")), unsigned(other.get("openInterest"))
    rate = number(price.get("lastFundingRate"))
    return Figures(
        instrument=price["symbol"],
        quote=quote,
        kind="future" if "_" in price["symbol"] else "perpetual",
        at=from_milliseconds(price.get("time")),
        open_interest=None if mark is None or units is None else mark * units,
        volume_24h=unsigned(other.get("quoteVolume")),
        funding_rate_pct=percent(rate),
        funding_period_hours=positive(period.get("fundingIntervalHours")) or _FUNDING_HOURS,
        next_funding_at=from_milliseconds(price.get("nextFundingTime")),
        mark_price=mark,
        index_price=positive(price.get("indexPrice")),
    )


def check(answer: HttpAnswer) -> None:
    """Errors are objects with a code; most come with a status of 400 and more."""
    if answer.status < 300 and not answer.body.lstrip().startswith(b"{"):
        return
    error = msgspec.json.decode(answer.body)
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int):
        return
    refusal = Refusal(NAME, answer, code, error.get("msg"))
    if code in _UNLISTED:
        raise refusal.unlisted()
    if code in _LIMITED:
        raise refusal.limited()
    if answer.status < 300:
        raise refusal.wrong()


SOURCE = Source(
    name=NAME,
    title="Binance USDⓈ-M Futures",
    policy=SourcePolicy(
        base_url="https://fapi.binance.com",
        # Of 2,400 units of weight a minute for each address.
        per_minute=900,
        burst=150,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=4,
        max_body_bytes=4 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(derivatives_route(_VENUE, _build, _read, preference=25), history_route(preference=30)),
    terms="https://www.binance.com/en/terms",
    check=check,
)
