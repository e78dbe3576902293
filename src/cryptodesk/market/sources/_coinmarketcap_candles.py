"""Candles from CoinMarketCap: of tokens for everybody, of coins for keys, and of coins from daily quotes.

A coin's candles are of the average over all its markets. Turnover is given in money; coins are that by the close.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Interval
from cryptodesk.market.sources._coinmarketcap_access import (
    Access,
    Ask,
    Page,
    chunked,
    coin_ids,
    credits_for,
    floored,
    iso,
    money,
)
from cryptodesk.market.sources._coinmarketcap_series import coins_of, span_of
from cryptodesk.market.sources._coinmarketcap_tokens import asked_tokens
from cryptodesk.market.sources._coinmarketcap_values import moment, positive, quote_in, text, unsigned, whole
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["coin_candle_routes", "token_candle_routes"]

_DEFAULT_BARS = 365
_MOST_BARS = 1000
_MOST_COINS = 10
_TOKEN_INTERVALS: dict[Interval, str] = {
    "5m": "5min", "15m": "15min", "1h": "1h", "4h": "4h", "1d": "1d", "1w": "1w",
}  # fmt: skip
_COIN_INTERVALS: dict[Interval, str] = {"1h": "hourly", "1d": "daily"}
_VOLUME_NOTE = "volume in coins is the turnover divided by the close"
_COIN_NOTE = f"average over all markets; {_VOLUME_NOTE}"
_SAMPLED_NOTE = "made from one quote a day: high and low are those of open and close alone; " + _VOLUME_NOTE
# After the exchanges' own candles, which know the true highs and lows.
_SAMPLED_BEHIND = 80
_DAY = timedelta(days=1)


def token_candle_routes(access: Access) -> tuple[Route, ...]:
    return (access.route(CandleSeries, _ask_tokens, _read_tokens, ttl_seconds=60, is_historical=True),)


def coin_candle_routes(access: Access) -> tuple[Route, ...]:
    behind = access.preference + _SAMPLED_BEHIND
    return (
        access.route(CandleSeries, _ask_bars, _read_bars, ttl_seconds=300, is_historical=True),
        access.route(CandleSeries, _ask_daily, _read_daily, ttl_seconds=300, is_historical=True, preference=behind),
    )


def _interval(query: Query[Any]) -> Interval:
    interval: Interval = query.interval or "1d"
    return interval


def _bars_of(query: Query[Any]) -> int:
    return min(query.limit or _DEFAULT_BARS, _MOST_BARS)


def _ask_tokens(query: Query[Any], context: SourceContext) -> list[Ask]:
    if money(query) != "USD":
        return []
    interval = _interval(query)
    start, end = span_of(query, context.now, INTERVALS[interval], _bars_of(query))
    params = [("interval", _TOKEN_INTERVALS[interval]), ("unit", "usd"), ("pm", "p")]
    if query.start is not None or query.end is not None or query.as_of is not None:
        # Milliseconds, whatever its document shows: it takes seconds for a time long past.
        start = max(start, end - INTERVALS[interval] * _MOST_BARS)
        params.append(("from", _milliseconds(floored(start, INTERVALS[interval]))))
        if query.end is not None or query.as_of is not None:
            params.append(("to", _milliseconds(end)))
    else:
        # One more: the last one is not complete.
        params.append(("limit", str(_bars_of(query) + 1)))
    return [Ask("/v1/k-line/candles", (*token.params, *params)) for token in asked_tokens(query)]


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp()) * 1000)


def _read_tokens(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CandleSeries]:
    found = []
    for token, page in zip(asked_tokens(query), pages, strict=True):
        rows = [] if page.data is None else page.data
        if not isinstance(rows, list):
            raise page.bad("expected a list of candles")
        bars = [bar for bar in map(_token_bar, rows) if bar is not None]
        if rows and not bars:
            raise page.bad("no candle can be read")
        found += _series(page, query, token.asset_id, token.address, bars, f"in US dollars; {_VOLUME_NOTE}")
    return found


def _token_bar(row: Any) -> Candle | None:
    """[open, high, low, close, volume, time, traders]; the time in seconds or milliseconds."""
    if not isinstance(row, list) or len(row) < 6:
        return None
    return _candle(moment(row[5]), row[:4], row[4])


def _candle(opened_at: datetime | None, prices: Sequence[Any], turnover: Any) -> Candle | None:
    """None for a bar that cannot be: a price missing, a close outside of high and low, turnover unknown."""
    known = [positive(price) for price in prices]
    quote_volume = unsigned(turnover)
    if opened_at is None or quote_volume is None or None in known:
        return None
    first, high, low, last = (price for price in known if price is not None)
    if not low <= min(first, last) <= max(first, last) <= high:
        return None
    return Candle(opened_at, first, high, low, last, quote_volume / last, quote_volume)


def _ask_bars(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency, ids, interval = money(query), coin_ids(query)[:_MOST_COINS], _interval(query)
    if currency is None or not ids or interval not in _COIN_INTERVALS:
        return []
    step = INTERVALS[interval]
    start, end = span_of(query, context.now, step, _bars_of(query))
    start = max(start, end - step * _MOST_BARS)
    name = _COIN_INTERVALS[interval]
    params = (
        ("id", chunked(ids)[0]),
        ("time_period", name),
        ("interval", name),
        # Exclusive: the bar that opens at `start` is the one after this time.
        ("time_start", _whole_step(start - step, interval)),
        ("time_end", _whole_step(end, interval)),
        ("convert", currency),
        ("skip_invalid", "true"),
    )
    return [Ask("/v2/cryptocurrency/ohlcv/historical", params, credits_for((end - start) // step * len(ids)))]


def _whole_step(at: datetime, interval: Interval) -> str:
    if interval == "1d":
        return at.date().isoformat()
    return iso(at.replace(minute=0, second=0))


def _read_bars(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CandleSeries]:
    currency = money(query) or ""
    found = []
    for page in pages:
        for coin in coins_of(page):
            bars = page.each(coin.get("quotes"), partial(_coin_bar, currency))
            name = text(coin.get("symbol"), 32) or str(coin["id"])
            found += _series(page, query, whole(coin["id"]) or 0, name, bars, _COIN_NOTE)
    return found


def _coin_bar(currency: str, row: dict[str, Any]) -> Candle | None:
    quote = quote_in(row.get("quote"), currency) or {}
    prices = [quote.get(name) for name in ("open", "high", "low", "close")]
    return _candle(moment(row.get("time_open")), prices, quote.get("volume"))


def _ask_daily(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency, ids = money(query), coin_ids(query)[:_MOST_COINS]
    if currency is None or not ids or _interval(query) != "1d":
        return []
    start, end = span_of(query, context.now, _DAY, _bars_of(query))
    start = max(start, end - _DAY * _MOST_BARS)
    # The quote that closes the last day is the first of the next.
    end = min(end + timedelta(hours=2), context.now)
    points = (end - start).days + 2
    params = (
        ("id", chunked(ids)[0]),
        ("interval", "daily"),
        ("time_start", start.date().isoformat()),
        ("time_end", iso(end.replace(minute=0, second=0))),
        ("count", str(points)),
        ("convert", currency),
        ("skip_invalid", "true"),
    )
    return [Ask("/v3/cryptocurrency/quotes/historical", params, credits_for(points * len(ids)))]


def _read_daily(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CandleSeries]:
    currency = money(query) or ""
    found = []
    for page in pages:
        for coin in coins_of(page):
            quotes = page.each(coin.get("quotes"), partial(_daily_quote, currency))
            name = text(coin.get("symbol"), 32) or str(coin["id"])
            bars = list(_between_quotes(quotes))
            found += _series(page, query, whole(coin["id"]) or 0, name, bars, _SAMPLED_NOTE)
    return found


def _daily_quote(currency: str, row: dict[str, Any]) -> tuple[datetime, float, float | None] | None:
    quote = quote_in(row.get("quote"), currency) or {}
    at, price = moment(row.get("timestamp")), positive(quote.get("price"))
    return None if at is None or price is None else (at, price, unsigned(quote.get("volume_24h")))


def _between_quotes(quotes: Iterable[tuple[datetime, float, float | None]]) -> Iterable[Candle]:
    """A bar for each day whose own first quote and the next day's are there."""
    by_day = {at.date(): (at, price, volume) for at, price, volume in sorted(quotes, reverse=True)}
    for day, (at, first, _) in sorted(by_day.items()):
        following = by_day.get(day + _DAY)
        _, last, turnover = following or (None, None, None)
        if last is None or turnover is None:
            continue
        opened_at = at.replace(hour=0, minute=0, second=0, microsecond=0)
        yield Candle(opened_at, first, max(first, last), min(first, last), last, turnover / last, turnover)


def _series(
    page: Page, query: Query[Any], asset_id: int | str, instrument: str, bars: Iterable[Candle], note: str
) -> list[CandleSeries]:
    """One series of the complete bars in the span asked for, oldest first; none without bars."""
    interval = _interval(query)
    length = INTERVALS[interval]
    complete = {bar.opened_at: bar for bar in bars if bar.opened_at + length <= page.fetched_at}
    held = [complete[at] for at in sorted(complete)]
    asked = [
        bar
        for bar in held
        if (query.start is None or bar.opened_at >= query.start) and (query.end is None or bar.opened_at < query.end)
    ]
    if not asked:
        return []
    origin = page.origin(asked[-1].opened_at + length, note)
    began_at = held[0].opened_at
    return [
        CandleSeries(asset_id, interval, money(query) or "USD", instrument, began_at, origin, tuple(asked)),
    ]
